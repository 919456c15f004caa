"""Road networks out of files: GeoJSON lines, a table of nodes with a table of links, and the TNTP research format."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kuaichu.analysis.errors import BadInput, about
from kuaichu.analysis.networks import Network, network, shape_lengths
from kuaichu.analysis.tables import Column, Table, read_table

ROUNDED = 7  # decimals of a degree within which vertices are the same place: about a centimetre
NAMES = ("name", "NAME", "road", "路名", "道路名称")
BACKWARDS = {"-1", "reverse", "T"}
ONE_WAY = {"yes", "true", "1", "是", "单行", "F"}
MILES = 1.609344


@dataclass
class _Lines:
    """Polylines as they are read: vertices, and what is known of each line."""

    points: list[list[tuple[float, float]]] = field(default_factory=list)
    facts: list[Mapping[str, Any]] = field(default_factory=list)


def read_network(path: Path) -> Network:
    """A network from a GeoJSON file of LineString or MultiLineString features in WGS-84.

    Lines meet where they share a vertex, also in the middle of a line; lines that only cross don't. Properties that
    are used: name (or NAME, road, 路名, 道路名称), oneway (yes/true/1/是; -1: against the drawing), maxspeed (km/h, or
    with "mph"), length_m, seconds. The last two are shared out by length when a line is cut.
    """
    with about(path):
        lines = _lines(path)
        if not lines.points:
            raise BadInput(f"{path.name} 里没有道路线", f"there are no lines in {path.name}", field="network")
        return _cut(lines)


def _lines(path: Path) -> _Lines:
    try:
        given = json.loads(path.read_text("utf-8"))
        features = given["features"] if given.get("type") == "FeatureCollection" else [given]
    except FileNotFoundError:
        raise BadInput(f"没有这个文件：{path}", f"there is no such file: {path}", field="network") from None
    except (ValueError, KeyError, AttributeError) as error:
        raise BadInput(
            f"{path.name} 不是 GeoJSON：{error}", f"{path.name} is not GeoJSON: {error}", field="network"
        ) from None
    lines = _Lines()
    for row, feature in enumerate(features):
        _take_feature(lines, feature, row, path.name)
    return lines


def _take_feature(lines: _Lines, feature: Any, row: int, file: str) -> None:
    try:
        geometry = feature.get("geometry") or {}
        kind = geometry.get("type")
        given: Any = geometry.get("coordinates")
        parts = [given] if kind == "LineString" else given if kind == "MultiLineString" else []
        for part in parts:
            points = [(round(float(p[0]), ROUNDED), round(float(p[1]), ROUNDED)) for p in part]
            points = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
            if len(points) > 1:
                lines.points.append(points)
                lines.facts.append(feature.get("properties") or {})
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        raise BadInput(
            f"{file} 第 {row + 1} 条线的坐标读不懂",
            f"can't read the coordinates of feature {row} in {file}",
            field="network",
            row=row,
        ) from None


def _cut(lines: _Lines) -> Network:
    """Links between ends and shared vertices; a closed line without any is a link from a node to itself."""
    flat = np.array([p for points in lines.points for p in points])
    start = np.concatenate([[0], np.cumsum([len(points) for points in lines.points])])
    _, place = np.unique(flat, axis=0, return_inverse=True)
    is_node = np.bincount(place)[place] > 1
    is_node[start[:-1]] = is_node[start[1:] - 1] = True
    is_last = np.zeros(len(flat), bool)
    is_last[start[1:] - 1] = True
    first = np.flatnonzero(is_node & ~is_last)
    knots = np.flatnonzero(is_node)
    last = knots[np.searchsorted(knots, first) + 1]
    size = last - first + 1
    shape_start = np.concatenate([[0], np.cumsum(size)])
    rows = np.arange(shape_start[-1]) + np.repeat(first - shape_start[:-1], size)
    used, ends = np.unique(np.stack([place[first], place[last]]), return_inverse=True)
    ends = ends.reshape(2, -1)
    where = np.zeros(int(place.max()) + 1, np.int64)
    where[place] = np.arange(len(flat))
    line = np.searchsorted(start, first, side="right") - 1
    return _with_facts(lines, line, flat[where[used]], ends, (shape_start, flat[rows, 0], flat[rows, 1]))


def _with_facts(lines: _Lines, line: Any, nodes: Any, ends: Any, shapes: Any) -> Network:
    metres = shape_lengths(*shapes)
    whole = np.bincount(line, weights=metres, minlength=len(lines.facts))
    share = metres / np.maximum(whole, 1e-9)[line]
    facts = lines.facts
    length = np.array([_number(each.get("length_m")) for each in facts])[line] * share
    speed = np.array([_speed_m_s(each.get("maxspeed")) for each in facts])[line]
    length = np.where(np.isnan(length), metres, length)
    seconds = np.array([_number(each.get("seconds")) for each in facts])[line] * share
    seconds = np.where(np.isnan(seconds), length / speed, seconds)
    way = [str(each.get("oneway", "")).strip() for each in facts]
    backwards = np.array([text in BACKWARDS for text in way])[line]
    one_way = np.array([text in ONE_WAY or text.lower() in ONE_WAY for text in way])[line] | backwards
    names = [str(next((each[key] for key in NAMES if each.get(key)), "")) for each in facts]
    made = network(
        lon=nodes[:, 0],
        lat=nodes[:, 1],
        from_node=ends[0],
        to_node=ends[1],
        length_m=length,
        seconds=seconds,
        name=[names[i] for i in line],
        is_one_way=one_way,
        shapes=shapes,
    )
    return _turned(made, backwards) if backwards.any() else made


def _turned(made: Network, which: Any) -> Network:
    """The same links, some of them from their end to their start."""
    size = np.diff(made.shape_start)
    offset = np.arange(made.shape_start[-1]) - np.repeat(made.shape_start[:-1], size)
    turned = np.repeat(which, size)
    rows = np.repeat(made.shape_start[:-1], size) + np.where(turned, np.repeat(size, size) - 1 - offset, offset)
    return network(
        lon=made.lon,
        lat=made.lat,
        from_node=np.where(which, made.to_node, made.from_node),
        to_node=np.where(which, made.from_node, made.to_node),
        length_m=made.length_m,
        seconds=made.seconds,
        name=list(made.name),
        is_one_way=made.is_one_way,
        shapes=(made.shape_start, made.shape_lon[rows], made.shape_lat[rows]),
    )


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _speed_m_s(value: Any) -> float:
    """Metres a second of "50", 50 or "30 mph"; NaN when it isn't said."""
    text = str(value or "").strip().lower()
    factor = MILES if text.endswith("mph") else 1.0
    kmh = _number(text.removesuffix("mph").removesuffix("km/h").strip())
    return kmh * factor / 3.6 if kmh > 0 else float("nan")


def read_tables(nodes: Path, links: Path) -> Network:
    """A network from two tables: nodes with id, lon, lat; links with from, to, and, if they have them, length_m,
    seconds, name, one_way (0 or 1; without the column every link is two-way)."""
    points = read_table(nodes, {"id": Column("id", "text"), "lon": Column("lon"), "lat": Column("lat")})
    wanted = {"from": Column("from", "text"), "to": Column("to", "text")}
    found = read_table(links, wanted)
    number = {key: i for i, key in enumerate(points["id"])}
    ends = [[number.get(key, -1) for key in found[role]] for role in ("from", "to")]
    one_way = _extra(links, Column("one_way", "integer"))
    name = _extra(links, Column("name", "text"))
    with about(links, instead={"lon": nodes}):
        return network(
            lon=points["lon"],
            lat=points["lat"],
            from_node=ends[0],
            to_node=ends[1],
            length_m=_extra(links, Column("length_m")),
            seconds=_extra(links, Column("seconds")),
            name=None if name is None else list(name),
            is_one_way=False if one_way is None else one_way == 1,
        )


def _extra(path: Path, column: Column) -> Any:
    """A column that a file may lack."""
    try:
        table: Table = read_table(path, {"value": column})
    except BadInput as refused:
        if refused.field == column.name and refused.row is None:
            return None
        raise
    return table["value"]


def read_tntp(net: Path, nodes: Path, *, length_to_m: float = 1000.0, time_to_s: float = 60.0) -> Network:
    """A network in the TNTP format of "Transportation Networks for Research", its node file in degrees.

    Links are directed. Units differ from file to file; the defaults are kilometres and minutes.
    """
    points = np.array([row.replace(";", " ").split()[:3] for row in _data_rows(nodes)], float)
    rows = np.array([row.replace(";", " ").split()[:5] for row in _data_rows(net)], float)
    order = np.argsort(points[:, 0])
    ids = points[order, 0]
    ends = [np.searchsorted(ids, rows[:, side]) for side in (0, 1)]
    return network(
        lon=points[order, 1],
        lat=points[order, 2],
        from_node=ends[0],
        to_node=ends[1],
        length_m=rows[:, 3] * length_to_m,
        seconds=rows[:, 4] * time_to_s,
    )


def _data_rows(path: Path) -> list[str]:
    """Rows that begin with a number."""
    return [row for row in path.read_text("utf-8").splitlines() if row.strip()[:1].isdigit()]
