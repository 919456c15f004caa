"""The density map of many events at once."""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.heat.epanechnikov import epanechnikov_sums
from kuaichu.analysis.heat.gaussian import gaussian_sums
from kuaichu.analysis.heat.raster import Raster

Floats = NDArray[np.float64]
Kernel = Literal["epanechnikov", "gaussian"]


@dataclass(frozen=True, kw_only=True)
class Heat:
    """`density` (height, width) in events (or weight) per square metre at the pixels' centres, row 0 in the north.

    `events` were used, inside the box or outside near it; `left_out` had no finite coordinate or were masked out.
    """

    density: Floats
    raster: Raster
    bandwidth_m: float
    kernel: Kernel
    events: int
    left_out: int


def heat(
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    raster: Raster,
    bandwidth_m: float,
    kernel: Kernel = "epanechnikov",
    weights: ArrayLike | None = None,
    keep: ArrayLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Heat:
    """Kernel density of the points (n,), WGS-84 degrees, at every pixel's centre.

    epanechnikov: Σ w · 2/(πb²) · (1 - d²/b²) for d < b. gaussian: Σ w · 1/(2πb²) · exp(-d²/2b²). d in metres on the
    raster's plane, b = `bandwidth_m`. Points outside the box count as far as their kernels reach into it. Points that
    are not finite, and those that `keep` (n, bool) says no to, are left out. Within 1e-9 of the map's peak of direct
    summation. Raises BadInput on lengths that differ, weights that are not finite and bandwidths that are not positive.
    """
    check_kernel(kernel, bandwidth_m)
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    weight = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)
    wanted = np.ones(len(x), bool) if keep is None else np.asarray(keep, bool)
    _check_lengths(x, y, weight, wanted)
    wanted = wanted & np.isfinite(x) & np.isfinite(y)
    if not np.isfinite(weight[wanted]).all():
        row = int(np.flatnonzero(wanted & ~np.isfinite(weight))[0])
        raise BadInput(
            f"第 {row + 1} 条的权重不是数字", f"the weight of row {row} is not a number", field="weight", row=row
        )
    if not wanted.all():
        x, y, weight = x[wanted], y[wanted], weight[wanted]
    column, row_place = raster.pixels(x, y)
    wide, high = raster.pixel_m
    size, spread = (raster.height, raster.width), (bandwidth_m / wide, bandwidth_m / high)
    if kernel == "epanechnikov":
        sums = epanechnikov_sums(column, row_place, weight, shape=size, radius=spread, progress=progress)
    else:
        sums = gaussian_sums(column, row_place, weight, shape=size, sigma=spread)
    if (weight >= 0).all():
        np.maximum(sums, 0.0, out=sums)  # rounding may leave -1e-16 where there is nothing
    sums *= per_square_metre(kernel, bandwidth_m)
    left_out = len(wanted) - len(x)
    return Heat(density=sums, raster=raster, bandwidth_m=bandwidth_m, kernel=kernel, events=len(x), left_out=left_out)


def per_square_metre(kernel: Kernel, bandwidth_m: float) -> float:
    """The kernel's peak: what the sum of unit kernels is multiplied with."""
    return (2.0 if kernel == "epanechnikov" else 0.5) / (pi * bandwidth_m**2)


def check_kernel(kernel: str, bandwidth_m: float) -> None:
    if kernel not in get_args(Kernel):
        raise BadInput(f"没有“{kernel}”这种核函数", f"there is no kernel “{kernel}”", field="kernel")
    if not 0 < bandwidth_m < float("inf"):
        zh, en = f"带宽须是大于 0 的米数：{bandwidth_m}", f"the bandwidth must be metres above 0: {bandwidth_m}"
        raise BadInput(zh, en, field="bandwidth-m")


def _check_lengths(lon: Floats, lat: Floats, weight: Floats, wanted: NDArray[np.bool_]) -> None:
    if not (lon.ndim == 1 and lon.shape == lat.shape == weight.shape == wanted.shape):
        shapes = f"{lon.shape}, {lat.shape}, {weight.shape}, {wanted.shape}"
        raise BadInput(f"经度、纬度、权重、掩码长短不一：{shapes}", f"lengths differ: {shapes}", field="lon")
