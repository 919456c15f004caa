"""The flow of time: actors are generators that yield how many seconds they want to rest.

Inside one process their turns follow each other in the order of the house's clock, so the same seed gives the same run.
"""

import heapq
import itertools
import threading
import time
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


@dataclass(order=True)
class Turn:
    """An actor's next turn. `bell`: where it rests until then; a ring before makes another turn and this one void."""

    at: datetime
    order: int
    name: str = field(compare=False)
    actor: Actor = field(compare=False)
    bell: str = field(default="", compare=False)
    is_void: bool = field(default=False, compare=False)


@dataclass
class World:
    """Everything that one run shares. `dice_of(name)` gives each actor a stream of its own, whatever the others do.

    `pace`: how many times faster than people live their rests pass (load runs on a real clock; 1 otherwise).
    """

    house: House
    seed: int
    pace: float = 1.0
    meter: Meter = field(default_factory=Meter)
    troubles: list[Trouble] = field(default_factory=list)
    bells: dict[str, str] = field(default_factory=dict)  # the bell of a case by its number
    _resting: dict[str, list[Turn]] = field(default_factory=dict)
    _queue: list[Turn] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _living: int = 0

    def dice_of(self, name: str) -> Random:
        return Random(f"{self.seed}:{name}")

    def spawn(self, name: str, actor: Actor, *, at: datetime | None = None) -> None:
        """Let an actor begin at a moment (now, if none is said)."""
        with self._lock:
            self._living += 1
            self._push(name, actor, at or self.house.now())

    def spawn_in(self, name: str, actor: Actor, seconds: float) -> None:
        """Let an actor begin in some of people's seconds."""
        self.spawn(name, actor, at=self._in(seconds))

    def run(self, until: datetime, *, is_over: Callable[[], bool] = lambda: False) -> None:
        """Turns in the order of their moments, up to `until`, with the house's own work between them; ends early when
        `is_over`. Who wants to go on later waits for the next run."""
        due = self._work()
        while not is_over():
            turn = self._first(until)
            if due is not None and due <= until and (turn is None or due < turn.at):
                self._until(due)
            elif turn is None:
                self._until(until)
                return
            else:
                heapq.heappop(self._queue)
                self._until(turn.at)
                self.take(turn)
            due = self._work()

    def _work(self) -> datetime | None:
        began = time.perf_counter()
        due = self.house.work()
        self.meter.waited("worker", time.perf_counter() - began)
        return due

    def _until(self, moment: datetime) -> None:
        if moment > self.house.now():
            self.house.wait_until(moment)

    def _first(self, until: datetime) -> Turn | None:
        while self._queue and self._queue[0].is_void:
            heapq.heappop(self._queue)
        return self._queue[0] if self._queue and self._queue[0].at <= until else None

    def run_live(self, until: datetime, *, threads: int, is_over: Callable[[], bool] = lambda: False) -> None:
        """The same on a clock that nobody can move: turns are taken by `threads` side by side, as soon as they are due.

        A turn that comes late because all threads are busy is late for the people too: the wire counts from the moment
        that was meant.
        """
        hands = [
            threading.Thread(target=self._hand, args=(until, is_over), name=f"hand {at}", daemon=True)
            for at in range(threads)
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()

    def _hand(self, until: datetime, is_over: Callable[[], bool]) -> None:
        while not is_over() and self.house.now() < until:
            with self._lock:
                turn = self._first(self.house.now())
                if turn is not None:
                    heapq.heappop(self._queue)
            if turn is None:
                time.sleep(0.005)
            else:
                self.take(turn)

    def take(self, turn: Turn) -> None:
        """One turn of an actor, and its next one."""
        if turn.bell:
            with self._lock:
                if turn.is_void:  # somebody rang between
                    return
                turn.is_void = True
                self._resting[turn.bell].remove(turn)
        self.meter.meant(turn.at, self.house.now())
        try:
            rest = next(turn.actor)
        except StopIteration:
            self._ended()
        except (Failed, Unreachable) as trouble:
            self._ended()
            self.meter.count("troubles")
            self.troubles.append(Trouble(turn.name, self.house.now(), str(trouble)))
        else:
            self._rest(turn, rest)

    def _rest(self, turn: Turn, rest: Rest) -> None:
        with self._lock:
            if isinstance(rest, Until):
                after = self._push(turn.name, turn.actor, self._in(rest.seconds), bell=rest.bell)
                self._resting.setdefault(rest.bell, []).append(after)
            else:
                self._push(turn.name, turn.actor, self._in(max(rest, 0.0)))

    def _ended(self) -> None:
        with self._lock:
            self._living -= 1

    def _push(self, name: str, actor: Actor, at: datetime, *, bell: str = "") -> Turn:
        turn = Turn(at, next(self._order), name, actor, bell)
        heapq.heappush(self._queue, turn)
        return turn

    def _in(self, seconds: float) -> datetime:
        return self.house.now() + timedelta(seconds=seconds / self.pace)

    def ring(self, bell: str, *, after_s: float = 0.0, most: int = 10**9) -> None:
        """Wake whoever rests at the bell, `most` of them, some seconds later."""
        with self._lock:
            resting = self._resting.get(bell, [])
            called, resting[:] = resting[:most], resting[most:]
            for turn in called:
                turn.is_void = True
                self._push(turn.name, turn.actor, self._in(after_s))

    def ring_case(self, number: str, *, after_s: float = 3.0) -> None:
        """The pages of this case change."""
        self.ring(self.bells.get(number, number), after_s=after_s)

    @property
    def waiting(self) -> int:
        """Actors that have not ended."""
        return self._living
