"""Who is on duty: somebody always, more where more happens."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator.city import CHINA
from simulator.shifts import ALWAYS, Shift, shifts

MIDNIGHT = datetime(2026, 3, 2, tzinfo=CHINA)
EVERY_HALF_HOUR = [MIDNIGHT + timedelta(minutes=30 * at) for at in range(48)]


@pytest.mark.parametrize("people", [1, 2, 3, 4, 10, 100])
def test_somebody_is_always_there_and_everybody_has_a_shift(people):
    duty = shifts(people)
    assert len(duty) == people
    assert all(any(shift.off_s(at) == 0 for shift in duty) for at in EVERY_HALF_HOUR)


def test_more_are_there_when_more_happens():
    duty = shifts(100)
    there = {hour: sum(shift.off_s(MIDNIGHT + timedelta(hours=hour)) == 0 for shift in duty) for hour in (3, 10, 18)}
    assert there[3] < there[18] < there[10]
    assert sum(there.values()) == 100


def test_a_shift_begins_and_ends_by_the_clock_of_the_place():
    shift = Shift(20, 12)
    evening = datetime(2026, 3, 2, 12, tzinfo=UTC)  # 20:00 in China
    assert shift.off_s(evening) == 0
    assert shift.left_s(evening + timedelta(hours=11, minutes=45)) == 15 * 60
    assert shift.off_s(evening + timedelta(hours=12)) == 12 * 3600
    assert shift.off_s(evening - timedelta(seconds=5)) == 5
    assert shift.left_s(evening + timedelta(hours=13)) == 0


def test_who_is_always_there_never_leaves():
    assert {ALWAYS.off_s(at) for at in EVERY_HALF_HOUR} == {0.0}
    assert {ALWAYS.left_s(at) for at in EVERY_HALF_HOUR} == {float("inf")}
