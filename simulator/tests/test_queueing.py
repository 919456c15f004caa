"""The command's plan of the invented city: fewest people, and words where it can't be done."""

from pathlib import Path

import pytest

from kuaichu.analysis.queueing import kept_within, needs
from simulator.plan import Plan, planned, table

ROADS = Path(__file__).parents[2] / "src/kuaichu/demo/map/roads.geojson"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(needs(), 60.0, ROADS)


def test_the_plan_keeps_the_promise_with_the_fewest_people(plan):
    asked, seats, riders = plan.staffing.needs, plan.staffing.seats, plan.staffing.riders
    assert (len(seats.count), plan.is_possible) == (24, True)
    assert seats.an_hour[17] > seats.an_hour[3]
    assert (seats.share >= asked.promise_share).all()
    assert (riders.share >= asked.reach_share).all()
    for count, rate in zip(seats.count, seats.an_hour, strict=True):
        fewer = kept_within([max(count - 1, 1)], [rate], asked.seat_s, asked.own_s, asked.promise_s)
        assert count == 1 or fewer[0] < asked.promise_share
    assert plan.staffing.played_share > asked.promise_share - 0.02


def test_the_shifts_cover_the_plan(plan):
    assert (plan.riders.on_duty[0] >= plan.staffing.riders.count).all()
    lines = list(table(plan))
    assert any("合计" in line for line in lines)
    assert any("骑手排班" in line and "上班" in line for line in lines)


def test_more_people_do_not_help_those_who_are_slow_themselves():
    plan = planned(needs(own_median_s=840.0), 60.0, ROADS)
    assert (plan.is_possible, plan.seats, plan.staffing.played_share) == (False, None, None)
    assert any("做不到" in line for line in table(plan))
