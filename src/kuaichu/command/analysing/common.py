"""What the analysis tools share: where columns come from, where results go, and a bar while it takes long."""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kuaichu.analysis.tables import Column, Table

QUIET_S = 2.0  # shorter work needs no bar
BAR_WIDTH = 30


def add_files(parser: argparse.ArgumentParser, *, out: str) -> None:
    """--in and --out, and what to do with bad rows; `out` says what the output holds."""
    parser.add_argument("--in", dest="input", type=Path, required=True, metavar="FILE", help=".csv or .parquet")
    parser.add_argument("--out", dest="output", type=Path, required=True, metavar="FILE", help=out)
    parser.add_argument(
        "--skip-bad", action="store_true", help="坏行跳过并报数 · leave rows with bad cells out and say how many"
    )


def add_points(parser: argparse.ArgumentParser) -> None:
    """--lon and --lat: names of the columns with WGS-84 degrees."""
    parser.add_argument("--lon", default="lon", metavar="COLUMN", help="经度列 · column of longitudes, degrees")
    parser.add_argument("--lat", default="lat", metavar="COLUMN", help="纬度列 · column of latitudes, degrees")


def read(options: argparse.Namespace, wanted: "Mapping[str, Column]") -> "Table":
    """The wanted columns of --in; says on standard error what was left out."""
    from kuaichu.analysis.tables import read_table

    table = read_table(options.input, wanted, skip_bad=options.skip_bad)
    if table.left_out.size:
        lines = ", ".join(str(row + 2) for row in table.left_out[:10])
        tell(f"跳过 {table.left_out.size} 行 · left out {table.left_out.size} rows (lines {lines} …)")
    return table


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
