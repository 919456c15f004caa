"""What partners share: computers that answer over HTTP as their temper is, and the counter where they are found."""

import hmac
import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any, ClassVar

from simulator.world import World

Said = tuple[int, dict[str, Any]]  # status and body
MOST_BUSY = 3  # so often one message is turned away by a partner that is there


@dataclass(frozen=True, kw_only=True)
class Temper:
    """Shares (0..1) of messages. `away`: hours of the run in which nobody answers at all."""

    busy: float = 0.0
    nonsense: float = 0.0
    away: tuple[float, float] = (0.0, 0.0)


class Partner(ABC):
    """One partner's computers: each key has one effect, and the same answer whenever it comes again.

    `kind` begins the names of what is counted; `nonsense` is what it says when it makes no sense.
    """

    kind: ClassVar[str]
    nonsense: ClassVar[dict[str, Any]]
    temper: Temper

    def __init__(self, world: World, code: str, temper: Temper) -> None:
        self.world, self.code, self.temper = world, code, temper
        self.began = self.busy_at = world.house.now()  # and when it last had no time
        self.effects: dict[str, dict[str, Any]] = {}
        self.keys_of: dict[str, set[str]] = {}  # by operation and subject
        self._tries: dict[str, int] = {}
        self._which: dict[str, int] = {}  # subjects in the order in which they first came
        self._lock = threading.Lock()

    @abstractmethod
    def subject_of(self, body: dict[str, Any]) -> str:
        """What the message is about."""

    @abstractmethod
    def effect(self, operation: str, key: str, body: dict[str, Any], dice: Random) -> Said:
        """What the first understood message under a key brings about."""

    def status_of(self, answer: dict[str, Any]) -> int:
        """With which status a known answer is given again."""
        return 201

    def rest_s(self, key: str) -> float:
        """How long to wait before an answer."""
        return 0.0

    def has_signature(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether the house signed this message (docs/API.md)."""
        signed_at = headers.get("X-Kuaichu-Timestamp") or ""
        meant = hmac.new(self.world.house.secret_of(self.code), signed_at.encode() + b"." + raw, sha256).hexdigest()
        if hmac.compare_digest(meant, headers.get("X-Kuaichu-Signature") or ""):
            return True
        self.world.meter.count(f"{self.kind}.bad_signature")
        return False

    def handle(self, operation: str, key: str, body: dict[str, Any]) -> Said:
        """The answer to one message of the house."""
        with self._lock:
            tries = self._tries[key] = self._tries.get(key, 0) + 1
            subject = self.subject_of(body)
            which = self._which.setdefault(subject, len(self._which))
            dice = Random(f"{self.world.seed}:{self.code}:{operation}:{which}:{tries}")
            if self._is_away() or (tries <= MOST_BUSY and dice.random() < self.temper.busy):
                self.world.meter.count(f"{self.kind}.busy")
                self.busy_at = self.world.house.now()
                return 503, {"error": "busy"}
            if tries == 1 and dice.random() < self.temper.nonsense:
                self.world.meter.count(f"{self.kind}.nonsense")
                return 200, self.nonsense
            if key in self.effects:
                return self.status_of(self.effects[key]), self.effects[key]
            self.keys_of.setdefault(f"{operation} {subject}", set()).add(key)
            return self.effect(operation, key, body, dice)

    def number_of(self, body: dict[str, Any]) -> str:
        """A partner's own number for the subject."""
        return f"{self.code}-{self._which[self.subject_of(body)]:06d}"

    def _is_away(self) -> bool:
        hours = (self.world.house.now() - self.began).total_seconds() / 3600
        return self.temper.away[0] <= hours < self.temper.away[1]


class Counter(ThreadingHTTPServer):
    """Where the house reaches its partners: on this machine only."""

    daemon_threads = True

    def __init__(self, partners: Mapping[str, Partner]) -> None:
        self.partners = partners
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: Counter

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}"
        partner = self.server.partners.get(self.headers.get("X-Kuaichu-Agency") or "")
        operation = self.path.rstrip("/").rpartition("/")[2]
        key = self.headers.get("Idempotency-Key") or ""
        if partner is None:
            status, answer = 404, {"error": "agency.unknown"}
        elif not partner.has_signature(dict(self.headers), raw):
            status, answer = 401, {"error": "signature.wrong"}
        else:
            status, answer = partner.handle(operation, key, json.loads(raw))
            time.sleep(partner.rest_s(key))
        data = json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def log_message(self, format: str, *args: object) -> None:
        """Paths and bodies stay out of the log."""
