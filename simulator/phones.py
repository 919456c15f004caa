"""A party's phone: it asks where the case stands and does what is due, as the driver's pages do, with a human's manners."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from simulator.house import Answer
from simulator.mailbox import Mailbox
from simulator.pictures import scene_jpeg
from simulator.wire import API, Failed, Wire, api_headers, as_json, multipart
from simulator.world import World

Steps = Iterator[float]
HARMLESS = {"movable": "yes", "licence": "yes", "plate": "yes", "marks": "yes", "agreed": "yes"}
POLL_S = 20.0
LONG_POLL_S = 900.0
LONGEST_POLL_S = 1800.0
PATIENCE = timedelta(hours=6)
CODE_PATIENCE_S = 90.0
INK = [[[100, 100], [300, 300], [500, 120]], [[600, 80], [620, 330], [900, 200]]]
SIX_DIGITS = re.compile(r"(?<!\d)(\d{6})(?!\d)")
OVER = {"timeline"}
_NO_TEXT = Answer(408, {}, b'{"code": "sim.no_text"}')


@dataclass(frozen=True, kw_only=True)
class Person:
    """A driver with car and policy; everything about them is invented."""

    name: str
    document_number: str
    phone: str
    plate: str
    plate_kind: str
    vehicle_kind: str
    insurer: str
    policy_number: str
    account: str

    @property
    def masked_phone(self) -> str:
        return f"{self.phone[:3]}****{self.phone[-4:]}"


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How this person behaves in this case."""

    agrees: bool = True
    signs: bool = True
    vanishes_at: str = ""
    changes_phone: bool = False
    mistypes: bool = False
    hesitates_s: tuple[float, float] = (4.0, 45.0)


@dataclass
class Record:
    """What the outside knows of one case: promises that the house has acknowledged."""

    name: str
    place: str
    scene: Mapping[str, Any]
    location: str
    lon: float
    lat: float
    occurred_at: datetime
    number: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    invitation: str = ""
    moments: dict[str, datetime] = field(default_factory=dict)
    stage: str = ""
    outcome: str = ""
    documents: dict[str, str] = field(default_factory=dict)  # id -> state as last seen
    screened_out: bool = False

    def happened(self, what: str, at: datetime) -> None:
        """The first time counts."""
        self.moments.setdefault(what, at)


class Phone:
    """One party of one case. `run()` is the actor."""

    def __init__(
        self, world: World, wire: Wire, mailbox: Mailbox, record: Record, person: Person, manners: Manners, letter: str
    ) -> None:
        self.world, self.wire, self.mailbox = world, wire, mailbox
        self.record, self.person, self.manners, self.letter = record, person, manners, letter
        self.dice: Random = wire.dice
        self._seen_texts = 0
        self._has_changed = False
        self._waits = 0.0

    @property
    def token(self) -> str:
        return self.record.tokens.get(self.letter, "")

    def run(self) -> Steps:
        """From the tap to the end of what this person has to do."""
        yield from self._enter()
        began = self.world.house.now()
        while self.world.house.now() - began < PATIENCE:
            state = yield from self._get("/case")
            page = state["next"]["page"]
            self._note(state)
            if self.manners.vanishes_at == page:
                self.world.meter.count("people.vanished")
                return
            if state["stage"] == "closed":
                return
            step = getattr(self, f"_{page}", None)
            if step is None:
                self._waits = min(max(self._waits * 1.4, POLL_S), LONGEST_POLL_S)
                yield self._waits if page in ("wait", "leave", "hand_over") else LONG_POLL_S
                if page in OVER and state["stage"] == "claims":
                    began = max(began, self.world.house.now() - PATIENCE / 2)
                continue
            self._waits = 0.0
            yield self._moment()
            try:
                yield from step(state)
            except Failed as refused:
                if refused.answer.status >= 500:
                    raise
                self.world.meter.count(f"refused.{refused.code}")
                yield POLL_S

    def _moment(self) -> float:
        return self.dice.uniform(*self.manners.hesitates_s)

    def _note(self, state: Mapping[str, Any]) -> None:
        now = self.world.house.now()
        self.record.stage, self.record.outcome = state["stage"], state["outcome"]
        if state["may_leave_at"]:
            self.record.happened("may_leave", now)
        self.record.happened(f"stage.{state['stage']}", now)

    # -- the steps, by the name of the page that is due

    def _enter(self) -> Steps:
        if self.letter == "A":
            opened = yield from self._post("/cases", place=self.record.place, kind="motor")
            self.record.number = opened["case_number"]
            self.record.happened("reported", self.world.house.now())
        else:
            waited = 0.0
            while not self.record.invitation and waited < 3600:
                if self.record.screened_out:
                    return
                waited += POLL_S
                yield POLL_S
            opened = yield from self._post("/joins", code=self.record.invitation, kind="motor")
            self.record.happened("joined", self.world.house.now())
        self.record.tokens[self.letter] = opened["token"]

    def _safety(self, state: Mapping[str, Any]) -> Steps:
        question = "injured"
        while question:
            answer = self.record.scene["answers"].get(question, HARMLESS.get(question, "no"))
            result = yield from self._post("/case/screening", question=question, answer=answer)
            question = "" if result["is_complete"] else result["next_question"]["code"]
            yield self.dice.uniform(2, 8)
        self.record.screened_out = result["may_clear_scene"] is False or result["track"] == "keep_scene"

    _screening = _safety

    def _place(self, state: Mapping[str, Any]) -> Steps:
        yield from self._post(
            "/case/occurrence",
            occurred_at=self.record.occurred_at.isoformat(),
            location=self.record.location,
            weather="1",
            lon_wgs84=self.record.lon,
            lat_wgs84=self.record.lat,
            source="device",
        )

    _result = _place

    def _invite(self, state: Mapping[str, Any]) -> Steps:
        made = yield from self._post("/case/invitations")
        self.record.invitation = made["code"]
        yield 60.0

    def _photos(self, state: Mapping[str, Any]) -> Steps:
        if self.letter != "A":
            yield POLL_S
            return
        photos = yield from self._get("/case/photos")
        there = {photo["slot"] for photo in photos["photos"] if photo["check_state"] != "retake"}
        for slot in photos["required"]:
            if slot not in there:
                yield from self._photograph(slot)
                yield self.dice.uniform(3, 12)
        self.record.happened("photographed", self.world.house.now())
        yield from self._post("/case/photos/submission")
        self.record.happened("submitted", self.world.house.now())
        self.world.ring("desk")

    def _photograph(self, slot: str) -> Steps:
        data = scene_jpeg(self.dice)
        fields = {"slot": slot, "sha256": hashlib.sha256(data).hexdigest()}
        kind, body = multipart(fields, "photo", data, mark=f"{self.dice.getrandbits(96):024x}")
        headers = api_headers(self.dice, token=self.token, device=self._device) | {"Content-Type": kind}
        answer = yield from self.wire.until_answered("photo", "POST", f"{API}/case/photos", headers=headers, body=body)
        if answer.status >= 300:
            raise Failed("photo", answer)

    def _leave(self, state: Mapping[str, Any]) -> Steps:
        """Drives to the next car park, then goes on with the phone number."""
        yield self.dice.uniform(60, 420)
        yield from self._phone(state)

    def _phone(self, state: Mapping[str, Any]) -> Steps:
        yield from self._post("/case/phone/code", phone=self.person.phone)
        yield from self._confirm()

    def _confirm(self) -> Steps:
        code = yield from self._code()
        if self.manners.mistypes:
            wrong = f"{(int(code) + 1) % 1_000_000:06d}"
            try:
                yield from self._post("/case/phone/confirmation", code=wrong)
            except Failed as refused:
                self.world.meter.count(f"refused.{refused.code}")
            yield 5.0
        answer = yield from self._post("/case/phone/confirmation", code=code)
        self.record.devices[self.letter] = answer["device_secret"]

    def _particulars(self, state: Mapping[str, Any]) -> Steps:
        person = self.person
        yield from self._post(
            "/case/particulars",
            name=person.name,
            document_kind="id_card",
            document_number=person.document_number,
            vehicle_kind=person.vehicle_kind,
            plate_kind=person.plate_kind,
            plate=person.plate,
            insurer_code=person.insurer,
            policy_number=person.policy_number,
        )

    def _account(self, state: Mapping[str, Any]) -> Steps:
        scene = self.record.scene
        yield from self._post(
            "/case/account",
            situations={"A": scene["a"], "B": scene["b"]},
            damaged_parts=[scene["parts"]["AB".index(self.letter)]],
            collision_form=scene["form"],
            statement="",
        )
        if self.manners.changes_phone and not self._has_changed:
            yield from self._change_phone()

    def _change_phone(self) -> Steps:
        """The battery is empty: the same link on another phone, which must prove the number first."""
        self._has_changed = True
        self.record.devices[self.letter] = ""
        self.world.meter.count("people.changed_phone")
        yield 30.0
        yield from self._post("/case/phone/code", phone="")
        yield from self._confirm()

    def _proposal(self, state: Mapping[str, Any]) -> Steps:
        yield from self._get("/case/proposal")
        yield self.dice.uniform(10, 60)
        yield from self._post("/case/choice", choice="agree" if self.manners.agrees else "police")
        if not self.manners.agrees:
            self.world.ring("desk")

    def _sign(self, state: Mapping[str, Any]) -> Steps:
        if not self.manners.signs:
            self.world.meter.count("people.would_not_sign")
            yield LONG_POLL_S
            return
        papers = (yield from self._get("/case/instruments"))["instruments"]
        open_papers = [paper for paper in papers if paper["state"] in ("drafted", "served")]
        if not open_papers:
            yield POLL_S
            return
        paper = open_papers[0]
        yield from self._get(f"/case/instruments/{paper['id']}")
        yield from self._post("/case/signing-code")
        code = yield from self._code()
        yield from self._post(
            f"/case/instruments/{paper['id']}/signature",
            content_digest=paper["content_digest"],
            code=code,
            strokes=INK,
        )
        self.record.happened(f"signed.{self.letter}", self.world.house.now())

    def _timeline(self, state: Mapping[str, Any]) -> Steps:
        """Signed: name the account once, then look now and then until the money is there."""
        money = yield from self._get("/case/money")
        if not money["payout_account_masked"]:
            yield from self._post("/case/payout-account", number=self.person.account)
        for paper in (yield from self._get("/case/instruments"))["instruments"]:
            self.record.documents[paper["id"]] = paper["state"]
        if money["payments"] and all(line["is_done"] for line in money["payments"]):
            self.record.happened("paid", self.world.house.now())
        yield LONG_POLL_S

    # -- the wire

    @property
    def _device(self) -> str:
        return self.record.devices.get(self.letter, "")

    def _post(self, path: str, **fields: Any) -> Steps:
        headers = api_headers(self.dice, token=self.token, device=self._device)
        answer = yield from self.wire.until_answered(
            path.rsplit("/", maxsplit=1)[-1], "POST", API + path, headers=headers, body=as_json(fields)
        )
        if answer.status >= 300:
            raise Failed(path, answer)
        return answer.json

    def _get(self, path: str) -> Steps:
        headers = api_headers(self.dice, token=self.token, device=self._device)
        answer = yield from self.wire.until_answered(
            f"GET {path.rsplit('/', maxsplit=1)[-1]}", "GET", API + path, headers=headers
        )
        if answer.status != 200:
            raise Failed(path, answer)
        return answer.json

    def _code(self) -> Steps:
        """The newest six digits that came to this number."""
        waited = 0.0
        while waited < CODE_PATIENCE_S:
            for text in reversed(self.mailbox.to(self.person.masked_phone)):
                found = SIX_DIGITS.search(text.words)
                if found and text.number > self._seen_texts:
                    self._seen_texts = text.number
                    return found.group(1)
            waited += 3.0
            yield 3.0
        raise Failed("no text message came", _NO_TEXT)
