"""`./kuaichu analyse dispatch`: for each incident the units that reach it first, or one unit each, shared out best."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing.common import add_files, add_points, read, tell
from kuaichu.command.analysing.roads import add_network, routes_of
from kuaichu.command.analysing.written import write_rows, write_summary

if TYPE_CHECKING:
    from kuaichu.analysis.dispatch import Routes, Snapped
    from kuaichu.analysis.tables import Table

HELP = "派谁去：按路网时间找最近的单元，或多起同时分派 · whom to send: nearest units by road time, or several at once"
NAMES = ("incident", "rank", "unit", "seconds", "lon", "lat", "off_road_m")
FAR_M = 500.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_files(parser, out=".csv 或 .geojson · one row per incident and unit, and OUT.summary.json")
    add_points(parser)
    parser.add_argument("--id", metavar="COLUMN", help="警情编号列 · column with the incident's number; else its row")
    parser.add_argument("--units", type=Path, required=True, metavar="FILE", help="单元位置表 · where the units are")
    parser.add_argument("--units-lon", default="lon", metavar="COLUMN", help="单元表的经度列 · its longitudes")
    parser.add_argument("--units-lat", default="lat", metavar="COLUMN", help="单元表的纬度列 · its latitudes")
    parser.add_argument(
        "--units-id", metavar="COLUMN", help="单元编号列 · its column with the unit's name; else its row"
    )
    parser.add_argument("-k", type=int, default=5, help="每起找几个单元 · units per incident")
    parser.add_argument(
        "--within-s", type=float, default=float("inf"), metavar="SECONDS", help="最远多少秒 · not farther than this"
    )
    parser.add_argument(
        "--share-out",
        action="store_true",
        help="多起同时分派：每起一个、每单元一起，合计最快 · one unit each, nobody twice, soonest in sum",
    )
    parser.add_argument(
        "--urgency", metavar="COLUMN", help="紧急程度列，用于分派 · weight of an incident when sharing out"
    )
    add_network(parser, help_more="--network，或 --nodes 加 --links · one of the two is needed")


def run(options: argparse.Namespace) -> int:
    from kuaichu.analysis.dispatch import nearest, snapped
    from kuaichu.analysis.errors import BadInput

    way = routes_of(options)
    if way is None:
        raise BadInput("请给出路网：--network，或 --nodes 加 --links", "a road network is needed", field="network")
    incidents, units = _incidents(options), _units(options)
    at, stand = snapped(way, incidents["lon"], incidents["lat"]), snapped(way, units["lon"], units["lat"])
    if options.share_out:
        unit, seconds = _shared_out(options, way, incidents, at, stand)
    else:
        found = nearest(way, at.node, stand.node, options.k, ready_s=stand.seconds, limit_s=options.within_s)
        unit, seconds = found.unit, found.seconds + at.seconds[:, None]
    rows = [
        {
            "incident": incidents["id"][row],
            "rank": rank + 1,
            "unit": units["id"][unit[row, rank]],
            "seconds": float(seconds[row, rank]),
            "lon": float(incidents["lon"][row]),
            "lat": float(incidents["lat"][row]),
            "off_road_m": float(at.distance_m[row]),
        }
        for row in range(incidents.rows)
        for rank in range(unit.shape[1])
        if unit[row, rank] >= 0
    ]
    write_rows(options.output, rows, names=NAMES)
    _tell(options, rows, incidents.rows, at, stand)
    return 0


def _shared_out(
    options: argparse.Namespace, way: "Routes", incidents: "Table", at: "Snapped", stand: "Snapped"
) -> tuple[Any, Any]:
    """Unit and seconds (n, 1)."""
    import numpy as np

    from kuaichu.analysis.dispatch import assigned, travel_seconds

    times = travel_seconds(way, stand.node, at.node).T + stand.seconds + at.seconds[:, None]
    times[times > options.within_s] = np.inf
    urgency = incidents["urgency"] if options.urgency else 1.0
    done = assigned(times, urgency=urgency)
    return done.unit[:, None], done.seconds[:, None]


def _incidents(options: argparse.Namespace) -> "Table":
    from kuaichu.analysis.tables import Column

    wanted = {"lon": Column(options.lon), "lat": Column(options.lat)}
    if options.urgency:
        wanted["urgency"] = Column(options.urgency)
    if options.id:
        wanted["id"] = Column(options.id, "text")
    return _numbered(read(options, wanted))


def _units(options: argparse.Namespace) -> "Table":
    from kuaichu.analysis.tables import Column, read_table

    wanted = {"lon": Column(options.units_lon), "lat": Column(options.units_lat)}
    if options.units_id:
        wanted["id"] = Column(options.units_id, "text")
    return _numbered(read_table(options.units, wanted, skip_bad=options.skip_bad))


def _numbered(table: "Table") -> "Table":
    """With an `id`: the row's number from 1 where the file has none."""
    if "id" not in table.columns:
        table.columns["id"] = [str(row + 1) for row in range(table.rows)]  # type: ignore[assignment]
    return table


def _tell(
    options: argparse.Namespace, rows: list[dict[str, Any]], incidents: int, at: "Snapped", stand: "Snapped"
) -> None:
    answered = len({row["incident"] for row in rows})
    first = sorted(row["seconds"] for row in rows if row["rank"] == 1)
    summary = {
        "incidents": incidents,
        "answered": answered,
        "units": int(stand.node.size),
        "median_first_s": first[len(first) // 2] if first else None,
        "off_road_incidents": int((at.distance_m > FAR_M).sum()),
        "off_road_units": int((stand.distance_m > FAR_M).sum()),
        "off_road_m": FAR_M,
    }
    write_summary(options.output, summary)
    tell(f"{incidents} 起，{answered} 起有单元可到 · {incidents} incidents, {answered} can be reached")
    for zh, en, count in (
        ("起警情", "incidents", summary["off_road_incidents"]),
        ("个单元", "units", summary["off_road_units"]),
    ):
        if count:
            tell(f"{count} {zh}离路网超过 {FAR_M:.0f} 米，请核对坐标 · {count} {en} farther than that from any road")
