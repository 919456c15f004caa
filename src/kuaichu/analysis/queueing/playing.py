"""A waiting line played through, call by call: what the formulas of `lines` are checked against."""

import heapq
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from kuaichu.analysis.queueing.lines import HOUR_S, Floats

Takes = Callable[[np.random.Generator, int], Floats]


def exponential(mean_s: float) -> Takes:
    """Handling times as Erlang's formulas take them."""
    return lambda rng, count: rng.exponential(mean_s, count)


def played(
    by_hour: ArrayLike, servers: ArrayLike, *, takes: Takes, rounds: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """`rounds` times the hours of `by_hour` (n,) calls with `servers` (n,) people, one after the other.

    First come, first served; who is busy when the hour ends finishes; at least one stays. Returns each call's waiting
    and handling in seconds and the hour of its coming, 0 … n − 1.
    """
    rates, people = np.asarray(by_hour, np.float64), np.asarray(servers, np.int64)
    counts = rng.poisson(np.tile(rates, rounds))
    hour = np.repeat(np.arange(len(counts)), counts)
    at = np.sort(hour * HOUR_S + rng.uniform(0, HOUR_S, len(hour)))
    handling = takes(rng, len(at))
    waits = np.empty(len(at))
    free: list[float] = []  # when each of the people who work now is free
    staffed = -1
    for number, (moment, lasts, now) in enumerate(zip(at.tolist(), handling.tolist(), hour.tolist(), strict=True)):
        for each in range(staffed + 1, now + 1):
            _staff(free, int(people[each % len(rates)]), each * HOUR_S)
        staffed = now
        begins = max(moment, heapq.heappop(free))
        heapq.heappush(free, begins + lasts)
        waits[number] = begins - moment
    return waits, handling, np.asarray(hour % len(rates), np.float64)


def _staff(free: list[float], wanted: int, now: float) -> None:
    """Those who are free first go home; those who come are free at once. At least one stays."""
    while len(free) > max(wanted, 1):
        heapq.heappop(free)
    while len(free) < max(wanted, 1):
        heapq.heappush(free, now)
