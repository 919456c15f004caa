"""More events than memory: Parquet by place and day, and one hot-spot query that runs wherever the events lie.

A store is a folder: `place=330600/day=2026-03-01/events.parquet` with t (seconds on the local clock since 1970), lon,
lat (degrees of WGS-84) and kind (text). DuckDB reads it, and so does Spark, Hive or any other that knows the layout.
The query is an ibis expression: DuckDB runs it here, a nation's Spark cluster runs the same one there. No DuckDB
extension is used, since those are downloaded.
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import Plane

if TYPE_CHECKING:
    import ibis

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NAME = "events.parquet"
SCHEMA = {"t": "float64", "lon": "float64", "lat": "float64", "kind": "string", "place": "string", "day": "string"}
AROUND = 9  # a cell and its eight neighbours


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a writing did: rows kept, days replaced or new, rows left out because they have no place or time."""

    rows: int
    days: int
    left_out: int


def write_events(
    root: Path, *, place: str, t: ArrayLike, lon: ArrayLike, lat: ArrayLike, kind: ArrayLike | None = None
) -> Written:
    """Arrays (n,) into the store; every day they touch is replaced whole, each at one stroke.

    The same call twice leaves the same store; a day must therefore come complete. Rows whose t, lon or lat isn't finite
    are left out and counted. Raises BadInput for columns of different lengths and a place that can't name a folder.
    """
    if not place or not all(letter.isalnum() or letter in "-_" for letter in place):
        raise BadInput(f"区划代码不可用：{place}", f"a place can't be named {place!r}", field="place")
    columns: dict[str, NDArray[Any]] = {
        name: np.atleast_1d(np.asarray(each, np.float64)) for name, each in (("t", t), ("lon", lon), ("lat", lat))
    }
    count = columns["t"].size
    if kind is not None:
        columns["kind"] = np.asarray(kind, object)
    for name, values in columns.items():
        if values.shape != (count,):
            raise BadInput(f"各列的行数不同：{name}", f"{name} has another number of rows", field=name)
    root.mkdir(parents=True, exist_ok=True)
    is_kept = np.isfinite(columns["t"]) & np.isfinite(columns["lon"]) & np.isfinite(columns["lat"])
    kept = {name: values[is_kept] for name, values in columns.items()}
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=root) as folder:
        days = _write_days(Path(folder), root / f"place={place}", kept)
    return Written(rows=int(is_kept.sum()), days=days, left_out=int(count - is_kept.sum()))


def _write_days(incoming: Path, home: Path, columns: Mapping[str, NDArray[Any]]) -> int:
    """Writes the days beside the store and moves each into it; how many."""
    if not columns["t"].size:
        return 0
    kind = "CAST(kind AS VARCHAR)" if "kind" in columns else "''"
    with duckdb.connect() as connection:
        connection.register("given", dict(columns))
        connection.execute(
            f"COPY (SELECT t, lon, lat, {kind} AS kind,"  # noqa: S608 - of two texts
            " strftime(make_timestamp((floor(t) * 1000000)::BIGINT), '%Y-%m-%d') AS day FROM given ORDER BY t)"
            f" TO '{incoming}' (FORMAT parquet, PARTITION_BY (day))"
        )
        days = sorted(incoming.glob("day=*"))
        for day in days:
            parts = sorted(day.glob("*.parquet"))
            whole = parts[0]
            if len(parts) > 1:  # several threads wrote the day
                whole = day / "whole"
                connection.execute(
                    f"COPY (SELECT * FROM read_parquet('{day}/*.parquet') ORDER BY t) TO '{whole}' (FORMAT parquet)"  # noqa: S608
                )
            (home / day.name).mkdir(parents=True, exist_ok=True)
            os.replace(whole, home / day.name / NAME)
    return len(days)


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A box of WGS-84 degrees cut into squares of `cell_m` metres, from its south-western corner; partial ones count."""

    west: float
    south: float
    east: float
    north: float
    cell_m: float

    def __post_init__(self) -> None:
        if not (self.west < self.east and self.south < self.north and self.cell_m > 0):
            raise BadInput("范围或格子大小不可用", "the box or the size of its cells is of no use", field="bbox")

    @property
    def plane(self) -> Plane:
        return Plane(lon=(self.west + self.east) / 2, lat=(self.south + self.north) / 2)

    @property
    def size_degrees(self) -> tuple[float, float]:
        """East, north."""
        east, north = self.plane.metres_per_degree
        return self.cell_m / east, self.cell_m / north

    @property
    def columns(self) -> int:
        return max(1, ceil((self.east - self.west) / self.size_degrees[0] - 1e-9))

    @property
    def rows(self) -> int:
        return max(1, ceil((self.north - self.south) / self.size_degrees[1] - 1e-9))


def hot_cells_query(
    events: "ibis.Table",
    cells: Cells,
    *,
    places: tuple[str, ...] = (),
    since: str = "",
    until: str = "",
    kinds: tuple[str, ...] = (),
    top: int = 100,
) -> "ibis.Table":
    """The `top` cells by local Gi* (Ord & Getis 1995) of events per cell, as an expression over a table of SCHEMA.

    Columns: column, row (from the south-west), events in the cell, around (in it and its neighbours), z. Cells without
    events count as zeros; a neighbourhood ends at the box. `since`, `until`: days as 2026-03-01, both included.
    """
    import ibis

    chosen = _chosen(events, cells, places=places, since=since, until=until, kinds=kinds)
    width, height = cells.size_degrees
    counted = (
        chosen.select(
            column=((chosen.lon - cells.west) / width).floor().cast("int64"),
            row=((chosen.lat - cells.south) / height).floor().cast("int64"),
        )
        .group_by(["column", "row"])
        .aggregate(events=ibis._.count())
    )
    steps = ibis.range(0, AROUND).unnest().name("step").as_table()
    steps = steps.select(right=steps.step % 3 - 1, up=(steps.step - steps.step % 3) / 3 - 1)
    spread = counted.cross_join(steps)
    spread = spread.select(
        column=(spread.column + spread.right).cast("int64"),
        row=(spread.row + spread.up).cast("int64"),
        around=spread.events,
        own=ibis.ifelse((spread.right == 0) & (spread.up == 0), spread.events, 0),
    )
    inside = spread.column.between(0, cells.columns - 1) & spread.row.between(0, cells.rows - 1)
    around = spread.filter(inside).group_by(["column", "row"])
    summed = around.aggregate(events=ibis._.own.sum(), around=ibis._.around.sum())
    whole = counted.aggregate(total=counted.events.sum(), squares=(counted.events * counted.events).sum())
    scored = _scored(summed.cross_join(whole), cells)
    ordered = scored.order_by([ibis.desc("z"), "column", "row"])
    return ordered.limit(top)


def _chosen(
    events: "ibis.Table", cells: Cells, *, places: tuple[str, ...], since: str, until: str, kinds: tuple[str, ...]
) -> "ibis.Table":
    asked = [
        (events.lon >= cells.west) & (events.lon < cells.east),
        (events.lat >= cells.south) & (events.lat < cells.north),
    ]
    asked += [events.place.isin(places)] if places else []
    asked += [events.day >= since] if since else []
    asked += [events.day <= until] if until else []
    asked += [events.kind.isin(kinds)] if kinds else []
    return events.filter(asked)


def _scored(found: "ibis.Table", cells: Cells) -> "ibis.Table":
    """z = (around - W mean) / (s sqrt((N W - W^2) / (N - 1))), W the cells of the neighbourhood, N all; 0 where s is 0."""
    import ibis

    count = cells.columns * cells.rows

    def extent(place: Any, last: int) -> Any:
        return 1 + ibis.ifelse(place > 0, 1, 0) + ibis.ifelse(place < last, 1, 0)

    size = (extent(found.column, cells.columns - 1) * extent(found.row, cells.rows - 1)).cast("float64")
    total, squares = found.total.cast("float64"), found.squares.cast("float64")
    mean = total / count
    variance = squares / count - mean * mean
    spread = variance * (size * count - size * size) / max(count - 1, 1)
    above = found.around.cast("float64") - size * mean
    z = ibis.ifelse(spread > 0, above / ibis.ifelse(spread > 0, spread, 1.0).sqrt(), 0.0)
    return found.select("column", "row", "events", "around", z=z)


@dataclass(frozen=True, kw_only=True)
class Hot:
    """The hottest cells, each (top,): centres `lon`, `lat`, counts `events`, `around`, and `z`, highest first."""

    lon: Floats
    lat: Floats
    events: Ints
    around: Ints
    z: Floats


def hot_cells(root: Path, cells: Cells, *, top: int = 100, threads: int | None = None, **asked: Any) -> Hot:
    """The query on a store, by DuckDB; `asked` as in `hot_cells_query`. Only days and places asked for are read."""
    import ibis

    if not any(root.glob("place=*/day=*/*.parquet")):
        raise BadInput(f"这里没有事件库：{root}", f"there are no events in {root}", field="in")
    query = hot_cells_query(ibis.table(SCHEMA, name="events"), cells, top=top, **asked)
    with duckdb.connect(config={"threads": threads} if threads else {}) as connection:
        connection.execute(view_of(root))
        found = connection.execute(ibis.to_sql(query, dialect="duckdb")).fetchnumpy()
    width, height = cells.size_degrees
    return Hot(
        lon=cells.west + (np.asarray(found["column"]) + 0.5) * width,
        lat=cells.south + (np.asarray(found["row"]) + 0.5) * height,
        events=np.asarray(found["events"], np.int64),
        around=np.asarray(found["around"], np.int64),
        z=np.asarray(found["z"], np.float64),
    )


def view_of(root: Path) -> str:
    """SQL that lets DuckDB see the store as the table `events`."""
    pattern = str(root / "place=*" / "day=*" / NAME).replace("'", "''")
    types = "{'place': VARCHAR, 'day': VARCHAR}"
    return (
        "CREATE TEMP VIEW events AS SELECT t, lon, lat, kind, place, day"  # noqa: S608 - a path, quoted
        f" FROM read_parquet('{pattern}', hive_partitioning = true, hive_types = {types})"
    )
