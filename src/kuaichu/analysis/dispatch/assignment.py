"""Several incidents at once: who goes where, so that as much as can be is answered, and soonest in sum.

Linear assignment (Kuhn 1955; SciPy's algorithm is Crouse 2016).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from kuaichu.analysis.dispatch.kernels import Floats
from kuaichu.analysis.errors import BadInput


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """`unit` (n,) for each incident, -1 where nobody can go; `seconds` (n,), infinite there."""

    unit: NDArray[np.int64]
    seconds: Floats


def assigned(seconds: ArrayLike, *, urgency: ArrayLike = 1.0) -> Assignment:
    """At most one unit an incident and one incident a unit, from the travel times (incidents, units).

    First the greatest sum of `urgency` (n,) > 0 that is answered, then the least sum of urgency x seconds. Infinite
    times are pairs that are not possible. Raises BadInput for NaN or negative times.
    """
    times = np.asarray(seconds, np.float64)
    if times.ndim != 2 or not (times >= 0).all():
        raise BadInput("时间表要是非负数的矩阵", "the times must be a matrix of numbers >= 0", field="seconds")
    weight = np.broadcast_to(np.asarray(urgency, np.float64), times.shape[:1])
    if not ((weight > 0) & np.isfinite(weight)).all():
        raise BadInput("紧急程度要大于零", "urgency must be greater than zero", field="urgency")
    unit, found = np.full(len(times), -1, np.int64), np.full(len(times), np.inf)
    is_possible = np.isfinite(times)
    if is_possible.any():
        rows, columns = linear_sum_assignment(_costs(times, is_possible, weight))
        is_sent = is_possible[rows, columns]
        rows, columns = rows[is_sent], columns[is_sent]
        unit[rows], found[rows] = columns, times[rows, columns]
    return Assignment(unit=unit, seconds=found)


def _costs(times: Floats, is_possible: NDArray[np.bool_], weight: Floats) -> Floats:
    """One step of urgency is worth more than all the driving; what isn't possible is worth nothing.

    Whose answers weigh most depends on the order of the urgencies alone (the sets of rows that can be matched are a
    matroid), so their ranks stand for them, and no two sums come too close.
    """
    driving = weight[:, None] * np.where(is_possible, times, 0.0)
    _, rank = np.unique(weight, return_inverse=True)
    worth = driving.max() * min(times.shape) + 1.0
    return np.where(is_possible, driving - (rank[:, None] + 1) * worth, 0.0)
