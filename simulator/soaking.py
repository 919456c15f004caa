"""A soak: accidents at a steady rate against real processes that are killed all the while, and what is left of it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from math import ceil
from typing import Any

from simulator.breaking import suffering
from simulator.callers import event
from simulator.city import City
from simulator.main import WEATHERS, Outcome, Plan, begin, newcomer
from simulator.meter import percentile
from simulator.wire import Wire
from simulator.world import Trouble, World

THREADS = 32
SEATS = 6  # of each officer's account, for one accident a second
PACE = 40.0  # people's rests pass so much faster than the clock
DRAIN_PACE = 120.0  # when no more accidents come: what people and officers wait for by the hour comes in seconds
SECONDS_BETWEEN_FAULTS = {"mild": 45.0, "hard": 8.0}
INSURERS_AWAY = (0.35, 0.45)  # of the soak: nobody answers
PLATFORM_AWAY = (0.55, 0.6)
TOLD_EVERY_S = 30.0
DEFAULT_S = 60.0
LEASES_S = 95.0  # what a killed process had in hand is taken up by the next one within this time
ASKED_AGAIN_S = 80.0  # an insurer that was away is asked once a minute
QUIET_S = 20.0
LONGEST_DRAIN_S = 900.0
STUCK_S = 60.0  # without an answer at the end, when the house has long been whole again


@dataclass(frozen=True, kw_only=True)
class Soak:
    """Accidents a second, for so many seconds or until so many have happened (0: not bounded by that)."""

    rate: float
    seconds: float = 0.0
    most_cases: int = 0

    @property
    def length_s(self) -> float:
        return self.seconds or (self.most_cases / self.rate if self.most_cases else DEFAULT_S)


def run(house: Any, plan: Plan, soak: Soak, *, tell: Callable[[str], None]) -> Outcome:
    """Play it. Troubles name who could not go on, and every phone that was left without an answer."""
    seats = plan.officers * max(1, ceil(soak.rate * SEATS))
    outcome, counter = begin(house, replace(plan, officers=seats), pace=PACE)
    world = outcome.world
    world.meter.is_real = True
    before = threading.excepthook
    threading.excepthook = _as_trouble(world)
    try:
        end = house.now() + timedelta(seconds=soak.length_s)
        _spawn(outcome, soak, end, tell)
        world.run_live(end, threads=THREADS)
        outcome.has_all_happened = True
        world.pace = DRAIN_PACE
        drain = _Drain(outcome)
        world.run_live(drain.latest, threads=THREADS, is_over=drain.is_over)
        if stuck := world.meter.waiting(longer_than_s=STUCK_S):
            world.troubles.append(Trouble("phones", house.now(), f"{stuck} were left without an answer"))
        if house.now() >= drain.latest:
            # A slow machine: people stop where they are, and the house sends what it has begun.
            house.wait_until(house.now() + timedelta(seconds=LEASES_S + ASKED_AGAIN_S))
    finally:
        threading.excepthook = before
        counter.shutdown()
        counter.server_close()
    outcome.ended = house.now()
    tell(_line(outcome))
    return outcome


def _spawn(outcome: Outcome, soak: Soak, end: datetime, tell: Callable[[str], None]) -> None:
    world, faults = outcome.world, outcome.plan.faults
    world.spawn("arrivals", _arrivals(outcome, soak, end))
    world.spawn("calls", _calling(outcome, soak, end))
    world.spawn("clerk", _telling(outcome, tell))
    if faults == "none":
        return
    hours = SECONDS_BETWEEN_FAULTS[faults] * PACE / 3600
    world.spawn("faults", suffering(world, hours, until=end))
    hour = 3600 / soak.length_s
    # Nonsense parks a message until an officer tries again, hours later: more than a soak has.
    for partner in outcome.partners.values():
        first, last = PLATFORM_AWAY if partner is outcome.platform else INSURERS_AWAY
        partner.temper = replace(partner.temper, away=(first / hour, last / hour), nonsense=0.0)


def _arrivals(outcome: Outcome, soak: Soak, end: datetime) -> Iterator[float]:
    """A Poisson process on the house's clock that waits for no answer."""
    world = outcome.world
    dice = world.dice_of("arrivals")
    at = world.house.now()
    while at < end and (not soak.most_cases or len(outcome.records) < soak.most_cases):
        newcomer(outcome, outcome.city.spot(), at, weather=WEATHERS[outcome.plan.faults])
        at += timedelta(seconds=dice.expovariate(soak.rate))
        yield max((at - world.house.now()).total_seconds(), 0.0) * world.pace


def _calling(outcome: Outcome, soak: Soak, end: datetime) -> Iterator[float]:
    """The city's other system sends as many events' calls as there are accidents."""
    world, plan = outcome.world, outcome.plan
    dice = world.dice_of("callers")
    city = City(plan.roads, seed=plan.seed + 1, accidents_a_day=0.0, insurers=["-"], days=1)
    wire = Wire(world.house, world.meter, dice, WEATHERS[plan.faults], "10.3.0.1")
    for number in count(1):
        yield dice.expovariate(soak.rate) * world.pace
        if world.house.now() >= end:
            return
        caller = event(world, city, wire, outcome.calls, plan.calls_from, plan.place, number)
        world.spawn(f"event {number}", caller)


class _Drain:
    """Over when every case is closed, or nothing has happened for a while and no lease can be open any more."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._began = self._news_at = outcome.world.house.now()
        self._known = -1
        self.latest = self._began + timedelta(seconds=LONGEST_DRAIN_S)

    def is_over(self) -> bool:
        if self._outcome.is_quiet:
            return True
        now, there = self._outcome.world.house.now(), _happened(self._outcome)
        if there != self._known:
            self._known, self._news_at = there, now
        busy_at = max(partner.busy_at for partner in self._outcome.partners.values())
        return (
            (now - self._began).total_seconds() > LEASES_S
            and (now - self._news_at).total_seconds() > QUIET_S
            and (now - busy_at).total_seconds() > ASKED_AGAIN_S
        )


def _happened(outcome: Outcome) -> int:
    """Grows with every step that a phone has seen a case take, and with every answer of the platform."""
    steps = sum(len(record.moments) + (record.stage == "closed") for record in list(outcome.records))
    return steps + (len(outcome.platform.effects) if outcome.platform else 0)


def _telling(outcome: Outcome, tell: Callable[[str], None]) -> Iterator[float]:
    while True:
        yield TOLD_EVERY_S * outcome.world.pace
        tell(_line(outcome))


def _line(outcome: Outcome) -> str:
    world = outcome.world
    began = outcome.began or world.house.now()
    closed = sum(record.stage == "closed" for record in outcome.records)
    faults = sum(times for name, times in world.meter.counts.items() if name.startswith("fault."))
    answers = [value for values in list(world.meter.seconds.values()) for value in list(values)]
    return (
        f"{(world.house.now() - began).total_seconds():5.0f} s  {len(outcome.records)} cases, {closed} closed,"
        f" {faults} faults, {len(answers)} answers, p50 {percentile(answers, 0.5) * 1e3:.0f} ms,"
        f" p99 {percentile(answers, 0.99) * 1e3:.0f} ms, {world.meter.waiting()} trying again,"
        f" longest {world.meter.longest_wait_s:.0f} s"
    )


def _as_trouble(world: World) -> Callable[[threading.ExceptHookArgs], None]:
    """A thread of ours that dies is trouble too."""

    def hook(died: threading.ExceptHookArgs) -> None:
        name = died.thread.name if died.thread else "?"
        world.troubles.append(Trouble(name, world.house.now(), f"{died.exc_type.__name__}: {died.exc_value}"))
        threading.__excepthook__(died)

    return hook
