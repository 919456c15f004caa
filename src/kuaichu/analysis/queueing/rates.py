"""How many calls an hour to expect, from few weeks of counts by weekday and hour."""

import numpy as np
from numpy.typing import ArrayLike

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.queueing.lines import Floats


def hourly_rates(counts: ArrayLike, days: ArrayLike) -> Floats:
    """Calls an hour (7, 24) from `counts` (7, 24) over `days` (7,) days of each weekday.

    A cell of a few calls says little by itself: it leans on what its weekday and its hour make one expect (their totals
    multiplied), the more the fewer calls there are. Gamma prior with that mean, its spread by the method of moments:
    Empirical Bayes after R. J. Marshall, "Mapping disease and mortality rates using empirical Bayes estimators",
    Applied Statistics 40 (1991). Where the cells differ by no more than chance the expectation itself comes out; the
    total stays.
    Raises BadInput where there are calls on weekdays that the period doesn't have, or no day at all.
    """
    seen, over = np.asarray(counts, np.float64), np.asarray(days, np.float64)
    if seen.ndim != 2 or over.shape != seen.shape[:1]:
        raise BadInput("每个星期几一行", "one row a weekday", field="counts")
    if not over.sum() or np.any(seen[over == 0] > 0) or np.any(seen < 0):
        raise BadInput("没有天数的星期几不能有警情", "calls on a weekday without days", field="days")
    total = seen.sum()
    if not total:
        return np.zeros_like(seen)
    # Weekdays that the period lacks are expected to be like the mean day.
    a_day = np.where(over > 0, seen.sum(axis=1) / np.maximum(over, 1), total / over.sum())
    hour = seen.sum(axis=0) / total
    expected = (a_day * over)[:, None] * hour
    excess = float(((seen - expected) ** 2 - expected).sum() / max((expected**2).sum(), 1e-300))
    if excess <= 0:
        return np.asarray(a_day[:, None] * hour)
    strength = 1.0 / excess
    leaning = (seen + strength) / (expected + strength)
    rates = a_day[:, None] * hour * leaning
    return np.asarray(rates * (total / (rates * over[:, None]).sum()))
