"""Looking at an installation from outside, after or during a run: as a party, an insurer, an officer, or anybody."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from simulator.house import Answer, House, Unreachable
from simulator.meter import Meter
from simulator.officers import Desk
from simulator.people import Record
from simulator.wire import API, CALM, PASSING, Wire, api_headers, as_json, key_of, multipart, signed

ROW = re.compile(
    r'data-id="[^"]*"><a class="row" href="/police/cases/([0-9a-f-]{36})/'
    r'.*?class="row-sub">[^<]*(?:<span[^>]*>[^<]*</span> )?[^<]*?(\d{6})</span>',
    re.DOTALL,
)
SILENT = re.compile(r"<strong>([^<]*)</strong>：[^<]*?起没有应答，(\d+) 条消息在等")
MOST_ROWS = 100
TRIES = 20


@dataclass
class Looker:
    """Requests outside the play; they are answered, or the check fails. Each comes from an address of its own, under
    keys that no other look at the same house has used."""

    house: House
    password: str
    officer: str = "officer"
    dice: Random = field(default_factory=Random)
    _desk: Desk | None = None
    _asked: int = 0

    def request(self, method: str, path: str, *, headers: dict[str, str], body: bytes = b"") -> Answer:
        """Tried again when nobody answers (a house that is just being started again)."""
        self._asked += 1
        address = f"10.{100 + self._asked // 62_500 % 100}.{self._asked // 250 % 250}.{1 + self._asked % 250}"
        for _ in range(TRIES):
            try:
                answer = self.house.request(method, path, headers=headers, body=body, address=address)
            except Unreachable:
                answer = None
            if answer is not None and answer.status not in PASSING:
                return answer
        raise Unreachable(path)

    def as_party(self, record: Record, letter: str, path: str, *, device: str | None = None) -> Answer:
        """A GET of the API with this party's token and device; as it was kept where the link has ended since."""
        if device is None and (letter, path) in record.kept:
            return record.kept[letter, path]
        known = record.devices.get(letter, "") if device is None else device
        headers = api_headers(self.dice, token=record.tokens[letter], device=known)
        return self.request("GET", API + path, headers=headers)

    def timeline(self, record: Record, letter: str) -> list[dict[str, Any]] | None:
        """All of a case's steps as this party sees them; None where they can't be read."""
        entries: list[dict[str, Any]] = []
        after = 0
        while after is not None:
            answer = self.as_party(record, letter, f"/case/timeline?after={after}")
            if answer.status != 200:
                return None
            entries += answer.json["entries"]
            after = answer.json["next_after"]
        return entries

    def as_insurer(self, agency: str, path: str) -> Answer:
        """A signed GET of an insurer's API."""
        headers = signed(self.house, agency, method="GET", path=API + path, key="", body=b"", plain=False)
        return self.request("GET", API + path, headers=headers)

    def send_call(self, agency: str, number: str, place: str) -> Answer:
        """A call under a number that may be taken."""
        call = {"number": number, "place_code": place, "received_at": self.house.now().isoformat(), "content": "-"}
        body, key = as_json(call), key_of(self.dice)
        path = f"{API}/calls"
        headers = signed(self.house, agency, method="POST", path=path, key=key, body=body, plain=False)
        return self.request("POST", path, headers=headers, body=body)

    def claims_of(self, agency: str) -> Iterator[dict[str, Any]]:
        """All of an insurer's claims."""
        offset, total = 0, 1
        while offset < total:
            page = self.as_insurer(agency, f"/insurer/claims?limit=100&offset={offset}").json
            yield from page["claims"]
            total, offset = page["total"], offset + 100

    def desk(self) -> Desk:
        """An officer's browser of its own."""
        if self._desk is None:
            patient: Any = _Patient(self)
            wire = Wire(patient, Meter(), Random(0), CALM, "10.99.0.1")
            self._desk = Desk(wire, self.officer, self.password)
        return self._desk

    def endings(self, typed: str) -> list[tuple[str, str]]:
        """Cases that the desk finds by a part of their number: id and last six digits; every one, however many."""
        page = self.desk().get(f"/police/search/?q={quote(typed)}")
        found = [(case_id, ending) for case_id, ending in ROW.findall(page.text)]
        if len(found) < MOST_ROWS or len(typed) >= 20:
            return found
        return [row for digit in range(10) for row in self.endings(f"{typed}{digit}")]

    def troubles(self) -> int:
        """What the desk's page of exceptions shows."""
        page = self.desk().get("/police/?queue=exceptions")
        return len(set(re.findall(r'data-id="((?:event|exchange)-[^"]+)"', page.text)))

    def silent(self) -> dict[str, int]:
        """Partners that the desk calls away, and how many messages wait for each."""
        page = self.desk().get("/police/?queue=exceptions")
        return {html.unescape(name): int(count) for name, count in SILENT.findall(page.text)}

    def checked_file(self, data: bytes) -> str:
        """The public page's verdict on a file: "good", or its headline."""
        page = self.request("GET", "/verify/", headers={})
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        cookie = page.headers.get("set-cookie", "").split(";")[0]
        fields = {"csrfmiddlewaretoken": token.group(1)} if token else {}
        kind, body = multipart(fields, "file", data, mark=f"{self.dice.getrandbits(96):024x}")
        answer = self.request("POST", "/verify/", headers={"Content-Type": kind, "Cookie": cookie}, body=body)
        head = re.search(r"<h1>([^<]*)</h1>", answer.text)
        words = html.unescape(head.group(1)) if head else f"{answer.status}"
        return (
            "good"
            if answer.status == 200 and 'class="notice good"' in answer.text and "✗" not in answer.text
            else words
        )


@dataclass(frozen=True)
class _Patient:
    """A house as a browser of the looker sees it: asked again when nobody answers."""

    looker: Looker

    def request(self, method: str, path: str, *, headers: dict[str, str], body: bytes, address: str) -> Answer:
        return self.looker.request(method, path, headers=headers, body=body)
