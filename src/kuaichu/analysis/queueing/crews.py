"""The fewest people hour by hour that keep a promise.

Each hour is taken as if it went on for ever at its own rate ("stationary, independent, period by period"; L. V. Green,
P. J. Kolesar, J. Soares, "Improving the SIPP approach for staffing service systems that have cyclic demands",
Operations Research 49 (2001)). That is good where a case takes minutes and people are not overloaded; it forgets that a
line left over from one hour stands at the beginning of the next, so the plan is also played through (`played_share`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.queueing.lines import Floats, Ints, kept_within, load_of, mean_wait_s, reached_within
from kuaichu.analysis.queueing.needs import Needs
from kuaichu.analysis.queueing.playing import exponential, played
from kuaichu.analysis.queueing.ways import MOST_STANDS, Ways

MOST_SPARE = 40  # people beyond the work there is: what they don't bring, more don't either
MOST_LOAD = 2000.0  # erlangs in one hour
PLAYED_CALLS = 20_000
LEAST_ROUNDS, MOST_ROUNDS = 10, 2000
LEVELS_BELOW, LEVELS_ABOVE = 6, 3
IDLE = 1e-9  # calls an hour: so few are none


@dataclass(frozen=True, kw_only=True)
class Crew:
    """One kind of people, hour by hour (n,). `count` 0: nobody is wanted, or (`is_possible` false) no number is enough.

    `share` within the limit with them, with one fewer and with one more in every hour (`share` of the best where no
    number is enough); `busy` the share of their time at work; `mean_wait_s` until somebody is free. `levels`: the share
    over all calls with one number of people all the time, for some numbers below and above the greatest that is wanted.
    """

    an_hour: Floats
    count: Ints
    is_possible: np.ndarray
    share: Floats
    share_less: Floats
    share_more: Floats
    busy: Floats
    mean_wait_s: Floats
    levels: dict[int, float]

    @property
    def total(self) -> int:
        """Hours of people over all hours."""
        return int(self.count.sum())

    def mean(self, shares: Floats) -> float | None:
        """Over all calls; None when there is none."""
        return _mean(shares, self.an_hour)


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """A plan over n hours that repeat. `riders` None: nothing is known of the ways. `best_share`: with nobody waiting.

    `played_share`: the online promise kept in a simulation of many rounds (None where some hour can't be staffed).
    `travel_s`: mean way by number of stands.
    """

    needs: Needs
    seats: Crew
    riders: Crew | None
    best_share: float
    played_share: float | None
    travel_s: dict[int, float]


def staffing(asked: Needs, by_hour: ArrayLike, ways: Ways | None, *, rng: np.random.Generator) -> Staffing:
    """`by_hour` (n,): accidents an hour. Raises BadInput for rates that are none or far beyond any desk."""
    rates = np.asarray(by_hour, np.float64)
    if rates.ndim != 1 or not np.all(np.isfinite(rates)) or np.any(rates < 0):
        raise BadInput("每小时起数要是非负的数", "rates must be numbers, not negative", field="by_hour")
    online, field = rates * asked.online_share, rates * (1 - asked.online_share)
    longest = max(asked.seat_s, asked.on_scene_s)
    if load_of(rates.max(initial=0.0), longest) > MOST_LOAD:
        raise BadInput("需求太大，请核对起数和用时", "too much work in an hour; check rates and times", field="by_hour")
    own = asked.own_s
    seats = _seats(asked, online, own)
    riders = _riders(asked, field, ways) if ways is not None else None
    return Staffing(
        needs=asked,
        seats=seats,
        riders=riders,
        best_share=float(kept_within([1], [0.0], asked.seat_s, own, asked.promise_s)[0]),
        played_share=_played(asked, seats, own, rng),
        travel_s=ways.means if ways is not None else {},
    )


def fewest(is_enough: Callable[[Ints], Floats], wanted: float, *, load: Floats, most: Ints) -> Ints:
    """The least numbers of people (n,), at least one more than there is work, whose share reaches `wanted`; 0: none up
    to `most` does. `is_enough` gives the shares of numbers.
    """
    count = np.floor(load).astype(np.int64) + 1
    while True:
        short = (is_enough(count) < wanted) & (count <= most)
        if not short.any():
            return np.where(count <= most, count, 0)
        count = count + short


def _seats(asked: Needs, online: Floats, own: Floats) -> Crew:
    load = load_of(online, asked.seat_s)

    def kept(count: Ints) -> Floats:
        return kept_within(count, online, asked.seat_s, own, asked.promise_s)

    count = fewest(kept, asked.promise_share, load=load, most=np.floor(load).astype(np.int64) + MOST_SPARE)
    return _crew(online, count, np.full_like(online, asked.seat_s), kept)


def _riders(asked: Needs, field: Floats, ways: Ways) -> Crew:
    def handling(count: Ints) -> Floats:
        return np.array([asked.on_scene_s + float(ways.to(int(each)).mean()) for each in count])

    def reached(count: Ints) -> Floats:
        way = np.stack([ways.to(int(each)) for each in count])
        return reached_within(count, field, handling(count), way, asked.reach_s)

    load = load_of(field, asked.on_scene_s)
    most = np.maximum(np.floor(load).astype(np.int64) + MOST_SPARE, MOST_STANDS)
    count = fewest(reached, asked.reach_share, load=load, most=most)
    return _crew(field, count, handling(np.where(count > 0, count, most)), reached)


def _crew(an_hour: Floats, count: Ints, handling_s: Floats, share: Callable[[Ints], Floats]) -> Crew:
    is_idle = an_hour.sum() <= IDLE
    count = np.zeros_like(count) if is_idle else count
    is_possible = (count > 0) | is_idle
    shown = np.where(count > 0, count, np.floor(load_of(an_hour, handling_s)).astype(np.int64) + MOST_SPARE)
    fewer = shown - 1
    return Crew(
        an_hour=an_hour,
        count=count,
        is_possible=is_possible,
        share=share(shown),
        share_less=np.where(fewer > 0, share(np.maximum(fewer, 1)), 0.0),
        share_more=share(shown + 1),
        busy=load_of(an_hour, handling_s) / shown,
        mean_wait_s=mean_wait_s(shown, an_hour, handling_s),
        levels={} if is_idle else _levels(an_hour, int(count.max(initial=0)) or LEVELS_BELOW, share),
    )


def _levels(an_hour: Floats, middle: int, share: Callable[[Ints], Floats]) -> dict[int, float]:
    numbers = range(max(1, middle - LEVELS_BELOW), middle + LEVELS_ABOVE + 1)
    return {each: _mean(share(np.full(len(an_hour), each)), an_hour) or 0.0 for each in numbers}


def _mean(shares: Floats, an_hour: Floats) -> float | None:
    calls = float(an_hour.sum())
    return float((shares * an_hour).sum() / calls) if calls > IDLE else None


def _played(asked: Needs, seats: Crew, own: Floats, rng: np.random.Generator) -> float | None:
    calls = float(seats.an_hour.sum())
    if calls <= IDLE or not seats.is_possible.all():
        return None
    rounds = int(np.clip(PLAYED_CALLS / calls, LEAST_ROUNDS, MOST_ROUNDS))
    waits, takes, _ = played(seats.an_hour, seats.count, takes=exponential(asked.seat_s), rounds=rounds, rng=rng)
    if not len(waits):
        return None
    return float((waits + takes + rng.choice(own, len(waits)) <= asked.promise_s).mean())
