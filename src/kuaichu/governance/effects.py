"""Did it help? The hot spot before and after, against the rest of the place in the same two periods.

Counts at the spot and elsewhere form a two-by-two table; the odds ratio says how the spot changed beyond the place's
own change, with Fisher's exact test (one-sided: fewer at the spot than the place's change explains) and the
conditional 95 % interval. The periods must be of equal length and of the same season to be fair; regression to the
mean is not taken out (a spot chosen for a bad month gets better by itself), so the page says so beside the result.
Fisher, R. A. (1935), J. R. Stat. Soc. 98; Hauer, E. (1997), Observational Before-After Studies in Road Safety, ch. 6.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln

from kuaichu.governance.figures import Change

TAIL = 0.025  # on each side of the 95 % interval
FARTHEST = 60.0  # logarithm of an odds ratio


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Counts before and after. `ratio`: odds ratio, below 1 is better; `low`, `high` its 95 % interval."""

    before: int
    after: int
    rest_before: int
    rest_after: int
    ratio: float | None
    low: float | None
    high: float | None
    p: float

    @property
    def change(self) -> Change:
        return Change(self.after, self.before)

    @property
    def rest_change(self) -> Change:
        return Change(self.rest_after, self.rest_before)

    def is_proved(self, level: float) -> bool:
        """Whether chance alone would seldom (`level`) give so strong a fall."""
        return self.p <= level and self.after < self.before


def effect_of(*, before: int, after: int, rest_before: int, rest_after: int) -> Effect:
    """Counts at the spot and in the rest of the place, before and after. Milliseconds at ten thousand calls.

    Given all four margins the count after is distributed as Fisher's noncentral hypergeometric; its parameter is the
    odds ratio. `ratio` is the conditional estimate, `low` and `high` leave 2.5 % on each side (Cornfield, J. 1956,
    Proc. 3rd Berkeley Symp. 4). None where nothing bounds them.
    """
    counts = {"before": before, "after": after, "rest_before": rest_before, "rest_after": rest_after}
    first, last = max(0, after - rest_before), min(before + after, after + rest_after)
    if first == last or not (rest_before + rest_after):
        return Effect(**counts, ratio=None, low=None, high=None, p=1.0)
    k = np.arange(first, last + 1, dtype=np.float64)
    logs = -sum(gammaln(each + 1) for each in (k, before + after - k, after + rest_after - k, rest_before - after + k))

    def chances(log_ratio: float) -> NDArray[np.float64]:
        weights = logs + k * log_ratio
        found: NDArray[np.float64] = np.exp(weights - weights.max())
        return found / found.sum()

    p = min(1.0, float(chances(0.0)[k <= after].sum()))
    is_bounded_below, is_bounded_above = after > first, after < last
    low = _root(lambda at: float(chances(at)[k >= after].sum()) - TAIL) if is_bounded_below else 0.0
    high = _root(lambda at: TAIL - float(chances(at)[k <= after].sum())) if is_bounded_above else None
    ratio = _root(lambda at: float(chances(at) @ k) - after) if is_bounded_below and is_bounded_above else None
    return Effect(**counts, ratio=ratio if is_bounded_below else 0.0, low=low, high=high, p=p)


def _root(rising: Callable[[float], float]) -> float:
    """The ratio at whose logarithm the rising function is 0."""
    return float(np.exp(brentq(rising, -FARTHEST, FARTHEST, xtol=1e-10)))
