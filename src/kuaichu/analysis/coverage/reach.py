"""What every siting question starts from: how far each demand point is from each site."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.coverage.kernels import Floats, Ints
from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import Plane

MOST_PAIRS = 30_000_000  # points times sites; 20 bytes each
BEYOND = 2.0  # of the farthest pair: what a call counts as that nobody reaches


@dataclass(frozen=True, kw_only=True)
class Reach:
    """n demand points and m sites. `distance` (n, m) in metres or seconds, infinite where there is no way.

    `near` (n, m): each point's distances ascending, infinite ones at `beyond`; `order` (n, m): their sites.
    """

    distance: Floats
    near: Floats
    order: Ints
    beyond: float

    @property
    def points(self) -> int:
        return self.distance.shape[0]

    @property
    def sites(self) -> int:
        return self.distance.shape[1]


def reach(distance: ArrayLike, *, beyond: float | None = None) -> Reach:
    """From a matrix (n, m). A pair without a way is infinite and counts as `beyond` (twice the farthest pair if None).

    Raises BadInput for NaN, negative distances, no site at all, and more than `MOST_PAIRS` pairs.
    """
    given = np.array(distance, np.float64, order="C")
    if given.ndim != 2 or not given.shape[1]:
        raise BadInput("至少要有一个备选点位", "there must be at least one site", field="sites")
    if given.size > MOST_PAIRS:
        size = f"{given.shape[0]:,} × {given.shape[1]:,}"
        raise BadInput(
            f"需求点乘点位太多（{size}），请先按网格归并",
            f"too many pairs of points and sites ({size}); gather them into cells first",
            field="sites",
        )
    bad = np.flatnonzero(~(given >= 0).all(axis=1))
    if bad.size:
        row = int(bad[0])
        raise BadInput(
            f"第 {row + 1} 个需求点的距离不可用", f"point {row} has an unusable distance", field="distance", row=row
        )
    farthest = given[np.isfinite(given)].max(initial=0.0)
    limit = BEYOND * max(farthest, 1.0) if beyond is None else float(beyond)
    if not limit >= farthest:
        raise BadInput("beyond 不能小于最远的一对", "beyond can't be less than the farthest pair", field="beyond")
    order = np.argsort(given, axis=1, kind="stable").astype(np.int32)
    near = np.take_along_axis(given, order, axis=1)
    near[np.isinf(near)] = limit
    return Reach(distance=given, near=near, order=order, beyond=limit)


def straight(points: tuple[ArrayLike, ArrayLike], sites: tuple[ArrayLike, ArrayLike], *, detour: float = 1.0) -> Reach:
    """From longitudes and latitudes, in metres on the local plane, times `detour` (roads are longer than lines).

    Against the sphere the plane is off by less than 0.5 % within 50 km of its centre at 30° N.
    """
    (x, y), (site_x, site_y) = _in_metres(points, sites)
    return reach(np.hypot(x[:, None] - site_x, y[:, None] - site_y) * detour)


def between(sites: tuple[ArrayLike, ArrayLike], *, detour: float = 1.0) -> NDArray[np.float64]:
    """Metres between the sites (m, m), measured like `straight`."""
    (x, y), _ = _in_metres(sites, sites)
    return np.hypot(x[:, None] - x, y[:, None] - y) * detour


def _in_metres(
    points: tuple[ArrayLike, ArrayLike], sites: tuple[ArrayLike, ArrayLike]
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    degrees = [np.atleast_1d(np.asarray(each, np.float64)) for each in (*points, *sites)]
    for name, values in zip(("points", "points", "sites", "sites"), degrees, strict=True):
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            row = int(bad[0])
            raise BadInput(f"第 {row + 1} 个坐标不可用", f"coordinate {row} is of no use", field=name, row=row)
    if not degrees[2].size:
        raise BadInput("至少要有一个备选点位", "there must be at least one site", field="sites")
    plane = Plane.around(np.r_[degrees[0], degrees[2]], np.r_[degrees[1], degrees[3]])
    return plane.metres(degrees[0], degrees[1]), plane.metres(degrees[2], degrees[3])
