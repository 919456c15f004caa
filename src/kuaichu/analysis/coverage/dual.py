"""Dual ascent: a proof of how good k sites are, and often better sites.

The Lagrangian of the p-median relaxes that every point is served once (Beasley 1993): at prices v a site saves rho, the
k sites that save most give a lower bound, and the prices follow a smoothed subgradient with a step by the gap (Held,
Wolfe & Crowder 1974). The loop is Python around compiled rounds: it costs some 20 us a round and saves five seconds of
compiling. What it leaves open is searched by opening and closing sites, the part with the lowest bound first.
"""

import heapq
import time
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.coverage.kernels import Floats, Ints, cost_of, interchange, relaxed, step_along

Bools = NDArray[np.bool_]

ROUNDS, BRANCH_ROUNDS = 1000, 60
STALLS, BRANCH_STALLS = 12, 6  # rounds without a better bound before the step is shortened
SHORTEST = 1e-4
OVERSHOT = 1.02  # the step aims a little above the best cost known
TRIED, TRIED_EIGHTH = 1.002, 1.05  # sites of a round this near the best cost are improved; every eighth round, this
REMEMBERED = 0.95


@dataclass(kw_only=True)
class Question:
    """Points and sites as in `kernels`, and the best known: `chosen` (k,) at the cost `upper`.

    Only solutions cheaper than `goal` are sought: by the share `wanted`, or by one `unit` where costs are multiples.
    """

    near: Floats
    order: Ints
    weights: Floats
    chosen: NDArray[np.int32]
    wanted: float
    unit: float
    upper: float = field(init=False)

    def __post_init__(self) -> None:
        self.upper = interchange(self.near, self.order, self.weights, self.chosen)

    @property
    def goal(self) -> float:
        return self.upper - 0.999 * self.unit if self.unit else self.upper * (1 - self.wanted)

    def improve(self, picked: NDArray[np.int64]) -> None:
        """Tries the sites of a round, with interchange."""
        tried = picked.astype(np.int32)
        cost = interchange(self.near, self.order, self.weights, tried)
        if cost < self.upper:
            self.upper, self.chosen = cost, tried


@dataclass(frozen=True, kw_only=True)
class Part:
    """The solutions that open `opened` and not `closed` (m,): none costs less than `bound`, proven at `prices` (n,).

    `share` (m,): how often the last rounds picked each site.
    """

    prices: Floats
    opened: Bools
    closed: Bools
    bound: float
    share: Floats


def whole(question: Question, prices: Floats) -> Part:
    """All solutions, nothing proven."""
    sites = question.near.shape[1]
    none = np.zeros(sites, bool)
    return Part(prices=prices, opened=none, closed=none, bound=0.0, share=np.zeros(sites))


def ascend(question: Question, part: Part, *, rounds: int = ROUNDS, stalls: int = STALLS) -> Part:
    """The part with a better bound and its prices; `question` may learn better sites. Ends when the goal is reached."""
    near, order, weights = question.near, question.order, question.weights
    prices, best, lower = part.prices.copy(), part.prices, -np.inf
    theta, stalled = 1.0, 0
    rho, share = np.empty(near.shape[1]), part.share.copy()
    drift, is_open = np.zeros(prices.size), np.zeros(near.shape[1], bool)
    for number in range(rounds):
        bound = relaxed(near, order, weights, prices, rho)
        picked = _picked(rho, part, question.chosen.size)
        bound += float(rho[picked].sum())
        is_open[:] = False
        is_open[picked] = True
        share = REMEMBERED * share + (1 - REMEMBERED) * is_open
        stalled = 0 if bound - lower > 1e-5 * (question.upper - bound) else stalled + 1
        if bound > lower:
            lower, best = bound, prices.copy()
        if cost_of(near, order, weights, is_open) < question.upper * (TRIED if number % 8 else TRIED_EIGHTH):
            question.improve(picked)
        if lower >= question.goal or theta < SHORTEST:
            break
        if stalled >= stalls:
            theta, stalled = theta / 2, 0
            prices[:], drift[:] = best, 0.0
        step_along(near, order, weights, prices, is_open, drift, theta * (OVERSHOT * question.upper - bound))
    return replace(part, prices=best, bound=max(lower, part.bound), share=share)


def _picked(rho: Floats, part: Part, units: int) -> NDArray[np.int64]:
    """The sites of the relaxation: those opened, and of the others those that save most."""
    saves = np.where(part.closed, np.inf, rho)
    saves[part.opened] = -np.inf
    return np.argpartition(saves, units - 1)[:units]


def narrowed(question: Question, part: Part) -> Part | None:
    """The part without solutions at the goal or dearer, by the penalties at its prices; None when nothing is left."""
    rho, units = np.empty(question.near.shape[1]), question.chosen.size
    bound = relaxed(question.near, question.order, question.weights, part.prices, rho)
    picked = _picked(rho, part, units)
    bound += float(rho[picked].sum())
    is_in = np.zeros(rho.size, bool)
    is_in[picked] = True
    is_free_in, is_free_out = is_in & ~part.opened, ~is_in & ~part.closed
    if bound >= question.goal:
        return None
    if not (is_free_in.any() and is_free_out.any()):
        return part
    least_out, most_in = rho[is_free_out].min(), rho[is_free_in].max()
    opened = part.opened | (is_free_in & (bound - rho + least_out >= question.goal))
    closed = part.closed | (is_free_out & (bound + rho - most_in >= question.goal))
    return replace(part, opened=opened, closed=closed)


def search(question: Question, start: Part, *, most: int, seconds: float) -> float:
    """Branches until every part is above the goal, or `most` parts or `seconds` are used up; the lower bound of all."""
    until, count = time.monotonic() + seconds, 0
    parts = [(start.bound, count, start)]
    while parts and parts[0][0] < question.goal and count < most and time.monotonic() < until:
        bound, _, part = heapq.heappop(parts)
        for half in _halves(question, part):
            count += 1
            tighter = ascend(question, half, rounds=BRANCH_ROUNDS, stalls=BRANCH_STALLS)
            left = narrowed(question, tighter)
            if left is not None:
                heapq.heappush(parts, (max(bound, left.bound), count, left))
    return min(parts[0][0], question.goal) if parts else question.goal


def _halves(question: Question, part: Part) -> list[Part]:
    """With and without the free site that the rounds agree on least; nothing when one solution is left, and tried."""
    free = np.flatnonzero(~(part.opened | part.closed))
    units = question.chosen.size
    wanting = units - int(part.opened.sum())
    if wanting <= 0 or free.size <= wanting:
        if wanting >= 0 and free.size == wanting:
            question.improve(np.flatnonzero(part.opened | ~part.closed))
        elif wanting == 0:
            question.improve(np.flatnonzero(part.opened))
        return []
    site = free[np.argmin(np.abs(part.share[free] - 0.5))]
    this = np.arange(part.opened.size) == site
    return [replace(part, opened=part.opened | this), replace(part, closed=part.closed | this)]
