"""Erlang's formulas against known values and against a simulation; the plan keeps what it promises."""

from pathlib import Path
from random import Random

import pytest

from simulator.plan import Needs, needs, staffing, table
from simulator.queueing import Line, erlang_b, erlang_c, fewest, kept_within, played, reached_within

ROADS = Path(__file__).parents[2] / "src/kuaichu/demo/map/roads.geojson"


@pytest.mark.parametrize(
    ("servers", "load", "blocked"),
    [(1, 1.0, 1 / 2), (2, 1.0, 1 / 5), (3, 2.0, 4 / 19), (10, 10.0, 0.2146), (15, 10.0, 0.0365), (100, 100.0, 0.0757)],
)
def test_erlang_b(servers, load, blocked):
    assert erlang_b(servers, load) == pytest.approx(blocked, abs=5e-5)


@pytest.mark.parametrize(
    ("servers", "load", "waits"),
    [(1, 0.3, 0.3), (2, 1.0, 1 / 3), (3, 2.0, 4 / 9), (5, 2.0, 0.0597), (14, 10.0, 0.1741)],
)
def test_erlang_c(servers, load, waits):
    assert erlang_c(servers, load) == pytest.approx(waits, abs=5e-5)
    assert erlang_c(servers, servers + 1.0) == 1.0


def test_the_example_of_every_course():
    """200 calls an hour of 180 s with 14 people: 88.8 % answered within 20 s, 7.8 s on the average."""
    line = Line(servers=14, an_hour=200.0, handling_s=180.0)
    assert line.load == pytest.approx(10.0)
    assert line.answered_within(20) == pytest.approx(0.888, abs=5e-4)
    assert line.mean_wait_s == pytest.approx(7.83, abs=0.01)
    assert line.busy == pytest.approx(10 / 14)


def test_one_server_leaves_as_the_textbook_says():
    """M/M/1: waiting and handling together are exponential with the rate mu - lambda."""
    from math import exp

    line = Line(servers=1, an_hour=20.0, handling_s=90.0)
    for seconds in (30.0, 180.0, 600.0):
        assert line.done_within(seconds) == pytest.approx(1 - exp(-seconds * (1 / 90 - 20 / 3600)), rel=1e-9)
    alike = Line(servers=2, an_hour=40.0, handling_s=90.0)  # c - a = 1: both rates are one
    assert alike.done_within(200.0) == pytest.approx(
        Line(servers=2, an_hour=40.00001, handling_s=90.0).done_within(200.0), abs=1e-5
    )


def test_too_much_work_is_never_done():
    line = Line(servers=2, an_hour=200.0, handling_s=90.0)
    assert line.done_within(1e9) == 0.0
    assert line.mean_wait_s == float("inf")
    assert line.answered_within(1e9) == 0.0
    assert fewest(lambda servers: servers >= 6, load=5.2) == 6
    assert fewest(lambda servers: False, load=5.2, most=9) is None


def test_the_formulas_agree_with_a_simulation():
    line = Line(servers=4, an_hour=70.0, handling_s=150.0)
    calls = played(
        by_hour=[70.0] * 24, servers=[4] * 24, handling=lambda dice: dice.expovariate(1 / 150), days=12, seed=3
    )
    waits = [wait for wait, _ in calls]
    assert sum(wait > 0 for wait in waits) / len(waits) == pytest.approx(line.waits, abs=0.035)
    assert sum(wait <= 60 for wait in waits) / len(waits) == pytest.approx(line.answered_within(60), abs=0.03)
    assert sum(wait + takes <= 300 for wait, takes in calls) / len(calls) == pytest.approx(
        line.done_within(300), abs=0.03
    )


def test_a_line_left_over_is_what_the_formulas_forget():
    """Overload in one hour: the simulation feels it in the next, the hourly formula doesn't."""
    by_hour, servers = [10.0] * 24, [1] * 24
    by_hour[8] = 45.0
    calls = played(by_hour=by_hour, servers=servers, handling=lambda dice: 120.0, days=40, seed=5)
    assert sum(wait for wait, _ in calls) / len(calls) > 3 * Line(servers=1, an_hour=10.0, handling_s=120.0).mean_wait_s


def test_shares_of_samples():
    line = Line(servers=3, an_hour=30.0, handling_s=120.0)
    assert kept_within(line, [0.0], 400.0) == line.done_within(400.0)
    assert kept_within(line, [0.0, 1000.0], 400.0) == line.done_within(400.0) / 2
    assert reached_within(line, [100.0, 700.0], 600.0) == line.answered_within(500.0) / 2


@pytest.fixture(scope="module")
def asked() -> Needs:
    return needs(60.0)


def test_the_plan_keeps_the_promise_with_the_fewest_people(asked):
    plan = staffing(asked, ROADS)
    assert len(plan.hours) == 24
    assert plan.hours[17].online > plan.hours[3].online
    for hour in plan.hours:
        assert hour.seats is not None
        assert hour.riders is not None
        assert hour.kept_share >= asked.promise_share
        assert hour.reached_share >= asked.reach_share
        if hour.seats > 1:
            fewer = Line(servers=hour.seats - 1, an_hour=hour.online, handling_s=asked.seat_s)
            assert kept_within(fewer, asked.own_s, asked.promise_s) < asked.promise_share
    assert plan.played_share is not None
    assert plan.played_share > asked.promise_share - 0.02
    assert list(plan.travel_s.values()) == sorted(plan.travel_s.values(), reverse=True), "more riders, shorter ways"
    assert any("合计" in line for line in table(plan))


def test_more_people_do_not_help_those_who_are_slow_themselves(asked):
    from dataclasses import replace

    plan = staffing(replace(asked, own_median_s=840.0), ROADS)
    assert all(hour.seats is None for hour in plan.hours)
    assert plan.played_share is None
    assert plan.best_share < asked.promise_share
    assert any("做不到" in line for line in table(plan))


def test_the_distribution_of_own_time_has_its_median(asked):
    own = sorted(asked.own_s)
    assert (own[29] + own[30]) / 2 == pytest.approx(asked.own_median_s, rel=0.01)
    assert Random(1).choice(own) > 0
