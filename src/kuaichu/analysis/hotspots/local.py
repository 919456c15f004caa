"""Local Gi* and local Moran's I with p-values of conditional permutation.

Gi*_i = sum over i and its neighbours of w y, standardised after Ord & Getis 1995 (Geographical Analysis 27, 286-306)
with w_ii = 1. I_i = (n - 1) z_i sum_j w_ij z_j / sum z² with row-standardised weights, after Anselin 1995
(Geographical Analysis 27, 93-115). Given the cell's own value both rise with the neighbour sum (I_i falls where z_i <
0), so one law serves both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.hotspots.law import MOST_WORK, exact_tails, work
from kuaichu.analysis.hotspots.neighbours import Floats, Neighbours
from kuaichu.analysis.hotspots.shuffling import drawn_tails

Statistic = Literal["gi", "moran"]
Method = Literal["auto", "exact", "draws"]
BIGGEST_COUNT = 1 << 40


@dataclass(frozen=True, kw_only=True)
class Local:
    """One entry a cell. `score`: standardised Gi* (a z-score) or I_i; `neighbour_sum`: of the (weighted) values around.

    `p_high` = P(statistic >= observed), `p_low` = P(statistic <= observed), given the cell's own value; both in (0,
    1] and both with the observed value itself. `draws` is 0 where the p-values are exact.
    """

    statistic: Statistic
    score: Floats
    neighbour_sum: Floats
    p_high: Floats
    p_low: Floats
    draws: int

    @property
    def p_two_sided(self) -> Floats:
        """Twice the smaller tail, at most 1."""
        return np.minimum(2 * np.minimum(self.p_high, self.p_low), 1.0)


def local_statistic(
    values: Floats,
    neighbours: Neighbours,
    *,
    statistic: Statistic = "gi",
    method: Method = "auto",
    draws: int = 999,
    rng: np.random.Generator | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Local:
    """Gi* or Moran's I of every cell, with exact p-values for whole numbers and neighbours of equal weight.

    `auto` falls back on `draws` permutations (needs `rng`) for other values, other weights, or where the exact law
    would take more than some ten seconds; `exact` refuses instead.
    """
    values = np.asarray(values, np.float64)
    _check(values, neighbours)
    is_possible = method != "draws" and _has_law(values, neighbours)
    if method == "exact" and not is_possible:
        zh = "精确检验只用于整数计数和等权邻居，且数值种类不能太多"
        en = "exact p-values need whole numbers, equal weights and not too many different values"
        raise BadInput(zh, en, field="method")
    sums = neighbours.sums(values)
    if is_possible:
        whole = values.astype(np.int64)
        tails = exact_tails(whole, neighbours.counts, np.rint(sums).astype(np.int64)) if len(whole) else (sums, sums)
    else:
        if rng is None or draws < 1:
            raise BadInput(
                "随机检验需要随机数发生器和至少一次抽取", "p-values by lot need a generator and draws", field="rng"
            )
        tails = drawn_tails(values, neighbours, draws=draws, rng=rng, progress=progress)
    high, low = tails if statistic == "gi" else _of_moran(values, *tails)
    score = _gi_star(values, neighbours, sums) if statistic == "gi" else _moran(values, neighbours, sums)
    return Local(
        statistic=statistic,
        score=score,
        neighbour_sum=sums,
        p_high=high,
        p_low=low,
        draws=0 if is_possible else draws,
    )


def _check(values: Floats, neighbours: Neighbours) -> None:
    if values.ndim != 1 or len(values) != len(neighbours):
        zh, en = "数值和邻居表的长度不一样", "values and neighbour lists must be equally many"
        raise BadInput(zh, en, field="values")
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise BadInput(f"第 {row + 1} 个单元没有数值", f"cell {row + 1} has no value", field="values", row=row)


def _has_law(values: Floats, neighbours: Neighbours) -> bool:
    if neighbours.weights is not None:
        return False
    if not len(values):
        return True
    if np.abs(values).max() > BIGGEST_COUNT or (values != np.rint(values)).any():
        return False
    return work(values.astype(np.int64), neighbours.counts) <= MOST_WORK


def _of_moran(values: Floats, high: Floats, low: Floats) -> tuple[Floats, Floats]:
    """I_i rises with the neighbour sum above the mean, falls with it below, and is always 0 at the mean."""
    side = np.sign(values * len(values) - values.sum())
    ones = np.ones(len(values))
    return np.where(side > 0, high, np.where(side < 0, low, ones)), np.where(
        side > 0, low, np.where(side < 0, high, ones)
    )


def _gi_star(values: Floats, neighbours: Neighbours, sums: Floats) -> Floats:
    """(sum - W mean) / (s sqrt((n W2 - W²) / (n - 1))), W and W2 with the cell itself; 0 where nothing can vary."""
    n = len(values)
    if n < 2:
        return np.zeros(n)
    plain = neighbours.counts.astype(np.float64)
    if neighbours.weights is None:
        weight, square = plain + 1, plain + 1
    else:
        squares = Neighbours(starts=neighbours.starts, members=neighbours.members, weights=neighbours.weights**2)
        weight, square = neighbours.sums(np.ones(n)) + 1, squares.sums(np.ones(n)) + 1
    spread = values.std() * np.sqrt(np.maximum(n * square - weight**2, 0) / (n - 1))
    return np.divide(sums + values - weight * values.mean(), spread, out=np.zeros(n), where=spread > 0)


def _moran(values: Floats, neighbours: Neighbours, sums: Floats) -> Floats:
    n = len(values)
    apart = values - values.mean() if n else values
    total = neighbours.sums(np.ones(n))
    lag = np.divide(sums, total, out=np.zeros(n), where=total != 0) - np.where(total != 0, values.mean() if n else 0, 0)
    square = float((apart**2).sum())
    return (n - 1) * apart * lag / square if square > 0 else np.zeros(n)
