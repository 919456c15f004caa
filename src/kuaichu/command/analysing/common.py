"""What the analysis tools share: where columns come from, where results go, and a bar while it takes long."""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from kuaichu.analysis.tables import Column, Table

QUIET_S = 2.0  # shorter work needs no bar
BAR_WIDTH = 30
LISTED = 10  # lines that are named when rows are left out
Unplaced = Literal["drop", "keep", "as_given"]


def add_files(parser: argparse.ArgumentParser, *, out: str, endings: Sequence[str]) -> None:
    """--in and --out, and what to do with bad rows; `out` says what the output holds, `endings` its file names."""
    parser.add_argument("--in", dest="input", type=Path, required=True, metavar="FILE", help=".csv or .parquet")
    parser.add_argument("--out", dest="output", type=Path, required=True, metavar="FILE", help=out)
    parser.add_argument(
        "--skip-bad", action="store_true", help="坏行跳过并报数 · leave rows with bad cells out and say how many"
    )
    parser.set_defaults(endings=tuple(endings))


def add_points(parser: argparse.ArgumentParser) -> None:
    """--lon and --lat: names of the columns with WGS-84 degrees."""
    parser.add_argument("--lon", default="lon", metavar="COLUMN", help="经度列 · column of longitudes, degrees")
    parser.add_argument("--lat", default="lat", metavar="COLUMN", help="纬度列 · column of latitudes, degrees")


def check_output(options: argparse.Namespace) -> None:
    """Before any work: --out (and --assigned, where there is one) can be written. BadInput says why not."""
    check_target(options.output, options.endings, option="out", given=options.input)
    if getattr(options, "assigned", None):
        check_target(options.assigned, options.endings, option="assigned", given=options.input)


def check_target(path: Path, endings: Sequence[str], *, option: str, given: Path) -> None:
    """That `path` has one of the endings, stands in a folder that takes it, and isn't the `given` file."""
    from kuaichu.analysis.errors import BadInput

    listed, folder = " ".join(endings), path.absolute().parent
    faults = (
        (path.suffix not in endings, f"须以这些后缀之一结尾：{listed}", f"must end in one of: {listed}"),
        (not folder.is_dir(), f"没有这个文件夹：{folder}", f"there is no such folder: {folder}"),
        (path.is_dir(), "是一个文件夹，请写明文件名", "is a folder; please name a file"),
        (path.exists() and path.samefile(given) if given.exists() else False, "就是输入文件", "is the input itself"),
        (
            not os.access(path if path.exists() else folder, os.W_OK),
            "没有写入的权限",
            "can't be written: no permission",
        ),
    )
    for is_fault, zh, en in faults:
        if is_fault:
            raise BadInput(f"--{option} {path}：{zh}", f"--{option} {path}: {en}", field=option)


def read(
    options: argparse.Namespace,
    wanted: "Mapping[str, Column]",
    *,
    path: Path | None = None,
    unplaced: Unplaced = "drop",
) -> "Table":
    """The wanted columns of --in, or of `path`; says on standard error what was left out, with its lines.

    With `lon` and `lat` wanted, rows without a coordinate are dropped or kept with NaN, and impossible degrees are
    refused, or treated as missing with --skip-bad or --drop-doubtful; `as_given` looks at none of that.
    """
    from kuaichu.analysis.tables import read_table

    table = read_table(path or options.input, wanted, skip_bad=options.skip_bad)
    if table.left_out.size:
        at = named(table, table.left_out)
        tell(f"{at[0]}：有坏格，跳过 · {at[1]}: bad cells, left out")
    if unplaced == "as_given" or not {"lon", "lat"} <= wanted.keys():
        return table
    return _placed(options, table, wanted, unplaced)


def _placed(options: argparse.Namespace, table: "Table", wanted: "Mapping[str, Column]", unplaced: Unplaced) -> "Table":
    import numpy as np

    from kuaichu.analysis.errors import BadInput

    lon, lat = table["lon"], table["lat"]
    is_blank = ~(np.isfinite(lon) & np.isfinite(lat))
    is_wrong = ~is_blank & ((np.abs(lon) > 180) | (np.abs(lat) > 90))
    if is_wrong.any() and not (options.skip_bad or getattr(options, "drop_doubtful", False)):
        _refuse_wrong(table, wanted, is_wrong)
    for rows, zh, en in (
        (is_blank, "没有坐标", "without a coordinate"),
        (is_wrong, "经纬度越界", "impossible degrees"),
    ):
        if rows.any():
            at = named(table, table.place[rows])
            what = ("，未计入", ", not counted") if unplaced == "drop" else ("", "")
            tell(f"{at[0]}：{zh}{what[0]} · {at[1]}: {en}{what[1]}")
    is_left_out = is_blank | is_wrong
    if unplaced == "drop":
        if is_left_out.any() and is_left_out.all():
            raise BadInput("没有一行有坐标", "no row has a place", field=wanted["lon"].name, file=table.path)
        return table.taken(~is_left_out)
    lon[is_wrong], lat[is_wrong] = np.nan, np.nan
    return table


def _refuse_wrong(table: "Table", wanted: "Mapping[str, Column]", is_wrong: Any) -> None:
    from kuaichu.analysis.errors import BadInput

    row, count = int(is_wrong.argmax()), int(is_wrong.sum())
    line, names = table.line(row), f"“{wanted['lon'].name}”“{wanted['lat'].name}”"
    at = f"{table['lon'][row]:.6f}, {table['lat'][row]:.6f}"
    raise BadInput(
        f"第 {line} 行的{names}（{at}）不是经纬度，是否写反？共 {count} 行；加 --skip-bad 可跳过",
        f"line {line}, columns {names}: ({at}) is no place; swapped? {count} in all; --skip-bad leaves them out",
        field="lon",
        row=row,
        file=table.path,
    )


def named(table: "Table", places: Any) -> tuple[str, str]:
    """How many rows of which file, with their first lines, in Chinese and English."""
    lines, more = ", ".join(map(str, table.lines(places[:LISTED]))), " …" if len(places) > LISTED else ""
    name = table.path.name
    return f"{name} {len(places)} 行（第 {lines}{more} 行）", f"{name}, {len(places)} rows (lines {lines}{more})"


def check_numbers(table: "Table", role: str, column: str, *, least: float = float("-inf")) -> None:
    """Every cell of the column is a number, not below `least`; else BadInput with file, line and column."""
    import numpy as np

    from kuaichu.analysis.errors import BadInput

    values = table[role]
    is_bad = ~(np.isfinite(values) & (values >= least))
    if is_bad.any():
        row, count = int(is_bad.argmax()), int(is_bad.sum())
        line = table.line(row)
        zh = f"第 {line} 行的“{column}”是空的或不可用；共 {count} 行"
        en = f"line {line}, column “{column}”, is empty or of no use; {count} in all"
        raise BadInput(zh, en, field=column, row=row, file=table.path)


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Bar:
    """A progress bar on standard error that shows itself only when the work lasts: `bar(done, total)`."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._started = time.monotonic()
        self._shown = ""

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._started < QUIET_S:
            return
        part = done / max(total, 1)
        text = f"\r{self._words} [{'█' * int(part * BAR_WIDTH):<{BAR_WIDTH}}] {part:4.0%}"
        if text != self._shown and sys.stderr.isatty():
            print(text, end="" if done < total else "\n", file=sys.stderr, flush=True)
        self._shown = text
