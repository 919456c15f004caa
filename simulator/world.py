"""The flow of time: actors are generators that yield how many seconds they want to rest.

Inside one process their turns follow each other in the order of the house's clock, so the same seed gives the same run.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from simulator.house import House, Unreachable
from simulator.meter import Meter
from simulator.wire import Failed


@dataclass(frozen=True)
class Until:
    """Yielded by an actor that rests until somebody rings `bell`, or `seconds` have passed."""

    bell: str
    seconds: float


Rest = float | Until
Actor = Iterator[Rest]


@dataclass
class Trouble:
    """An actor that could not go on."""

    who: str
    at: datetime
    what: str


@dataclass
class World:
    """Everything that one run shares. `dice_of(name)` gives each actor a stream of its own, whatever the others do."""

    house: House
    seed: int
    meter: Meter = field(default_factory=Meter)
    troubles: list[Trouble] = field(default_factory=list)
    _resting: dict[str, list[tuple[datetime, str, Actor]]] = field(default_factory=dict)
    _queue: list[tuple[datetime, int, str, Actor]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)
    after_each: Callable[[], None] | None = None

    def dice_of(self, name: str) -> Random:
        return Random(f"{self.seed}:{name}")

    def spawn(self, name: str, actor: Actor, *, at: datetime | None = None) -> None:
        """Let an actor begin at a moment (now, if none is said)."""
        heapq.heappush(self._queue, (at or self.house.now(), next(self._order), name, actor))

    def run(self, until: datetime, *, progress: Callable[[datetime], None] | None = None) -> None:
        """Turns in the order of their moments, up to `until`; who wants to go on later waits for the next run."""
        while self._queue and self._queue[0][0] <= until:
            self._wake_the_patient()
            at, _, name, actor = heapq.heappop(self._queue)
            if at > self.house.now():
                self.house.wait_until(at)
            self._turn(name, actor)
            self.house.work()
            if self.after_each:
                self.after_each()
            if progress:
                progress(at)
        if until > self.house.now():
            self.house.wait_until(until)

    def _turn(self, name: str, actor: Actor) -> None:
        try:
            rest = next(actor)
        except StopIteration:
            return
        except (Failed, Unreachable) as trouble:
            self.meter.count("troubles")
            self.troubles.append(Trouble(name, self.house.now(), str(trouble)))
            return
        if isinstance(rest, Until):
            at = self.house.now() + timedelta(seconds=rest.seconds)
            self._resting.setdefault(rest.bell, []).append((at, name, actor))
            return
        self.spawn(name, actor, at=self.house.now() + timedelta(seconds=max(rest, 0.0)))

    def ring(self, bell: str, *, after_s: float = 0.0) -> None:
        """Wake whoever rests at the bell, some seconds later."""
        at = self.house.now() + timedelta(seconds=after_s)
        for _, name, actor in self._resting.pop(bell, []):
            self.spawn(name, actor, at=at)

    def _wake_the_patient(self) -> None:
        """Those whose patience has run out at a bell that nobody rang."""
        now = self._queue[0][0] if self._queue else self.house.now()
        for bell, resting in list(self._resting.items()):
            still = []
            for at, name, actor in resting:
                if at <= now:
                    self.spawn(name, actor, at=at)
                else:
                    still.append((at, name, actor))
            self._resting[bell] = still

    @property
    def waiting(self) -> int:
        """Actors that have not ended."""
        return len(self._queue) + sum(map(len, self._resting.values()))
