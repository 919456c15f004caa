"""`./kuaichu analyse segments` from points and roads to lines."""

import csv
import json
from itertools import pairwise

import pytest

from kuaichu.command import analysing


@pytest.fixture
def files(tmp_path):
    lines = [
        ([[120.0, 30.0], [120.004, 30.0], [120.004, 30.003]], "甲路"),
        ([[120.004, 30.003], [120.01, 30.003]], "乙路"),
    ]
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "LineString", "coordinates": line}}
        for line, name in lines
    ]
    roads = tmp_path / "roads.geojson"
    roads.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    points = tmp_path / "points.csv"
    points.write_text("lon,lat\n120.002,30.0001\n120.0021,30.0\n120.007,30.003\n120.007,30.02\n,\n", "utf-8")
    return ["segments", "--in", str(points), "--network", str(roads)]


def test_lines_with_density(files, tmp_path, capsys):
    out = tmp_path / "lixels.geojson"
    assert analysing.main([*files, "--out", str(out), "--lixel-m", "60"]) == 0
    found = json.loads(out.read_text("utf-8"))["features"]
    assert "3 起在路上，1 起 50 米内无路，未用 1 起" in capsys.readouterr().err
    assert {each["properties"]["name"] for each in found} == {"甲路", "乙路"}
    ends = [each["geometry"]["coordinates"] for each in found]
    assert (ends[0][0], ends[-1][-1]) == ([120.0, 30.0], [120.01, 30.003])
    assert all(one[-1] == other[0] for one, other in pairwise(ends))
    assert any([120.004, 30.0] in line for line in ends)
    mass = sum(each["properties"]["density_per_km"] * each["properties"]["length_m"] for each in found) / 1000
    assert mass == pytest.approx(3, abs=0.3)  # the ends swallow a little


def test_segments_with_counts(files, tmp_path):
    out = tmp_path / "links.csv"
    assert analysing.main([*files, "--out", str(out), "--per", "link"]) == 0
    with out.open(encoding="utf-8") as read:
        found = list(csv.DictReader(read))
    assert [(row["name"], float(row["events"])) for row in found] == [("甲路", 2), ("乙路", 1)]
    assert float(found[1]["events_per_km"]) == pytest.approx(1000 / float(found[1]["length_m"]), rel=1e-3)


def test_a_wrong_name_is_said_in_words(files, tmp_path, capsys):
    assert analysing.main([*files, "--out", str(tmp_path / "x.png")]) == 2
    assert analysing.main([*files[:-1], str(tmp_path / "gone.geojson"), "--out", str(tmp_path / "x.csv")]) == 2
    assert "没有这个文件" in capsys.readouterr().err
