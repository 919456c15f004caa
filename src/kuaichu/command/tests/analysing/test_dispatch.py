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
        rows = [
            (row["incident"], row["rank"], row["unit"], float(row["seconds"] or "nan"))
            for row in csv.DictReader(file)
            if not row["unreached"]
        ]
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


def refused(folder, capsys, *more):
    given = {"--in": "incidents.csv", "--units": "units.csv", "--nodes": "nodes.csv", "--links": "links.csv"}
    arguments = [part for name, file in given.items() for part in (name, str(folder / file))]
    assert main(["dispatch", *arguments, "--out", str(folder / "sent.csv"), *more]) == 2
    return capsys.readouterr().err.splitlines()


def test_an_incident_far_from_any_road_is_listed_as_out_of_reach(folder, capsys):
    with (folder / "incidents.csv").open("a", encoding="utf-8") as more:
        more.write("远,110,36,9\n近,120.01,30.004,1\n")  # 445 m off the street
    for way in ([], ["--share-out"]):
        rows, summary = asked(folder, "-k", "1", *way)
        assert "远" not in {row[0] for row in rows}
        assert summary["off_road_incidents"] == 1
        with (folder / "sent.csv").open(encoding="utf-8-sig") as file:
            far = [row for row in csv.DictReader(file) if row["incident"] == "远"]
        assert [(row["unit"], row["seconds"], row["unreached"]) for row in far] == [("", "", "off_road")]
        assert 1_100_000 < float(far[0]["off_road_m"]) < 1_250_000
        assert "1 起警情离路网超过 500 米，算到不了，请核对坐标：远 1" in capsys.readouterr().err
    assert asked(folder, "-k", "1", "--snap-m", "100")[1]["off_road_incidents"] == 2
    assert asked(folder, "-k", "1", "--snap-m", "inf")[1]["off_road_incidents"] == 0


def test_what_is_wrong_names_the_file_it_stands_in(folder, capsys):
    for text, words in {
        "": "文件是空的",
        "lon,lat\n": "没有一个单元",
        "lon,lat\n30,120\n": "第 2 行的“lon”“lat”（30.000000, 120.000000）不是经纬度",
        "lon,lat\n120,35\n": "没有一个单元在路网 500 米以内",
    }.items():
        (folder / "units.csv").write_text(text, encoding="utf-8")
        told = refused(folder, capsys)
        assert words in told[0]
        for line in told:
            assert line.startswith(f"{folder / 'units.csv'}: ")
            assert "incidents.csv" not in line
    (folder / "links.csv").write_text("from,to\n0,9\n", encoding="utf-8")
    assert refused(folder, capsys)[0].startswith(f"{folder / 'links.csv'}: 第 1 条路段")
    (folder / "nodes.csv").write_text("id,lon,lat\n0,,30\n", encoding="utf-8")
    assert refused(folder, capsys)[0].startswith(f"{folder / 'nodes.csv'}: ")


def test_an_option_out_of_place_blames_no_file(folder, capsys):
    assert refused(folder, capsys, "--snap-m", "-1")[0].startswith("--snap-m")
    assert refused(folder, capsys, "-k", "0")[0] == "至少要问一个单元"
