"""One event's kernel added to a map in place: what a living map does for every event in or out."""

from math import ceil, exp, floor, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
REACH = 7.0  # sigma at which a Gaussian ends: exp(-24.5) = 2e-11 of its peak


@njit(cache=True, nogil=True)
def stamp_epanechnikov(
    out: Floats, column: float, row: float, weight: float, per_column: float, per_row: float
) -> None:
    """out += weight · max(0, 1 - d²); places in pixels, `per_column` and `per_row` bandwidths a pixel."""
    height, width = out.shape
    first, last = max(ceil(row - 1 / per_row), 0.0), min(floor(row + 1 / per_row), height - 1.0)
    for i in range(int(min(first, float(height))), int(max(last, -1.0)) + 1):
        away = (i - row) * per_row
        top = 1 - away * away
        if top <= 0.0:
            continue
        half = sqrt(top) / per_column
        begin, end = max(ceil(column - half), 0.0), min(floor(column + half), width - 1.0)
        for j in range(int(min(begin, float(width))), int(max(end, -1.0)) + 1):
            x = (j - column) * per_column
            out[i, j] += weight * (top - x * x)


@njit(cache=True, nogil=True)
def stamp_gaussian(out: Floats, column: float, row: float, weight: float, per_column: float, per_row: float) -> None:
    """out += weight · exp(-d²/2) within REACH sigmas each way; places in pixels, sigmas a pixel."""
    height, width = out.shape
    begin, end = max(ceil(column - REACH / per_column), 0.0), min(floor(column + REACH / per_column), width - 1.0)
    first, last = max(ceil(row - REACH / per_row), 0.0), min(floor(row + REACH / per_row), height - 1.0)
    if begin > end or first > last:
        return
    low, size = int(begin), int(end) - int(begin) + 1
    across = np.empty(size)
    for j in range(size):
        x = (low + j - column) * per_column
        across[j] = exp(-x * x / 2)
    for i in range(int(first), int(last) + 1):
        away = (i - row) * per_row
        part = weight * exp(-away * away / 2)
        line = out[i]
        for j in range(size):
            line[low + j] += part * across[j]
