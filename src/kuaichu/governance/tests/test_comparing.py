"""Two periods beside each other: what changed more than the place as a whole, and nothing else."""

from datetime import date, datetime

import numpy as np
import pytest

from kuaichu.calls.models import Call
from kuaichu.clock import BEIJING
from kuaichu.governance import runs
from kuaichu.governance.events import Wanted
from kuaichu.governance.figures import Period
from kuaichu.governance.states import RunKind
from kuaichu.governance.tests.rows import call

PLACE = "339900"
BEFORE, AFTER = Period(date(2025, 11, 1), date(2025, 11, 30)), Period(date(2026, 11, 1), date(2026, 11, 30))
SETTINGS = {"before": ["2025-11-01", "2025-11-30"], "after": ["2026-11-01", "2026-11-30"]}
WANTED = Wanted(since=BEFORE.since, until=AFTER.until, spans=((BEFORE.since, BEFORE.until), (AFTER.since, AFTER.until)))
SPOT = (120.52, 30.01)


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path, place):
    settings.FILES = tmp_path


def put(year: int, *, elsewhere: int, spot: int) -> None:
    random = np.random.default_rng(year)
    one = call(received_at=datetime(year, 11, 10, 12, tzinfo=BEIJING), lon_wgs84=120.42, lat_wgs84=29.95)
    values = {name: value for name, value in vars(one).items() if name not in {"_state", "id", "number"}}
    points = np.concatenate(
        [random.uniform((120.43, 29.96), (120.58, 30.04), (elsewhere - 1, 2)), np.full((spot, 2), SPOT)]
    )
    Call.objects.bulk_create(
        Call(**values | {"lon_wgs84": lon, "lat_wgs84": lat}, number=f"{year}-{at}")
        for at, (lon, lat) in enumerate(points)
    )


def carried_out():
    return runs.carry_out(kind=RunKind.BEFORE_AFTER, place_code=PLACE, wanted=WANTED, settings=SETTINGS, seed=1)


def test_a_spot_that_fell_more_than_the_place_is_told_and_repeats_to_the_bit():
    put(2025, elsewhere=200, spot=60)
    put(2026, elsewhere=160, spot=12)
    between = call(received_at=datetime(2026, 5, 1, 12, tzinfo=BEIJING))
    run = carried_out()
    answer = runs.answer_of(run)
    assert run.rows == 432
    assert [answer["counts"][when]["total"] for when in ("before", "after")] == [260, 172]
    first = answer["spots"][0]
    assert (first["before"], first["after"], first["is_sure"]) == (60, 12, True)
    assert (len(first["calls_before"]), len(first["calls_after"])) == (60, 12)
    assert answer["pictures"]["before"]["scale"] > answer["pictures"]["after"]["scale"]
    assert runs.repeat(run).is_reproduced
    between.delete()  # what lies between the two periods is not looked at
    assert runs.repeat(run).is_reproduced


def test_a_place_that_is_quieter_everywhere_has_no_spot_that_changed():
    put(2025, elsewhere=200, spot=40)
    put(2026, elsewhere=100, spot=20)
    assert [spot["is_sure"] for spot in runs.answer_of(carried_out())["spots"]] == [False]


def test_nothing_to_compare():
    answer = runs.answer_of(carried_out())
    assert answer["spots"] == []
    assert answer["counts"]["after"] == {"total": 0, "accident": 0, "order": 0, "other": 0, "unlocated": 0}
