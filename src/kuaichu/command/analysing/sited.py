"""What `coverage` is asked: demand points and weights by hour, sites, and how far they are from each other."""

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kuaichu.command.analysing.common import check_numbers, read, tell
from kuaichu.command.analysing.doubtful import keep
from kuaichu.command.analysing.roads import routes_of

if TYPE_CHECKING:
    from kuaichu.analysis.coverage import Reach

Floats = NDArray[np.float64]
KMH = 3.6


@dataclass(frozen=True, kw_only=True)
class Places:
    """Points `lon`, `lat` (n,); `weights` (h, n) of the `hours`; sites `names`, `site_lon`, `site_lat` (m,).

    `unit`: m or s, of `reach`, `between` (m, m) and `within`.
    """

    lon: Floats
    lat: Floats
    hours: list[int | None]
    weights: Floats
    names: list[str]
    site_lon: Floats
    site_lat: Floats
    reach: "Reach"
    between: Floats
    unit: str
    within: float | None


def places(options: argparse.Namespace) -> Places:
    """From the options' files. BadInput."""
    lon, lat, hours, weights = _demand(options)
    names, site_lon, site_lat = _sites(options, lon, lat)
    reach, between, unit = _reach(options, (lon, lat), (site_lon, site_lat))
    within = options.within_m if unit == "m" else options.within_s
    if unit == "m" and options.within_s is not None:
        within = options.within_s * options.speed_kmh / KMH
    elif unit == "s" and options.within_m is not None:
        from kuaichu.analysis.errors import BadInput

        raise BadInput("有路网时请用 --within-s", "with a network, say --within-s", field="within")
    return Places(
        lon=lon,
        lat=lat,
        hours=hours,
        weights=weights,
        names=names,
        site_lon=site_lon,
        site_lat=site_lat,
        reach=reach,
        between=between,
        unit=unit,
        within=within,
    )


def _demand(options: argparse.Namespace) -> tuple[Floats, Floats, list[int | None], Floats]:
    """Places (n,) and weights (h, n): rows at one place, or in one square, are one point."""
    from kuaichu.analysis.errors import BadInput
    from kuaichu.analysis.tables import Column

    wanted = {"lon": Column(options.lon), "lat": Column(options.lat)}
    if options.weight:
        wanted["weight"] = Column(options.weight)
    if options.per == "hour":
        wanted["hour"] = Column(options.hour, "integer")
    table = read(options, wanted)
    if table.rows and (options.drop_doubtful or not options.weight):  # cells by hour name each place many times
        usable = keep(options, table)
        table = table if usable is None else table.taken(usable)
    if not table.rows:
        raise BadInput("没有一行有坐标", "no row has a place", field=options.lon, file=options.input)
    if options.weight:
        check_numbers(table, "weight", options.weight, least=0)
    if options.per == "hour":
        check_numbers(table, "hour", options.hour, least=0)
    weight = table["weight"] if options.weight else np.ones(table.rows)
    place, lon, lat = _gathered(table["lon"], table["lat"], weight, options.cell_m)
    hour = table["hour"] if options.per == "hour" else np.zeros(len(weight), np.int64)
    found, row = np.unique(hour, return_inverse=True)
    weights = np.zeros((len(found), len(lon)))
    np.add.at(weights, (row, place), weight)
    return lon, lat, [int(each) for each in found] if options.per == "hour" else [None], weights


def _gathered(
    lon: Floats, lat: Floats, weight: Floats, cell_m: float | None
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Each row's point, and the points' places: the weighted middle of a square's rows."""
    from kuaichu.analysis.plane import Plane

    keys = np.stack([lon, lat], axis=1)
    if cell_m:
        keys = np.floor(np.stack(Plane.around(lon, lat).metres(lon, lat), axis=1) / cell_m)
    _, place = np.unique(keys, axis=0, return_inverse=True)
    share = np.maximum(weight, 1e-12)
    total = np.bincount(place, share)
    return place, np.bincount(place, share * lon) / total, np.bincount(place, share * lat) / total


def _sites(options: argparse.Namespace, lon: Floats, lat: Floats) -> tuple[list[str], Floats, Floats]:
    from kuaichu.analysis.errors import BadInput
    from kuaichu.analysis.tables import Column

    if not options.sites:
        return [str(number + 1) for number in range(len(lon))], lon, lat
    wanted = {"lon": Column(options.lon), "lat": Column(options.lat)}
    if options.site_name:
        wanted["name"] = Column(options.site_name, "text")
    table = read(options, wanted, path=options.sites)
    if not table.rows:
        raise BadInput("文件里没有一个点位", "the file holds no site", field="sites", file=options.sites)
    names = table["name"] if options.site_name else table.place + 1
    return [str(name) for name in names], table["lon"], table["lat"]


def _reach(
    options: argparse.Namespace, points: tuple[Floats, Floats], sites: tuple[Floats, Floats]
) -> tuple["Reach", Floats, str]:
    """How far points and sites are from sites: metres over land, or seconds on the network's roads."""
    from kuaichu.analysis import coverage
    from kuaichu.analysis.dispatch import snapped, travel_seconds

    way = routes_of(options)
    if way is None:
        straight = coverage.straight(points, sites, detour=options.detour)
        return straight, coverage.between(sites, detour=options.detour), "m"
    at, stand = snapped(way, *points), snapped(way, *sites)
    to_points = travel_seconds(way, stand.node, at.node).T + at.seconds[:, None] + stand.seconds
    far = at.distance_m > options.snap_m, stand.distance_m > options.snap_m
    to_points[far[0]], to_points[:, far[1]] = np.inf, np.inf
    if far[0].any():
        zh = f"{far[0].sum()} 个需求点离路网超过 {options.snap_m:g} 米，算到不了（原地有点位的除外），请核对坐标"
        tell(f"{zh} · {far[0].sum()} points farther than that from any road are out of reach, but for a site on them")
    ways = travel_seconds(way, stand.node, stand.node) + stand.seconds[:, None] + stand.seconds
    np.fill_diagonal(ways, 0.0)
    same = np.isclose(points[0][:, None], sites[0]) & np.isclose(points[1][:, None], sites[1])
    return coverage.reach(np.where(same, 0.0, to_points)), ways, "s"
