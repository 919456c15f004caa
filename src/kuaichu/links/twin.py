"""What simulated partners share: they check who signed, are busy or slow as their temper says, and have one effect for
each Idempotency-Key. What one answers follows from a seed and the message, so a run can be repeated.
"""

import json
import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from kuaichu.links.signing import KEY_HEADER, BadSignature, check


@dataclass(frozen=True)
class Temper:
    """Seconds and shares (0..1) of messages. `busy_most` bounds how often one message may be turned away."""

    delay_s: tuple[float, float] = (0.0, 0.0)
    busy_share: float = 0.0
    busy_most: int = 3
    nonsense_share: float = 0.0
    refusal_share: float = 0.0


@dataclass(frozen=True)
class Answer:
    """Status, JSON body, and how long to wait before it."""

    status: int
    body: dict[str, Any]
    delay_s: float = 0.0


class Twin(ABC):
    """One partner. `operations` are the last parts of its paths; `nonsense` is what it says when it makes no sense."""

    operations: ClassVar[tuple[str, ...]]
    nonsense: ClassVar[dict[str, Any]]
    temper: Temper

    def __init__(self, agency_code: str, temper: Temper, *, seed: int) -> None:
        self.agency_code = agency_code
        self.temper = temper
        self.effects: dict[str, str] = {}  # what happened once: Idempotency-Key -> operation
        self._seed = seed
        self._tries: dict[str, int] = {}
        self._answers: dict[str, Answer] = {}
        self._lock = threading.Lock()

    def is_muddled(self, body: Mapping[str, Any]) -> bool:
        """Whether the message asks for nonsense, by a number kept for that."""
        return False

    def stumbles_over(self, body: Mapping[str, Any]) -> bool:
        """The same, for the first time only."""
        return False

    @abstractmethod
    def effect(self, operation: str, body: dict[str, Any], dice: random.Random) -> Answer:
        """What the message brings about, and the answer."""

    def handle(self, operation: str, headers: Mapping[str, str], raw: bytes) -> Answer:
        """Answer one message; `operation` is the last part of the path."""
        try:
            signer = check(headers, raw)
        except BadSignature as fault:
            return Answer(401, {"error": fault.code})
        key = headers.get(KEY_HEADER, "")
        if signer != self.agency_code or not key or operation not in self.operations:
            return Answer(400, {"error": "request.bad"})
        with self._lock:
            count = self._tries[key] = self._tries.get(key, 0) + 1
            dice = random.Random(f"{self._seed}:{key}:{count}")  # noqa: S311 - a repeatable play, no secret
            delay_s = dice.uniform(*self.temper.delay_s)
            if count <= self.temper.busy_most and dice.random() < self.temper.busy_share:
                return Answer(503, {"error": "busy"}, delay_s)
            body = json.loads(raw)
            if count == 1 and self.stumbles_over(body):
                return Answer(200, self.nonsense)
            if key not in self._answers:
                self._answers[key] = self._first_answer(operation, body, key, dice)
            known = self._answers[key]
            return Answer(known.status, known.body, delay_s)

    def _first_answer(self, operation: str, body: dict[str, Any], key: str, dice: random.Random) -> Answer:
        if dice.random() < self.temper.refusal_share:
            return Answer(422, {"error": "refused"})
        if dice.random() < self.temper.nonsense_share or self.is_muddled(body):
            return Answer(200, self.nonsense)
        self.effects[key] = operation
        return self.effect(operation, body, dice)
