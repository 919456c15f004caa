"""Gaussian sums on a raster: through Fourier coefficients, or event by event where kernels are narrow or events few.

The events' Fourier coefficients come from a non-uniform transform of type 1 (FINUFFT; Barnett, Magland, af Klinteberg:
"A parallel nonuniform fast Fourier transform library based on an exponential of semicircle kernel", SIAM J. Sci.
Comput. 2019), on a box with eight sigma of nothing on each side. They are damped by the kernel's own transform and
evaluated at the pixels by two matrix products.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from math import ceil, pi

import finufft
import numpy as np
from numba import njit
from numpy.typing import NDArray

from kuaichu.analysis.heat.stamps import REACH, stamp_gaussian

Floats = NDArray[np.float64]
MARGIN = 8.0  # sigma: exp(-32)
CUT = 7.2  # sigma in frequency: exp(-26)
TOLERANCE = 1e-11


def gaussian_sums(
    column: Floats, row: Floats, weight: Floats, *, shape: tuple[int, int], sigma: tuple[float, float]
) -> Floats:
    """Σ weight · exp(-d²/2) at every pixel of `shape` (height, width); d in sigmas.

    `column`, `row`: places in pixels, 0.0 the first centre. `sigma`: the bandwidth in pixels across and down.
    """
    height, width = shape
    across, down = MARGIN * sigma[0], MARGIN * sigma[1]
    near = (column > -across) & (column < width - 1 + across) & (row > -down) & (row < height - 1 + down)
    if not near.all():
        column, row, weight = column[near], row[near], weight[near]
    if not len(column):
        return np.zeros(shape)
    if _stamping_is_cheaper(len(column), shape, sigma):
        return _stamped(column, row, weight, shape, sigma)
    return _transformed(column, row, weight, shape, sigma)


def _modes(pixels: int, sigma: float) -> tuple[float, int]:
    """Period in pixels and the highest frequency that is not damped away."""
    period = pixels + 2 * MARGIN * sigma
    return period, max(1, ceil(CUT * period / (2 * pi * sigma)))


def _stamping_is_cheaper(events: int, shape: tuple[int, int], sigma: tuple[float, float]) -> bool:
    """By rough costs in nanoseconds, measured on one machine; both ways are right."""
    touched = [min(2 * REACH * s + 1, side) for s, side in zip(sigma, reversed(shape), strict=True)]
    highest = [_modes(side, s)[1] for s, side in zip(sigma, reversed(shape), strict=True)]
    stamped = events * (2 * touched[0] * touched[1] + 15 * sum(touched))
    products = 2 * highest[1] * highest[0] * shape[0] + shape[0] * highest[0] * shape[1]
    transformed = 250 * events + 1000 * highest[0] * highest[1] + 0.3 * products
    return stamped < transformed


def _transformed(
    column: Floats, row: Floats, weight: Floats, shape: tuple[int, int], sigma: tuple[float, float]
) -> Floats:
    height, width = shape
    (period_x, high_x), (period_y, high_y) = _modes(width, sigma[0]), _modes(height, sigma[1])
    scale_x, scale_y = 2 * pi / period_x, 2 * pi / period_y
    x, y = (column - (width - 1) / 2) * scale_x, (row - (height - 1) / 2) * scale_y
    modes = (2 * high_y + 1, 2 * high_x + 1)
    found = finufft.nufft2d1(
        y, x, weight.astype(np.complex128), modes, eps=TOLERANCE, isign=-1, nthreads=os.cpu_count() or 1
    )
    k_x, k_y = np.arange(high_x + 1), np.arange(-high_y, high_y + 1)
    damp_x = np.exp(-((scale_x * sigma[0] * k_x) ** 2) / 2) * np.where(
        k_x == 0, 1.0, 2.0
    )  # the other half is conjugate
    damp_y = np.exp(-((scale_y * sigma[1] * k_y) ** 2) / 2)
    half = found[:, high_x:] * damp_y[:, None] * damp_x[None, :]
    waves_y = np.exp(1j * scale_y * np.outer(np.arange(height) - (height - 1) / 2, k_y))
    waves_x = np.exp(1j * scale_x * np.outer(k_x, np.arange(width) - (width - 1) / 2))
    lines = waves_y @ half
    flat = lines.real @ waves_x.real - lines.imag @ waves_x.imag
    return flat * (2 * pi * sigma[0] * sigma[1] / (period_x * period_y))


def _stamped(column: Floats, row: Floats, weight: Floats, shape: tuple[int, int], sigma: tuple[float, float]) -> Floats:
    """Two halves of the events at once, each on its own map."""
    parts = np.array_split(np.arange(len(column)), 2 if len(column) > 1000 else 1)
    maps = [np.zeros(shape) for _ in parts]
    with ThreadPoolExecutor(len(parts)) as threads:
        work = [
            threads.submit(_stamp_all, each, column[part], row[part], weight[part], 1 / sigma[0], 1 / sigma[1])
            for each, part in zip(maps, parts, strict=True)
        ]
        for one in work:
            one.result()
    return maps[0] if len(maps) == 1 else maps[0] + maps[1]


@njit(cache=True, nogil=True)
def _stamp_all(out: Floats, column: Floats, row: Floats, weight: Floats, per_column: float, per_row: float) -> None:
    for i in range(len(column)):
        stamp_gaussian(out, column[i], row[i], weight[i], per_column, per_row)
