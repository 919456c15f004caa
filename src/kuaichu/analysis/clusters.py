"""Clusters of points in metres: DBSCAN on a grid (Ester, Kriegel, Sander, Xu 1996; grid after Gan & Tao 2015).

Cells have a diagonal of the reach, so points of one cell are neighbours without a look. A cell with enough points is
all core; cells whose core points come within reach are joined. Memory is a few numbers a point: no list of neighbours.
"""

from dataclasses import dataclass
from math import floor, sqrt

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import Plane

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """`label` (n,): 0, 1, … in order of each cluster's first core point, -1 in none. `is_core` (n,).

    Per cluster: `size` (points, border points included), `lon`, `lat` of its points' mean, `radius_m`: the root mean
    square distance from there.
    """

    label: Ints
    is_core: Bools
    size: Ints
    lon: Floats
    lat: Floats
    radius_m: Floats
    left_out: int


def clusters(lon: ArrayLike, lat: ArrayLike, *, reach_m: float, least: int, keep: ArrayLike | None = None) -> Clusters:
    """DBSCAN of points (n,), WGS-84 degrees, on the plane at the middle of their box.

    A point with `least` points within `reach_m` metres (itself and those exactly that far counted) is core; core points
    within reach of each other share a cluster; a border point within reach of several clusters goes to the one with the
    lowest label. Points that are not finite or masked out are in no cluster.
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    wanted = np.ones(len(x), bool) if keep is None else np.asarray(keep, bool)
    if not (x.ndim == 1 and x.shape == y.shape == wanted.shape):
        raise BadInput("经度、纬度、掩码长短不一", "lengths differ", field="lon")
    wanted = wanted & np.isfinite(x) & np.isfinite(y)
    label, is_core = np.full(len(x), -1, np.int64), np.zeros(len(x), bool)
    if not wanted.any():
        _check(reach_m, least)
        nothing = np.empty(0)
        return Clusters(
            label=label, is_core=is_core, size=np.empty(0, np.int64), lon=nothing, lat=nothing, radius_m=nothing,
            left_out=len(x),
        )  # fmt: skip
    plane = Plane.around(x[wanted], y[wanted])
    east, north = plane.metres(x[wanted], y[wanted])
    label[wanted], is_core[wanted] = dbscan(east, north, reach_m=reach_m, least=least)
    inside = label[wanted] >= 0
    of, east, north = label[wanted][inside], east[inside], north[inside]
    size = np.bincount(of, minlength=int(label.max()) + 1)
    mean_x, mean_y = (np.bincount(of, weights=each) / size for each in (east, north))
    spread = np.bincount(of, weights=(east - mean_x[of]) ** 2 + (north - mean_y[of]) ** 2) / size
    middle = plane.degrees(mean_x, mean_y)
    return Clusters(
        label=label,
        is_core=is_core,
        size=size.astype(np.int64),
        lon=middle[0],
        lat=middle[1],
        radius_m=np.sqrt(spread),
        left_out=len(x) - int(np.count_nonzero(wanted)),
    )


def dbscan(x_m: Floats, y_m: Floats, *, reach_m: float, least: int) -> tuple[Ints, Bools]:
    """Labels and core marks of finite points (n,) in metres; see `clusters`."""
    _check(reach_m, least)
    if not len(x_m):
        return np.empty(0, np.int64), np.empty(0, bool)
    side = reach_m / sqrt(2) * (1 - 1e-9)
    low_x, low_y = float(x_m.min()), float(y_m.min())
    columns = floor((float(x_m.max()) - low_x) / side) + 6  # so that two cells to the side stay in their row
    cell = np.floor((y_m - low_y) / side).astype(np.int64) * columns + np.floor((x_m - low_x) / side).astype(np.int64)
    order = np.argsort(cell, kind="stable")
    cell = cell[order]
    first = np.flatnonzero(np.concatenate([[True], cell[1:] != cell[:-1]]))
    ids, first = cell[first], np.append(first, len(cell))
    del cell
    x, y = x_m[order], y_m[order]
    is_core = _core(x, y, ids, first, columns, reach_m**2, least)
    group = _joined(x, y, ids, first, columns, reach_m**2, is_core)
    label = _labels(x, y, ids, first, columns, reach_m**2, is_core, group, order)
    core = np.empty(len(x), bool)
    core[order] = is_core
    return label, core


def _check(reach_m: float, least: int) -> None:
    if not 0 < reach_m < float("inf"):
        raise BadInput(f"半径须大于 0 米：{reach_m}", f"the reach must be above 0 m: {reach_m}", field="reach-m")
    if least < 1:
        raise BadInput(f"最少起数须至少为 1：{least}", f"the least number must be at least 1: {least}", field="least")


@njit(cache=True, nogil=True)
def _advance(ids: Ints, at: Ints, cell: int, columns: int) -> None:
    """at[r]: the first cell, in row r - 2 around this one, that is at most two columns to its left."""
    for r in range(5):
        wanted = cell + (r - 2) * columns - 2
        k = at[r]
        while k < len(ids) and ids[k] < wanted:
            k += 1
        at[r] = k


@njit(cache=True, nogil=True)
def _core(x: Floats, y: Floats, ids: Ints, first: Ints, columns: int, reach2: float, least: int) -> Bools:
    """Points with enough neighbours; counting ends as soon as there are enough."""
    is_core = np.zeros(len(x), np.bool_)
    at = np.zeros(5, np.int64)
    for c in range(len(ids)):
        a, b = first[c], first[c + 1]
        if b - a >= least:
            is_core[a:b] = True
            continue
        _advance(ids, at, ids[c], columns)
        for i in range(a, b):
            count = b - a
            for r in range(5):
                k = at[r]
                until = ids[c] + (r - 2) * columns + 2
                while k < len(ids) and ids[k] <= until and count < least:
                    if k != c:
                        for j in range(first[k], first[k + 1]):
                            dx, dy = x[j] - x[i], y[j] - y[i]
                            count += dx * dx + dy * dy <= reach2
                    k += 1
            is_core[i] = count >= least
    return is_core


@njit(cache=True, nogil=True)
def _root(parent: Ints, k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


@njit(cache=True, nogil=True)
def _touch(x: Floats, y: Floats, is_core: Bools, a: tuple[int, int], b: tuple[int, int], reach2: float) -> bool:
    for i in range(a[0], a[1]):
        if is_core[i]:
            for j in range(b[0], b[1]):
                if is_core[j]:
                    dx, dy = x[j] - x[i], y[j] - y[i]
                    if dx * dx + dy * dy <= reach2:
                        return True
    return False


@njit(cache=True, nogil=True)
def _joined(x: Floats, y: Floats, ids: Ints, first: Ints, columns: int, reach2: float, is_core: Bools) -> Ints:
    """The group of every cell (union-find over cells with core points)."""
    parent = np.arange(len(ids))
    at = np.zeros(5, np.int64)
    for c in range(len(ids)):
        _advance(ids, at, ids[c], columns)
        for r in range(3):  # only backwards: the others look at this one later
            k = at[r]
            until = min(ids[c] - 1, ids[c] + (r - 2) * columns + 2)
            while k < len(ids) and ids[k] <= until:
                one, other = _root(parent, c), _root(parent, k)
                if one != other and _touch(x, y, is_core, (first[c], first[c + 1]), (first[k], first[k + 1]), reach2):
                    parent[max(one, other)] = min(one, other)
                k += 1
    for c in range(len(ids)):
        parent[c] = _root(parent, c)
    return parent


@njit(cache=True, nogil=True)
def _labels(
    x: Floats,
    y: Floats,
    ids: Ints,
    first: Ints,
    columns: int,
    reach2: float,
    is_core: Bools,
    group: Ints,
    order: Ints,
) -> Ints:
    """Labels in the points' own order: groups numbered by their first core point, border points to the lowest."""
    earliest = np.full(len(ids), len(x), np.int64)
    for c in range(len(ids)):
        for i in range(first[c], first[c + 1]):
            if is_core[i]:
                earliest[group[c]] = min(earliest[group[c]], order[i])
    begins = np.full(len(x), -1, np.int64)
    for c in range(len(ids)):
        if group[c] == c and earliest[c] < len(x):
            begins[earliest[c]] = c
    number, count = np.full(len(ids), -1, np.int64), 0
    for i in range(len(x)):
        if begins[i] >= 0:
            number[begins[i]] = count
            count += 1
    label = begins
    label[:] = -1
    at = np.zeros(5, np.int64)
    for c in range(len(ids)):
        _advance(ids, at, ids[c], columns)
        for i in range(first[c], first[c + 1]):
            if is_core[i]:
                label[order[i]] = number[group[c]]
                continue
            best = -1
            for r in range(5):
                k = at[r]
                until = ids[c] + (r - 2) * columns + 2
                while k < len(ids) and ids[k] <= until:
                    here = number[group[k]]
                    if here >= 0 and (best < 0 or here < best):
                        for j in range(first[k], first[k + 1]):
                            dx, dy = x[j] - x[i], y[j] - y[i]
                            if is_core[j] and dx * dx + dy * dy <= reach2:
                                best = here
                                break
                    k += 1
            label[order[i]] = best
    return label
