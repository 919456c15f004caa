"""Where to put k units: the p-median and the maximal covering problem, each with a proof of how good the answer is.

p-median (Hakimi 1964): the sites with the least sum of weight x distance to the nearest. Maximal covering (Church &
ReVelle 1974): the sites with the most weight within a limit, which is the p-median over distances 0 and 1 (Church &
ReVelle 1976). Fast interchange finds the sites (`kernels`), dual ascent bounds them, branching (`dual`) and HiGHS
(`exact`) close what stays open.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.coverage import exact
from kuaichu.analysis.coverage.dual import Part, Question, ascend, narrowed, search, whole
from kuaichu.analysis.coverage.kernels import Floats, cost_of, greedy, interchange
from kuaichu.analysis.coverage.reach import Reach
from kuaichu.analysis.errors import BadInput

Goal = Literal["mean", "cover"]
Proof = Literal["dual", "exact", "open"]

WANTED_GAP = 1e-3
SECONDS = 20.0  # for HiGHS, per question
MOST_ENTRIES = 2_000_000  # of a model that is worth giving to HiGHS
EXACTLY = 1e-9
FEW_SITES = 40  # undecided ones that HiGHS settles at once
MOST_PARTS = 400


@dataclass(frozen=True, kw_only=True)
class Siting:
    """k sites for n demand points.

    `sites` (k,) ascending; `assigned` (n,) the nearest of them, -1 where no way leads; `travel` (n,) the way there,
    infinite there. `weights` (n,). For the goal "mean" `cost` is the sum of weight x distance, for "cover" the weight
    left uncovered; no choice of k sites costs less than `bound`. `proof`: by dual ascent, by HiGHS, or still open.
    """

    goal: Goal
    sites: NDArray[np.int64]
    assigned: NDArray[np.int64]
    travel: Floats
    weights: Floats
    cost: float
    bound: float
    proof: Proof

    @property
    def gap(self) -> float:
        """How much better a choice could be at most, as a share: of the cost, or of the most that can be covered."""
        whole = self.cost if self.goal == "mean" else self.total - self.bound
        return (self.cost - self.bound) / whole if whole > 0 else 0.0

    @property
    def total(self) -> float:
        return float(self.weights.sum())

    @property
    def mean(self) -> float:
        """Mean travel of the weight that is reached; NaN when there is none."""
        is_reached = np.isfinite(self.travel) & (self.weights > 0)
        if not is_reached.any():
            return float("nan")
        return float(np.average(self.travel[is_reached], weights=self.weights[is_reached]))

    def percentile(self, share: float) -> float:
        """The travel within which `share` (0..1) of the weight lies; infinite when so much isn't reached."""
        order = np.argsort(self.travel, kind="stable")
        upto = np.cumsum(self.weights[order])
        if not upto.size or upto[-1] <= 0:
            return float("nan")
        return float(self.travel[order[np.searchsorted(upto, share * upto[-1] * (1 - EXACTLY))]])

    def covered_share(self, within: float) -> float:
        """The share of the weight whose travel is at most `within`; NaN without weight."""
        return float(self.weights[self.travel <= within].sum() / self.total) if self.total > 0 else float("nan")

    @property
    def unreached(self) -> float:
        """The weight to which no way leads."""
        return float(self.weights[self.assigned < 0].sum())


def p_median(
    reach: Reach,
    weights: ArrayLike,
    units: int,
    *,
    gap: float = WANTED_GAP,
    seconds: float = SECONDS,
    prices: Floats | None = None,
) -> Siting:
    """The `units` sites with the least mean travel; provably within `gap` of the optimum, or `proof` is "open".

    `weights` (n,): calls of each point, >= 0. `prices` (n,) of a similar question speed it up and are changed.
    More units than sites: every site gets one. Raises BadInput.
    """
    demand = checked_weights(reach, weights)
    chosen, cost, bound, proof = _search(
        reach, reach.near, demand, units, gap=gap, unit=0.0, seconds=seconds, prices=prices
    )
    return described(reach, demand, chosen, goal="mean", cost=cost, bound=bound, proof=proof)


def max_cover(
    reach: Reach, weights: ArrayLike, units: int, *, within: float, gap: float = EXACTLY, seconds: float = SECONDS
) -> Siting:
    """The `units` sites with the most weight at most `within` away; of equally good ones those with less travel.

    Optimal unless `proof` says "open". Arguments as in `p_median`; `gap` is of the weight left uncovered.
    """
    demand = checked_weights(reach, weights)
    if not within >= 0:
        raise BadInput("覆盖半径不能为负", "the limit can't be negative", field="within")
    outside = (reach.near > within).astype(np.float64)
    unit = 1.0 if (demand == np.round(demand)).all() else 0.0
    prices = np.minimum(first_prices(outside, max(units, 1)), 0.5)
    chosen, cost, bound, proof = _search(
        reach, outside, demand, units, gap=gap, unit=unit, seconds=seconds, prices=prices
    )
    if unit:
        bound = min(float(np.ceil(bound - EXACTLY * max(bound, 1.0))), cost)
    shorter = _with_less_travel(reach, outside, demand, chosen)
    return described(reach, demand, shorter, goal="cover", cost=cost, bound=bound, proof=proof)


def _with_less_travel(reach: Reach, outside: Floats, demand: Floats, chosen: NDArray[np.int32]) -> NDArray[np.int32]:
    """Interchange where one uncovered call is worse than all travel together."""
    tried, most = chosen.copy(), float(demand @ reach.near[:, -1]) + 1.0
    interchange(reach.near + most * outside, reach.order, demand, tried)
    is_before, is_after = (np.isin(np.arange(reach.sites), each) for each in (chosen, tried))
    before, after = (cost_of(outside, reach.order, demand, each) for each in (is_before, is_after))
    return tried if after <= before else chosen


def _search(
    reach: Reach,
    near: Floats,
    demand: Floats,
    units: int,
    *,
    gap: float,
    unit: float,
    seconds: float,
    prices: Floats | None = None,
) -> tuple[NDArray[np.int32], float, float, Proof]:
    """Sites, cost, bound and proof over the distances `near` in the order of `reach`; costs are multiples of `unit`."""
    if units < 1:
        raise BadInput("至少要有一个单元", "there must be at least one unit", field="units")
    if units >= reach.sites:
        every = np.arange(reach.sites, dtype=np.int32)
        cost = cost_of(near, reach.order, demand, np.ones(reach.sites, bool))
        return every, cost, cost, "dual"
    placed = demand if demand.any() else np.ones(reach.points)  # an hour without calls: as if everywhere were alike
    chosen = greedy(near, reach.order, placed, units)
    if not demand.any():
        return chosen, 0.0, 0.0, "dual"
    v = first_prices(near, units) if prices is None else prices
    question = Question(near=near, order=reach.order, weights=demand, chosen=chosen, wanted=gap, unit=unit)
    part = ascend(question, whole(question, v))
    v[:] = part.prices
    if question.upper <= 0 or part.bound >= question.goal:
        return question.chosen, question.upper, min(part.bound, question.upper), "dual"
    return _closed(question, part, seconds=seconds)


def first_prices(near: Floats, units: int) -> Floats:
    """A price per point near the final ones: the distance that one and a half units' share of the sites lie within."""
    sites = near.shape[1]
    return near[:, min(sites - 1, round(1.5 * sites / units))].copy()


def _closed(question: Question, part: Part, *, seconds: float) -> tuple[NDArray[np.int32], float, float, Proof]:
    """Searches what dual ascent left open: by HiGHS where few sites are left, else by branching, then by HiGHS."""
    left = narrowed(question, part)
    if left is None:
        return question.chosen, question.upper, min(question.goal, question.upper), "dual"
    free = int(np.count_nonzero(~(left.opened | left.closed)))
    bound = part.bound
    if free > FEW_SITES and question.near.max() > 1:  # covering makes a small model: HiGHS is quicker
        bound = search(question, left, most=MOST_PARTS, seconds=seconds / 2)
        if bound >= question.goal:
            return question.chosen, question.upper, min(bound, question.upper), "dual"
    if free * np.count_nonzero(question.weights) > MOST_ENTRIES:
        return question.chosen, question.upper, bound, "open"
    bound = max(bound, exact.solve(question, left, seconds=seconds))
    proof: Proof = "exact" if bound >= question.goal - EXACTLY * question.upper else "open"
    return question.chosen, question.upper, min(bound, question.upper), proof


def checked_weights(reach: Reach, weights: ArrayLike) -> Floats:
    """The weights as (n,) float64; BadInput names the first row that isn't a number >= 0."""
    demand = np.ascontiguousarray(weights, np.float64)
    if demand.shape != (reach.points,):
        raise BadInput("权重与需求点数目不符", "one weight per demand point, please", field="weights")
    bad = np.flatnonzero(~((demand >= 0) & np.isfinite(demand)))
    if bad.size:
        row = int(bad[0])
        raise BadInput(
            f"第 {row + 1} 个需求点的权重不可用：{demand[row]}",
            f"point {row} has an unusable weight: {demand[row]}",
            field="weights",
            row=row,
        )
    return demand


def described(
    reach: Reach, demand: Floats, chosen: ArrayLike, *, goal: Goal, cost: float, bound: float, proof: Proof
) -> Siting:
    """The answer with who serves whom."""
    sites = np.unique(np.asarray(chosen, np.int64))
    if reach.points:
        nearest = sites[np.argmin(reach.distance[:, sites], axis=1)]
        travel = reach.distance[np.arange(reach.points), nearest]
    else:
        nearest, travel = np.empty(0, np.int64), np.empty(0)
    assigned = np.where(np.isfinite(travel), nearest, -1)
    return Siting(
        goal=goal, sites=sites, assigned=assigned, travel=travel, weights=demand, cost=cost, bound=bound, proof=proof
    )
