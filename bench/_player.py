"""One case played through `/api/v1` as two phones and an officer's browser would, over any transport."""

import http.client
import io
import itertools
import json
import os
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol

API = "/api/v1"
PLACE = "339900"
HARMLESS = {"movable": "yes", "licence": "yes", "plate": "yes", "marks": "yes", "agreed": "yes"}
PEOPLE = {
    "A": {"name": "王小明", "document_number": "339999196010181347", "plate_kind": "02", "plate": "浙D12345"},
    "B": {"name": "李明", "document_number": "33999919681016641X", "plate_kind": "52", "plate": "浙DD12345"},
}
COMMON = {"document_kind": "id_card", "vehicle_kind": "K3"}
POLICIES = {"A": ("INS-A", "PDZA202633990000012345"), "B": ("INS-A", "PDZA202633990000067890")}
INK = [[[100, 100], [300, 300], [500, 120]], [[600, 80], [620, 330], [900, 200]]]
ADDRESSES = itertools.count(int(time.time()) % 60_000)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Transport(Protocol):
    def __call__(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer: ...


class Wire:
    """A keep-alive connection. Each gets a source address of its own in 127/8, so rate limits count as for many phones.
    (Linux; elsewhere such addresses have to be set up first.)
    """

    def __init__(self, port: int) -> None:
        number = next(ADDRESSES)
        source = f"127.{1 + os.getpid() % 200}.{number // 250 % 250}.{1 + number % 250}"
        self._wire = http.client.HTTPConnection("127.0.0.1", port, timeout=120, source_address=(source, 0))

    def __call__(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        self._wire.request(method, path, body=body or None, headers=dict(headers))
        response = self._wire.getresponse()
        headers = {name.lower(): "\n".join(response.headers.get_all(name) or ()) for name in response.headers}
        return Answer(response.status, headers, response.read())

    def close(self) -> None:
        self._wire.close()


class Failed(Exception):
    """A step was answered otherwise than expected."""


def call(transport: Transport, path: str, *, token: str = "", device: str = "", **fields: Any) -> Any:
    """A POST of the API; its JSON."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    return _answered(transport, path, headers | _named(token, device), json.dumps(fields).encode())


def _named(token: str, device: str) -> dict[str, str]:
    return ({"Authorization": f"Bearer {token}"} if token else {}) | ({"Kuaichu-Device": device} if device else {})


def _answered(transport: Transport, path: str, headers: Mapping[str, str], body: bytes) -> Any:
    answer = transport("POST", API + path, headers=headers, body=body)
    if answer.status >= 300:
        raise Failed(f"{path}: {answer.status} {answer.body[:300].decode(errors='replace')}")
    return answer.json


def get(transport: Transport, path: str, *, token: str, device: str = "") -> Any:
    answer = transport("GET", API + path, headers=_named(token, device), body=b"")
    if answer.status != 200:
        raise Failed(f"{path}: {answer.status}")
    return answer.json


def report(transport: Transport) -> Any:
    """Open a case; the creation that is measured."""
    return call(transport, "/cases", place=PLACE, kind="motor")


@cache
def picture(number: int) -> bytes:
    """A small JPEG of a scene, as a phone sends it after shrinking (some 60 KB)."""
    from kuaichu.dossier.tests.pictures import scene_jpeg

    return scene_jpeg(number, (1280, 960))


class Phone:
    """One party's phone."""

    def __init__(self, transport: Transport, letter: str, token: str, number: str) -> None:
        self.transport, self.letter, self.token, self.number = transport, letter, token, number
        self.device = ""

    def post(self, path: str, **fields: Any) -> Any:
        return call(self.transport, path, token=self.token, device=self.device, **fields)

    def photograph(self, slot: str, number: int) -> None:
        data = picture(number)
        mark = uuid.uuid4().hex
        body = io.BytesIO()
        body.write(f'--{mark}\r\nContent-Disposition: form-data; name="slot"\r\n\r\n{slot}\r\n'.encode())
        body.write(f'--{mark}\r\nContent-Disposition: form-data; name="photo"; filename="p.jpg"\r\n'.encode())
        body.write(b"Content-Type: image/jpeg\r\n\r\n" + data + f"\r\n--{mark}--\r\n".encode())
        headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Idempotency-Key": uuid.uuid4().hex}
        _answered(self.transport, "/case/photos", headers | _named(self.token, self.device), body.getvalue())

    def introduce(self, code_of: "CodeOf") -> None:
        """Phone, person, vehicle, policy, and what happened."""
        self.post("/case/phone/code", phone=self.number)
        answer = self.post("/case/phone/confirmation", code=code_of(self.token, "confirm"))
        self.device = answer["device_secret"]
        insurer, policy = POLICIES[self.letter]
        self.post("/case/particulars", **COMMON, **PEOPLE[self.letter], insurer_code=insurer, policy_number=policy)
        parts = ["front"] if self.letter == "A" else ["rear"]
        said = {"A": ["rear_end"], "B": []}
        self.post("/case/account", situations=said, damaged_parts=parts, collision_form="1", statement="")

    def sign(self, code_of: "CodeOf") -> None:
        self.post("/case/signing-code")
        papers = get(self.transport, "/case/instruments", token=self.token, device=self.device)["instruments"]
        paper = next(item for item in papers if item["state"] == "drafted")
        self.post(
            f"/case/instruments/{paper['id']}/signature",
            content_digest=paper["content_digest"],
            code=code_of(self.token, "sign"),
            strokes=INK,
        )


CodeOf = Callable[[str, str], str]  # token of a party, purpose -> the digits of its text message
PassPhotos = Callable[[str], None]  # the case's number


def play(first: Transport, second: Transport, *, number: int, code_of: CodeOf, pass_photos: PassPhotos) -> str:
    """The whole journey up to the second signature; returns the case's number."""
    opened = report(first)
    a = Phone(first, "A", opened["token"], f"138{number:08d}")
    question = "injured"
    while question:
        result = a.post("/case/screening", question=question, answer=HARMLESS.get(question, "no"))
        question = "" if result["is_complete"] else result["next_question"]["code"]
    now = datetime.now(UTC).isoformat()
    a.post("/case/occurrence", occurred_at=now, location="人民路与解放路路口", weather="1")
    code = a.post("/case/invitations")["code"]
    joined = call(second, "/joins", code=code, kind="motor")
    b = Phone(second, "B", joined["token"], f"139{number:08d}")
    for index, slot in enumerate(("scene_front", "scene_rear", "impact")):
        a.photograph(slot, index)
    a.post("/case/photos/submission")
    pass_photos(opened["case_number"])
    for phone in (a, b):
        phone.introduce(code_of)
    for phone in (a, b):
        phone.post("/case/choice", choice="agree")
    for phone in (a, b):
        phone.sign(code_of)
    return str(opened["case_number"])


class Officer:
    """An officer's browser: signed in once, looks at a case and passes its photos."""

    def __init__(self, transport: Transport, password: str) -> None:
        self._transport = transport
        self._cookies: dict[str, str] = {}
        self._request("GET", "/staff/sign-in/")
        form = f"username=officer&password={password}"
        answer = self._request("POST", "/staff/sign-in/", form.encode())
        if answer.status != 302:
            raise Failed(f"sign-in: {answer.status}")

    def pass_photos(self, case_id: str) -> None:
        page = self._request("GET", f"/police/cases/{case_id}/")
        seen = re.findall(r'name="seen" value="([0-9a-f-]+)"', page.body.decode())
        form = "&".join(f"seen={photo_id}" for photo_id in seen)
        answer = self._request("POST", f"/police/cases/{case_id}/photos/pass/", form.encode())
        if page.status != 200 or answer.status != 302:
            raise Failed(f"photos/pass: {page.status} {answer.status}")

    def _request(self, method: str, path: str, body: bytes = b"") -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={text}" for name, text in self._cookies.items()),
            "X-CSRFToken": self._cookies.get("csrftoken", ""),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        answer = self._transport(method, path, headers=headers, body=body)
        for line in answer.headers.get("set-cookie", "").split("\n"):
            name, _, rest = line.partition("=")
            if rest:
                self._cookies[name.strip()] = rest.split(";")[0]
        return answer
