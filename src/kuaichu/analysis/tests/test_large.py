"""The store of events, and the hot-spot query on DuckDB, through ibis, and on Spark, against NumPy."""

import os
import sys
from pathlib import Path

import ibis
import numpy as np
import pytest

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.large import ANSWER, SCHEMA, Cells, hot_cells, hot_cells_sql, view_of, write_events

ROOT = Path(__file__).parents[4]
CELLS = Cells(west=120.0, south=30.0, east=120.05, north=30.04, cell_m=500)
FIRST = 1_772_323_200  # 2026-03-01 00:00 on the local clock


@pytest.fixture
def store(tmp_path):
    """Three days in two places, half of the first place's events in one corner."""
    root, rng = tmp_path / "events", np.random.default_rng(4)
    for place, count in (("330600", 900), ("012300", 300)):
        lon, lat = rng.uniform(119.99, 120.06, count), rng.uniform(29.99, 30.05, count)
        lon[: count // 2], lat[: count // 2] = (
            rng.normal(120.04, 0.002, (count // 2,)),
            rng.normal(30.03, 0.002, count // 2),
        )
        kind = rng.choice(["碰撞", "求助"], count)
        write_events(root, place=place, t=FIRST + rng.uniform(0, 3 * 86_400, count), lon=lon, lat=lat, kind=kind)
    return root


def read(root):
    """Everything in the store, by column."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(view_of(root))
        return connection.execute("SELECT * FROM events ORDER BY place, t").fetchnumpy()


def gi_star(lon, lat, cells):
    """Gi* of every cell (rows, columns), neighbourhoods added up cell by cell."""
    width, height = cells.size_degrees
    shape = (cells.rows, cells.columns)
    is_in = (lon >= cells.west) & (lon < cells.east) & (lat >= cells.south) & (lat < cells.north)
    counts = np.zeros(shape)
    places = ((lat[is_in] - cells.south) // height).astype(int), ((lon[is_in] - cells.west) // width).astype(int)
    np.add.at(counts, places, 1)
    z, n = np.empty(shape), counts.size
    for row in range(shape[0]):
        for column in range(shape[1]):
            near = counts[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
            w = near.size
            z[row, column] = (near.sum() - w * counts.mean()) / (counts.std() * np.sqrt((n * w - w * w) / (n - 1)))
    return counts, z


def assert_equal(found, lon, lat):
    """Rows of (column, row, events, around, z) against the sums of NumPy."""
    counts, z = gi_star(lon, lat, CELLS)
    assert len(found) > 20
    for column, row, events, around, score in found:
        assert events == counts[int(row), int(column)]
        assert around == counts[max(int(row) - 1, 0) : int(row) + 2, max(int(column) - 1, 0) : int(column) + 2].sum()
        assert score == pytest.approx(z[int(row), int(column)], abs=1e-9)
    assert found[0][4] == pytest.approx(z.max(), abs=1e-9)
    assert [each[4] for each in found] == sorted((each[4] for each in found), reverse=True)


def test_the_query_on_duckdb_is_gi_star(store):
    every = read(store)
    is_chosen = (every["place"] == "330600") & (every["day"] >= "2026-03-02") & (every["kind"] == "碰撞")
    hot = hot_cells(store, CELLS, top=1000, places=("330600",), since="2026-03-02", until="2026-03-03", kinds=("碰撞",))
    width, height = CELLS.size_degrees
    place = (hot.lon - CELLS.west) / width - 0.5, (hot.lat - CELLS.south) / height - 0.5
    found = list(zip(*(np.round(each) for each in place), hot.events, hot.around, hot.z, strict=True))
    assert_equal(found, every["lon"][is_chosen], every["lat"][is_chosen])
    assert abs(hot.lon[0] - 120.04) < 0.006


def test_the_same_query_through_ibis(store):
    connection = ibis.duckdb.connect()
    connection.raw_sql(view_of(store))
    found = connection.sql(hot_cells_sql(CELLS, top=1000), schema=ANSWER, dialect="duckdb").execute()
    every = read(store)
    assert_equal(list(found.itertuples(index=False, name=None)), every["lon"], every["lat"])


@pytest.mark.spark
def test_the_same_query_on_a_spark_cluster(store, request):
    """Two workers as processes of their own."""
    if "spark" not in request.config.getoption("markexpr"):
        pytest.skip("takes a minute: asked for with -m spark")
    peers = ROOT / ".venv" / "peers"
    if peers.is_dir():
        sys.path.append(str(peers))
    pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed: ./kuaichu bench analysis brings it")
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    session = (
        pyspark.sql.SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .getOrCreate()
    )
    try:
        session.read.parquet(str(store)).createOrReplaceTempView("events")
        connection = ibis.pyspark.connect(session)
        found = connection.sql(hot_cells_sql(CELLS, top=1000), schema=ANSWER, dialect="duckdb").execute()
    finally:
        session.stop()
    every = read(store)
    assert_equal(list(found.itertuples(index=False, name=None)), every["lon"], every["lat"])


def test_a_day_is_replaced_not_added(tmp_path):
    root = tmp_path / "events"
    rows = {"t": [FIRST, FIRST + 5, FIRST + 86_400, np.nan], "lon": [120.0] * 4, "lat": [30.0] * 4}
    for _ in range(2):
        done = write_events(root, place="330600", **rows)
        assert (done.rows, done.days, done.left_out) == (3, 2, 1)
        assert read(root)["t"].tolist() == [FIRST, FIRST + 5, FIRST + 86_400]
    write_events(root, place="330600", t=[FIRST + 7], lon=[120.0], lat=[30.0])
    assert read(root)["t"].tolist() == [FIRST + 7, FIRST + 86_400]
    assert sorted(read(root)["day"]) == ["2026-03-01", "2026-03-02"]
    assert [path.name for path in root.iterdir()] == ["place=330600"]  # nothing half-done is left behind


def test_a_store_has_the_columns_that_others_are_told(store):
    assert {name: str(values.dtype) for name, values in read(store).items()} == {
        name: "object" if kind == "string" else kind for name, kind in SCHEMA.items()
    }
    assert set(read(store)["place"]) == {"330600", "012300"}


def test_few_events(tmp_path):
    assert write_events(tmp_path / "none", place="1", t=[], lon=[], lat=[]).days == 0
    with pytest.raises(BadInput, match="没有事件库"):
        hot_cells(tmp_path / "none", CELLS)
    write_events(tmp_path / "one", place="1", t=[FIRST], lon=[120.01], lat=[30.01])
    hot = hot_cells(tmp_path / "one", CELLS)
    assert (hot.events.sum(), hot.around.tolist()) == (1, [1] * 9)
    assert hot_cells(tmp_path / "one", CELLS, since="2027-01-01").z.size == 0
    single = Cells(west=120, south=30, east=np.float64(120.001), north=np.float64(30.001), cell_m=500)
    write_events(tmp_path / "one", place="1", t=[FIRST], lon=[120.0005], lat=[30.0005])
    assert hot_cells(tmp_path / "one", single).z.tolist() == [0.0]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda root: write_events(root, place="../x", t=[], lon=[], lat=[]), "区划代码不可用"),
        (lambda root: write_events(root, place="1", t=[1.0], lon=[1.0, 2.0], lat=[1.0]), "各列的行数不同"),
        (lambda root: Cells(west=1, south=0, east=1, north=1, cell_m=5), "范围或格子大小"),
    ],
)
def test_what_is_refused(tmp_path, ask, words):
    with pytest.raises(BadInput, match=words):
        ask(tmp_path)
