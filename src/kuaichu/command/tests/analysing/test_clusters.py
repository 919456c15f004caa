"""`./kuaichu analyse clusters` from points to clusters."""

import csv
import json

import numpy as np
import pytest

from kuaichu.command import analysing


@pytest.fixture
def points(tmp_path):
    rng = np.random.default_rng(1)
    lon = np.concatenate([120.0 + rng.normal(0, 1e-4, 40), 120.01 + rng.normal(0, 1e-4, 20), [120.005, 120.02]])
    path = tmp_path / "points.csv"
    path.write_text("lon,lat\n" + "".join(f"{x:.7f},30.0\n" for x in lon), "utf-8")
    return path


def analyse(points, out):
    return analysing.main(["clusters", "--in", str(points), "--out", str(out), "--reach-m", "40", "--least", "6"])


def test_a_row_for_every_point(points, tmp_path):
    assert analyse(points, tmp_path / "labels.csv") == 0
    with (tmp_path / "labels.csv").open(encoding="utf-8") as read:
        labels = [int(row["cluster"]) for row in csv.DictReader(read)]
    assert labels == [0] * 40 + [1] * 20 + [-1, -1]


def test_a_point_for_every_cluster(points, tmp_path):
    assert analyse(points, tmp_path / "clusters.geojson") == 0
    found = json.loads((tmp_path / "clusters.geojson").read_text("utf-8"))["features"]
    assert [each["properties"]["events"] for each in found] == [40, 20]
    assert found[1]["geometry"]["coordinates"] == pytest.approx([120.01, 30.0], abs=1e-4)
    assert analyse(points, tmp_path / "clusters.png") == 2
