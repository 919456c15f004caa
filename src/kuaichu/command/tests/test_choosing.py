"""The simulated city can be another place, on other roads, with as much to do as a place has published."""

import json
from types import SimpleNamespace

import pytest

from kuaichu.accounts.models import Agency, Place
from kuaichu.cases import actions
from kuaichu.command import choosing
from simulator.city import City

LINES = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"name": "山前路"},
         "geometry": {"type": "LineString", "coordinates": [[113.0, 28.0], [113.01, 28.0]]}},
        {"type": "Feature", "properties": None,
         "geometry": {"type": "MultiLineString", "coordinates": [[[113.0, 28.1], [113.02, 28.1]]]}},
    ],
}  # fmt: skip


def options(**given):
    asked = {"roads": "", "like": "", "people": 500_000, "calls": -1, "place": "339900"}
    return SimpleNamespace(**(asked | given))


def test_by_default_it_is_the_invented_city_by_its_inhabitants():
    found = choosing.choose(options(people=1_000_000))
    assert found.roads == choosing.OWN_MAP
    assert (found.accidents_a_day, found.calls_a_day) == (80, 220)


def test_a_day_like_a_place_has_published(capsys):
    found = choosing.choose(options(like="shaoxing"))
    assert (found.accidents_a_day, found.calls_a_day) == (200, 1066)
    assert "31,980" in capsys.readouterr().out, "where the figures come from is said"
    assert choosing.choose(options(like="zhejiang", calls=7)).calls_a_day == 7, "what is asked wins"
    with pytest.raises(SystemExit, match="ningbo"):
        choosing.choose(options(like="atlantis"))


def test_a_file_without_roads_is_refused_in_words(tmp_path):
    for text in ('{"features": []}', "no json", '{"features": [{"geometry": null}]}'):
        path = tmp_path / "roads.geojson"
        path.write_text(text)
        with pytest.raises(SystemExit, match=r"roads\.geojson"):
            choosing.choose(options(roads=str(path)))


def test_accidents_happen_on_the_given_roads(tmp_path):
    path = tmp_path / "roads.geojson"
    path.write_text(json.dumps(LINES))
    city = City(path, seed=1, accidents_a_day=5, insurers=["INS-A"], days=1)
    spots = [city.spot() for _ in range(40)]
    assert all(112.99 < spot.lon < 113.03 and 27.99 < spot.lat < 28.11 for spot in spots)
    assert any("山前路" in spot.words for spot in spots)


def test_the_agencies_move_to_another_place(db, tmp_path):
    path = tmp_path / "roads.geojson"
    path.write_text(json.dumps(LINES))
    choosing.prepare_place(options(place="430100"), path)
    place = Place.objects.get(code="430100")
    assert (round(place.lon_wgs84, 2), place.parent.code) == (113.01, "430000")
    assert not Agency.objects.exclude(place=place).exists()
    assert actions.report(place_code="430100").case.number.startswith("430100")
    with pytest.raises(SystemExit, match="123456"):
        choosing.prepare_place(options(place="123456"), path)
