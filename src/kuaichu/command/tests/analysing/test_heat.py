"""`./kuaichu analyse heat` from a file to a map."""

import json

import numpy as np
import pytest
from PIL import Image

from kuaichu.command import analysing

BOX = ["--bbox", "120,30,120.2,30.1"]


@pytest.fixture
def points(tmp_path):
    rng = np.random.default_rng(1)
    rows = zip(rng.uniform(120.0, 120.2, 300), rng.uniform(30.0, 30.1, 300), rng.integers(1, 4, 300), strict=True)
    path = tmp_path / "points.csv"
    path.write_text("经度,lat,n\n" + "".join(f"{x},{y},{n}\n" for x, y, n in rows), "utf-8")
    return path


def analyse(points, out, *more):
    names = ["--lon", "经度", "--size", "40x20", "--bandwidth-m", "900"]
    return analysing.main(["heat", "--in", str(points), "--out", str(out), *names, *more])


def test_numbers_are_per_square_metre_with_north_on_top(points, tmp_path):
    assert analyse(points, tmp_path / "map.npy", *BOX, "--weight", "n") == 0
    found = np.load(tmp_path / "map.npy")
    lon, lat, weight = np.loadtxt(points, delimiter=",", skiprows=1).T
    metre = np.radians(1) * 6_371_008.8
    x = (lon - (120 + 0.2 / 40 * 30.5)) * metre * np.cos(np.radians(30.05))
    y = (lat - (30.1 - 0.1 / 20 * 4.5)) * metre
    part = (x**2 + y**2) / 900**2
    assert found.shape == (20, 40)
    wanted = (weight * 2 / (np.pi * 900**2) * np.maximum(1 - part, 0)).sum()
    assert found[4, 30] == pytest.approx(wanted, rel=1e-9)


def test_a_picture_comes_with_its_legend(points, tmp_path):
    assert analyse(points, tmp_path / "map.png", "--kernel", "gaussian", "--top", "5") == 0
    assert Image.open(tmp_path / "map.png").size == (40, 20)
    legend = json.loads((tmp_path / "map.json").read_text("utf-8"))
    assert (legend["unit"], legend["top"], legend["events"]) == ("起/平方公里", 5, 300)


def test_doubtful_places_are_told_and_dropped_on_request(points, tmp_path, capsys):
    with points.open("a", encoding="utf-8") as more:
        more.write("120.15,30.05,1\n" * 200)
    assert analyse(points, tmp_path / "all.npy", *BOX) == 0
    assert "200 起堆在兜底坐标上" in capsys.readouterr().err
    assert analyse(points, tmp_path / "some.npy", *BOX, "--drop-doubtful") == 0
    assert "未用 200 起" in capsys.readouterr().err
    assert np.load(tmp_path / "all.npy").max() > 5 * np.load(tmp_path / "some.npy").max()


@pytest.mark.parametrize("wrong", [["--bbox", "1,2,3"], ["--size", "big"], ["--bandwidth-m", "-1"], ["--lat", "纬度"]])
def test_a_wrong_option_is_said_in_words(points, tmp_path, capsys, wrong):
    assert analyse(points, tmp_path / "map.npy", *wrong) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert analyse(points, tmp_path / "map.jpg") == 2
