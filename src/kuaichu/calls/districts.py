"""In which district a call lies, by the boundaries that the place gave (`./kuaichu import map`); no file, no answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from kuaichu.accounts.models import Place

Floats = NDArray[np.float64]
SQUARES = 64  # on each side of an area's box: most squares lie wholly inside or outside
AT_ONCE = 4_000_000  # points times edges


def folder(place_code: str) -> Path:
    """Where a place's own map is kept."""
    return Path(settings.FILES) / "maps" / place_code


def district_at(place_code: str, lon_wgs84: float | None, lat_wgs84: float | None) -> str:
    """The county-level code of the area that holds the point; empty without a point, without a file, outside of all."""
    if lon_wgs84 is None or lat_wgs84 is None:
        return ""
    return districts_at(place_code, np.array([lon_wgs84]), np.array([lat_wgs84]))[0]


def districts_at(place_code: str, lon: Floats, lat: Floats) -> list[str]:
    """For columns of WGS-84 degrees; NaN is nowhere."""
    found = np.full(len(lon), "", "U6")
    for area in _areas_of(place_code):
        asked = np.flatnonzero((found == "") & area.has_in_box(lon, lat))
        if len(asked):
            found[asked[area.holds(lon[asked], lat[asked])]] = area.code
    return [str(code) for code in found]


@dataclass(frozen=True)
class Area:
    """A district: `edges` (n, 4) of all its rings, outer and inner: lon, lat of both ends. `inside`: for the squares of
    its box 1 inside, 0 outside, -1 where an edge passes."""

    code: str
    box: tuple[float, float, float, float]
    edges: Floats
    inside: NDArray[np.int8]

    def has_in_box(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        west, south, east, north = self.box
        return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))

    def holds(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Of points in the box."""
        kind = self.inside[_square(lon, self.box[0], self.box[2]), _square(lat, self.box[1], self.box[3])]
        found = kind == 1
        asked = np.flatnonzero(kind < 0)
        found[asked] = _even_odd(lon[asked], lat[asked], self.edges)
        return found


def _square(value: Floats, first: float, last: float) -> NDArray[np.int64]:
    at = ((value - first) / max(last - first, 1e-12) * SQUARES).astype(np.int64)
    return np.asarray(np.clip(at, 0, SQUARES - 1))


def _even_odd(lon: Floats, lat: Floats, edges: Floats) -> NDArray[np.bool_]:
    """Whether a ray to the east crosses an odd number of edges (holes and islands are right by themselves)."""
    found = np.zeros(len(lon), bool)
    step = max(1, AT_ONCE // max(len(edges), 1))
    x1, y1, x2, y2 = edges.T
    slope = (x2 - x1) / np.where(y2 == y1, 1.0, y2 - y1)
    for first in range(0, len(lon), step):
        x, y = lon[first : first + step, None], lat[first : first + step, None]
        crosses = ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) * slope)
        found[first : first + step] = crosses.sum(axis=1) % 2 == 1
    return found


def _areas_of(place_code: str) -> Sequence[Area]:
    path = folder(place_code) / "boundary.geojson"
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        return ()
    return _read(place_code, str(path), stamp)


@lru_cache(maxsize=8)
def _read(place_code: str, path: str, stamp: int) -> tuple[Area, ...]:
    names = dict(Place.objects.filter(parent_id=place_code).values_list("name", "code"))
    areas = []
    for feature in json.loads(Path(path).read_bytes())["features"]:
        facts = feature["properties"]
        code = facts.get("code") or names.get(facts.get("name"), "")
        if len(code) == 6 and code.isdecimal() and not code.endswith("00"):
            areas.append(_area(code, feature["geometry"]["coordinates"]))
    return tuple(areas)


def _area(code: str, lines: list[Any]) -> Area:
    rings = [np.asarray(line, np.float64) for line in lines]
    edges = np.concatenate([np.hstack([ring, np.roll(ring, -1, axis=0)]) for ring in rings])
    points = np.concatenate(rings)
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    box = float(west), float(south), float(east), float(north)
    at = (np.arange(SQUARES) + 0.5) / SQUARES
    lon, lat = (
        grid.ravel() for grid in np.meshgrid(west + at * (east - west), south + at * (north - south), indexing="ij")
    )
    inside = _even_odd(lon, lat, edges).reshape(SQUARES, SQUARES).astype(np.int8)
    inside[_passed(edges, box)] = -1
    return Area(code, box, edges, inside)


def _passed(edges: Floats, box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    """Squares through which an edge may go: every square that the box of a short piece of it touches."""
    passed = np.zeros((SQUARES, SQUARES), bool)
    wide, high = (box[2] - box[0]) / SQUARES, (box[3] - box[1]) / SQUARES
    for x1, y1, x2, y2 in edges:
        pieces = int(np.ceil(max(abs(x2 - x1) / max(wide, 1e-12), abs(y2 - y1) / max(high, 1e-12)))) + 1
        along = np.linspace(0, 1, pieces + 1)
        columns, rows = _square(x1 + along * (x2 - x1), box[0], box[2]), _square(y1 + along * (y2 - y1), box[1], box[3])
        for one, other in (
            (columns[:-1], rows[:-1]),
            (columns[1:], rows[1:]),
            (columns[:-1], rows[1:]),
            (columns[1:], rows[:-1]),
        ):
            passed[one, other] = True
    return passed
