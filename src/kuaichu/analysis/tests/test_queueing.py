"""Erlang's formulas against known values and against a simulation; staffing keeps its promise with the fewest."""

from math import exp

import numpy as np
import pytest

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.queueing import (
    Ways,
    answered_within,
    assumptions,
    done_within,
    erlang_b,
    erlang_c,
    exponential,
    fewest,
    hourly_rates,
    kept_within,
    load_of,
    mean_wait_s,
    needs,
    own_times,
    played,
    reached_within,
    sampled,
    staffing,
    waits_longer,
)

RATES = np.array([0.3, 0.2, 0.6, 3.0, 8.0, 14.0, 9.0, 4.0])


def test_erlang_b():
    """Tabulated values; exact fractions for small lines."""
    servers, load = [1, 2, 3, 10, 15, 100, 0], [1.0, 1.0, 2.0, 10.0, 10.0, 100.0, 3.0]
    assert erlang_b(servers, load) == pytest.approx([1 / 2, 1 / 5, 4 / 19, 0.2146, 0.0365, 0.0757, 1], abs=5e-5)


def test_erlang_c():
    servers, load = [1, 2, 3, 5, 14], [0.3, 1.0, 2.0, 2.0, 10.0]
    assert erlang_c(servers, load) == pytest.approx([0.3, 1 / 3, 4 / 9, 0.0597, 0.1741], abs=5e-5)
    assert erlang_c([4, 4, 0], [4.0, 5.0, 0.0]).tolist() == [1.0, 1.0, 1.0]
    assert erlang_c(3, 0.0) == 0.0


def test_arrays_give_what_each_number_gives():
    servers, load = np.arange(1, 30), np.linspace(0.1, 25, 7)
    whole = erlang_c(servers[:, None], load[None, :])
    assert whole.shape == (29, 7)
    assert whole[11, 4] == erlang_c(12, load[4])


def test_the_example_of_every_course():
    """200 calls an hour of 180 s with 14 people: 88.8 % answered within 20 s, 7.8 s on the average."""
    assert load_of(200, 180) == pytest.approx(10)
    assert answered_within(14, 200, 180, 20) == pytest.approx(0.888, abs=5e-4)
    assert mean_wait_s(14, 200, 180) == pytest.approx(7.83, abs=0.01)


def test_one_server_leaves_as_the_textbook_says():
    """M/M/1: waiting and handling together are exponential with the rate μ − λ."""
    seconds = np.array([30.0, 180.0, 600.0])
    assert done_within(1, 20, 90, seconds) == pytest.approx(1 - np.exp(-seconds * (1 / 90 - 20 / 3600)), rel=1e-9)


def test_equal_rates_are_no_special_case():
    """c − a = 1: the two stretches have one rate."""
    assert done_within(2, 40, 90, 200.0) == pytest.approx(done_within(2, 40.00001, 90, 200.0), abs=1e-6)


def test_too_much_work_is_never_done():
    assert (done_within(2, 200, 90, 1e9), answered_within(2, 200, 90, 1e9)) == (0.0, 0.0)
    assert mean_wait_s(2, 200, 90) == np.inf
    assert waits_longer(2, 10, 90, -1.0) == 1.0
    assert done_within(2, 10, 90, 0.0) == 0.0


@pytest.mark.parametrize(
    ("servers", "load"), [(-1, 1.0), (1.5, 1.0), (2, -1.0), (2, float("nan")), (10**6, 1.0), (2, float("inf"))]
)
def test_nonsense_is_refused(servers, load):
    with pytest.raises(BadInput):
        erlang_b(servers, load)


def test_the_formulas_agree_with_a_simulation():
    waits, takes, hour = played([70.0] * 24, [4] * 24, takes=exponential(150), rounds=40, rng=np.random.default_rng(3))
    assert len(waits) == pytest.approx(70 * 24 * 40, rel=0.02)
    assert set(hour.tolist()) == set(range(24))
    assert (waits > 0).mean() == pytest.approx(float(erlang_c(4, load_of(70, 150))), abs=0.03)
    assert (waits <= 60).mean() == pytest.approx(float(answered_within(4, 70, 150, 60)), abs=0.02)
    assert (waits + takes <= 300).mean() == pytest.approx(float(done_within(4, 70, 150, 300)), abs=0.02)
    assert waits.mean() == pytest.approx(float(mean_wait_s(4, 70, 150)), rel=0.15)


def test_a_line_left_over_is_what_the_formulas_forget():
    by_hour = np.full(24, 10.0)
    by_hour[8] = 45.0
    waits, _, _ = played(
        by_hour, [1] * 24, takes=lambda rng, count: np.full(count, 120.0), rounds=40, rng=np.random.default_rng(5)
    )
    assert waits.mean() > 3 * mean_wait_s(1, 10, 120)


def test_the_last_of_a_shift_finish():
    """Everybody but one goes home at the hour; who is busy finishes, and nobody is taken up by those who left."""
    waits, _, hour = played(
        [40.0, 1.0], [30, 1], takes=lambda rng, count: np.full(count, 900.0), rounds=200, rng=np.random.default_rng(1)
    )
    assert waits[hour == 0].max() < 900
    assert (waits[hour == 1] > 0).any()


def test_shares_of_samples():
    assert kept_within([3], [30.0], 120, [0.0], 400)[0] == done_within(3, 30, 120, 400)
    assert kept_within([3], [30.0], 120, [0.0, 1000.0], 400)[0] == done_within(3, 30, 120, 400) / 2
    assert reached_within([3], [30.0], [120], [100.0, 700.0], 600)[0] == answered_within(3, 30, 120, 500) / 2


def test_own_times_have_their_median_and_spread():
    own = own_times(270.0, 0.4, steps=2000)
    assert np.median(own) == pytest.approx(270, rel=1e-3)
    assert np.log(own).std() == pytest.approx(0.4, rel=0.01)
    assert own_times(0.0, 0.4).tolist() == [0.0] * 60
    with pytest.raises(BadInput):
        own_times(-1.0, 0.4)


def test_fewest_is_the_least_number():
    def share(count):
        return np.minimum(count / np.array([3.0, 10.0, 99.0]), 1.0)

    assert fewest(share, 1.0, load=np.array([0.5, 4.2, 1.0]), most=np.array([9, 20, 50])).tolist() == [3, 10, 0]


def test_rates_lean_on_the_day_and_the_hour():
    rng = np.random.default_rng(2)
    truth = np.outer([1.0, 1, 1, 1, 1.2, 0.8, 0.6], np.linspace(0.1, 2.0, 24))
    days = np.array([6, 6, 6, 6, 6, 6, 5])
    counts = rng.poisson(truth * days[:, None])
    rates = hourly_rates(counts, days)
    assert (rates * days[:, None]).sum() == pytest.approx(counts.sum())
    raw = counts / days[:, None]
    assert ((rates - truth) ** 2).mean() < 0.4 * ((raw - truth) ** 2).mean()


def test_rates_follow_the_cells_where_there_are_many_calls():
    counts = np.full((7, 24), 1000)
    counts[4, 17] = 3000  # Friday evening, in nobody's totals
    rates = hourly_rates(counts, np.full(7, 10))
    assert rates[4, 17] == pytest.approx(300, rel=0.03)
    assert rates[1, 17] == pytest.approx(100, rel=0.05)


def test_rates_of_little():
    assert hourly_rates(np.zeros((7, 24)), np.ones(7)).sum() == 0
    one_day = np.zeros((7, 24))
    one_day[0, 8] = 5
    assert hourly_rates(one_day, [1, 0, 0, 0, 0, 0, 0])[3, 8] == 5, (
        "a weekday that the period lacks is like the mean day"
    )
    with pytest.raises(BadInput):
        hourly_rates(one_day, [0, 1, 1, 1, 1, 1, 1])
    with pytest.raises(BadInput):
        hourly_rates(one_day, [0] * 7)


@pytest.fixture(scope="module")
def ways() -> Ways:
    rng = np.random.default_rng(1)
    points, sites = sampled(120.5 + rng.normal(0, 0.02, 90), 30 + rng.normal(0, 0.02, 90), rng=rng)
    return Ways(points, sites, rider_m_s=6.0, detour=1.3, reach_s=600.0)


def test_the_plan_keeps_the_promise_with_the_fewest_people(ways):
    asked = needs()
    found = staffing(asked, RATES, ways, rng=np.random.default_rng(1))
    seats, riders = found.seats, found.riders
    assert seats.is_possible.all()
    assert riders.is_possible.all()
    assert (seats.share >= asked.promise_share).all()
    assert (riders.share >= asked.reach_share).all()
    assert (seats.share_more >= seats.share).all()
    fewer = kept_within(np.maximum(seats.count - 1, 1), seats.an_hour, asked.seat_s, asked.own_s, asked.promise_s)
    assert (fewer[seats.count > 1] < asked.promise_share).all()
    assert seats.share_less == pytest.approx(np.where(seats.count > 1, fewer, 0.0))
    assert seats.an_hour + riders.an_hour == pytest.approx(RATES)
    assert found.played_share == pytest.approx(seats.mean(seats.share), abs=0.02)
    assert list(found.travel_s.values()) == sorted(found.travel_s.values(), reverse=True), "more riders, shorter ways"
    for at in range(len(RATES)):
        assert riders.count[at] == _fewest_riders(asked, riders.an_hour[at], ways)


def _fewest_riders(asked, an_hour, ways) -> int:
    """One by one, as somebody with a table would."""
    for count in range(1, 60):
        way = ways.to(count)
        handling = asked.on_scene_s + way.mean()
        if reached_within([count], [an_hour], [handling], way, asked.reach_s)[0] >= asked.reach_share:
            return count
    return 0


def test_more_people_do_not_help_those_who_are_slow_themselves():
    found = staffing(needs(own_median_s=840.0), RATES, None, rng=np.random.default_rng(1))
    assert not found.seats.is_possible.any()
    assert found.seats.count.tolist() == [0] * len(RATES)
    assert (found.riders, found.played_share) == (None, None)
    assert found.best_share < 0.95
    assert found.seats.share == pytest.approx(found.best_share, abs=1e-6)


def test_nobody_is_wanted_where_nothing_happens(ways):
    found = staffing(needs(online_share=0.0), RATES, ways, rng=np.random.default_rng(1))
    assert (found.seats.total, found.seats.is_possible.all(), found.seats.mean(found.seats.share)) == (0, True, None)
    assert found.riders.an_hour == pytest.approx(RATES)


def test_a_desk_without_end_is_refused():
    with pytest.raises(BadInput):
        staffing(needs(), [1e6], None, rng=np.random.default_rng(1))
    with pytest.raises(BadInput):
        staffing(needs(), [float("nan")], None, rng=np.random.default_rng(1))


def test_every_assumption_says_what_it_is():
    assert {name for name, row in assumptions().items() if not (row.zh and row.en)} == set()
    asked = needs(seat_s=99.0)
    assert (asked.seat_s, asked.promise_s) == (99.0, assumptions()["promise_s"].value)
    assert asked.own_s.mean() == pytest.approx(asked.own_median_s * exp(asked.own_spread**2 / 2), rel=0.01)
