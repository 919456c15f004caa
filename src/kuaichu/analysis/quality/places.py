"""Coordinates that should not be believed: missing, impossible, swapped, foreign, or where a search gave up."""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import STEEPEST_LAT, Plane

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FALLBACK_LEAST = 30
FALLBACK_TIMES = 4.0
USUAL_TAIL = 0.995
SAME_PLACE = 1e-6  # degrees: a tenth of a metre
FAR_LEAST_M = 100_000.0
FAR_TIMES = 5.0
MOST_PLACES = 0.95
COARSE_PER_DEGREE = 100


class PlaceFlag(IntFlag):
    """What is wrong with a place. COARSE alone does not make it unusable."""

    MISSING = 1  # empty or not finite
    IMPOSSIBLE = 2  # beyond 90 or 180 degrees
    ZERO = 4  # 0, 0
    SWAPPED = 8  # would lie in the area with longitude and latitude exchanged
    FOREIGN = 16  # outside the area
    FALLBACK = 32  # far more events on exactly this coordinate than any real place has
    COARSE = 64  # both numbers have at most two decimals: a kilometre


WORDS = {
    PlaceFlag.MISSING: ("没有坐标", "without coordinates"),
    PlaceFlag.IMPOSSIBLE: ("经纬度越界", "impossible degrees"),
    PlaceFlag.ZERO: ("坐标为 0,0", "at 0, 0"),
    PlaceFlag.SWAPPED: ("经纬度写反", "longitude and latitude swapped"),
    PlaceFlag.FOREIGN: ("远在辖区外", "far outside the area"),
    PlaceFlag.FALLBACK: ("堆在兜底坐标上", "piled on a fallback coordinate"),
    PlaceFlag.COARSE: ("坐标只精确到公里", "known to a kilometre only"),
}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """So many events on exactly one coordinate, in degrees."""

    lon: float
    lat: float
    events: int


@dataclass(frozen=True, kw_only=True)
class PlaceQuality:
    """`flags` (n,) uint8 of `PlaceFlag`; `stacks` are the suspected fallback coordinates, largest first.

    `stack_limit`: a coordinate with at least so many events is suspected.
    """

    flags: NDArray[np.uint8]
    stacks: tuple[Stack, ...]
    stack_limit: int

    @property
    def is_usable(self) -> Bools:
        """The mask for every other analysis: True where the place may be believed."""
        return (self.flags & ~np.uint8(PlaceFlag.COARSE)) == 0

    @staticmethod
    def kinds() -> tuple[PlaceFlag, ...]:
        return tuple(PlaceFlag)

    def count(self, flag: PlaceFlag) -> int:
        return int(np.count_nonzero(self.flags & np.uint8(flag)))

    def words(self) -> str:
        """One line in Chinese and one in English; empty when every place may be believed."""
        found = [(self.count(flag), *WORDS[flag]) for flag in PlaceFlag if flag != PlaceFlag.COARSE]
        zh = "，".join(f"{count} 起{words}" for count, words, _ in found if count)
        en = ", ".join(f"{count} {words}" for count, _, words in found if count)
        return f"坐标可疑：{zh}\ndoubtful places: {en}" if zh else ""


def check_places(
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    box: tuple[float, float, float, float] | None = None,
    least: int = FALLBACK_LEAST,
    times: float = FALLBACK_TIMES,
) -> PlaceQuality:
    """Flags for every point (n,), WGS-84 degrees.

    The area is `box` (west, south, east, north) or, without one, what lies within 100 km, or five times the distance
    that 95 % keep, of the points' median. A coordinate is a fallback when it has `least` events and `times` as many as
    the 99.5th percentile of all coordinates of the file: real junctions gather crashes, but not alone so many.
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise BadInput("经度和纬度长短不一", "longitudes and latitudes differ in length", field="lon")
    flags = np.zeros(len(x), np.uint8)
    is_missing = ~(np.isfinite(x) & np.isfinite(y))
    is_possible = ~is_missing & (np.abs(y) <= 90) & (np.abs(x) <= 180)
    is_zero = is_possible & (x == 0) & (y == 0)
    is_swappable = ~is_missing & (np.abs(x) <= 90) & (np.abs(y) <= 180)
    inside = _Area(x, y, is_possible & ~is_zero, box)
    is_in = is_possible & inside(x, y)
    no_area = box is None and not (is_possible & ~is_zero).any()
    is_swapped = is_swappable & ~is_in & ~is_zero & ((~is_possible if no_area else False) | inside(y, x))
    is_foreign = is_possible & ~is_in & ~is_zero & ~is_swapped
    stacks, is_fallback, limit = _fallbacks(x, y, is_in, least, times)
    marks = {
        PlaceFlag.MISSING: is_missing,
        PlaceFlag.IMPOSSIBLE: ~is_missing & ~is_possible & ~is_swapped,
        PlaceFlag.ZERO: is_zero,
        PlaceFlag.SWAPPED: is_swapped,
        PlaceFlag.FOREIGN: is_foreign,
        PlaceFlag.FALLBACK: is_fallback,
        PlaceFlag.COARSE: is_in & _is_coarse(x) & _is_coarse(y),
    }
    for flag, where in marks.items():
        flags[where] |= np.uint8(flag)
    return PlaceQuality(flags=flags, stacks=stacks, stack_limit=limit)


class _Area:
    """Whether points lie in the box, or near enough to where most of them are."""

    def __init__(self, lon: Floats, lat: Floats, good: Bools, box: tuple[float, float, float, float] | None) -> None:
        self._box, self._plane, self._far_m = box, None, 0.0
        if box is None and good.any():
            middle = float(np.median(lon[good])), float(np.median(lat[good]))
            self._plane = Plane(lon=middle[0], lat=float(np.clip(middle[1], -STEEPEST_LAT, STEEPEST_LAT)))
            usual = float(np.quantile(np.hypot(*self._plane.metres(lon[good], lat[good])), MOST_PLACES))
            self._far_m = max(FAR_LEAST_M, FAR_TIMES * usual)

    def __call__(self, lon: Floats, lat: Floats) -> Bools:
        if self._box is not None:
            west, south, east, north = self._box
            return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        if self._plane is None:
            return np.zeros(len(lon), bool)
        with np.errstate(invalid="ignore"):
            return np.hypot(*self._plane.metres(lon, lat)) <= self._far_m


def _fallbacks(lon: Floats, lat: Floats, good: Bools, least: int, times: float) -> tuple[tuple[Stack, ...], Bools, int]:
    is_fallback = np.zeros(len(lon), bool)
    if not good.any():
        return (), is_fallback, least
    at = np.flatnonzero(good)
    key = np.round(lon[at] / SAME_PLACE).astype(np.int64) * (1 << 30) + np.round(lat[at] / SAME_PLACE).astype(np.int64)
    _, first, place, size = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    usual = float(np.quantile(size, USUAL_TAIL, method="lower"))
    limit = max(least, int(np.ceil(times * usual)))
    if len(size) == 1:  # one coordinate alone says nothing about what is usual
        limit = least
    is_fallback[at] = (size >= limit)[place]
    worst = [k for k in np.argsort(-size, kind="stable")[:1000] if size[k] >= limit]
    stacks = tuple(
        Stack(lon=float(lon[at[first[k]]]), lat=float(lat[at[first[k]]]), events=int(size[k])) for k in worst
    )
    return stacks, is_fallback, limit


def _is_coarse(degrees: Floats) -> Bools:
    with np.errstate(invalid="ignore"):
        scaled = degrees * COARSE_PER_DEGREE
        return np.abs(scaled - np.round(scaled)) < 1e-7
