"""Do the points lie beside the roads? The one shift that brings them there tells a datum that was mixed up."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft, ndimage

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.networks import Network
from kuaichu.analysis.plane import Plane
from kuaichu.analysis.segments.snapping import Snapper

Floats = NDArray[np.float64]

FARTHEST_M = 1500.0  # GCJ-02 is off by up to about 700 m, BD-09 by up to about 1,300
CAP_M = 100.0  # a point farther from any road says nothing
PIXEL_M = 15.0
WINDOW_M = 15_000.0
LEAST_EVENTS = 50
SAMPLE = 3000
LEAST_SHIFT_M = 25.0
LEAST_GAIN = 0.75
LIKE_M = 60.0


@dataclass(frozen=True, kw_only=True)
class DatumShift:
    """Moving the points by `east_m`, `north_m` brings them nearest to the roads.

    `before_m`, `after_m`: mean distance to the road, farther than 100 m counted as 100 m. `looks_like`: the name of the
    known datum whose own offset is the opposite of this shift, or "". `events` were looked at.
    """

    east_m: float
    north_m: float
    before_m: float
    after_m: float
    looks_like: str
    events: int

    @property
    def is_shifted(self) -> bool:
        """At least 25 m, and a quarter nearer to the roads than without."""
        return hypot(self.east_m, self.north_m) >= LEAST_SHIFT_M and self.after_m <= LEAST_GAIN * self.before_m


def datum_shift(
    lon: ArrayLike,
    lat: ArrayLike,
    network: Network,
    *,
    known: Mapping[str, tuple[float, float]] | None = None,
    rng: np.random.Generator | None = None,
) -> DatumShift:
    """The systematic shift of points (n,) against a road network, both taken to be WGS-84 degrees.

    All shifts up to 1,500 m are tried at once: a raster of distances to the nearest road is correlated with the points
    by FFT; the best is refined to a metre with exact distances. `known`: offsets east, north in metres that a datum has
    in this area. Raises BadInput with fewer than 50 points near roads.
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    good = np.isfinite(x) & np.isfinite(y)
    box = (network.lon.min(), network.lat.min(), network.lon.max(), network.lat.max())
    good &= (x > box[0] - 0.02) & (x < box[2] + 0.02) & (y > box[1] - 0.02) & (y < box[3] + 0.02)
    if np.count_nonzero(good) < LEAST_EVENTS:
        zh, en = f"路网附近的点不足 {LEAST_EVENTS} 个", f"fewer than {LEAST_EVENTS} points near the network"
        raise BadInput(zh, en, field="network")
    plane = Plane(lon=float(np.median(x[good])), lat=float(np.median(y[good])))
    east, north = plane.metres(x[good], y[good])
    near = (np.abs(east) < WINDOW_M) & (np.abs(north) < WINDOW_M)
    east, north = east[near], north[near]
    if len(east) > SAMPLE:
        chosen = (rng or np.random.default_rng(0)).choice(len(east), SAMPLE, replace=False)
        east, north = east[chosen], north[chosen]
    rough = _best_of_all(east, north, network, plane)
    snapper = Snapper(network, plane)
    (shift_x, shift_y), after = _refined(east, north, snapper, plane, rough)
    names = [
        (hypot(shift_x + off_x, shift_y + off_y), name)
        for name, (off_x, off_y) in (known or {}).items()
        if hypot(off_x, off_y) >= LEAST_SHIFT_M
    ]
    nearest = min(names, default=(np.inf, ""))
    found = DatumShift(
        east_m=shift_x,
        north_m=shift_y,
        before_m=_mean_distance(east, north, snapper, plane, (0.0, 0.0)),
        after_m=after,
        looks_like=nearest[1] if nearest[0] <= LIKE_M else "",
        events=len(east),
    )
    return found


def _best_of_all(east: Floats, north: Floats, network: Network, plane: Plane) -> tuple[float, float]:
    """The best shift to a pixel."""
    margin = FARTHEST_M + 2 * PIXEL_M
    origin = float(east.min()) - margin, float(north.min()) - margin
    size = [int((float(np.ptp(each)) + 2 * margin) / PIXEL_M) + 1 for each in (north, east)]
    roads = np.ones(size, bool)
    columns, rows = _pixels_on_roads(network, plane, origin)
    inside = (columns >= 0) & (rows >= 0) & (columns < size[1]) & (rows < size[0])
    roads[rows[inside], columns[inside]] = False
    away = np.minimum(ndimage.distance_transform_edt(roads) * PIXEL_M, CAP_M)
    counts = np.zeros(size)
    np.add.at(counts, (((north - origin[1]) / PIXEL_M).astype(int), ((east - origin[0]) / PIXEL_M).astype(int)), 1.0)
    shape = [fft.next_fast_len(each, real=True) for each in size]
    total = fft.irfft2(np.conj(fft.rfft2(counts, shape)) * fft.rfft2(away, shape), shape)
    reach = int(FARTHEST_M / PIXEL_M)
    window = np.roll(total, (reach, reach), axis=(0, 1))[: 2 * reach + 1, : 2 * reach + 1]
    row, column = np.unravel_index(int(window.argmin()), window.shape)
    return (float(column) - reach) * PIXEL_M, (float(row) - reach) * PIXEL_M


def _pixels_on_roads(
    network: Network, plane: Plane, origin: tuple[float, float]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    x, y = plane.metres(network.shape_lon, network.shape_lat)
    first = np.ones(len(x), bool)
    first[network.shape_start[1:] - 1] = False
    at = np.flatnonzero(first)
    reach = WINDOW_M + FARTHEST_M
    low_x, high_x = np.minimum(x[at], x[at + 1]), np.maximum(x[at], x[at + 1])
    low_y, high_y = np.minimum(y[at], y[at + 1]), np.maximum(y[at], y[at + 1])
    at = at[(low_x < reach) & (high_x > -reach) & (low_y < reach) & (high_y > -reach)]
    steps = (np.hypot(x[at + 1] - x[at], y[at + 1] - y[at]) / (PIXEL_M / 2)).astype(np.int64) + 2
    begin = np.cumsum(steps) - steps
    share = (np.arange(steps.sum()) - np.repeat(begin, steps)) / np.repeat(steps - 1, steps)
    piece = np.repeat(at, steps)
    on_x, on_y = x[piece] + share * (x[piece + 1] - x[piece]), y[piece] + share * (y[piece + 1] - y[piece])
    return (
        np.floor((on_x - origin[0]) / PIXEL_M).astype(np.int64),
        np.floor((on_y - origin[1]) / PIXEL_M).astype(np.int64),
    )


def _mean_distance(east: Floats, north: Floats, snapper: Snapper, plane: Plane, shift: tuple[float, float]) -> float:
    found = snapper.snap(*plane.degrees(east + shift[0], north + shift[1]), limit_m=CAP_M)
    return float(np.where(found.is_near, found.distance_m, CAP_M).mean())


def _refined(
    east: Floats, north: Floats, snapper: Snapper, plane: Plane, shift: tuple[float, float]
) -> tuple[tuple[float, float], float]:
    """Compass search with exact distances, down to a metre."""
    best, step = _mean_distance(east, north, snapper, plane, shift), PIXEL_M
    while step >= 1:
        around = [(shift[0] + i * step, shift[1] + j * step) for i, j in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        trials = [(_mean_distance(east, north, snapper, plane, each), each) for each in around]
        least = min(trials)
        if least[0] < best:
            best, shift = least
        else:
            step /= 2
    return shift, best
