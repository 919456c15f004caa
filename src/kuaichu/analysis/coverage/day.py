"""A day of 24 plans: each hour for itself, and with what it costs that units move between hours.

The hours' optima are linked by the assignment with the least travel (Kuhn 1955; SciPy's Jonker-Volgenant). With a price
on moving, one unit's whole day at a time is chosen anew, exactly, by dynamic programming over hours and sites, the
others' days held still, until no unit's day can be made cheaper; once from the hours' optima and once from the day's
one best standing plan. The hours' bounds together bound every day plan, since moves cost nothing less than nothing:
the gap that is stated is therefore an upper limit and grows with the price of moves, also where the plan is optimal.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from kuaichu.analysis.coverage.kernels import IMPROVES, Floats, Ints, cost_of
from kuaichu.analysis.coverage.reach import Reach
from kuaichu.analysis.coverage.siting import (
    SECONDS,
    WANTED_GAP,
    Siting,
    checked_weights,
    described,
    first_prices,
    max_cover,
    p_median,
)
from kuaichu.analysis.errors import BadInput

Progress = Callable[[int, int], None]
ROUNDS = 30
NO_WAY = 1e3  # times the dearest move


@dataclass(frozen=True, kw_only=True)
class Day:
    """h hours of k units. `posts` (h, k): each unit's site; `moved` (h, k): its way there from the hour before, first
    row 0. `cost` is the hours' costs and the moves' price together, at least `bound` whatever the plan."""

    hours: tuple[Siting, ...]
    posts: NDArray[np.int64]
    moved: Floats
    moving: float
    bound: float

    @property
    def cost(self) -> float:
        return sum(hour.cost for hour in self.hours) + self.moving

    @property
    def gap(self) -> float:
        """An upper limit, see above."""
        return (self.cost - self.bound) / self.cost if self.cost > 0 else 0.0


def hourly(
    reach: Reach,
    weights: ArrayLike,
    units: int,
    *,
    within: float | None = None,
    gap: float = WANTED_GAP,
    seconds: float = SECONDS,
    progress: Progress | None = None,
) -> tuple[Siting, ...]:
    """The best plan of every hour, `weights` (h, n); the goal is covering when `within` is given, else mean travel."""
    table = np.atleast_2d(np.asarray(weights, np.float64))
    prices = first_prices(reach.near, max(units, 1))
    plans: list[Siting] = []
    for row in table:
        if within is None:
            plans.append(p_median(reach, row, units, gap=gap, seconds=seconds, prices=prices))
        else:
            plans.append(max_cover(reach, row, units, within=within, seconds=seconds))
        if progress:
            progress(len(plans), len(table))
    return tuple(plans)


def day_plan(
    reach: Reach,
    weights: ArrayLike,
    units: int,
    *,
    between: ArrayLike,
    per_distance: float = 0.0,
    per_move: float = 0.0,
    within: float | None = None,
    gap: float = WANTED_GAP,
    seconds: float = SECONDS,
    progress: Progress | None = None,
) -> Day:
    """The hours of `weights` (h, n) with units that move.

    `between` (m, m): travel from site to site. `per_distance`: what a unit of it costs against a unit of one call's
    travel (goal mean) or against one uncovered call (goal cover); `per_move`: the same for every move at all.
    Both zero: the hours' optima, linked with the least travel. Raises BadInput.
    """
    ways = _checked_ways(reach, between)
    if not (per_distance >= 0 and per_move >= 0):
        raise BadInput("移动代价不能为负", "moves can't cost less than nothing", field="per_move")
    alone = hourly(reach, weights, units, within=within, gap=gap, seconds=seconds, progress=progress)
    if not alone:
        raise BadInput("没有一个小时的需求", "there is no hour to plan", field="weights")
    bound = sum(plan.bound for plan in alone)
    finite = np.where(np.isinf(ways), NO_WAY * max(ways[np.isfinite(ways)].max(), 1.0), ways)
    price = finite * per_distance + per_move * (finite > 0)
    posts = _linked(np.array([plan.sites for plan in alone], np.int32), price if price.any() else finite)
    if not price.any():
        return _day(alone, posts, ways, 0.0, bound)
    near = reach.near if within is None else (reach.near > within).astype(np.float64)
    demand = np.array([plan.weights for plan in alone])
    standing = _standing(reach, demand, units, within=within, gap=gap, seconds=seconds)
    days = [_settled(near, reach.order, demand, start, price) for start in (posts, standing)]
    costs = [_cost(near, reach.order, demand, each, price) for each in days]
    best = min((0, 1), key=lambda i: sum(costs[i]))
    plans = tuple(_hour(reach, near, plan, row) for plan, row in zip(alone, days[best], strict=True))
    return _day(plans, days[best], ways, costs[best][1], bound)


def _checked_ways(reach: Reach, between: ArrayLike) -> Floats:
    ways = np.asarray(between, np.float64)
    if ways.shape != (reach.sites, reach.sites) or not (ways >= 0).all():
        raise BadInput(
            "点位之间的距离表不可用",
            "the distances between sites must be a square table of numbers >= 0",
            field="between",
        )
    return ways


def _standing(reach: Reach, demand: Floats, units: int, *, within: float | None, gap: float, seconds: float) -> Ints:
    """The day's best plan without any move, repeated (h, k)."""
    total = demand.sum(axis=0)
    if within is None:
        plan = p_median(reach, total, units, gap=gap, seconds=seconds)
    else:
        plan = max_cover(reach, total, units, within=within, seconds=seconds)
    return np.tile(plan.sites.astype(np.int32), (len(demand), 1))


def _linked(posts: Ints, price: Floats) -> Ints:
    """The same sites in every hour, given to units so that moving is cheapest from hour to hour."""
    linked = posts.copy()
    for hour in range(1, len(posts)):
        rows, columns = linear_sum_assignment(price[np.ix_(linked[hour - 1], posts[hour])])
        linked[hour, rows] = posts[hour, columns]
    return linked


def _settled(near: Floats, order: Ints, demand: Floats, posts: Ints, price: Floats) -> Ints:
    """Days that no change of one unit's day makes cheaper."""
    posts = posts.copy()
    least = sum(_cost(near, order, demand, posts, price)) * IMPROVES
    for _ in range(ROUNDS):
        won = sum(rechosen(near, order, demand, posts, unit, price) for unit in range(posts.shape[1]))
        posts = _linked(posts, price)
        if won <= least:
            break
    return posts


@njit(cache=True)
def rechosen(near: Floats, order: Ints, demand: Floats, posts: Ints, unit: int, price: Floats) -> float:
    """Gives one unit the cheapest day, the others held still; `posts` (h, k) is changed. What it saves.

    Shortest path through hours x sites: a site's price in an hour is the cost with the unit there, a step's is `price`.
    """
    hours, units = posts.shape
    count, sites = near.shape
    best, came = np.zeros(sites), np.zeros((hours, sites), np.int32)
    stand, step, is_open = np.empty(sites), np.empty(sites), np.zeros(sites, np.bool_)
    before = 0.0
    for hour in range(hours):
        for j in range(sites):
            is_open[j] = False
        for u in range(units):
            if u != unit:
                is_open[posts[hour, u]] = True
        alone = 0.0
        for j in range(sites):
            stand[j] = 0.0
        for i in range(count):
            w = demand[hour, i]
            if w <= 0:
                continue
            rank = 0
            while rank < sites - 1 and not is_open[order[i, rank]]:
                rank += 1
            reached = near[i, rank]
            alone += w * reached
            for closer in range(rank):
                stand[order[i, closer]] -= w * (reached - near[i, closer])
        if hour:
            for b in range(sites):
                step[b] = np.inf
            for a in range(sites):
                for b in range(sites):
                    cost = best[a] + price[a, b]
                    if cost < step[b]:
                        step[b], came[hour, b] = cost, a
            best, step = step, best
            before += price[posts[hour - 1, unit], posts[hour, unit]]
        before += alone + stand[posts[hour, unit]]
        for j in range(sites):
            best[j] += stand[j] + alone
    site = 0
    for j in range(sites):
        if best[j] < best[site]:
            site = j
    won = before - best[site]
    if won <= IMPROVES * before:
        return 0.0
    for back in range(hours):
        hour = hours - 1 - back
        posts[hour, unit] = site
        site = came[hour, site]
    return won


def _cost(near: Floats, order: Ints, demand: Floats, posts: Ints, price: Floats) -> tuple[float, float]:
    """Of the hours, of the moves."""
    standing = 0.0
    for row, weights in zip(posts, demand, strict=True):
        standing += cost_of(near, order, weights, np.isin(np.arange(near.shape[1]), row))
    return standing, float(price[posts[:-1], posts[1:]].sum())


def _hour(reach: Reach, near: Floats, alone: Siting, row: Ints) -> Siting:
    """One hour of the day's plan; its bound stays that of the hour alone."""
    demand = checked_weights(reach, alone.weights)
    cost = cost_of(near, reach.order, demand, np.isin(np.arange(reach.sites), row))
    return described(reach, demand, row, goal=alone.goal, cost=cost, bound=min(alone.bound, cost), proof=alone.proof)


def _day(plans: tuple[Siting, ...], posts: Ints, ways: Floats, moving: float, bound: float) -> Day:
    moved = np.zeros(posts.shape)
    moved[1:] = ways[posts[:-1], posts[1:]]
    return Day(hours=plans, posts=posts.astype(np.int64), moved=moved, moving=moving, bound=bound)
