"""`analyse hotspots` from a file to a file."""

import csv
import json

import numpy as np
import pytest

from kuaichu.command.analysing import main


@pytest.fixture
def points(tmp_path):
    """Some 900 points around a place, 40 of them on one corner."""
    rng = np.random.default_rng(1)
    x, y = np.concatenate([rng.uniform(0, 0.06, (900, 2)), rng.normal(0.03, 0.0008, (40, 2))]).T
    path = tmp_path / "points.csv"
    path.write_text(
        "号,经,纬\n" + "".join(f"{i},{120 + a},{30 + b}\n" for i, (a, b) in enumerate(zip(x, y, strict=True)))
    )
    return path


def lines(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_cells_with_marks(points, tmp_path, capsys):
    out = tmp_path / "cells.csv"
    names = ["hotspots", "--in", str(points), "--lon", "经", "--lat", "纬"]
    assert main([*names, "--out", str(out), "--cell-m", "250"]) == 0
    rows = lines(out)
    assert sum(int(row["count"]) for row in rows) == 940
    assert all(0 < float(row["p"]) <= 1 and float(row["p"]) <= float(row["q"]) <= 1 for row in rows)
    hot = [row for row in rows if row["mark"] == "hot"]
    assert hot
    assert all(abs(float(row["lon"]) - 120.03) < 0.006 and abs(float(row["lat"]) - 30.03) < 0.006 for row in hot)
    assert "exact" in capsys.readouterr().err
    assert main([*names, "--out", str(out), "--cell-m", "250", "--only-marked", "--statistic", "moran"]) == 0
    assert {row["mark"] for row in lines(out)} <= {"HH", "LL"}


def test_hexagons_with_outlines_and_the_ranking(points, tmp_path):
    out = tmp_path / "cells.geojson"
    names = ["hotspots", "--in", str(points), "--lon", "经", "--lat", "纬", "--h3", "8"]
    assert main([*names, "--out", str(out), "--statistic", "eb"]) == 0
    features = json.loads(out.read_text("utf-8"))["features"]
    best = min(features, key=lambda feature: feature["properties"]["rank"])
    assert best["properties"]["count"] == max(feature["properties"]["count"] for feature in features)
    assert 0 < best["properties"]["weight"] < 1
    ring = best["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert len(best["properties"]["cell"]) == 15


def test_what_cannot_be_used_is_said_in_words(points, tmp_path, capsys):
    assert main(["hotspots", "--in", str(points), "--out", str(tmp_path / "cells.csv")]) == 2
    assert "lon" in capsys.readouterr().err
    names = ["hotspots", "--in", str(points), "--lon", "经", "--lat", "纬", "--out"]
    assert main([*names, str(tmp_path / "cells.txt")]) == 2
    assert main([*names, str(tmp_path / "cells.csv"), "--cell-m", "0"]) == 2
    assert "米" in capsys.readouterr().err
