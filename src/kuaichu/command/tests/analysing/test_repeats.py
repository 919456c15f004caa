"""`./kuaichu analyse repeats` from a file to a file."""

import csv

import duckdb

from kuaichu.command.analysing import main

HEAD = "编号,接警时间,lon,lat,phone,road\n"
ROWS = [
    "1,2026-03-02 08:00:00,120.500,30.000,p1,人民路与解放路口",
    "2,2026-03-02 08:02:00,120.5001,30.0001,p2,解放路人民路口",
    "3,2026-03-02 08:03:00,120.700,30.100,p3,滨江大道",
    "4,2026-03-02 08:09:00,120.5001,30.0,p1,人民路",
]
NAMES = ["--call-id", "编号", "--t", "接警时间"]


def test_csv_to_parquet_and_back(tmp_path):
    given, out = tmp_path / "calls.csv", tmp_path / "links.parquet"
    given.write_text(HEAD + "\n".join(ROWS) + "\n", encoding="utf-8")
    assert main(["repeats", "--in", str(given), "--out", str(out), *NAMES]) == 0
    rows = duckdb.sql(f"SELECT call_id, incident_id, repeats, score FROM '{out}'").fetchall()
    assert [row[:3] for row in rows][2] == ("3", "3", None)
    assert rows[3][1:3] == ("1", "1")
    assert rows[3][3] > 0.5


def test_parquet_to_csv_in_metres(tmp_path):
    given, out = tmp_path / "calls.parquet", tmp_path / "links.csv"
    duckdb.sql(
        f"COPY (SELECT * FROM (VALUES ('a', 0.0, 1.0, 2.0, 'p'), ('b', 600.0, 5.0, 2.0, 'p'))"
        " v(call_id, t, x, y, phone))"
        f" TO '{given}' (FORMAT parquet)"
    )
    assert main(["repeats", "--in", str(given), "--out", str(out)]) == 0
    with out.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["repeats"] for row in rows] == ["", "a"]


def test_a_number_that_stands_twice_is_refused_with_its_line(tmp_path, capsys):
    given = tmp_path / "calls.csv"
    for row, words in (
        (ROWS[1].replace("2,", "1,", 1), "第 3 行的“编号”1 与第 2 行重复"),
        (ROWS[1][1:], "第 3 行没有“编号”"),
    ):
        given.write_text(HEAD + "\n".join([ROWS[0], row, ROWS[2]]) + "\n", encoding="utf-8")
        assert main(["repeats", "--in", str(given), "--out", str(tmp_path / "o.csv"), *NAMES]) == 2
        assert capsys.readouterr().err.startswith(f"{given}: {words}")


def test_a_call_without_a_place_stays_and_is_told(tmp_path, capsys):
    given, out = tmp_path / "calls.csv", tmp_path / "o.csv"
    blank = "5,2026-03-02 08:10:00,,,p9,\n"
    given.write_bytes((HEAD + "\n".join(ROWS) + "\n" + blank).encode("gb18030"))
    assert main(["repeats", "--in", str(given), "--out", str(out), *NAMES, "--drop-doubtful"]) == 0
    assert "calls.csv 1 行（第 6 行）：没有坐标" in capsys.readouterr().err
    with out.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["repeats"] for row in rows][3] in {"1", "2"}  # columns named in GB 18030 are found too
    assert rows[4]["repeats"] == ""


def test_says_which_column_is_missing_and_which_threshold_is_none(tmp_path, capsys):
    given = tmp_path / "calls.csv"
    given.write_text(HEAD + ROWS[0] + "\n", encoding="utf-8")
    assert main(["repeats", "--in", str(given), "--out", str(tmp_path / "o.csv")]) == 2
    assert "call_id" in capsys.readouterr().err
    assert main(["repeats", "--in", str(given), "--out", str(tmp_path / "o.csv"), *NAMES, "--threshold", "2"]) == 2
    assert "threshold" in capsys.readouterr().err
