"""How a person's phone reaches the house: each request may be lost on the way there, or its answer on the way back.

Who hears nothing tries again with the same key; the house must then do it once. A shaken thumb taps twice.
"""

import hashlib
import hmac
import io
import json
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from simulator.house import Answer, House, Unreachable
from simulator.meter import Meter

API = "/api/v1"
TRIES = 25  # at least, and for as long as people's patience
PATIENCE = timedelta(minutes=11)  # of the house's clock: where rests pass quickly it may still be away as long as ever
PAUSE_S = 2.0
FORM = "application/x-www-form-urlencoded"
PASSING = {429, 502, 503}


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How bad the network and the nerves are: shares (0..1) of requests."""

    lost_there: float = 0.0
    lost_back: float = 0.0
    tapped_twice: float = 0.0
    away: float = 0.0  # after which this device has no network for minutes


CALM = Weather()
MILD = Weather(lost_there=0.02, lost_back=0.02, tapped_twice=0.05, away=0.001)
HARD = Weather(lost_there=0.08, lost_back=0.08, tapped_twice=0.15, away=0.005)
AWAY_S = (60.0, 300.0)  # a garage, a tunnel, a dead spot


class Lost(Unreachable):
    """The network lost it: the house is not to blame."""


class Failed(Exception):
    """The house answered otherwise than it should have."""

    def __init__(self, what: str, answer: Answer) -> None:
        super().__init__(f"{what}: {answer.status} {answer.text[:300]}")
        self.answer = answer

    @property
    def code(self) -> str:
        try:
            return str(self.answer.json.get("code", ""))
        except ValueError:
            return ""


@dataclass
class Wire:
    """One device's connection. `dice` decides what gets lost; `address` is what the house sees."""

    house: House
    meter: Meter
    dice: Random
    weather: Weather
    address: str
    pace: float = 1.0  # how many times faster than people live their rests pass
    _away_until: datetime | None = None

    def send(self, kind: str, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """One try. Raises Unreachable, and Lost where the network is at fault."""
        self._lose_network()
        if self.dice.random() < self.weather.lost_there:
            self.meter.count("network.lost_there")
            raise Lost("lost on the way there")
        began = time.perf_counter()
        answer = self.house.request(method, path, headers=headers, body=body, address=self.address)
        if answer.status not in PASSING or not self.meter.is_real:
            self.meter.took(kind, time.perf_counter() - began)
        self.meter.answered(method, path, answer)
        if self.dice.random() < self.weather.lost_back:
            self.meter.count("network.lost_back")
            raise Lost("lost on the way back")
        return answer

    def _lose_network(self) -> None:
        """Raises Lost while the device has no network."""
        if self._away_until is not None and self.house.now() < self._away_until:
            raise Lost("no network")
        self._away_until = None
        if self.weather.away and self.dice.random() < self.weather.away:
            self.meter.count("network.away")
            self._away_until = self.house.now() + timedelta(seconds=self.dice.uniform(*AWAY_S) / self.pace)
            raise Lost("no network")

    def until_answered(
        self, kind: str, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Generator[float, None, Answer]:
        """As a generator: tries with pauses until an answer comes; returns it (`yield from`). Raises Unreachable."""
        if self.dice.random() < self.weather.tapped_twice and method == "POST":
            self.meter.count("people.tapped_twice")
            try:
                self.send(kind, method, path, headers=headers, body=body)
            except Unreachable:
                pass
        ticket, refused_at = 0, 0.0
        for pause in pauses(self.house):
            began = time.perf_counter()
            try:
                answer = self.send(kind, method, path, headers=headers, body=body)
            except Unreachable as trouble:
                self.meter.count("people.tried_again")
                refused_at = refused_at or (0.0 if isinstance(trouble, Lost) else began)
            else:
                if answer.status not in PASSING:
                    if ticket:
                        self.meter.stops_waiting(ticket)
                    if refused_at and self.meter.is_real:  # the house kept somebody waiting since then
                        self.meter.waited(kind, time.perf_counter() - refused_at)
                    return answer
                refused_at = refused_at or began
            ticket = ticket or self.meter.starts_waiting()
            yield pause
        raise Unreachable(f"{path.partition('?')[0]}: no answer within {PATIENCE}")


def pauses(house: House) -> Iterator[float]:
    """How long to rest after each try without an answer, growing, until patience has ended."""
    began = None
    for attempt in count():
        if attempt >= TRIES and began is not None and house.now() - began >= PATIENCE:
            return
        began = began or house.now()
        yield PAUSE_S * (1 + min(attempt, TRIES))


def key_of(dice: Random) -> str:
    """An idempotency key of 128 bits."""
    return f"{dice.getrandbits(128):032x}"


def api_headers(dice: Random, *, token: str = "", device: str = "") -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key_of(dice), "Accept-Language": "zh"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if device:
        headers["Kuaichu-Device"] = device
    return headers


def multipart(fields: Mapping[str, str], name: str, file: bytes, *, mark: str) -> tuple[str, bytes]:
    """Content type and body of a form with one JPEG called `name`."""
    body = io.BytesIO()
    for field, value in fields.items():
        body.write(f'--{mark}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode())
    body.write(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="p.jpg"\r\n'.encode())
    body.write(b"Content-Type: image/jpeg\r\n\r\n" + file + f"\r\n--{mark}--\r\n".encode())
    return f"multipart/form-data; boundary={mark}", body.getvalue()


def signed(house: House, agency: str, *, method: str, path: str, key: str, body: bytes, plain: bool) -> dict[str, str]:
    """An insurer's headers (docs/API.md); `plain`: over the body alone, as callbacks are signed."""
    timestamp = str(int(house.now().timestamp()))
    covered = body if plain else f"{method} {path}\n{key if method == 'POST' else ''}\n".encode() + body
    mac = hmac.new(house.secret_of(agency), timestamp.encode() + b"." + covered, hashlib.sha256).hexdigest()
    headers = {
        "X-Kuaichu-Agency": agency,
        "X-Kuaichu-Timestamp": timestamp,
        "X-Kuaichu-Signature": mac,
        "Content-Type": "application/json",
    }
    return headers | ({"Idempotency-Key": key} if key else {})


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
