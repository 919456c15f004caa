"""Analyses find what was put there, and a run repeats to the bit until its input changes."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from kuaichu.errors import NotFound
from kuaichu.governance import maps, runs
from kuaichu.governance.analyses import picture
from kuaichu.governance.events import Wanted
from kuaichu.governance.models import Run
from kuaichu.governance.states import RunKind
from kuaichu.governance.tests.rows import MAP as FOLDER
from kuaichu.governance.tests.rows import NOON, call
from kuaichu.journal.models import Event

PLACE = "339900"
SPOT = (120.52, 30.01)
SINCE, UNTIL = NOON - timedelta(days=40), NOON + timedelta(days=1)
WANTED = Wanted(since=SINCE, until=UNTIL)


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path, place):
    settings.FILES = tmp_path
    for name in ("boundary", "roads"):
        maps.take(place_code=PLACE, path=FOLDER / f"{name}.geojson")


def city(extra: int = 60, days: int = 40) -> None:
    """Calls everywhere now and then, and many of the last days at one spot."""
    from kuaichu.calls.models import Call

    random = np.random.default_rng(1)
    made = [call()]
    values = {field: value for field, value in vars(made[0]).items() if field not in {"_state", "id", "number"}}

    def another(number: int, lon: float, lat: float, ago: float) -> Call:
        moved = {"lon_wgs84": lon, "lat_wgs84": lat, "received_at": NOON - timedelta(days=ago)}
        return Call(**(values | moved), number=f"X{number}")

    lon, lat = random.uniform(120.42, 120.58, 200), random.uniform(29.95, 30.05, 200)
    rows = [another(i, lon[i], lat[i], float(random.uniform(0, days - 1))) for i in range(200)]
    around = SPOT + random.normal(0, 0.0010, (extra, 2))
    rows += [another(900 + i, around[i, 0], around[i, 1], float(random.uniform(0, 3))) for i in range(extra)]
    Call.objects.bulk_create(rows)


def carried_out(kind: str, **settings) -> tuple[Run, dict]:
    run = runs.carry_out(kind=kind, place_code=PLACE, wanted=WANTED, settings=settings, seed=11)
    return run, runs.answer_of(run)


def distance_m(one: dict) -> float:
    return float(np.hypot((one["lon"] - SPOT[0]) * 96_300, (one["lat"] - SPOT[1]) * 111_200))


def test_the_hot_spot_is_found_first_and_named():
    city()
    run, answer = carried_out(RunKind.HOT_SPOTS)
    first = answer["spots"][0]
    assert run.rows == 261
    assert distance_m(first) < 250
    assert first["count"] >= 30
    assert first["q"] <= 0.05
    assert first["by_class"] == {"accident": first["count"], "order": 0, "other": 0}
    assert first["name"]


def test_calls_spread_evenly_make_no_hot_spot():
    city(extra=0)
    assert carried_out(RunKind.HOT_SPOTS)[1]["spots"] == []


def test_segments_hold_the_calls_beside_them():
    network = maps.network(PLACE)
    at = network.shape_start[100]
    for _ in range(12):
        lon = (network.shape_lon[at] + network.shape_lon[at + 1]) / 2
        call(lon_wgs84=lon, lat_wgs84=(network.shape_lat[at] + network.shape_lat[at + 1]) / 2)
    call(lon_wgs84=120.0, lat_wgs84=29.0)
    call(lon_wgs84=None, lat_wgs84=None)
    _, answer = carried_out(RunKind.SEGMENTS)
    assert (answer["on_road"], answer["off_road"], len(answer["segments"])) == (12, 1, 1)
    assert answer["segments"][0]["name"] == network.name[100]
    assert answer["segments"][0]["count"] == 12


def test_a_new_cluster_is_found_with_its_days():
    city()
    _, answer = carried_out(RunKind.SCAN, replicates=99)
    first = answer["clusters"][0]
    assert distance_m(first) < 700
    assert first["is_worth"]
    assert runs.day_start(first["since_day"]) >= NOON - timedelta(days=5)
    assert runs.day_start(first["until_day"]).date() == NOON.date()


@pytest.mark.parametrize("kind", [RunKind.HEAT, RunKind.HOT_SPOTS, RunKind.SEGMENTS, RunKind.SCAN])
def test_a_run_repeats_to_the_bit(kind):
    city()
    run, _ = carried_out(kind, **({"replicates": 49} if kind == RunKind.SCAN else {}))
    again = runs.repeat(Run.objects.get())
    assert (again.is_same_input, again.is_same_code, again.is_same_answer, again.is_reproduced) == (True,) * 4
    event = Event.objects.get(name="run.made")
    assert event.facts == {"kind": kind, "rows": 261, "result_digest": run.result_digest}
    assert Run.objects.count() == 1


def test_a_changed_call_is_said():
    city()
    carried_out(RunKind.HOT_SPOTS)
    call(received_at=NOON - timedelta(days=1))
    again = runs.repeat(Run.objects.get())
    assert (again.is_same_input, again.is_reproduced, again.rows) == (False, False, 262)


def test_nothing_gives_empty_answers():
    assert carried_out(RunKind.HOT_SPOTS)[1]["spots"] == []
    assert carried_out(RunKind.SCAN)[1]["clusters"] == []
    assert carried_out(RunKind.SEGMENTS)[1]["segments"] == []
    assert set(carried_out(RunKind.HEAT)[1]) == {"box", "width", "height", "scale", "values"}


def test_a_result_that_was_altered_is_not_shown(settings):
    run, _ = carried_out(RunKind.HOT_SPOTS)
    path = Path(settings.FILES) / run.result_path
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(NotFound):
        runs.answer_of(run)
    path.unlink()
    with pytest.raises(NotFound):
        runs.answer_of(run)


def test_the_picture_is_in_calls_per_square_kilometre():
    made = picture(np.array([120.5]), np.array([30.0]), box=(120.45, 29.95, 120.55, 30.05), bandwidth_m=400.0)
    pixel_km2 = (0.1 * 96_297 / made.width) * (0.1 * 111_195 / made.height) / 1e6
    assert float(made.values.sum()) * made.scale * pixel_km2 == pytest.approx(1, rel=0.01)
    assert made.peak == pytest.approx(2 / (np.pi * 0.4**2), rel=0.01)
