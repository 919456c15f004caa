"""The desk's analyses: calls in, an answer out that can be written as JSON and is the same for the same input and seed.

Each takes the rows of `events`, the place's map, its settings and a generator; `ANALYSES` lists them for `runs`.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.networks import Network
from kuaichu.analysis.plane import Plane
from kuaichu.governance import comparing, maps, planning
from kuaichu.governance.bulletins import counting
from kuaichu.governance.events import CATEGORIES, Columns
from kuaichu.governance.states import RunKind

PIXELS = 384  # of the longer side
PER_KM2 = 1e6
DAY_S = 86_400
BEIJING_S = 8 * 3600  # China has had one offset and no summer time since 1992
FULL = 65_535

Settings = Mapping[str, Any]
Answer = dict[str, Any]

# What is asked when nobody says otherwise; lengths in metres, `rate` the false discovery rate, `least` calls.
DEFAULTS: dict[str, dict[str, Any]] = {
    RunKind.HEAT: {"bandwidth_m": 400.0},
    RunKind.HOT_SPOTS: {"cell_m": 100.0, "rate": 0.05, "least": 5, "most": 40},
    RunKind.SEGMENTS: {"snap_m": 60.0, "rate": 0.05, "least": 5, "most": 40},
    RunKind.BULLETIN: {},
    RunKind.BEFORE_AFTER: comparing.DEFAULTS,
    RunKind.STAFFING: {},
    RunKind.SCAN: {"cell_m": 400.0, "longest_days": 14, "radius_m": 3000.0, "replicates": 999, "worth": 0.05},
}


@dataclass(frozen=True)
class Ground:
    """The place as far as an analysis needs it: the box that is drawn, and its roads if it has some."""

    box: maps.Box
    network: Network | None


def ground_of(place_code: str, rows: Columns) -> Ground:
    """From the place's map; without one the box of the calls (a kilometre around nothing)."""
    box = maps.box(place_code)
    if box is None:
        lon, lat = rows.lon[np.isfinite(rows.lon)], rows.lat[np.isfinite(rows.lat)]
        if not len(lon):
            return Ground((0.0, 0.0, 0.01, 0.01), None)
        west, east = np.quantile(lon, [0.001, 0.999])
        south, north = np.quantile(lat, [0.001, 0.999])
        box = float(west) - 0.01, float(south) - 0.01, float(east) + 0.01, float(north) + 0.01
    return Ground(box, maps.network(place_code))


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A density map for drawing: row 0 in the north, value · `scale` = calls per square kilometre in the period."""

    box: maps.Box
    width: int
    height: int
    bandwidth_m: float
    scale: float
    values: NDArray[np.uint16]

    @property
    def peak(self) -> float:
        return float(self.values.max(initial=0)) * self.scale


def picture(lon: NDArray[np.float64], lat: NDArray[np.float64], *, box: maps.Box, bandwidth_m: float) -> Picture:
    """The density of the points, exact but for the rounding to 1/65535 of the peak."""
    from kuaichu.analysis.heat import Raster, heat

    east, north = Plane(lon=(box[0] + box[2]) / 2, lat=(box[1] + box[3]) / 2).metres_per_degree
    wide, high = (box[2] - box[0]) * east, (box[3] - box[1]) * north
    side = max(wide, high) / PIXELS
    width, height = max(1, ceil(wide / side - 1e-9)), max(1, ceil(high / side - 1e-9))
    raster = Raster(west=box[0], south=box[1], east=box[2], north=box[3], width=width, height=height)
    density = heat(lon, lat, raster=raster, bandwidth_m=bandwidth_m).density * PER_KM2
    scale = float(density.max(initial=0)) / FULL or 1.0
    return Picture(
        box=box,
        width=width,
        height=height,
        bandwidth_m=bandwidth_m,
        scale=scale,
        values=np.rint(density / scale).astype(np.uint16),
    )


def heat_map(rows: Columns, ground: Ground, settings: Settings, rng: np.random.Generator) -> Answer:
    """The picture with its values as base64 of little-endian uint16."""
    made = picture(rows.lon, rows.lat, box=ground.box, bandwidth_m=float(settings["bandwidth_m"]))
    return {
        "box": list(made.box),
        "width": made.width,
        "height": made.height,
        "scale": made.scale,
        "values": base64.b64encode(made.values.astype("<u2").tobytes()).decode(),
    }


def hot_spots(rows: Columns, ground: Ground, settings: Settings, rng: np.random.Generator) -> Answer:
    """Cells with more calls around them than chance would put there (Gi*), joined where they touch, most calls first.

    Among the cells that have any call. p: exact or by lot, see analysis.hotspots; q: after Benjamini & Hochberg.
    """
    from kuaichu.analysis.hotspots import adjusted, grid_cells, local_statistic

    is_there = np.isfinite(rows.lon)
    rows = rows.taken(np.flatnonzero(is_there))
    lon, lat = rows.lon, rows.lat
    cell_m = float(settings["cell_m"])
    cells = grid_cells(lon, lat, cell_m=cell_m, domain="seen")
    if not len(cells):
        return {"cells": 0, "spots": []}
    found = local_statistic(cells.counts.astype(np.float64), cells.neighbours, rng=rng)
    q = adjusted(found.p_high)
    is_hot = (q <= float(settings["rate"])) & (cells.counts > 0)
    group = _joined(cells.neighbours, is_hot)
    cell_of = cells.find(lon, lat)
    spots = []
    for number in range(group.max(initial=-1) + 1):
        members = np.flatnonzero(group == number)
        inside = np.isin(cell_of, members)
        if inside.sum() < int(settings["least"]):
            continue
        spots.append(
            _spot(rows.taken(np.flatnonzero(inside)), ground.network, cell_m)
            | {
                "p": float(found.p_high[members].min()),
                "q": float(q[members].min()),
                "score": float(found.score[members].max()),
                "cells": len(members),
            }
        )
    spots.sort(key=lambda spot: (-spot["count"], spot["lon"]))
    return {"cells": len(cells), "draws": found.draws, "spots": spots[: int(settings["most"])]}


def _joined(neighbours: Any, is_hot: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The number of each hot cell's group of touching hot cells; -1 for the others."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    owner = np.repeat(np.arange(len(is_hot)), neighbours.counts)
    both = is_hot[owner] & is_hot[neighbours.members]
    pairs = csr_array((np.ones(both.sum()), (owner[both], neighbours.members[both])), shape=(len(is_hot),) * 2)
    label = connected_components(pairs, directed=False)[1]
    group = np.full(len(is_hot), -1)
    group[is_hot] = np.unique(label[is_hot], return_inverse=True)[1]
    return group


def _spot(rows: Columns, network: Network | None, least_m: float) -> Answer:
    """A circle around calls: their middle, and the radius that holds them all (at least half of `least_m`); `calls`:
    which calls were counted, for the circle may hold others too."""
    lon, lat = rows.lon, rows.lat
    middle = float(lon.mean()), float(lat.mean())
    x, y = Plane(lon=middle[0], lat=middle[1]).metres(lon, lat)
    return {
        "name": name_near(network, *middle),
        "lon": middle[0],
        "lat": middle[1],
        "radius_m": max(float(ceil(np.hypot(x, y).max())), least_m / 2),
        "count": len(rows),
        "by_class": {code: int((rows.category == at).sum()) for at, code in enumerate(CATEGORIES)},
        "calls": rows.id.tolist(),
    }


def segments(rows: Columns, ground: Ground, settings: Settings, rng: np.random.Generator) -> Answer:
    """Road segments with more calls than their length alone would give them, greatest excess first.

    p: tail of Poisson; q: after Benjamini & Hochberg.

    Calls farther than `snap_m` from every road are not counted; `off_road` says how many.
    """
    from scipy.stats import poisson

    from kuaichu.analysis.hotspots import adjusted
    from kuaichu.analysis.segments.snapping import Snapper

    network = ground.network
    if network is None:
        return {"segments": [], "on_road": 0, "off_road": 0, "has_roads": False}
    snapped = Snapper(network).snap(rows.lon, rows.lat, limit_m=float(settings["snap_m"]))
    counts = np.bincount(snapped.link[snapped.is_near], minlength=network.links)
    expected = counts.sum() * network.length_m / network.length_m.sum()
    p = np.clip(poisson.sf(counts - 1, expected), 1e-300, 1.0)
    q = adjusted(p)
    hot = np.flatnonzero((q <= float(settings["rate"])) & (counts >= int(settings["least"])))
    hot = hot[np.lexsort((hot, (expected - counts)[hot]))][: int(settings["most"])]
    return {
        "segments": [
            _segment(network, int(link), int(counts[link]), float(expected[link]))
            | {"p": float(p[link]), "q": float(q[link])}
            | {"calls": rows.id[snapped.is_near & (snapped.link == link)].tolist()}
            for link in hot
        ],
        "on_road": int(snapped.is_near.sum()),
        "off_road": int((~snapped.is_near & np.isfinite(rows.lon)).sum()),
        "has_roads": True,
    }


def _segment(network: Network, link: int, count: int, expected: float) -> Answer:
    part = slice(network.shape_start[link], network.shape_start[link + 1])
    lon, lat = network.shape_lon[part], network.shape_lat[part]
    middle = float(lon.mean()), float(lat.mean())
    x, y = Plane(lon=middle[0], lat=middle[1]).metres(lon, lat)
    return {
        "name": str(network.name[link]),
        "between": _crossing_names(network, link),
        "lon": middle[0],
        "lat": middle[1],
        "radius_m": float(ceil(np.hypot(x, y).max())),
        "line": [[round(float(a), 6), round(float(b), 6)] for a, b in zip(lon, lat, strict=True)],
        "length_m": float(network.length_m[link]),
        "count": count,
        "expected": expected,
    }


def _crossing_names(network: Network, link: int) -> list[str]:
    """The roads that meet the link at its start and at its end, one name each where there is one."""
    found = []
    for node in (network.from_node[link], network.to_node[link]):
        touching = np.flatnonzero((network.from_node == node) | (network.to_node == node))
        names = sorted({str(name) for name in network.name[touching]} - {str(network.name[link]), ""})
        found += names[:1]
    return found


def scan(rows: Columns, ground: Ground, settings: Settings, rng: np.random.Generator) -> Answer:
    """Clusters that began lately and still last (space-time permutation scan), most certain first; civil days.

    Calls are joined into squares of `cell_m` first, so that the search stays short.
    """
    from kuaichu.analysis.hotspots import grid_cells
    from kuaichu.analysis.scan.permutation import permutation_scan

    is_there = np.isfinite(rows.lon)
    rows = rows.taken(np.flatnonzero(is_there))
    lon, lat, t = rows.lon, rows.lat, rows.t
    if len(lon) < 2:
        return {"clusters": [], "events": len(lon), "days": 0}
    day = (t + BEIJING_S) // DAY_S
    first = int(settings.get("first_day", day.min()))
    days = int(settings.get("last_day", day.max())) - first + 1
    cells = grid_cells(lon, lat, cell_m=float(settings["cell_m"]), domain="seen")
    site = cells.find(lon, lat)
    found = permutation_scan(
        site,
        day - first,
        np.stack(Plane.around(lon, lat).metres(cells.lon, cells.lat), axis=1),
        days=days,
        longest=min(int(settings["longest_days"]), max(1, days // 2)),
        prospective=True,
        max_radius_m=float(settings["radius_m"]),
        replicates=int(settings["replicates"]),
        rng=rng,
    )
    clusters = []
    for each in found.clusters:
        inside = np.isin(site, each.sites) & (day - first >= each.first_day) & (day - first <= each.last_day)
        clusters.append(
            _spot(rows.taken(np.flatnonzero(inside)), ground.network, float(settings["cell_m"]))
            | {
                "since_day": first + each.first_day,
                "until_day": first + each.last_day,
                "expected": each.expected,
                "p": each.p,
                "is_worth": each.p <= float(settings["worth"]),
            }
        )
    return {"clusters": clusters, "events": found.events, "days": found.days}


def bulletin(rows: Columns, ground: Ground, settings: Settings, rng: np.random.Generator) -> Answer:
    """The counts of a day's, week's or month's bulletin."""
    return counting.count(rows, settings)


def staffing(rows: Columns, ground: Ground, settings: Settings, rng: np.random.Generator) -> Answer:
    """Seats and riders by weekday and hour, and shifts that cover them; settings from `planning.prepared`."""
    return planning.plan(rows, settings, rng)


def before_after(rows: Columns, ground: Ground, settings: Settings, rng: np.random.Generator) -> Answer:
    """Two periods in one box: counts, a picture each, and the squares that changed (see `comparing`)."""
    parts = {
        when: rows.taken(np.flatnonzero(comparing.within(rows, period)))
        for when, period in comparing.periods_of(settings).items()
    }
    placed = {when: each.taken(np.flatnonzero(np.isfinite(each.lon))) for when, each in parts.items()}
    bandwidth_m = float(settings["bandwidth_m"])
    made = {when: picture(each.lon, each.lat, box=ground.box, bandwidth_m=bandwidth_m) for when, each in placed.items()}
    spots = comparing.changes(placed, settings)
    return {
        "counts": {when: comparing.counts(each) for when, each in parts.items()},
        "box": list(ground.box),
        "width": made["after"].width,
        "height": made["after"].height,
        "pictures": {
            when: {"scale": each.scale, "values": comparing.packed(each.values)} for when, each in made.items()
        },
        "spots": [spot | {"name": name_near(ground.network, spot["lon"], spot["lat"])} for spot in spots],
    }


ANALYSES: dict[str, Callable[[Columns, Ground, Settings, np.random.Generator], Answer]] = {
    RunKind.HEAT: heat_map,
    RunKind.HOT_SPOTS: hot_spots,
    RunKind.SEGMENTS: segments,
    RunKind.SCAN: scan,
    RunKind.BULLETIN: bulletin,
    RunKind.BEFORE_AFTER: before_after,
    RunKind.STAFFING: staffing,
}


# Under which name an answer lists what was found; each has "calls": the ids of those that were counted.
FOUND = {
    RunKind.HOT_SPOTS.value: "spots",
    RunKind.SEGMENTS.value: "segments",
    RunKind.SCAN.value: "clusters",
    RunKind.BEFORE_AFTER.value: "spots",  # "calls_before", "calls_after"
}


def name_near(network: Network | None, lon: float, lat: float) -> str:
    """The names of the two nearest roads, nearest first, or nothing."""
    if network is None or not network.links:
        return ""
    tree, names = _named(network)
    x, y = network.plane.metres(np.array([lon]), np.array([lat]))
    found: list[str] = []
    _, near = tree.query([float(x[0]), float(y[0])], k=min(24, len(names)))
    for at in np.atleast_1d(near):
        if names[at] and names[at] not in found:
            found.append(names[at])
    return "、".join(found[:2])


_trees: list[tuple[Network, Any, list[str]]] = []  # of the network that was asked about last


def _named(network: Network) -> tuple[Any, list[str]]:
    """Shape points in metres as a tree, and the name of each one's road."""
    from scipy.spatial import cKDTree

    for known, tree, names in _trees:
        if known is network:
            return tree, names
    x, y = network.plane.metres(network.shape_lon, network.shape_lat)
    made = (
        cKDTree(np.stack([x, y], axis=1)),
        [str(name) for name in np.repeat(network.name, np.diff(network.shape_start))],
    )
    _trees[:] = [(network, *made)]
    return made
