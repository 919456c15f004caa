"""`./kuaichu analyse repeats`: which calls are about something that was reported before."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing.common import Bar, add_files, read, tell

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
    add_files(parser, out=OUT + " · incident_id is the incident's first call; repeats is empty for something new")
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
    from kuaichu.analysis.plane import Plane
    from kuaichu.analysis.tables import Column

    names = _names(options.input)
    wanted: dict[str, Column] = {"call_id": Column(options.call_id, "text"), "t": Column(options.t, "time")}
    for role in ("phone", "road", "plate_a", "plate_b", "typ"):
        if getattr(options, role) in names:
            wanted[role] = Column(getattr(options, role), "text")
    is_metric = options.x in names and options.y in names
    for role in ("x", "y") if is_metric else ("lon", "lat"):
        if getattr(options, role) in names:
            wanted[role] = Column(getattr(options, role), "number")
    table: Table = read(options, wanted)
    columns = dict(table.columns)
    if not is_metric and "lon" in columns and "lat" in columns and table.rows:
        lon, lat = columns.pop("lon"), columns.pop("lat")
        columns["x"], columns["y"] = Plane.around(lon, lat).metres(lon, lat)
    return columns


def _names(path: Path) -> set[str]:
    """Names of the file's columns; none when it cannot be read, which is then said where it is read."""
    import duckdb

    reader = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    more = "" if path.suffix == ".parquet" else ", all_varchar = true, header = true"
    try:
        with duckdb.connect() as connection:
            sql = f"DESCRIBE SELECT * FROM {reader}(?{more})"  # noqa: S608 - of two texts
            described = connection.execute(sql, [str(path)]).fetchall()
    except duckdb.Error:
        return set()
    return {str(row[0]) for row in described}


def _write(path: Path, found: "dict[str, Any]") -> None:
    import duckdb

    from kuaichu.analysis.errors import BadInput

    if path.suffix not in (".csv", ".parquet"):
        raise BadInput(
            f"只写 .csv 和 .parquet：{path.name}", f"only .csv and .parquet are written: {path.name}", field="out"
        )
    form = "FORMAT csv, HEADER" if path.suffix == ".csv" else "FORMAT parquet"
    with duckdb.connect() as connection:
        connection.register("found", found)
        target = str(path).replace("'", "''")
        connection.execute(
            "COPY (SELECT call_id, incident_id, repeats, score, nullif(kind, '') AS kind FROM found) "  # noqa: S608
            f"TO '{target}' ({form})"
        )
