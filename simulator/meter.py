"""What a run measured: how long answers took, and how often what happened."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock, local
from time import perf_counter
from typing import Any

from simulator.house import Answer

# Ids, tokens, codes and moments to the microsecond: drawn by lot, or told by the questions asked of a standing clock.
CHANCE = re.compile(
    r"verify/\w+|[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9_=-]{20,}|\d{6,}|\b[A-Z0-9]{4}(?: [A-Z0-9]{4})+|[?&]after=\d+"
)


@dataclass
class Meter:
    """Thread-safe. Seconds by kind of request, counts by name. A request that began late because the turn it belongs to
    was taken late is counted from the moment that was meant (no coordinated omission)."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    is_real: bool = False  # a clock that runs by itself: only there a turn can be late
    longest_wait_s: float = 0.0  # from the first try that was not answered to the answer
    _waiting: dict[int, float] = field(default_factory=dict)
    _tickets: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)
    _lock: Lock = field(default_factory=Lock)
    _turn: local = field(default_factory=local)

    def took(self, kind: str, seconds: float) -> None:
        late, self._turn.late_s = getattr(self._turn, "late_s", 0.0), 0.0
        with self._lock:
            self.seconds[kind].append(seconds + late)

    def waited(self, kind: str, seconds: float) -> None:
        """For something that is not an answer."""
        with self._lock:
            self.seconds[kind].append(seconds)

    def answered(self, method: str, path: str, answer: Answer) -> None:
        """Counts the status, and takes request and answer into the digest of the run."""
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        told = _in_order(answer.json) if is_json else ""
        with self._lock:
            self.counts[f"answers.{answer.status}"] += 1
            self._digest.update(f"{method} {_without_chance(path)} {answer.status} {told}\n".encode())

    @property
    def digest(self) -> str:
        """The same for the same run: the sequence of requests and answers without what the house draws by lot."""
        return self._digest.hexdigest()

    def count(self, name: str, by: int = 1) -> None:
        with self._lock:
            self.counts[name] += by

    def starts_waiting(self) -> int:
        """A request was not answered and will be tried again; the ticket goes to `stops_waiting`."""
        with self._lock:
            self._tickets += 1
            self._waiting[self._tickets] = perf_counter()
            return self._tickets

    def stops_waiting(self, ticket: int) -> None:
        """It was answered after all."""
        with self._lock:
            self.longest_wait_s = max(self.longest_wait_s, perf_counter() - self._waiting.pop(ticket))

    def waiting(self, *, longer_than_s: float = 0.0) -> int:
        """Requests that are still without an answer."""
        now = perf_counter()
        with self._lock:
            return sum(now - since >= longer_than_s for since in self._waiting.values())

    def meant(self, at: datetime, now: datetime) -> None:
        """A turn that was meant for `at` begins `now`, in this thread."""
        self._turn.late_s = max((now - at).total_seconds(), 0.0) if self.is_real else 0.0


def _in_order(value: Any) -> str:
    """As text; lists sorted, because what happened in one moment comes in the order of ids drawn by lot."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{_in_order(value[key])}" for key in sorted(value)) + "}"
    return f"[{','.join(sorted(map(_in_order, value)))}]" if isinstance(value, list) else _without_chance(str(value))


def _without_chance(text: str) -> str:
    return CHANCE.sub("#", text)


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` (0..1) of the values do not exceed; NaN of nothing."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1_000_000) * len(ordered) // 1_000_000) - 1))]
