"""`./kuaichu analyse dispatch`: from incidents, units and roads to who goes."""

import csv
import json

import pytest

from kuaichu.command.analysing import main


@pytest.fixture
def folder(tmp_path):
    """A street of four nodes, 100 s a link."""
    lon = [120 + 0.01 * i for i in range(4)]
    files = {
        "nodes.csv": "id,lon,lat\n" + "".join(f"{i},{each},30\n" for i, each in enumerate(lon)),
        "links.csv": "from,to,seconds\n0,1,100\n1,2,100\n2,3,100\n",
        "incidents.csv": f"编号,lon,lat,急\nJ1,{lon[1]},30,1\nJ2,{lon[2]},30,5\n",
        "units.csv": f"车,lon,lat\n甲,{lon[0]},30\n乙,{lon[3]},30\n丙,{lon[3]},30.2\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def asked(folder, *more):
    out = folder / "sent.csv"
    given = {"--in": "incidents.csv", "--units": "units.csv", "--nodes": "nodes.csv", "--links": "links.csv"}
    arguments = [part for name, file in given.items() for part in (name, str(folder / file))]
    assert main(["dispatch", *arguments, "--out", str(out), "--id", "编号", "--units-id", "车", *more]) == 0
    with out.open(encoding="utf-8-sig") as file:
        rows = [(row["incident"], row["rank"], row["unit"], float(row["seconds"])) for row in csv.DictReader(file)]
    return rows, json.loads((folder / "sent.summary.json").read_text("utf-8"))


def test_the_nearest_units_of_each(folder, capsys):
    rows, summary = asked(folder, "-k", "2", "--within-s", "250")
    assert rows == [("J1", "1", "甲", 100), ("J1", "2", "乙", 200), ("J2", "1", "乙", 100), ("J2", "2", "甲", 200)]
    assert (summary["answered"], summary["units"], summary["off_road_units"]) == (2, 3, 1)
    assert "1 个单元离路网超过 500 米" in capsys.readouterr().err


def test_shared_out(folder):
    rows, _ = asked(folder, "--share-out")
    assert rows == [("J1", "1", "甲", 100), ("J2", "1", "乙", 100)]
    (folder / "units.csv").write_text("车,lon,lat\n甲,120.0,30\n", encoding="utf-8")
    rows, summary = asked(folder, "--share-out", "--urgency", "急")
    assert rows == [("J2", "1", "甲", 200)]
    assert summary["answered"] == 1


def test_without_roads_nobody_is_sent(folder, capsys):
    given = ["--in", str(folder / "incidents.csv"), "--units", str(folder / "units.csv"), "--out", "x.csv"]
    assert main(["dispatch", *given]) == 2
    assert "请给出路网" in capsys.readouterr().err
