"""The map in the folder is the one that its script draws."""

import json

from kuaichu.demo.map import FOLDER
from kuaichu.demo.map.making import districts, roads


def test_the_files_are_what_the_script_draws():
    assert json.loads((FOLDER / "boundary.geojson").read_text()) == districts()
    assert json.loads((FOLDER / "roads.geojson").read_text()) == roads()


def test_roads_meet_where_they_cross():
    lines = [set(map(tuple, each["geometry"]["coordinates"])) for each in roads()["features"]]
    assert sum(len(one & other) for i, one in enumerate(lines) for other in lines[:i]) > 300
