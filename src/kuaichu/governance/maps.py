"""The place's own map from files: boundaries of its districts and its roads, WGS-84, below settings.FILES.

Two forms of each are kept: the whole one for analysis, and a thinner one for the browser, from which every vertex is
gone that lies within THIN_M of the line without it (Douglas & Peucker 1973).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.networks import Network
from kuaichu.analysis.plane import Plane
from kuaichu.calls import districts
from kuaichu.errors import Refused
from kuaichu.law.identifiers import coordinates

Kind = Literal["boundary", "roads"]
Frame = Literal["wgs84", "gcj02", "bd09"]
Box = tuple[float, float, float, float]
Line = NDArray[np.float64]

KINDS: tuple[Kind, ...] = ("boundary", "roads")
THIN_M = 4.0
MARGIN = 0.03  # of the box on each side
DIGITS = 6
THIN_DIGITS = 5
MAIN_ROADS = {"main", "motorway", "trunk", "primary", "高速", "国道", "省道", "主干道", "快速路"}
_INTO: dict[Frame, Callable[[float, float], tuple[float, float]]] = {
    "wgs84": lambda lon, lat: (lon, lat),
    "gcj02": coordinates.wgs84_from_gcj02,
    "bd09": coordinates.wgs84_from_bd09,
}


@dataclass(frozen=True)
class Taken:
    """How many features became boundaries and roads, and how many were neither a line nor an area."""

    boundary: int
    roads: int
    left_out: int


def take(*, place_code: str, path: Path, frame: Frame = "wgs84") -> Taken:
    """Read a GeoJSON file into the place's map: its areas replace the boundaries, its lines the roads.

    Raises Refused("map.unreadable") and leaves the map as it was.
    """
    found: dict[Kind, list[dict[str, Any]]] = {"boundary": [], "roads": []}
    left_out = 0
    for feature in _features(path):
        kind, lines = _shape(feature, frame)
        if kind is None:
            left_out += 1
        else:
            found[kind].append(_written(kind, feature.get("properties") or {}, lines))
    if not any(found.values()):
        raise Refused("map.empty", "文件里没有面（边界），也没有线（道路）")
    folder = districts.folder(place_code)
    folder.mkdir(parents=True, exist_ok=True)
    for each in KINDS:
        if found[each]:
            _save(folder / f"{each}.geojson", found[each])
            _save(folder / f"{each}.thin.json", [_thinned(one) for one in found[each]])
    _at.cache_clear()
    return Taken(len(found["boundary"]), len(found["roads"]), left_out)


def thin(place_code: str, kind: Kind) -> bytes | None:
    """The layer for a browser; None when the place has none."""
    path = districts.folder(place_code) / f"{kind}.thin.json"
    return path.read_bytes() if path.exists() else None


def digest(place_code: str) -> str:
    """Of the whole map, for runs and ETags; of an empty one, when there are no files."""
    paths = [districts.folder(place_code) / f"{kind}.thin.json" for kind in KINDS]
    return _digest(place_code, tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths), str(paths[0]))


@lru_cache(maxsize=16)
def _digest(place_code: str, stamp: tuple[int, ...], path: str) -> str:
    made = sha256()
    for kind in KINDS:
        made.update((thin(place_code, kind) or b"-") + b"\n")
    return made.hexdigest()


def box(place_code: str) -> Box | None:
    """West, south, east, north of what the place's map shows, with a margin; None without a map."""
    return _at(place_code, _stamp(place_code)).box


def network(place_code: str) -> Network | None:
    """The roads as a network, every two-way road once; None without roads."""
    return _at(place_code, _stamp(place_code)).network


@dataclass(frozen=True)
class _Map:
    box: Box | None
    network: Network | None


def _stamp(place_code: str) -> tuple[int, ...]:
    paths = [districts.folder(place_code) / f"{kind}.geojson" for kind in KINDS]
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)


@lru_cache(maxsize=8)
def _at(place_code: str, stamp: tuple[int, ...]) -> _Map:
    from kuaichu.analysis.network_files import read_network

    boundary, roads = (districts.folder(place_code) / f"{kind}.geojson" for kind in KINDS)
    shown = boundary if stamp[0] else roads if stamp[1] else None
    return _Map(_box_of(shown) if shown else None, read_network(roads).as_roads() if stamp[1] else None)


def _box_of(path: Path) -> Box:
    points = np.concatenate(
        [np.asarray(line) for each in json.loads(path.read_bytes())["features"] for line in _lines(each["geometry"])]
    )
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    wide, high = (east - west) * MARGIN, (north - south) * MARGIN
    return float(west - wide), float(south - high), float(east + wide), float(north + high)


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
        features = content["features"] if content["type"] == "FeatureCollection" else [content]
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused("map.unreadable", "读不了这个文件，请给一个 UTF-8 的 GeoJSON 文件") from None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise Refused("map.unreadable", "读不了这个文件，请给一个 UTF-8 的 GeoJSON 文件")
    return features


def _lines(geometry: dict[str, Any]) -> Iterator[Any]:
    """Every line of a geometry: outer and inner rings of areas too."""
    kind, given = geometry.get("type"), geometry.get("coordinates") or []
    if kind == "LineString":
        yield given
    elif kind in ("MultiLineString", "Polygon"):
        yield from given
    elif kind == "MultiPolygon":
        for area in given:
            yield from area


def _shape(feature: dict[str, Any], frame: Frame) -> tuple[Kind | None, list[Line]]:
    geometry = feature.get("geometry") or {}
    kind: Kind = "boundary" if str(geometry.get("type", "")).endswith("Polygon") else "roads"
    try:
        lines = [np.array([_INTO[frame](float(p[0]), float(p[1])) for p in line]) for line in _lines(geometry)]
    except (TypeError, ValueError, IndexError):
        raise Refused("map.unreadable", "文件里有读不懂的坐标") from None
    lines = [line.round(DIGITS) for line in lines if len(line) > 1]
    if any(np.abs(line[:, 1]).max() > 85 or np.abs(line[:, 0]).max() > 180 for line in lines):
        raise Refused("map.unreadable", "坐标超出经纬度的范围，请检查经度和纬度是否写反")
    return (kind if lines else None), lines


def _written(kind: Kind, facts: dict[str, Any], lines: list[Line]) -> dict[str, Any]:
    name = next((str(facts[key]) for key in ("name", "NAME", "Name", "名称", "道路名称") if facts.get(key)), "")
    kept: dict[str, Any] = {"name": name[:60]}
    if kind == "boundary":
        kept["code"] = next(
            (str(facts[key])[:6] for key in ("code", "adcode", "CODE", "区划代码") if facts.get(key)), ""
        )
    else:
        grade = str(facts.get("class") or facts.get("highway") or facts.get("等级") or "")
        kept["class"] = "main" if grade in MAIN_ROADS else "street"
        kept |= {key: facts[key] for key in ("maxspeed", "oneway") if facts.get(key)}
    shape = {"type": "MultiLineString", "coordinates": [line.tolist() for line in lines]}
    return {"type": "Feature", "properties": kept, "geometry": shape}


def _thinned(feature: dict[str, Any]) -> dict[str, Any]:
    lines = [thinned(np.array(line)).round(THIN_DIGITS).tolist() for line in feature["geometry"]["coordinates"]]
    return feature | {"geometry": {"type": "MultiLineString", "coordinates": lines}}


def thinned(line: Line, tolerance_m: float = THIN_M) -> Line:
    """The line (n, 2; degrees) without the vertices that lie within `tolerance_m` of it."""
    x, y = Plane.around(line[:, 0], line[:, 1]).metres(line[:, 0], line[:, 1])
    points = np.stack([x, y], axis=1)
    kept = np.zeros(len(line), bool)
    kept[[0, -1]] = True
    parts = [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        away = _from_chord(points[first : last + 1])
        farthest = int(away.argmax())
        if away[farthest] > tolerance_m:
            kept[first + farthest] = True
            parts += [(first, first + farthest), (first + farthest, last)]
    return line[kept]


def _from_chord(points: Line) -> Line:
    """How far each point lies from the line between the first and the last."""
    along = points[-1] - points[0]
    length = float(np.hypot(*along))
    offset = points - points[0]
    if length == 0:
        return np.asarray(np.hypot(offset[:, 0], offset[:, 1]))
    return np.asarray(np.abs(offset[:, 0] * along[1] - offset[:, 1] * along[0]) / length)


def _save(path: Path, features: Sequence[dict[str, Any]]) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    beside = path.with_suffix(".new")
    beside.write_text(text, "utf-8")
    beside.replace(path)
