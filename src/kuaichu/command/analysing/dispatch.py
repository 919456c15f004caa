"""`./kuaichu analyse dispatch`: for each incident the units that reach it first, or one unit each, shared out best."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing import doubtful, written
from kuaichu.command.analysing.common import add_files, add_points, check_numbers, read, tell
from kuaichu.command.analysing.roads import add_network, routes_of
from kuaichu.command.analysing.written import write_rows, write_summary

if TYPE_CHECKING:
    from kuaichu.analysis.dispatch import Routes, Snapped
    from kuaichu.analysis.tables import Table

HELP = "派谁去：按路网时间找最近的单元，或多起同时分派 · whom to send: nearest units by road time, or several at once"
NAMES = ("incident", "rank", "unit", "seconds", "lon", "lat", "off_road_m", "unreached")
LISTED = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = ".csv 或 .geojson · one row per incident and unit, and OUT.summary.json"
    add_files(parser, out=words, endings=written.ENDINGS)
    add_points(parser)
    doubtful.add_argument(parser)
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
    import numpy as np

    from kuaichu.analysis.dispatch import Snapped, nearest, snapped
    from kuaichu.analysis.errors import BadInput

    way = routes_of(options)
    if way is None:
        raise BadInput("请给出路网：--network，或 --nodes 加 --links", "a road network is needed", field="network")
    incidents, units = _incidents(options), _units(options)
    at, stand = snapped(way, incidents["lon"], incidents["lat"]), snapped(way, units["lon"], units["lat"])
    on_road = np.flatnonzero(stand.distance_m <= options.snap_m)
    if not on_road.size:
        zh = f"没有一个单元在路网 {options.snap_m:g} 米以内，最近的离路网 {stand.distance_m.min():.0f} 米"
        en = f"no unit within {options.snap_m:g} m of a road; the nearest is {stand.distance_m.min():.0f} m off"
        raise BadInput(zh, en, field="units", file=units.path)
    start = Snapped(node=stand.node[on_road], distance_m=stand.distance_m[on_road])
    if options.share_out:
        unit, seconds = _shared_out(options, way, incidents, at, start)
    else:
        found = nearest(way, at.node, start.node, options.k, ready_s=start.seconds, limit_s=options.within_s)
        unit, seconds = found.unit, found.seconds + at.seconds[:, None]
        unit[at.distance_m > options.snap_m] = -1
    rows = _rows(options, incidents, at, [[units["id"][on_road[u]] for u in row if u >= 0] for row in unit], seconds)
    write_rows(options.output, rows, names=NAMES)
    _tell(options, rows, incidents, at, stand)
    return 0


def _rows(
    options: argparse.Namespace, incidents: "Table", at: "Snapped", sent: list[list[str]], seconds: Any
) -> list[dict[str, Any]]:
    """A row per incident and unit; one without a unit for an incident that nobody reaches."""
    rows = []
    for row in range(incidents.rows):
        fact = {
            "incident": incidents["id"][row],
            "lon": float(incidents["lon"][row]),
            "lat": float(incidents["lat"][row]),
            "off_road_m": float(at.distance_m[row]),
        }
        rows += [
            fact | {"rank": rank + 1, "unit": unit, "seconds": float(seconds[row, rank])}
            for rank, unit in enumerate(sent[row])
        ]
        if not sent[row]:
            rows.append(fact | {"unreached": "off_road" if at.distance_m[row] > options.snap_m else "no_unit"})
    return rows


def _shared_out(
    options: argparse.Namespace, way: "Routes", incidents: "Table", at: "Snapped", stand: "Snapped"
) -> tuple[Any, Any]:
    """Unit and seconds (n, 1)."""
    import numpy as np

    from kuaichu.analysis.dispatch import assigned, travel_seconds

    times = travel_seconds(way, stand.node, at.node).T + stand.seconds + at.seconds[:, None]
    times[times > options.within_s] = np.inf
    times[at.distance_m > options.snap_m] = np.inf
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
    table = read(options, wanted)
    usable = doubtful.keep(options, table)
    table = table if usable is None else table.taken(usable)
    if options.urgency:
        check_numbers(table, "urgency", options.urgency, least=sys.float_info.min)  # more than zero
    return _numbered(table)


def _units(options: argparse.Namespace) -> "Table":
    from kuaichu.analysis.errors import BadInput
    from kuaichu.analysis.tables import Column

    wanted = {"lon": Column(options.units_lon), "lat": Column(options.units_lat)}
    if options.units_id:
        wanted["id"] = Column(options.units_id, "text")
    table = read(options, wanted, path=options.units)
    if not table.rows:
        raise BadInput("文件里没有一个单元", "the file holds no unit", field="units", file=table.path)
    return _numbered(table)


def _numbered(table: "Table") -> "Table":
    """With an `id`: the row's number from 1 where the file has none."""
    if "id" not in table.columns:
        table.columns["id"] = [str(row + 1) for row in table.place]  # type: ignore[assignment]
    return table


def _tell(
    options: argparse.Namespace, rows: list[dict[str, Any]], incidents: "Table", at: "Snapped", stand: "Snapped"
) -> None:
    first = sorted(row["seconds"] for row in rows if row.get("rank") == 1)
    far = [row for row in rows if row.get("unreached") == "off_road"]
    summary = {
        "incidents": incidents.rows,
        "answered": len(first),
        "units": int(stand.node.size),
        "median_first_s": first[len(first) // 2] if first else None,
        "off_road_incidents": len(far),
        "off_road_units": int((stand.distance_m > options.snap_m).sum()),
        "off_road_m": options.snap_m,
    }
    write_summary(options.output, summary)
    tell(f"{incidents.rows} 起，{len(first)} 起有单元可到 · {incidents.rows} incidents, {len(first)} can be reached")
    limit = f"{options.snap_m:g}"
    if far:
        named = ", ".join(f"{row['incident']} {row['off_road_m']:.0f} m" for row in far[:LISTED])
        more = " …" if len(far) > LISTED else ""
        tell(f"{len(far)} 起警情离路网超过 {limit} 米，算到不了，请核对坐标：{named}{more}")
        tell(f"{len(far)} incidents farther than {limit} m from any road count as out of reach: {named}{more}")
    if count := summary["off_road_units"]:
        tell(f"{count} 个单元离路网超过 {limit} 米，未派，请核对坐标 · {count} units farther than that are not sent")
