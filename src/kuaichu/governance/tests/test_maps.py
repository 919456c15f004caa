"""The place's map: what is taken from a file, what the browser gets, and what is refused."""

import json
from math import hypot

import numpy as np
import pytest

from kuaichu.errors import Refused
from kuaichu.governance import maps
from kuaichu.governance.tests.rows import MAP as FOLDER
from kuaichu.law.identifiers.coordinates import gcj02_from_wgs84

PLACE = "339900"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.FILES = tmp_path


def file(tmp_path, content) -> object:
    path = tmp_path / "given.geojson"
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


def line(*points, **facts) -> dict:
    return {
        "type": "Feature",
        "properties": facts,
        "geometry": {"type": "LineString", "coordinates": [list(point) for point in points]},
    }


def test_without_files_there_is_no_map():
    assert (maps.box(PLACE), maps.network(PLACE), maps.thin(PLACE, "roads")) == (None, None, None)


def test_areas_are_boundaries_and_lines_are_roads():
    assert maps.take(place_code=PLACE, path=FOLDER / "boundary.geojson") == maps.Taken(2, 0, 0)
    before = maps.digest(PLACE)
    assert maps.take(place_code=PLACE, path=FOLDER / "roads.geojson") == maps.Taken(0, 40, 0)
    assert maps.digest(PLACE) != before
    west, south, east, north = maps.box(PLACE)
    assert (west, south) < (120.41, 29.93)
    assert (east, north) > (120.59, 30.06)
    shown = json.loads(maps.thin(PLACE, "boundary"))
    assert [each["properties"]["code"] for each in shown["features"]] == ["339902", "339903"]
    network = maps.network(PLACE)
    assert "人民路" in set(network.name)
    assert network.links > 500
    assert not network.is_one_way.any()


def test_a_shifted_file_is_brought_back(tmp_path):
    points = [(120.5, 30.0), (120.51, 30.01)]
    maps.take(
        place_code=PLACE, path=file(tmp_path, line(*(gcj02_from_wgs84(*p) for p in points), name="路")), frame="gcj02"
    )
    shown = json.loads(maps.thin(PLACE, "roads"))["features"][0]["geometry"]["coordinates"][0]
    assert np.abs(np.array(shown) - points).max() < 2e-5


def test_thinning_keeps_corners_and_drops_the_straight():
    bent = np.array([(120.0, 30.0), (120.001, 30.0), (120.002, 30.00001), (120.003, 30.0), (120.003, 30.003)])
    assert maps.thinned(bent).tolist() == [[120.0, 30.0], [120.003, 30.0], [120.003, 30.003]]
    ring = np.array([(120.0, 30.0), (120.01, 30.0), (120.01, 30.01), (120.0, 30.0)])
    assert len(maps.thinned(ring)) == 4
    assert hypot(*(maps.thinned(bent[:2])[1] - bent[1])) == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("no json", "map.unreadable"),
        ({"type": "FeatureCollection", "features": "x"}, "map.unreadable"),
        ({"type": "FeatureCollection", "features": []}, "map.empty"),
        (line((120.5, 30.0), ("x", 30.0)), "map.unreadable"),
        (line((30.0, 120.5), (30.1, 120.6)), "map.unreadable"),
        ({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}, "map.empty"),
    ],
)
def test_a_useless_file_changes_nothing(tmp_path, content, code):
    maps.take(place_code=PLACE, path=FOLDER / "boundary.geojson")
    before = maps.digest(PLACE)
    with pytest.raises(Refused) as refused:
        maps.take(place_code=PLACE, path=file(tmp_path, content))
    assert (refused.value.code, maps.digest(PLACE)) == (code, before)
