"""A party's phone: it asks where the case stands and does what is due, as the driver's pages do."""

import hashlib
import re
from collections.abc import Callable, Generator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from simulator.house import Answer, Text, Unreachable
from simulator.mailbox import Mailbox
from simulator.people import Manners, Person, Record
from simulator.pictures import scene_jpeg
from simulator.wire import API, Failed, Wire, api_headers, as_json, multipart
from simulator.world import Rest, Until, World

Steps = Generator[Rest, None, Any]
HARMLESS = {"movable": "yes", "licence": "yes", "plate": "yes", "marks": "yes", "agreed": "yes"}
POLL_S = 20.0
LOOKS_AGAIN_S = 5.0  # of the clock on the wall, at least: however quickly rests pass, the house needs its time
GLANCE_S = 3.0  # until a page that asks by itself shows what somebody else has done
WAIT_S = 3600.0
LONG_WAIT_S = 6 * 3600.0
PATIENCE = timedelta(days=40)
CODE_PATIENCE_S = 90.0
MOST_CODES = 3
MOST_REFUSALS = 40
MOST_INVITATIONS = 5
GIVES_WAY = 0.8  # of those who agreed, when the other side wants the police
INK = [[[100, 100], [300, 300], [500, 120]], [[600, 80], [620, 330], [900, 200]]]
SIX_DIGITS = re.compile(r"(?<!\d)(\d{6})(?!\d)")
PAGES_AS = {"leave": "phone"}
_NO_TEXT = Answer(408, {}, b'{"code": "sim.no_text"}')


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
        self._has_placed = False
        self._refusals = 0
        self._invited = 0

    @property
    def token(self) -> str:
        return self.record.tokens.get(self.letter, "")

    def run(self) -> Steps:
        """From the tap to the end of what this person has to do."""
        yield from self._enter()
        began = self.world.house.now()
        while self.token and self.world.house.now() - began < PATIENCE:
            try:
                state = yield from self._get("/case")
            except Failed as refused:
                if refused.code != "link.other_device":
                    raise
                yield from self._try(self._prove, {})
                continue
            self._note(state)
            if state["stage"] == "closed":
                yield from self._look_back()
                return
            page = state["next"]["page"]
            if self.manners.vanishes_at in (page, PAGES_AS.get(page)):
                self.world.meter.count("people.vanished")
                return
            step = getattr(self, f"_{page}", None)
            if step is None:
                yield Until(self.record.bell, WAIT_S)
            else:
                yield self.dice.uniform(*self.manners.hesitates_s)
                yield from self._try(step, state)

    def _try(self, step: Callable[[Mapping[str, Any]], Steps], state: Mapping[str, Any]) -> Steps:
        """A refusal is read, and the page looked at again; an error of the house, or the same again and again, is
        trouble."""
        try:
            yield from step(state)
        except Failed as refused:
            self._refusals += 1
            self.world.meter.count(f"refused.{refused.code}")
            if refused.answer.status >= 500 or self._refusals > MOST_REFUSALS:
                raise
            yield max(POLL_S, LOOKS_AGAIN_S * self.world.pace)

    def _tell(self) -> None:
        """Whoever looks at a page of this case sees it change."""
        self.world.ring(self.record.bell, after_s=GLANCE_S)

    def _note(self, state: Mapping[str, Any]) -> None:
        self.record.follow(state, self.world.house.now())

    # -- the steps, by the name of the page that is due

    def _enter(self) -> Steps:
        if self.letter == "A":
            self.record.was_tried = True
            opened = yield from self._post("/cases", place=self.record.place, kind="motor")
            self.record.number = opened["case_number"]
            self.world.bells[opened["case_number"]] = self.record.bell
            self.record.happened("reported", self.world.house.now())
        else:
            opened = yield from self._join()
        if opened is not None:
            self.record.tokens[self.letter] = opened["token"]

    def _join(self) -> Steps:
        """None when nobody invited, or not in time."""
        for _ in range(3):
            if not self.record.invitation and not self.record.is_kept:
                yield Until(self.record.bell, WAIT_S)
            if not self.record.invitation:
                continue
            yield self.dice.uniform(3, 15)
            try:
                opened = yield from self._post("/joins", code=self.record.invitation, kind="motor")
            except Failed as refused:
                self.world.meter.count(f"refused.{refused.code}")
                self.record.invitation = ""
                continue
            self.record.happened("joined", self.world.house.now())
            self._tell()
            return opened
        return None

    def _safety(self, state: Mapping[str, Any]) -> Steps:
        question = "injured"
        while question:
            answer = self.record.scene["answers"].get(question, HARMLESS.get(question, "no"))
            result = yield from self._post("/case/screening", question=question, answer=answer)
            question = "" if result["is_complete"] else result["next_question"]["code"]
            yield self.dice.uniform(2, 8)
        self.record.is_kept = result["track"] == "keep_scene" or bool(result["not_online"])
        if self.record.is_kept:
            self.world.ring("desk", after_s=GLANCE_S, most=1)
            self._tell()

    _screening = _safety

    def _place(self, state: Mapping[str, Any]) -> Steps:
        if self._has_placed and state["stage"] == "attendance":
            yield Until(self.record.bell, WAIT_S)
            return
        yield from self._post(
            "/case/occurrence",
            occurred_at=self.record.occurred_at.isoformat(),
            location=self.record.location,
            weather="1",
            lon_wgs84=self.record.lon,
            lat_wgs84=self.record.lat,
            source="device",
        )
        self._has_placed = True

    _result = _place

    def _invite(self, state: Mapping[str, Any]) -> Steps:
        self._invited += 1
        if self._invited > MOST_INVITATIONS:  # the other side is gone: an officer has to come
            yield from self._post("/case/officer", reason="no_answer")
            self.world.ring("desk", after_s=GLANCE_S, most=1)
            self._invited = 0
            return
        made = yield from self._post("/case/invitations")
        self.record.invitation = made["code"]
        self._tell()
        yield Until(self.record.bell, 120.0)

    def _photos(self, state: Mapping[str, Any]) -> Steps:
        photos = yield from self._get("/case/photos")
        there = {photo["slot"] for photo in photos["photos"] if photo["check_state"] != "retake"}
        self.record.was_retaken |= any(photo["check_state"] == "retake" for photo in photos["photos"])
        for slot in photos["required"]:
            if slot not in there:
                yield from self._photograph(slot)
                yield self.dice.uniform(3, 12)
        self.record.happened("photographed", self.world.house.now())
        yield from self._post("/case/photos/submission")
        self.record.happened("submitted", self.world.house.now())
        self.world.ring("desk", after_s=GLANCE_S, most=1)

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
        answer = yield from self._with_code("/case/phone/confirmation", mistypes=self.manners.mistypes)
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
        self._tell()
        if self.manners.changes_phone and not self._has_changed:
            yield from self._change_phone()

    def _change_phone(self) -> Steps:
        """The battery is empty: the same link on another phone, which must prove the number first."""
        self._has_changed = True
        self.record.devices[self.letter] = ""
        self.world.meter.count("people.changed_phone")
        yield 30.0
        yield from self._prove({})

    def _prove(self, state: Mapping[str, Any]) -> Steps:
        """On a phone that the case does not know: a code to the number that it does."""
        yield from self._post("/case/phone/code", phone="")
        yield from self._confirm()

    def _proposal(self, state: Mapping[str, Any]) -> Steps:
        """Agree, or ask the police; who sees the other ask does so too or, still at odds, calls an officer."""
        proposal = yield from self._get("/case/proposal")
        choices = dict(proposal["choices"])
        mine, others = choices.pop(self.letter, ""), set(choices.values())
        wish = "agree" if self.manners.agrees and not proposal["is_officer_needed"] else "police"
        if mine and others - {"", mine}:
            yield from self._differ(mine)
        elif mine:
            yield Until(self.record.bell, WAIT_S)
        else:
            yield self.dice.uniform(10, 60)
            yield from self._choose(wish)

    def _differ(self, mine: str) -> Steps:
        """One agrees, one wants the police, who decide online only when both ask."""
        if mine == "agree" and self.dice.random() < GIVES_WAY:
            yield from self._choose("police")
        elif mine == "agree":
            self.world.meter.count("people.fell_out")
            yield from self._post("/case/officer", reason="disagreement")
            self._tell()
            self.world.ring("desk", after_s=GLANCE_S, most=1)
        else:
            yield Until(self.record.bell, WAIT_S)

    def _choose(self, choice: str) -> Steps:
        yield from self._post("/case/choice", choice=choice)
        self._tell()
        self.world.ring("desk", after_s=GLANCE_S, most=1)

    def _sign(self, state: Mapping[str, Any]) -> Steps:
        if not self.manners.signs:
            self.world.meter.count("people.would_not_sign")
            yield Until(self.record.bell, LONG_WAIT_S)
            return
        papers = (yield from self._get("/case/instruments"))["instruments"]
        paper = next((paper for paper in papers if paper["state"] in ("drafted", "served")), None)
        if paper is None:
            yield POLL_S
            return
        yield from self._get(f"/case/instruments/{paper['id']}")
        yield self.dice.uniform(5, 60)
        yield from self._post("/case/signing-code")
        path = f"/case/instruments/{paper['id']}/signature"
        yield from self._with_code(path, content_digest=paper["content_digest"], strokes=INK)
        self.record.happened(f"signed.{self.letter}", self.world.house.now())
        self._tell()

    def _timeline(self, state: Mapping[str, Any]) -> Steps:
        """Signed: name the account once, then look when there is news until the money is there."""
        money = yield from self._get("/case/money")
        if not money["payout_account_masked"]:
            yield from self._post("/case/payout-account", number=self.person.account)
            self.world.ring("claims", after_s=GLANCE_S)
        yield Until(self.record.bell, LONG_WAIT_S)

    def _look_back(self) -> Steps:
        """The case is closed: what was it, and is the money there?"""
        money = yield from self._get("/case/money")
        for paper in (yield from self._get("/case/instruments"))["instruments"]:
            self.record.documents[paper["id"]] = paper["state"]
        if money["payments"] and all(line["is_done"] for line in money["payments"]):
            last = max(datetime.fromisoformat(line["done_at"]) for line in money["payments"])
            self.record.happened("paid", min(last, self.world.house.now()))
            self.record.paid_fen = sum(line["amount_fen"] for line in money["payments"])

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
            "GET instrument" if "-" in path[-20:] else f"GET {path.rsplit('/', maxsplit=1)[-1]}",
            "GET",
            API + path,
            headers=headers,
        )
        if answer.status != 200:
            raise Failed(path, answer)
        return answer.json

    def _texts(self) -> list[Text]:
        try:
            return self.mailbox.to(self.person.masked_phone)
        except Unreachable:
            return []

    def _with_code(self, path: str, *, mistypes: bool = False, **fields: Any) -> Steps:
        """The newest code that has come is typed; where a late message brought an old one, the next is waited for."""
        for _ in range(MOST_CODES):
            code = yield from self._code()
            typed = [f"{(int(code) + 1) % 1_000_000:06d}", code] if mistypes else [code]
            for digits in typed:
                try:
                    return (yield from self._post(path, code=digits, **fields))
                except Failed as refused:
                    if refused.code != "code.wrong":
                        raise
                    self.world.meter.count(f"refused.{refused.code}")
                    yield 5.0
        raise Failed("no code was right", _NO_TEXT)

    def _code(self) -> Steps:
        """The newest six digits that came to this number."""
        waited, began = 0.0, self.world.house.now()
        while waited < CODE_PATIENCE_S * max(self.world.pace / 4, 1.0):
            for text in reversed(self._texts()):
                found = SIX_DIGITS.search(text.words)
                if found and text.number > self._seen_texts:
                    self._seen_texts = text.number
                    self.world.meter.waited("text message", (self.world.house.now() - began).total_seconds())
                    return found.group(1)
            waited += 3.0
            yield 3.0
        raise Failed("no text message came", _NO_TEXT)
