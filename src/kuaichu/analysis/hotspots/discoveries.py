"""Many tests at once: false discovery rate after Benjamini & Hochberg 1995 (JRSS B 57, 289-300)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.hotspots.local import Local
from kuaichu.analysis.hotspots.neighbours import Floats, Ints

Tail = Literal["high", "both"]


def adjusted(p: Floats) -> Floats:
    """The smallest rate at which each p-value is still a discovery: min over j >= i of p_(j) m / j, at most 1."""
    p = np.asarray(p, np.float64)
    if not ((p > 0) & (p <= 1)).all():
        raise BadInput("p 值必须大于 0、不超过 1", "p-values must lie in (0, 1]", field="p")
    order = np.argsort(p, kind="stable")[::-1]
    ranks = np.arange(len(p), 0, -1)
    found = np.empty(len(p))
    found[order] = np.minimum(np.minimum.accumulate(p[order] * len(p) / ranks), 1.0)
    return found


@dataclass(frozen=True, kw_only=True)
class Marks:
    """One entry a cell: `p` of the tested side, `q` adjusted for all cells, `mark` 1 high, -1 low, 0 not more than
    chance."""

    p: Floats
    q: Floats
    mark: NDArray[np.int8]


def marked(found: Local, *, rate: float = 0.05, tail: Tail = "high") -> Marks:
    """The cells that are discoveries at a false discovery rate of `rate`.

    `high`: one-sided, large statistics only (Gi*: hot spots; Moran: like among like). `both`: two-sided, low ones too.
    """
    if not 0 < rate < 1:
        raise BadInput("误报率须在 0 和 1 之间", "a false discovery rate lies between 0 and 1", field="fdr")
    p = found.p_high if tail == "high" else found.p_two_sided
    q = adjusted(p)
    side = np.where(found.p_high <= found.p_low, 1, -1)
    return Marks(p=p, q=q, mark=np.where(q <= rate, side, 0).astype(np.int8))


def patterns(counts: Floats, found: Local, sizes: Ints) -> NDArray[np.str_]:
    """Moran's four quarters: own value, then the neighbours' mean, each H above or L not above the overall mean.

    `sizes`: how many neighbours (or what weight of them) every cell has.
    """
    counts = np.asarray(counts, np.float64)
    mean = counts.mean() if len(counts) else 0.0
    around = np.where(found.neighbour_sum > mean * sizes, "H", "L")
    return np.char.add(np.where(counts > mean, "H", "L"), around)
