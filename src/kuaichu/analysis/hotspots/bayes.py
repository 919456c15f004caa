"""Empirical Bayes: how many events a cell should be expected to have, between its own record and its kind.

Hauer 1997 (Observational Before-After Studies in Road Safety) and Highway Safety Manual part B: counts are Poisson
around a rate of the cell, the rates of cells of one kind are gamma around a mean mu with variance alpha mu²; so the
counts are negative binomial and the expected number given the record y is  w mu + (1 - w) y  with  w = 1 / (1 + alpha
mu). mu_i = exposure_i (a + b · rate of the neighbours); a, b and alpha by greatest likelihood.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.hotspots.neighbours import Floats, Ints, Neighbours

SPREADS = (-12.0, 16.0)  # log of 1 / alpha: from anything goes to Poisson


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One entry a cell: `mean` mu of its kind, `weight` w in (0, 1] of that mean (the shrinkage), `expected` the
    Empirical Bayes estimate, `sd` its standard deviation, `excess` = expected - mean (what a remedy could save, HSM).

    `base`, `around`, `alpha`: a, b and the overdispersion. Unit: events in the period of the counts.
    """

    mean: Floats
    weight: Floats
    expected: Floats
    sd: Floats
    excess: Floats
    base: float
    around: float
    alpha: float

    def ranking(self) -> Ints:
        """Places of the cells, most expected events first; equals in the order of the cells."""
        return np.argsort(-self.expected, kind="stable")


def empirical_bayes(
    counts: Floats, *, neighbours: Neighbours | None = None, exposure: Floats | None = None
) -> Expectation:
    """`counts`: events a cell in one period. `exposure`: vehicles, kilometres or people, > 0; without it every cell
    counts alike. With `neighbours` the mean follows the rate around (an island gets the overall rate)."""
    y = np.asarray(counts, np.float64)
    e = np.ones(len(y)) if exposure is None else np.asarray(exposure, np.float64)
    _check(y, e)
    total = float(y.sum())
    if total == 0:
        zero = np.zeros(len(y))
        return Expectation(
            mean=zero, weight=np.ones(len(y)), expected=zero, sd=zero, excess=zero, base=0, around=0, alpha=0
        )
    rate = _rate_around(y, e, neighbours, total / float(e.sum())) if neighbours is not None else None
    base, around, alpha = _fitted(y, e, rate)
    mean = e * (base + (around * rate if rate is not None else 0))
    weight = 1 / (1 + alpha * mean)
    expected = weight * mean + (1 - weight) * y
    return Expectation(
        mean=mean,
        weight=weight,
        expected=expected,
        sd=np.sqrt((1 - weight) * expected),
        excess=expected - mean,
        base=base,
        around=around,
        alpha=alpha,
    )


def _check(y: Floats, e: Floats) -> None:
    if len(y) != len(e):
        raise BadInput("计数和暴露量的个数不一样", "counts and exposures must be equally many", field="exposure")
    for what, bad, zh, en in (
        ("counts", ~(np.isfinite(y) & (y >= 0)), "计数须不小于 0", "a count must be >= 0"),
        ("exposure", ~(np.isfinite(e) & (e > 0)), "暴露量须大于 0", "an exposure must be > 0"),
    ):
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise BadInput(f"第 {row + 1} 个单元：{zh}", f"cell {row + 1}: {en}", field=what, row=row)


def _rate_around(y: Floats, e: Floats, neighbours: Neighbours, overall: float) -> Floats:
    events, shares = neighbours.sums(y), neighbours.sums(e)
    return np.divide(events, shares, out=np.full(len(y), overall), where=shares > 0)


def _fitted(y: Floats, e: Floats, rate: Floats | None) -> tuple[float, float, float]:
    """a, b, alpha of greatest likelihood, from the distinct (count, exposure, rate) with their numbers."""
    rows = np.column_stack([y, e, rate] if rate is not None else [y, e])
    rows, times = np.unique(rows, axis=0, return_counts=True)
    overall = float(y.sum() / e.sum())
    start = [np.log(overall / 2), np.log(0.5), 0.0] if rate is not None else [np.log(overall), 0.0]
    bounds = [(-60.0, 60.0)] * (len(start) - 1) + [SPREADS]
    found = minimize(_loss, start, (rows, times), jac=True, method="L-BFGS-B", bounds=bounds)
    *means, spread = np.exp(found.x)
    return float(means[0]), float(means[1]) if rate is not None else 0.0, float(1 / spread)


def _loss(found: Floats, rows: Floats, times: Ints) -> tuple[float, Floats]:
    """Minus the mean log likelihood of a negative binomial, and its slope in log a, (log b,) log 1/alpha."""
    *means, spread = np.exp(found)
    y, e = rows[:, 0], rows[:, 1]
    parts = [e * means[0]] if len(means) == 1 else [e * means[0], e * means[1] * rows[:, 2]]
    mean = np.maximum(sum(parts), 1e-300)
    both, whole = spread + mean, times.sum()
    each = gammaln(y + spread) - gammaln(spread) - y * np.log1p(spread / mean) - spread * np.log1p(mean / spread)
    by_mean = times * (y / mean - (y + spread) / both)
    by_spread = times * (digamma(y + spread) - digamma(spread) - np.log1p(mean / spread) + (mean - y) / both)
    slope = [*(float((by_mean * part).sum()) for part in parts), float(by_spread.sum()) * spread]
    return -float((times * each).sum()) / whole, -np.array(slope) / whole
