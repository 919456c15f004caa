"""Cells over a place: squares in metres or H3 hexagons, with the events in each and who is next to whom."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.hotspots.neighbours import Floats, Ints, Neighbours
from kuaichu.analysis.plane import Plane

Domain = Literal["box", "seen"]
Outline = Callable[[int], list[tuple[float, float]]]
MOST_CELLS = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Cells:
    """One entry a cell: `ids` (row · columns + column, or the H3 index), centre in degrees of WGS-84, events inside.

    `find(lon, lat)` gives the cell's place in these arrays for other points, -1 outside; `outline(place)` its corners.
    """

    ids: Ints
    lon: Floats
    lat: Floats
    counts: Ints
    neighbours: Neighbours
    find: Callable[[Floats, Floats], Ints]
    outline: Outline
    kind: Literal["grid", "h3"]

    def __len__(self) -> int:
        return len(self.ids)


def grid_cells(lon: Floats, lat: Floats, *, cell_m: float, domain: Domain = "box", rings: int = 1) -> Cells:
    """Squares of `cell_m` metres on the local plane, from the south-west corner of the points' box.

    `box`: every square of the box, also without events. `seen`: only squares with an event, neighbours among those.
    """
    lon, lat = _points(lon, lat)
    if not (np.isfinite(cell_m) and cell_m > 0):
        raise BadInput("格子边长必须大于 0 米", "a cell needs a side of more than 0 metres", field="cell_m")
    if not len(lon):
        return _none("grid")
    plane = Plane.around(lon, lat)
    x, y = plane.metres(lon, lat)
    west, south = float(x.min()), float(y.min())
    width, height = int((x.max() - west) // cell_m) + 1, int((y.max() - south) // cell_m) + 1
    if domain == "box":
        _not_too_many(width * height)
    held = _squares(x - west, y - south, cell_m, width)
    ids = np.arange(width * height) if domain == "box" else np.unique(held)
    columns, rows = ids % width, ids // width

    def find(other_lon: Floats, other_lat: Floats) -> Ints:
        other_x, other_y = plane.metres(np.asarray(other_lon, float), np.asarray(other_lat, float))
        right, up = (other_x - west) // cell_m, (other_y - south) // cell_m
        is_in = (right >= 0) & (right < width) & (up >= 0) & (up < height)
        return _places(ids, np.where(is_in, up * width + right, -1).astype(np.int64))

    def outline(place: int) -> list[tuple[float, float]]:
        right = np.array([0, 1, 1, 0], np.float64) + columns[place]
        up = np.array([0, 0, 1, 1], np.float64) + rows[place]
        degrees = plane.degrees(np.asarray(west + right * cell_m, float), np.asarray(south + up * cell_m, float))
        return list(zip(*(part.tolist() for part in degrees), strict=True))

    middle = (np.asarray(west + (columns + 0.5) * cell_m, float), np.asarray(south + (rows + 0.5) * cell_m, float))
    centre = plane.degrees(*middle)
    counts = np.bincount(_places(ids, held), minlength=len(ids)).astype(np.int64)
    return Cells(
        ids=ids,
        lon=centre[0],
        lat=centre[1],
        counts=counts,
        neighbours=Neighbours.on_grid(columns, rows, rings=rings),
        find=find,
        outline=outline,
        kind="grid",
    )


def h3_cells(lon: Floats, lat: Floats, *, resolution: int, domain: Domain = "box", rings: int = 1) -> Cells:
    """H3 cells of `resolution` 0..15: those whose centre lies in the points' box and those with an event, or only the
    latter."""
    import h3.api.numpy_int as h3

    lon, lat = _points(lon, lat)
    if not 0 <= resolution <= 15:
        raise BadInput("H3 级别是 0 到 15", "an H3 resolution is 0 to 15", field="resolution")
    if not len(lon):
        return _none("h3")
    held = _hexagons(lon, lat, resolution)
    ids = np.unique(held)
    if domain == "box":
        box = float(lat.min()), float(lat.max()), float(lon.min()), float(lon.max())
        south, north = Plane(lon=0, lat=(box[0] + box[1]) / 2).metres_per_degree
        _not_too_many(
            (box[1] - box[0]) * (box[3] - box[2]) * south * north / h3.average_hexagon_area(resolution, "m^2")
        )
        if box[0] < box[1] and box[2] < box[3]:
            corners = [(box[0], box[2]), (box[0], box[3]), (box[1], box[3]), (box[1], box[2])]
            ids = np.union1d(ids, h3.h3shape_to_cells(h3.LatLngPoly(corners), resolution).astype(np.int64))
    centre = np.array([h3.cell_to_latlng(cell) for cell in ids.tolist()])
    pairs = [(place, h3.grid_disk(cell, rings).astype(np.int64)) for place, cell in enumerate(ids.tolist())]
    first = np.repeat(np.arange(len(ids)), [len(disk) for _place, disk in pairs])
    second = _places(ids, np.concatenate([disk for _place, disk in pairs]))
    is_other = (second >= 0) & (second != first)
    return Cells(
        ids=ids,
        lon=centre[:, 1],
        lat=centre[:, 0],
        counts=np.bincount(_places(ids, held), minlength=len(ids)).astype(np.int64),
        neighbours=Neighbours.from_pairs(first[is_other], second[is_other], cells=len(ids)),
        find=lambda other_lon, other_lat: _places(ids, _hexagons(other_lon, other_lat, resolution)),
        outline=lambda place: [(e, n) for n, e in h3.cell_to_boundary(int(ids[place]))],
        kind="h3",
    )


def _hexagons(lon: Floats, lat: Floats, resolution: int) -> Ints:
    import h3.api.numpy_int as h3

    pairs = zip(np.asarray(lat, float).tolist(), np.asarray(lon, float).tolist(), strict=True)
    return np.fromiter((h3.latlng_to_cell(n, e, resolution) for n, e in pairs), np.int64)


def _squares(x_m: Floats, y_m: Floats, cell_m: float, width: int) -> Ints:
    return ((y_m // cell_m) * width + x_m // cell_m).astype(np.int64)


def _places(ids: Ints, wanted: Ints) -> Ints:
    """Where the wanted ids stand in the sorted `ids`; -1 where they don't."""
    if not len(ids):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[place] == wanted, place, -1)


def _points(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if lon.ndim != 1 or lon.shape != lat.shape:
        raise BadInput("经度和纬度的个数不一样", "longitudes and latitudes must be equally many", field="lon")
    bad = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        at = f"{lon[row]:.6f}, {lat[row]:.6f}"
        zh = f"第 {row + 1} 个点（{at}）不是可用的经纬度，请检查是否写反"
        raise BadInput(zh, f"point {row + 1} ({at}) is no place; swapped?", field="lon", row=row)
    return lon, lat


def _not_too_many(cells: float) -> None:
    if cells > MOST_CELLS:
        zh = f"范围内有 {cells:.3g} 个格子，超过 {MOST_CELLS}：请放大格子、裁剪范围，或只用有事件的格子"
        en = f"the box holds {cells:.3g} cells, more than {MOST_CELLS}: larger cells, a smaller box, or seen cells only"
        raise BadInput(zh, en, field="cell_m")


def _none(kind: Literal["grid", "h3"]) -> Cells:
    ints, floats = np.empty(0, np.int64), np.empty(0)
    return Cells(
        ids=ints,
        lon=floats,
        lat=floats,
        counts=ints,
        neighbours=Neighbours(starts=np.zeros(1, np.int64), members=ints),
        find=lambda lon, _lat: np.full(len(lon), -1),
        outline=lambda _place: [],
        kind=kind,
    )
