"""What every tool does alike: outputs that can't be, places that are missing, files of no use."""

import argparse
import os

import pytest

from kuaichu.command import analysing
from kuaichu.command.analysing import common

POINTS = "site,lon,lat,t,call_id\nA,120.1,30.1,2026-01-01,1\nB,,30.1,2026-01-02,2\nC,nan,30.2,2026-01-03,3\n" + "".join(
    f"D,120.{i},30.{i},2026-01-04,{i}\n" for i in range(4, 10)
)
NEEDED = {
    "quality": [],
    "heat": ["--bandwidth-m", "900", "--size", "8"],
    "segments": ["--network", "roads.geojson"],
    "clusters": ["--reach-m", "50"],
    "hotspots": ["--cell-m", "5000"],
    "scan": ["--replicates", "9"],
    "repeats": [],
    "coverage": ["--units", "1"],
    "dispatch": ["--units", "points.csv", "--nodes", "nodes.csv", "--links", "links.csv"],
}
ENDING = {"heat": ".npy", "scan": ".json"}
ROADS = '{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[120.1, 30.1], [120.9, 30.9]]}}'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    files = {
        "points.csv": POINTS,
        "roads.geojson": ROADS,
        "nodes.csv": "id,lon,lat\na,120.1,30.1\nb,120.9,30.9\n",
        "links.csv": "from,to\na,b\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_tool_is_asked_here():
    assert set(NEEDED) == set(analysing.TOOLS)


@pytest.mark.parametrize("tool", NEEDED)
def test_an_output_that_cannot_be_is_refused_before_the_work(folder, capsys, monkeypatch, tool):
    ending = ENDING.get(tool, ".csv")
    monkeypatch.setattr(f"kuaichu.command.analysing.{tool}.run", lambda _options: pytest.fail("the work began"))
    for out, words in {
        f"/nonexist/z{ending}": "没有这个文件夹：/nonexist",
        "z.docx": "须以这些后缀之一结尾",
        "z": "须以这些后缀之一结尾",
    }.items():
        assert analysing.main([tool, "--in", "points.csv", "--out", out, *NEEDED[tool]]) == 2
        told = capsys.readouterr().err
        assert words in told
        assert told.startswith(f"--out {out}：")


@pytest.mark.parametrize("tool", NEEDED)
def test_rows_without_a_coordinate_are_told_with_their_lines(folder, capsys, tool):
    out = f"out{ENDING.get(tool, '.csv')}"
    assert analysing.main([tool, "--in", "points.csv", "--out", out, *NEEDED[tool]]) == 0
    told = capsys.readouterr().err
    if tool == "quality":  # whose answer they are
        assert "2 起没有坐标" in told
    else:
        assert "points.csv 2 行（第 3, 4 行）：没有坐标" in told
    assert (folder / out).stat().st_size


@pytest.mark.parametrize("tool", [name for name in NEEDED if name != "quality"])
def test_impossible_degrees_are_refused_with_file_and_line_or_skipped(folder, capsys, tool):
    (folder / "swapped.csv").write_text(POINTS + "E,30.0012869999999,120.5,2026-01-05,11\n", encoding="utf-8")
    asked = [tool, "--in", "swapped.csv", "--out", f"out{ENDING.get(tool, '.csv')}", *NEEDED[tool]]
    assert analysing.main(asked) == 2
    assert capsys.readouterr().err.startswith("swapped.csv: 第 11 行的“lon”“lat”（30.001287, 120.500000）不是经纬度")
    assert analysing.main([*asked, "--skip-bad"]) == 0
    assert "swapped.csv 1 行（第 11 行）：经纬度越界" in capsys.readouterr().err


def test_an_empty_file_and_one_without_a_place_are_said_so(folder, capsys):
    asked = ["hotspots", "--in", "none.csv", "--out", "out.csv"]
    for text, words in {"": "文件是空的", "\ufeff\n\n": "文件是空的", "lon,lat\n,\n,30\n": "没有一行有坐标"}.items():
        (folder / "none.csv").write_text(text, encoding="utf-8")
        assert analysing.main(asked) == 2
        assert words in capsys.readouterr().err


def test_targets(tmp_path, monkeypatch):
    given = tmp_path / "points.csv"
    given.write_text(POINTS, encoding="utf-8")
    (tmp_path / "folder.csv").mkdir()
    ask = argparse.Namespace(input=given, output=tmp_path / "new.csv", endings=(".csv",), assigned=None)
    common.check_output(ask)
    for name, words in {"points.csv": "就是输入文件", "folder.csv": "是一个文件夹"}.items():
        ask.output = tmp_path / name
        with pytest.raises(ValueError, match=words):
            common.check_output(ask)
    ask.output = tmp_path / "new.csv"
    ask.assigned = tmp_path / "none" / "who.csv"
    with pytest.raises(ValueError, match=r"--assigned .*没有这个文件夹"):
        common.check_output(ask)
    ask.assigned = None
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ValueError, match="没有写入的权限"):
        common.check_output(ask)
