"""The nearest road of every point: which link, how far along it, how far away.

Straight pieces of links are listed in the cells of a grid that they pass; a point looks through rings of cells around
its own until nothing nearer can come. Distances are on the network's local plane.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import floor, sqrt

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.networks import Network
from kuaichu.analysis.plane import Plane

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CELLS_PER_PIECE = 24
CHUNK = 50_000
SMALLEST_CELL_M = 20.0
MOST_CELLS = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Snapped:
    """Of every point (n,): `link`, -1 when no road is near; `share` of the link's length from its start, 0 to 1;
    `distance_m` to the road, NaN when no road is near."""

    link: Ints
    share: Floats
    distance_m: Floats

    @property
    def is_near(self) -> NDArray[np.bool_]:
        return self.link >= 0


class Snapper:
    """A network made ready for many questions. Ties go to the link that comes first."""

    def __init__(self, network: Network, plane: Plane | None = None) -> None:
        if not network.links:
            raise BadInput("路网没有路段", "the network has no links", field="network")
        self.plane = plane or network.plane
        x, y = self.plane.metres(network.shape_lon, network.shape_lat)
        first = np.ones(len(x), bool)
        first[network.shape_start[1:] - 1] = False
        at = np.flatnonzero(first)
        self._link = (np.searchsorted(network.shape_start, at, side="right") - 1).astype(np.int64)
        self._ends = np.stack([x[at], y[at], x[at + 1], y[at + 1]], axis=1)
        length = np.hypot(x[at + 1] - x[at], y[at + 1] - y[at])
        whole = np.bincount(self._link, weights=length, minlength=network.links)
        before = np.cumsum(length) - length
        before = before - before[np.searchsorted(self._link, self._link)]
        safe = np.maximum(whole, 1e-12)[self._link]
        self._share, self._part = before / safe, length / safe
        self._make_grid()

    def _make_grid(self) -> None:
        low = np.minimum(self._ends[:, :2], self._ends[:, 2:]).min(axis=0)
        high = np.maximum(self._ends[:, :2], self._ends[:, 2:]).max(axis=0)
        wide, high_m = np.maximum(high - low, 1.0)
        cell = sqrt(wide * high_m / min(CELLS_PER_PIECE * len(self._ends), MOST_CELLS))
        self._cell = max(SMALLEST_CELL_M, cell, max(wide, high_m) / 100_000)
        self._low = low
        self._shape = int(wide / self._cell) + 1, int(high_m / self._cell) + 1
        self._start, self._pieces = _grid(self._ends, low[0], low[1], self._cell, self._shape[0], self._shape[1])

    def snap(self, lon: ArrayLike, lat: ArrayLike, *, limit_m: float) -> Snapped:
        """The nearest road within `limit_m` of every point (n,), degrees. Points that are not finite are near none."""
        if not 0 < limit_m < float("inf"):
            zh, en = f"吸附距离须大于 0 米：{limit_m}", f"the snapping distance must be above 0 m: {limit_m}"
            raise BadInput(zh, en, field="snap-m")
        x, y = self.plane.metres(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        if x.shape != y.shape or x.ndim != 1:
            raise BadInput("经度和纬度长短不一", "longitudes and latitudes differ in length", field="lon")
        frame = (float(self._low[0]), float(self._low[1]), self._cell)
        chunks = [slice(at, at + CHUNK) for at in range(0, max(len(x), 1), CHUNK)]
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            parts = list(
                threads.map(
                    lambda each: _nearest(
                        x[each], y[each], self._ends, self._start, self._pieces, frame, self._shape, float(limit_m)
                    ),
                    chunks,
                )
            )
        piece, along, distance = (np.concatenate(each) for each in zip(*parts, strict=True))
        is_near = piece >= 0
        link = np.where(is_near, self._link[piece], -1)
        share = np.where(is_near, np.clip(self._share[piece] + along * self._part[piece], 0, 1), np.nan)
        return Snapped(link=link, share=share, distance_m=distance)


@njit(cache=True, nogil=True)
def _crosses(ends: Floats, x: float, y: float, half: float) -> bool:
    """Whether a piece comes within a cell's half diagonal of the cell's middle."""
    dx, dy = ends[2] - ends[0], ends[3] - ends[1]
    size = dx * dx + dy * dy
    t = 0.0 if size == 0 else min(max(((x - ends[0]) * dx + (y - ends[1]) * dy) / size, 0.0), 1.0)
    away_x, away_y = ends[0] + t * dx - x, ends[1] + t * dy - y
    return away_x * away_x + away_y * away_y <= half * half * 1.0001


@njit(cache=True, nogil=True)
def _grid(ends: Floats, west: float, south: float, cell: float, columns: int, rows: int) -> tuple[Ints, Ints]:
    """CSR lists of the pieces in every cell."""
    start = np.zeros(columns * rows + 1, np.int64)
    pieces = np.empty(0, np.int64)
    half = cell * sqrt(0.5)
    for turn in range(2):  # count, then fill
        if turn == 1:
            for k in range(columns * rows):
                start[k + 1] += start[k]
            pieces = np.empty(start[-1], np.int64)
            at = start[:-1].copy()
        for p in range(len(ends)):
            x0 = int((min(ends[p, 0], ends[p, 2]) - west) / cell)
            x1 = min(int((max(ends[p, 0], ends[p, 2]) - west) / cell), columns - 1)
            y0 = int((min(ends[p, 1], ends[p, 3]) - south) / cell)
            y1 = min(int((max(ends[p, 1], ends[p, 3]) - south) / cell), rows - 1)
            for j in range(y0, y1 + 1):
                for i in range(x0, x1 + 1):
                    if _crosses(ends[p], west + (i + 0.5) * cell, south + (j + 0.5) * cell, half):
                        k = j * columns + i
                        if turn == 0:
                            start[k + 1] += 1
                        else:
                            pieces[at[k]] = p
                            at[k] += 1
    return start, pieces


@njit(cache=True, nogil=True)
def _nearest(
    xs: Floats,
    ys: Floats,
    ends: Floats,
    start: Ints,
    pieces: Ints,
    frame: tuple[float, float, float],
    shape: tuple[int, int],
    limit: float,
) -> tuple[Ints, Floats, Floats]:
    """Piece, share along it and distance, for every point."""
    found, along, distance = np.full(len(xs), -1, np.int64), np.zeros(len(xs)), np.full(len(xs), np.nan)
    west, south, cell = frame
    columns, rows = shape
    for n in range(len(xs)):
        x, y = xs[n], ys[n]
        if not (
            west - limit <= x <= west + columns * cell + limit and south - limit <= y <= south + rows * cell + limit
        ):
            continue
        i0, j0 = floor((x - west) / cell), floor((y - south) / cell)
        best, piece, where = limit * limit, -1, 0.0
        last = int(limit / cell) + 1
        for ring in range(last + 1):
            near = max(ring - 1, 0) * cell  # nothing in this ring can be nearer
            if piece >= 0 and near * near > best:
                break
            for j in range(max(j0 - ring, 0), min(j0 + ring, rows - 1) + 1):
                step = 1 if abs(j - j0) == ring or ring == 0 else 2 * ring
                i = i0 - ring
                while i <= i0 + ring:
                    if 0 <= i < columns:
                        k = j * columns + i
                        for q in range(start[k], start[k + 1]):
                            p = pieces[q]
                            dx, dy = ends[p, 2] - ends[p, 0], ends[p, 3] - ends[p, 1]
                            size = dx * dx + dy * dy
                            t = ((x - ends[p, 0]) * dx + (y - ends[p, 1]) * dy) / size if size > 0 else 0.0
                            t = min(max(t, 0.0), 1.0)
                            ax, ay = ends[p, 0] + t * dx - x, ends[p, 1] + t * dy - y
                            d = ax * ax + ay * ay
                            if d < best or (d <= best and (piece < 0 or p < piece)):
                                best, piece, where = d, p, t
                    i += step
        if piece >= 0:
            found[n], along[n], distance[n] = piece, where, sqrt(best)
    return found, along, distance
