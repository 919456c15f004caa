"""Waiting lines: Erlang's formulas, the time from a report to the end, and a small simulation that checks them.

M/M/c: calls come at random (Poisson), each takes an exponentially distributed time, c people work, nobody gives up.
Erlang B by its recursion B(0) = 1, B(c) = aB(c−1) / (c + aB(c−1)) with the load a in erlangs;
C = B / (1 − (a/c)(1 − B)).
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf
from random import Random

HOUR_S = 3600.0
ALIKE = 1e-9  # two rates that differ by less are one


def erlang_b(servers: int, load: float) -> float:
    """The share of calls that find all busy when nobody waits. `load` in erlangs."""
    lost = 1.0
    for server in range(1, servers + 1):
        lost = load * lost / (server + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """The share of calls that have to wait; 1 when there is more work than people."""
    if load >= servers:
        return 1.0
    lost = erlang_b(servers, load)
    return lost / (1 - load / servers * (1 - lost))


@dataclass(frozen=True, kw_only=True)
class Line:
    """`servers` people, `an_hour` calls, `handling_s` seconds each on the average."""

    servers: int
    an_hour: float
    handling_s: float

    @property
    def load(self) -> float:
        """In erlangs: how many people are busy on the average."""
        return self.an_hour * self.handling_s / HOUR_S

    @property
    def busy(self) -> float:
        """The share of their time that people are at work; above 1 the line grows without end."""
        return self.load / self.servers if self.servers else inf

    @property
    def waits(self) -> float:
        """The share of calls that have to wait."""
        return erlang_c(self.servers, self.load)

    @property
    def mean_wait_s(self) -> float:
        """Over all calls; infinite when there is more work than people."""
        if self.busy >= 1:
            return inf
        return self.waits * self.handling_s / (self.servers - self.load)

    def waits_longer(self, seconds: float) -> float:
        """The share of calls that wait longer than so: C·exp(−(c − a)t/s)."""
        if seconds < 0 or self.busy >= 1:
            return 1.0
        return self.waits * exp(-(self.servers - self.load) * seconds / self.handling_s)

    def answered_within(self, seconds: float) -> float:
        """The service level."""
        return 1 - self.waits_longer(seconds)

    def done_within(self, seconds: float) -> float:
        """The share of calls whose waiting and handling together end within so."""
        if seconds <= 0 or self.busy >= 1:
            return 0.0
        leaving, ending = (self.servers - self.load) / self.handling_s, 1 / self.handling_s
        later = exp(-ending * seconds)
        if abs(leaving - ending) < ALIKE:
            both = (1 + ending * seconds) * later
        else:
            both = (leaving * later - ending * exp(-leaving * seconds)) / (leaving - ending)
        return 1 - (1 - self.waits) * later - self.waits * both


def kept_within(line: Line, own_s: Sequence[float], seconds: float) -> float:
    """The share of cases that end within so, when people need `own_s` (a sample) themselves before or after."""
    return sum(line.done_within(seconds - own) for own in own_s) / len(own_s)


def reached_within(line: Line, travel_s: Sequence[float], seconds: float) -> float:
    """The share of calls that somebody reaches within so: waiting for a free rider, then the way (a sample)."""
    return sum(line.answered_within(seconds - way) if way <= seconds else 0.0 for way in travel_s) / len(travel_s)


def fewest(is_enough: Callable[[int], bool], *, load: float, most: int = 400) -> int | None:
    """The least number of people that is enough (at least one more than there is work); None up to `most`."""
    for servers in range(int(load) + 1, most + 1):
        if is_enough(servers):
            return servers
    return None


def played(
    *,
    by_hour: Sequence[float],
    servers: Sequence[int],
    handling: Callable[[Random], float],
    days: int,
    seed: int,
) -> list[tuple[float, float]]:
    """A simulation of days that follow each other: `by_hour` calls and `servers` people in each hour of a day. First
    come, first served; who is busy when the shift ends finishes. Returns each call's waiting and handling in seconds.
    """
    dice = Random(f"{seed}:line")
    found: list[tuple[float, float]] = []
    free: list[float] = []  # when each of the people who work now is free
    for hour in range(24 * days):
        _staff(free, servers[hour % 24], hour * HOUR_S)
        for at in _arrivals(by_hour[hour % 24], hour * HOUR_S, dice):
            takes = handling(dice)
            begins = max(at, heapq.heappop(free))
            heapq.heappush(free, begins + takes)
            found.append((begins - at, takes))
    return found


def _staff(free: list[float], wanted: int, now: float) -> None:
    """Those who are free first go home; those who come are free at once. At least one stays."""
    while len(free) > max(wanted, 1):
        heapq.heappop(free)
    while len(free) < max(wanted, 1):
        heapq.heappush(free, now)


def _arrivals(an_hour: float, start: float, dice: Random) -> list[float]:
    found: list[float] = []
    at = 0.0
    while an_hour > 0:
        at += dice.expovariate(an_hour / HOUR_S)
        if at >= HOUR_S:
            break
        found.append(start + at)
    return found
