"""`./kuaichu analyse quality`: flags for every row and a summary, before anything else is computed."""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing import common

if TYPE_CHECKING:
    from kuaichu.analysis.tables import Table

HELP = "数据体检：兜底坐标、写反、境外、坐标系错用、时间缺口 · data check: doubtful places, a mixed-up datum, holes in time"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_files(
        parser,
        out="每行一个标记的 .csv（旁边的 .json 是小结）· a flag for every row; a summary beside it",
        endings=(".csv",),
    )
    common.add_points(parser)
    parser.add_argument("--time", metavar="COLUMN", help="时间列 · column of times")
    parser.add_argument("--bbox", metavar="W,S,E,N", help="辖区范围，经纬度 · the area's box, degrees")
    parser.add_argument(
        "--network", metavar="GEOJSON", help="道路线（WGS-84），用来核对坐标系 · road lines to check the datum against"
    )


def run(options: argparse.Namespace) -> int:
    from kuaichu.analysis.quality import check_places, check_times
    from kuaichu.analysis.tables import Column

    wanted = {"lon": Column(options.lon), "lat": Column(options.lat)}
    if options.time:
        wanted["time"] = Column(options.time, "time")
    table = common.read(options, wanted, unplaced="as_given")
    places = check_places(table["lon"], table["lat"], box=_box(options.bbox))
    times = check_times(table["time"]) if options.time else None
    _write_flags(options, table, places, times)
    summary: dict[str, Any] = {
        "rows": table.rows,
        "usable_places": int(places.is_usable.sum()),
        "places": {flag.name: places.count(flag) for flag in places.kinds()},
        "fallbacks": [asdict(stack) for stack in places.stacks],
        "fallback_from_events": places.stack_limit,
    }
    if times is not None:
        summary["times"] = {flag.name: times.count(flag) for flag in times.kinds()}
        summary["holes"] = [_hole(hole.from_s, hole.to_s, hole.expected) for hole in times.holes]
    if options.network:
        summary["datum"] = _datum(options, table, places.is_usable)
    words = json.dumps(summary, ensure_ascii=False, indent=1)
    options.output.with_suffix(".json").write_text(words + "\n", "utf-8")
    common.tell(places.words() or "没有发现可疑坐标 · no doubtful place found")
    return 0


def _write_flags(options: argparse.Namespace, table: "Table", places: Any, times: Any) -> None:
    """row (from 0, bad rows that were left out not counted), lon, lat, usable, flags."""
    import csv

    names = {value: _names(places.kinds(), value) for value in set(places.flags.tolist())}
    time_flags = times.flags.tolist() if times is not None else [0] * table.rows
    time_names = {value: _names(times.kinds(), value, "TIME_") for value in set(time_flags)} if times else {0: []}
    rows = zip(
        table["lon"].tolist(), table["lat"].tolist(), places.is_usable.tolist(), places.flags.tolist(), time_flags,
        strict=True,
    )  # fmt: skip
    with options.output.open("w", encoding="utf-8", newline="") as written:
        out = csv.writer(written)
        out.writerow(["row", "lon", "lat", "usable", "flags"])
        for row, (lon, lat, usable, flags, time) in enumerate(rows):
            out.writerow([row, lon, lat, int(usable), "|".join(names[flags] + time_names[time])])


def _names(kinds: Any, value: int, before: str = "") -> list[str]:
    return [before + flag.name for flag in kinds if value & flag]


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    from kuaichu.analysis.errors import BadInput

    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput("--bbox 写成 西,南,东,北", "--bbox must be west,south,east,north", field="bbox") from None
    return west, south, east, north


def _hole(from_s: float, to_s: float, expected: float) -> dict[str, object]:
    import numpy as np

    moments = [str(np.datetime64(int(second), "s")).replace("T", " ") for second in (from_s, to_s)]
    return {"from": moments[0], "to": moments[1], "expected_events": round(expected, 1)}


def _datum(options: argparse.Namespace, table: "Table", usable: Any) -> dict[str, object]:
    """The shift against the roads; GCJ-02 and BD-09 are recognised by their own offsets in this area."""
    from pathlib import Path

    import numpy as np

    from kuaichu.analysis.network_files import read_network
    from kuaichu.analysis.plane import Plane
    from kuaichu.analysis.quality import datum_shift
    from kuaichu.law.identifiers.coordinates import bd09_from_wgs84, gcj02_from_wgs84

    lon, lat = table["lon"][usable], table["lat"][usable]
    known = {}
    if len(lon):
        middle = Plane(lon=float(np.median(lon)), lat=float(np.median(lat)))
        for name, shifted in (("GCJ-02", gcj02_from_wgs84), ("BD-09", bd09_from_wgs84)):
            there = shifted(middle.lon, middle.lat)
            east, north = middle.metres(np.array([there[0]]), np.array([there[1]]))
            known[name] = (float(east[0]), float(north[0]))
    found = datum_shift(lon, lat, read_network(Path(options.network)), known=known)
    if found.is_shifted:
        like = f"，像是把 {found.looks_like} 当成了 WGS-84" if found.looks_like else ""
        common.tell(
            f"各点整体偏离道路：向东 {found.east_m:.0f} 米、向北 {found.north_m:.0f} 米平移后最贴近{like}\n"
            f"the points lie off the roads: best moved by {found.east_m:.0f} m east, {found.north_m:.0f} m north"
            + (f"; looks like {found.looks_like} taken for WGS-84" if found.looks_like else "")
        )
    return asdict(found) | {"is_shifted": found.is_shifted}
