"""Columns out of CSV and Parquet files, by DuckDB: fast, typed, and with the place of the first bad cell.

CSV may be UTF-8 (with or without its mark) or GB 18030; which of the two is found out.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import duckdb
import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput, about

Kind = Literal["number", "integer", "time", "text"]
Columns = dict[str, NDArray[Any]]
BLOCK_BYTES = 1 << 20
BOM = b"\xef\xbb\xbf"

# Empty cells become NaN, -1 or "". A time is seconds since 1970-01-01 00:00 on the local clock; one that names a zone
# is taken to China's clock (UTC+8).
CASTS: dict[str, str] = {
    "number": "TRY_CAST({0} AS DOUBLE)",
    "integer": "TRY_CAST({0} AS BIGINT)",
    "time": "COALESCE(TRY_CAST({0} AS DOUBLE), CASE WHEN regexp_matches({0}, '(Z|[+-]\\d\\d:?\\d\\d)$')"
    " AND contains({0}, ':') THEN epoch(TRY_CAST({0} AS TIMESTAMPTZ)) + 28800"
    " ELSE epoch(TRY_CAST(replace({0}, '/', '-') AS TIMESTAMP)) END)",
    "text": "{0}",
}
EMPTY: dict[str, str] = {"number": "'NaN'::DOUBLE", "integer": "-1", "time": "'NaN'::DOUBLE", "text": "''"}


@dataclass(frozen=True)
class Column:
    """A column that somebody needs: its name in the file and what stands in it."""

    name: str
    kind: Kind = "number"


@dataclass(frozen=True, kw_only=True)
class Table:
    """`columns`: one array per asked role, all of one length. `left_out`: rows with a bad cell, counted from 0.

    `place` (rows,): the row of the file, counted from 0, that every row here was. `path`: the file.
    """

    columns: Columns
    rows: int
    path: Path
    place: NDArray[np.int64]
    left_out: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __getitem__(self, role: str) -> NDArray[Any]:
        return self.columns[role]

    def lines(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Lines, counted from 1, of rows of the file; a CSV's first line is its header."""
        return np.asarray(places) + (1 if self.path.suffix == ".parquet" else 2)

    def line(self, row: int) -> int:
        """The line of the file that row `row` of this table was."""
        return int(self.lines(self.place)[row])

    def taken(self, kept: NDArray[np.bool_]) -> "Table":
        """The same without the rows that aren't `kept` (rows,)."""
        columns = {role: values[kept] for role, values in self.columns.items()}
        return replace(self, columns=columns, rows=int(np.count_nonzero(kept)), place=self.place[kept])


def read_table(path: Path, wanted: Mapping[str, Column], *, skip_bad: bool = False) -> Table:
    """The wanted columns of a .csv or .parquet file, by role.

    number, time: float64; integer: int64; text: object array of str. A cell that is not of its kind raises BadInput
    with its column and row; with `skip_bad` such rows are left out and listed. Every BadInput names the file.
    """
    with _given(path) as connection:
        return _take(connection, path, wanted, skip_bad=skip_bad)


def column_names(path: Path) -> list[str]:
    """The names of the file's columns. BadInput as for `read_table`."""
    with _given(path) as connection:
        return _names(connection)


@contextmanager
def _given(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the file's rows in `given`; a BadInput within is about this file."""
    with about(path):
        if not path.is_file():
            raise BadInput(f"没有这个文件：{path}", f"there is no such file: {path}", field="in")
        with (
            tempfile.TemporaryDirectory(prefix="kuaichu-") as folder,
            duckdb.connect(config={"preserve_insertion_order": "true"}) as connection,
        ):
            connection.execute("SET TimeZone = 'UTC'")
            _load(connection, path, Path(folder))
            yield connection


def _load(connection: duckdb.DuckDBPyConnection, path: Path, folder: Path) -> None:
    """A table `given` with every row of the file."""
    if path.suffix == ".parquet":
        reader, arguments = "read_parquet(?)", [str(path)]
    elif path.suffix in {".csv", ".txt", ".tsv"}:
        _not_empty(path)
        reader, arguments = "read_csv(?, all_varchar = true, header = true)", [str(_in_utf8(path, folder))]
    else:
        raise BadInput(
            f"只读 .csv 和 .parquet：{path.name}", f"only .csv and .parquet are read: {path.name}", field="in"
        )
    try:
        connection.execute(f"CREATE TEMP TABLE given AS SELECT * FROM {reader}", arguments)  # noqa: S608 - of two texts
    except duckdb.Error as error:
        text = str(error).splitlines()[0]
        raise BadInput(f"读不了 {path.name}：{text}", f"can't read {path.name}: {text}", field="in") from None


def _not_empty(path: Path) -> None:
    with path.open("rb") as file:
        if not file.read(BLOCK_BYTES).removeprefix(BOM).strip():
            raise BadInput("文件是空的，连表头也没有", "the file is empty: it has not even a header", field="in")


def _in_utf8(path: Path, folder: Path) -> Path:
    """The file itself when it is UTF-8, else a copy brought over from GB 18030."""
    for encoding in ("utf-8", "gb18030"):
        try:
            with path.open(encoding=encoding) as read:
                if encoding == "utf-8":
                    while read.read(BLOCK_BYTES):
                        pass
                    return path
                copy = folder / "utf8.csv"
                with copy.open("w", encoding="utf-8") as written:
                    while block := read.read(BLOCK_BYTES):
                        written.write(block)
                return copy
        except UnicodeDecodeError:
            continue
    zh = f"{path.name} 既不是 UTF-8 也不是 GB 18030 编码，请另存为 UTF-8"
    raise BadInput(zh, f"{path.name} is neither UTF-8 nor GB 18030; please save it as UTF-8", field="in")


def _names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [str(name) for name, *_ in connection.execute("DESCRIBE given").fetchall()]


def _take(connection: duckdb.DuckDBPyConnection, path: Path, wanted: Mapping[str, Column], *, skip_bad: bool) -> Table:
    names = _names(connection)
    for column in wanted.values():
        if column.name not in names:
            listed = "、".join(names[:20])
            zh, en = (
                f"没有“{column.name}”这一列；有的列：{listed}",
                f"there is no column “{column.name}”; there are: {listed}",
            )
            raise BadInput(zh, en, field=column.name)
    parts = [_cell(column, role) for role, column in wanted.items()]
    connection.execute(f"CREATE TEMP TABLE taken AS SELECT {', '.join(parts)} FROM given")  # noqa: S608 - quoted below
    bad = _bad_rows(connection, wanted, skip_bad=skip_bad)
    found = connection.execute(f"SELECT {', '.join(_quoted(role) for role in wanted)} FROM taken").fetchnumpy()  # noqa: S608
    columns = {role: np.asarray(found[role]) for role in wanted}
    rows = len(next(iter(columns.values())))
    table = Table(columns=columns, rows=rows, path=path, place=np.arange(rows), left_out=bad)
    if not bad.size:
        return table
    kept = np.ones(rows, bool)
    kept[bad] = False
    return table.taken(kept)


def _cell(column: Column, role: str) -> str:
    text = f"trim(CAST({_quoted(column.name)} AS VARCHAR))"
    value = (
        f"CASE WHEN {text} IS NULL OR {text} = '' THEN {EMPTY[column.kind]} ELSE {CASTS[column.kind].format(text)} END"
    )
    return f"{value} AS {_quoted(role)}"


def _bad_rows(
    connection: duckdb.DuckDBPyConnection, wanted: Mapping[str, Column], *, skip_bad: bool
) -> NDArray[np.int64]:
    """Rows in which a cell was not of its kind (its cast gave nothing)."""
    is_bad = " OR ".join(f"{_quoted(role)} IS NULL" for role in wanted)
    bad = connection.execute(f"SELECT rowid AS row FROM taken WHERE {is_bad} ORDER BY rowid").fetchnumpy()["row"]  # noqa: S608
    if not len(bad) or skip_bad:
        return np.asarray(bad, np.int64)
    row = int(bad[0])
    for role, column in wanted.items():
        answer = connection.execute(
            f"SELECT taken.{_quoted(role)} IS NULL, given.{_quoted(column.name)} FROM taken, given"  # noqa: S608
            " WHERE taken.rowid = ? AND given.rowid = ?",
            [row, row],
        ).fetchone()
        if answer and answer[0]:
            kind = {"number": ("数字", "number"), "integer": ("整数", "whole number"), "time": ("时间", "time")}[
                column.kind
            ]
            zh = f"第 {row + 1} 条（文件第 {row + 2} 行）的“{column.name}”不是{kind[0]}：{answer[1]}；共 {len(bad)} 条有问题"
            where = f"row {row + 1} (line {row + 2}), column “{column.name}”"
            en = f"{where}, is not a {kind[1]}: {answer[1]}; {len(bad)} in all"
            raise BadInput(zh, en, field=column.name, row=row)
    raise AssertionError("a bad row has a bad cell")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
