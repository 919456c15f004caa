"""Load: arrivals that do not wait for answers, at a rate that grows until the house cannot follow; where, and why."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from simulator.breaking import suffering
from simulator.main import WEATHERS, Outcome, Plan, begin, newcomer
from simulator.meter import percentile

THREADS = 48
PACE = 40.0  # people hesitate a fortieth of their time: the house feels the same requests, the run takes minutes
SLOW_S = 0.5  # the 95th percentile of an answer beyond which the rate is not sustained
HOURS_BETWEEN_FAULTS = {"mild": 0.5, "hard": 0.15}  # of people's time: by PACE 45 and 13 seconds
CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Level:
    """One arrival rate, in cases per second. Latencies in seconds from the moment that was meant."""

    rate: float
    began: int
    ended: int
    seconds: float
    answers_per_s: float
    p50_s: float
    p95_s: float
    p99_s: float
    text_p95_s: float  # from the tap to the text message: the worker's queue
    cpu: dict[str, float]  # cores busy, by process

    @property
    def is_sustained(self) -> bool:
        return self.p95_s <= SLOW_S

    @property
    def bottleneck(self) -> str:
        """Where the time went: a process that uses a core or more, or all cores together."""
        name, used = max(self.cpu.items(), key=lambda pair: pair[1], default=("?", 0.0))
        total = sum(self.cpu.values())
        return f"{name}: {used:.1f} of {CORES} cores" + (", all cores busy" if total > 0.85 * CORES else "")


def ramp(
    house: Any, plan: Plan, *, rates: tuple[float, ...], seconds: float, tell: Callable[[str], None]
) -> tuple[Outcome, list[Level]]:
    """Levels of growing rate up to the first that is not sustained; then what was begun is played to its end."""
    outcome, counter = begin(house, plan, pace=PACE)
    world = outcome.world
    world.meter.is_real = True
    levels: list[Level] = []
    if plan.faults != "none":
        world.spawn("faults", suffering(world, HOURS_BETWEEN_FAULTS[plan.faults]))
    try:
        for rate in rates:
            levels.append(_level(outcome, house, rate, seconds))
            tell(as_line(levels[-1]))
            if not levels[-1].is_sustained:
                break
        outcome.has_all_happened = True
        world.run_live(house.now() + timedelta(seconds=seconds * 6), threads=THREADS, is_over=lambda: outcome.is_quiet)
    finally:
        counter.shutdown()
        counter.server_close()
    outcome.ended = house.now()
    return outcome, levels


def _level(outcome: Outcome, house: Any, rate: float, seconds: float) -> Level:
    world = outcome.world
    world.meter.seconds.clear()
    first, used, began = len(outcome.records), house.cpu_seconds(), time.monotonic()
    closed = sum(record.stage == "closed" for record in outcome.records)
    world.spawn("arrivals", _arrivals(outcome, rate, seconds))
    world.run_live(house.now() + timedelta(seconds=seconds), threads=THREADS)
    took = time.monotonic() - began
    cpu = {name: (now - used.get(name, 0.0)) / took for name, now in house.cpu_seconds().items()}
    kinds = {kind: list(values) for kind, values in world.meter.seconds.items()}
    texts = kinds.pop("text message", [])
    answers = [value for values in kinds.values() for value in values]
    return Level(
        rate=rate,
        began=len(outcome.records) - first,
        ended=sum(record.stage == "closed" for record in outcome.records) - closed,
        seconds=took,
        answers_per_s=len(answers) / took,
        p50_s=percentile(answers, 0.5),
        p95_s=percentile(answers, 0.95),
        p99_s=percentile(answers, 0.99),
        text_p95_s=percentile(texts, 0.95),
        cpu=cpu,
    )


def _arrivals(outcome: Outcome, rate: float, seconds: float) -> Iterator[float]:
    """A Poisson process on the house's clock: the next moment is fixed before the last one was answered."""
    world = outcome.world
    dice = world.dice_of(f"arrivals {rate}")
    at, end = world.house.now(), world.house.now() + timedelta(seconds=seconds)
    while at < end:
        newcomer(outcome, outcome.city.spot(), at, weather=WEATHERS[outcome.plan.faults])
        at += timedelta(seconds=dice.expovariate(rate))
        yield max((at - world.house.now()).total_seconds(), 0.0) * world.pace


def as_line(level: Level) -> str:
    return (
        f"{level.rate:5.2f} cases/s  {level.answers_per_s:6.1f} answers/s  p50 {level.p50_s * 1e3:6.0f} ms"
        f"  p95 {level.p95_s * 1e3:6.0f} ms  p99 {level.p99_s * 1e3:6.0f} ms  texts p95 {level.text_p95_s:5.1f} s"
        f"  begun {level.began} ended {level.ended}  {level.bottleneck}"
    )
