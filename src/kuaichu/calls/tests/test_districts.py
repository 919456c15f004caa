"""The district of a located call comes from the place's own boundaries, when there are some."""

import json

import numpy as np
import pytest

from kuaichu import clock
from kuaichu.accounts.models import Place
from kuaichu.calls.actions import take_call
from kuaichu.calls.districts import districts_at, folder
from kuaichu.calls.importing.running import import_calls
from kuaichu.calls.intake import Intake
from kuaichu.calls.models import Call

PLACE = "339900"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path, place):
    settings.FILES = tmp_path


def bounds(*features: tuple[dict, list]) -> None:
    folder(PLACE).mkdir(parents=True)
    kept = [
        {"properties": facts, "geometry": {"type": "MultiLineString", "coordinates": rings}}
        for facts, rings in features
    ]
    (folder(PLACE) / "boundary.geojson").write_text(json.dumps({"features": kept}))


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def test_holes_islands_neighbours_and_nowhere():
    Place.objects.create(code="339903", name="西城区", parent_id=PLACE)
    bounds(
        ({"code": "339902"}, [box(120.5, 29.9, 120.6, 30.1), box(120.54, 29.98, 120.56, 30.02)]),
        ({"name": "西城区"}, [box(120.4, 29.9, 120.5, 30.1), box(120.54, 29.98, 120.56, 30.02)]),
        ({"code": "339900"}, [box(120.0, 29.0, 121.0, 31.0)]),
    )
    lon = np.array([120.52, 120.45, 120.55, 120.9, np.nan])
    assert districts_at(PLACE, lon, np.array([30.0, 30.0, 30.0, 30.0, 30.0])) == ["339902", "339903", "339903", "", ""]


def test_squares_of_the_box_change_nothing():
    """Against a plain reading of every edge, for a ragged boundary."""
    random = np.random.default_rng(7)
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    reach = 0.05 + random.uniform(0, 0.03, 400)
    ring = np.stack([120.5 + reach * np.cos(angle), 30.0 + reach * np.sin(angle)], axis=1)
    bounds(({"code": "339902"}, [ring.tolist()]))
    lon, lat = random.uniform(120.4, 120.6, 3000), random.uniform(29.9, 30.1, 3000)
    expected = []
    for x, y in zip(lon, lat, strict=True):
        sides = zip(ring, np.roll(ring, -1, axis=0), strict=True)
        crossed = sum(
            (a[1] > y) != (b[1] > y) and x < a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) for a, b in sides
        )
        expected.append("339902" if crossed % 2 else "")
    assert districts_at(PLACE, lon, lat) == expected


def test_without_boundaries_the_unit_says_it(officer):
    taken = take_call(taker=None, intake=Intake(place_code=PLACE, received_at=clock.now(), content="两车追尾"))
    assert taken.call.district == ""


def test_a_typed_and_an_imported_call_lie_where_they_are(tmp_path):
    Place.objects.create(code="339902", name="东城区", parent_id=PLACE)
    Place.objects.create(code="339903", name="西城区", parent_id=PLACE)
    bounds(({"code": "339902"}, [box(120.5, 29.9, 120.6, 30.1)]), ({"code": "339903"}, [box(120.4, 29.9, 120.5, 30.1)]))
    where = {"lon_wgs84": 120.45, "lat_wgs84": 30.0}
    typed = take_call(taker=None, intake=Intake(place_code=PLACE, received_at=clock.now(), content="追尾", **where))
    assert typed.call.district == "339903"
    file = tmp_path / "calls.csv"
    file.write_text(
        "接警编号,报警时间,报警内容,经度,纬度,行政区划\n"
        "A1,2026-03-01 08:00,追尾,120.55,30.0,\nA2,2026-03-01 08:00,追尾,120.55,30.0,西城区\nA3,2026-03-01 08:00,追尾,,,\n"
    )
    import_calls(file, place_code=PLACE)
    found = dict(Call.objects.exclude(pk=typed.call.pk).values_list("number", "district"))
    assert found == {"A1": "339902", "A2": "339903", "A3": ""}
