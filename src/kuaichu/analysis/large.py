"""More events than memory: Parquet by place and day, and one hot-spot query that runs wherever the events lie.

A store is a folder: `place=330600/day=2026-03-01/events.parquet` with t (seconds on the local clock since 1970), lon,
lat (degrees of WGS-84) and kind (text). DuckDB reads it, and so does Spark, Hive or any other that knows the layout.
DuckDB runs the query here; `ibis` translates the same text for a nation's Spark cluster. No DuckDB extension is used,
since those are downloaded.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import Plane

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NAME = "events.parquet"
ANSWER = {"column_number": "int64", "row_number": "int64", "events": "int64", "around": "int64", "z": "float64"}
SCHEMA = {"t": "float64", "lon": "float64", "lat": "float64", "kind": "string", "place": "string", "day": "string"}


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
                    f"COPY (SELECT * FROM read_parquet('{day}/*.parquet') ORDER BY t)"  # noqa: S608 - our own paths
                    f" TO '{whole}' (FORMAT parquet)"
                )
            (home / day.name).mkdir(parents=True, exist_ok=True)
            os.replace(whole, home / day.name / NAME)
    return len(days)


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A box of WGS-84 degrees cut into squares of `cell_m` metres from its south-western corner; the last jut out."""

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


def hot_cells_sql(
    cells: Cells,
    *,
    places: Sequence[str] = (),
    since: str = "",
    until: str = "",
    kinds: Sequence[str] = (),
    top: int = 100,
) -> str:
    """The `top` cells by local Gi* (Ord & Getis 1995) of events per cell, from a table `events` with SCHEMA's columns.

    Gives ANSWER: the cell's place from the south-west, events in it, around (in it and its neighbours), z.
    Cells without events count as zeros; a neighbourhood ends at the box. `since`, `until`: days as 2026-03-01, both
    included. Plain SQL in DuckDB's dialect; `ibis` carries it to Spark and others.
    """
    width, height = cells.size_degrees
    return QUERY.format(
        west=repr(float(cells.west)),
        south=repr(float(cells.south)),
        width=repr(float(width)),
        height=repr(float(height)),
        chosen=_chosen(cells, places=places, since=since, until=until, kinds=kinds),
        count=f"CAST({cells.columns * cells.rows} AS DOUBLE)",
        last_column=cells.columns - 1,
        last_row=cells.rows - 1,
        top=int(top),
    )


# size: the cells of a neighbourhood, W; n: all cells; spread: the variance of a neighbourhood's sum.
# z = (around - W mean) / (s sqrt((n W - W^2) / (n - 1))), 0 where s is 0.
QUERY = """
WITH counted AS (
  SELECT column_number, row_number, COUNT(*) AS events
  FROM (SELECT CAST(FLOOR((lon - ({west})) / {width}) AS BIGINT) AS column_number,
               CAST(FLOOR((lat - ({south})) / {height}) AS BIGINT) AS row_number
        FROM events WHERE {chosen}) AS placed
  GROUP BY column_number, row_number
), whole AS (
  SELECT CAST(SUM(events) AS DOUBLE) / {count} AS mean,
         CAST(SUM(events * events) AS DOUBLE) / {count} AS squares, {count} AS n
  FROM counted
), spread AS (
  SELECT column_number + to_right AS column_number, row_number + up AS row_number, events AS around,
         CASE WHEN to_right = 0 AND up = 0 THEN events ELSE 0 END AS own
  FROM counted
  CROSS JOIN (VALUES (-1), (0), (1)) AS across(to_right)
  CROSS JOIN (VALUES (-1), (0), (1)) AS along(up)
), summed AS (
  SELECT column_number, row_number, CAST(SUM(own) AS BIGINT) AS events, CAST(SUM(around) AS BIGINT) AS around,
         CAST((1 + CASE WHEN column_number > 0 THEN 1 ELSE 0 END
                 + CASE WHEN column_number < {last_column} THEN 1 ELSE 0 END)
            * (1 + CASE WHEN row_number > 0 THEN 1 ELSE 0 END
                 + CASE WHEN row_number < {last_row} THEN 1 ELSE 0 END) AS DOUBLE) AS size
  FROM spread
  WHERE column_number BETWEEN 0 AND {last_column} AND row_number BETWEEN 0 AND {last_row}
  GROUP BY column_number, row_number
), scored AS (
  SELECT column_number, row_number, events, around, around - size * mean AS above,
         (squares - mean * mean) * (size * n - size * size) / GREATEST(n - 1, 1) AS variance
  FROM summed CROSS JOIN whole
)
SELECT column_number, row_number, events, around,
       CASE WHEN variance > 0 THEN above / SQRT(CASE WHEN variance > 0 THEN variance ELSE 1 END) ELSE 0 END AS z
FROM scored ORDER BY z DESC, column_number, row_number LIMIT {top}
"""


def _chosen(cells: Cells, *, places: Sequence[str], since: str, until: str, kinds: Sequence[str]) -> str:
    """The condition on events."""
    asked = [
        f"lon >= {float(cells.west)!r} AND lon < {float(cells.east)!r}",
        f"lat >= {float(cells.south)!r} AND lat < {float(cells.north)!r}",
    ]
    for name, values in (("place", places), ("kind", kinds)):
        asked += [f"{name} IN ({', '.join(map(_quoted, values))})"] if values else []
    asked += [f"day >= {_quoted(since)}"] if since else []
    asked += [f"day <= {_quoted(until)}"] if until else []
    return " AND ".join(asked)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, kw_only=True)
class Hot:
    """The hottest cells, each (top,): centres `lon`, `lat`, counts `events`, `around`, and `z`, highest first."""

    lon: Floats
    lat: Floats
    events: Ints
    around: Ints
    z: Floats


def hot_cells(root: Path, cells: Cells, *, threads: int | None = None, **asked: Any) -> Hot:
    """The query on a store, by DuckDB; `asked` as in `hot_cells_sql`. Only days and places asked for are read."""
    if not any(root.glob("place=*/day=*/*.parquet")):
        raise BadInput(f"这里没有事件库：{root}", f"there are no events in {root}", field="in")
    with duckdb.connect(config={"threads": threads} if threads else {}) as connection:
        connection.execute(view_of(root))
        found = connection.execute(hot_cells_sql(cells, **asked)).fetchnumpy()
    width, height = cells.size_degrees
    return Hot(
        lon=cells.west + (np.asarray(found["column_number"]) + 0.5) * width,
        lat=cells.south + (np.asarray(found["row_number"]) + 0.5) * height,
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
