"""`./kuaichu analyse repeats`: which calls are about something that was reported before."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing import doubtful
from kuaichu.command.analysing.common import Bar, add_files, check_numbers, read, tell

if TYPE_CHECKING:
    from kuaichu.analysis.tables import Table

HELP = (
    "重复警情：同一事件多人报、同一诉求反复报，逐条给出把握 · repeat calls: one event reported by many, one matter brought up"
    " again, each with a probability. Columns that are missing are done without (phone, road, plate_a, plate_b, typ,"
    " the place); phone may be a hash."
)
OUT = ".csv 或 .parquet：call_id, incident_id（事件首条警情）, repeats（所重复的警情，空为新警情）, score, kind（event/matter）"
TEXTS = {
    "phone": "电话或其散列 · phone or its hash",
    "road": "地址或路名 · address or road names",
    "plate-a": "号牌一 · a plate",
    "plate-b": "号牌二 · another plate",
    "typ": "警情类别 · class of the call",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = OUT + " · incident_id is the incident's first call; repeats is empty for something new"
    add_files(parser, out=words, endings=(".csv", ".parquet"))
    doubtful.add_argument(parser)
    parser.add_argument("--call-id", default="call_id", metavar="COLUMN", help="编号列 · column of call numbers")
    parser.add_argument(
        "--t", default="t", metavar="COLUMN", help="时间列：秒或日期时间 · seconds, or dates with times"
    )
    parser.add_argument("--x", default="x", metavar="COLUMN", help="东向坐标，米 · metres to the east")
    parser.add_argument("--y", default="y", metavar="COLUMN", help="北向坐标，米 · metres to the north")
    parser.add_argument(
        "--lon", default="lon", metavar="COLUMN", help="经度，没有米坐标时用 · degrees, without x and y"
    )
    parser.add_argument("--lat", default="lat", metavar="COLUMN", help="纬度 · degrees")
    for name, words in TEXTS.items():
        default = name.replace("-", "_")
        parser.add_argument(f"--{name}", default=default, metavar="COLUMN", help=words)
    parser.add_argument("--weights", type=Path, metavar="FILE", help="权重文件，缺省用自带的 · weights of your own")
    parser.add_argument(
        "--threshold",
        type=float,
        metavar="P",
        help="达到此把握才算重复 · probability from which a call counts as a repeat",
    )


def run(options: argparse.Namespace) -> int:
    from kuaichu.analysis.repeats.recogniser import Recogniser

    weights = _weights(options)
    columns = _columns(options)
    found = Recogniser(weights).batch(columns, progress=Bar("识别重复警情"))
    _write(options.output, found)
    events, matters = (int((found["kind"] == kind).sum()) for kind in ("event", "matter"))
    tell(f"{len(found['kind'])} 条警情，同一事件重复 {events} 条，同一诉求再报 {matters} 条")
    tell(f"{len(found['kind'])} calls; {events} repeat an event, {matters} bring a matter up again")
    return 0


def _weights(options: argparse.Namespace) -> Any:
    from kuaichu.analysis.errors import BadInput
    from kuaichu.analysis.repeats.weights import Weights, default_weights

    weights = default_weights()
    if options.weights is not None:
        if not options.weights.is_file():
            raise BadInput(f"没有这个文件：{options.weights}", f"no such file: {options.weights}", field="weights")
        weights = Weights.from_json(options.weights.read_text(encoding="utf-8"))
    if options.threshold is None:
        return weights
    if not 0 < options.threshold < 1:
        raise BadInput("--threshold 要在 0 和 1 之间", "--threshold lies between 0 and 1", field="threshold")
    return weights.with_scalars(threshold=options.threshold)


def _columns(options: argparse.Namespace) -> "dict[str, Any]":
    """The columns that are there, by the names that the recogniser knows, places in metres."""
    from kuaichu.analysis.tables import Column, column_names

    names = column_names(options.input)
    wanted: dict[str, Column] = {"call_id": Column(options.call_id, "text"), "t": Column(options.t, "time")}
    for role in ("phone", "road", "plate_a", "plate_b", "typ"):
        if getattr(options, role) in names:
            wanted[role] = Column(getattr(options, role), "text")
    is_metric = options.x in names and options.y in names
    for role in ("x", "y") if is_metric else ("lon", "lat"):
        if getattr(options, role) in names:
            wanted[role] = Column(getattr(options, role), "number")
    table: Table = read(options, wanted, unplaced="keep")
    _check_ids(table, options.call_id)
    check_numbers(table, "t", options.t)
    columns = dict(table.columns)
    if not is_metric and "lon" in columns and "lat" in columns:
        del columns["lon"], columns["lat"]
        columns |= _in_metres(options, table)
    return columns


def _in_metres(options: argparse.Namespace, table: "Table") -> "dict[str, Any]":
    """x, y of the calls; a place that is missing or, with --drop-doubtful, doubted is NaN: the call itself stays."""
    import numpy as np

    from kuaichu.analysis.plane import Plane

    usable = doubtful.keep(options, table)
    lon, lat = (np.where(True if usable is None else usable, table[role], np.nan) for role in ("lon", "lat"))
    if not (np.isfinite(lon) & np.isfinite(lat)).any():
        return {}
    x, y = Plane.around(lon, lat).metres(lon, lat)
    return {"x": x, "y": y}


def _check_ids(table: "Table", column: str) -> None:
    """Every call has a number of its own; BadInput names the first line that has none or repeats one."""
    import numpy as np

    from kuaichu.analysis.errors import BadInput

    ids = table["call_id"].astype(str)
    blank = np.flatnonzero(ids == "")
    if blank.size:
        row = int(blank[0])
        zh, en = f"第 {table.line(row)} 行没有“{column}”", f"line {table.line(row)} has no “{column}”"
        raise BadInput(
            f"{zh}；共 {blank.size} 行", f"{en}; {blank.size} in all", field=column, row=row, file=table.path
        )
    _, first, number = np.unique(ids, return_index=True, return_inverse=True)
    doubled = np.flatnonzero(first[number] != np.arange(ids.size))
    if doubled.size:
        row = int(doubled[0])
        lines, count = (table.line(row), table.line(int(first[number[row]]))), doubled.size
        zh = f"第 {lines[0]} 行的“{column}”{ids[row]} 与第 {lines[1]} 行重复；重复的共 {count} 行"
        en = f"line {lines[0]} has the same “{column}”, {ids[row]}, as line {lines[1]}; {count} such lines in all"
        raise BadInput(zh, en, field=column, row=row, file=table.path)


def _write(path: Path, found: "dict[str, Any]") -> None:
    import duckdb

    form = "FORMAT csv, HEADER" if path.suffix == ".csv" else "FORMAT parquet"
    with duckdb.connect() as connection:
        connection.register("found", found)
        target = str(path).replace("'", "''")
        connection.execute(
            "COPY (SELECT call_id, incident_id, repeats, score, nullif(kind, '') AS kind FROM found) "  # noqa: S608
            f"TO '{target}' ({form})"
        )
