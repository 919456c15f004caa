"""Siting against brute force over every choice, and against HiGHS with the textbook model."""

from itertools import combinations, pairwise, permutations, product

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuaichu.analysis.coverage import between, day_plan, hourly, max_cover, p_median, reach, siting, straight
from kuaichu.analysis.errors import BadInput


def plane(seed, *, points=12, sites=9):
    rng = np.random.default_rng(seed)
    here, there = rng.uniform(0, 5000, (points, 2)), rng.uniform(0, 5000, (sites, 2))
    return np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)), rng.poisson(3, points).astype(float)


def brute(distance, weights, units, *, within=None):
    """Least cost over every choice of sites."""
    cost = distance if within is None else (distance > within).astype(float)
    every = combinations(range(distance.shape[1]), units)
    return min(float(weights @ cost[:, list(chosen)].min(axis=1)) for chosen in every)


@given(seed=st.integers(0, 10_000), units=st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_a_median_is_within_its_gap_of_the_best_choice(seed, units):
    distance, weights = plane(seed)
    plan = p_median(reach(distance), weights, units)
    best = brute(distance, weights, units)
    assert plan.bound <= best * (1 + 1e-9)
    assert best * (1 - 1e-9) <= plan.cost <= best * 1.001 + 1e-9
    assert plan.cost == pytest.approx(weights @ distance[:, plan.sites].min(axis=1))
    assert plan.gap <= 1.0001e-3
    assert list(distance[np.arange(12), plan.assigned]) == list(plan.travel)


@given(seed=st.integers(0, 10_000), units=st.integers(1, 4), is_whole=st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_covering_is_the_best_choice(seed, units, is_whole):
    distance, weights = plane(seed, points=25)
    weights = weights if is_whole else weights * 0.37
    plan = max_cover(reach(distance), weights, units, within=1200.0)
    best = brute(distance, weights, units, within=1200.0)
    assert plan.proof != "open"
    assert plan.cost == pytest.approx(best, abs=1e-9)
    assert plan.bound == pytest.approx(best, rel=1e-6, abs=1e-9)
    assert plan.covered_share(1200.0) * plan.total == pytest.approx(plan.total - best)


@pytest.mark.parametrize("few", [0, 40])
def test_the_textbook_model_agrees_where_dual_ascent_leaves_a_gap(monkeypatch, few):
    """By branching, and by HiGHS on the sites that are left."""
    monkeypatch.setattr(siting, "FEW_SITES", few)
    searched = []
    for name in ("search", "solve"):
        owner = siting if name == "search" else siting.exact
        real = getattr(owner, name)
        monkeypatch.setattr(
            owner, name, lambda *a, real=real, name=name, **k: (searched.append(name), real(*a, **k))[1]
        )
    for seed in (2, 3):
        rng = np.random.default_rng(seed)
        distance, weights = rng.uniform(1, 2, (30, 30)), rng.poisson(3, 30).astype(float)  # no plane: not tight
        plan = p_median(reach(distance), weights, 6, gap=1e-7)
        assert plan.cost == pytest.approx(textbook(distance, weights, 6), rel=2e-7)
        assert plan.gap <= 1.001e-7
    assert set(searched) == ({"solve"} if few else {"search"})


def textbook(distance, weights, units):
    """The p-median as ReVelle & Swain wrote it, by HiGHS alone."""
    used = np.flatnonzero(weights)
    count, sites = len(used), distance.shape[1]
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("mip_rel_gap", 1e-9)
    opened = [model.addBinary() for _ in range(sites)]
    model.addConstr(sum(opened) == units)
    for i in range(count):
        served = [model.addVariable(0, 1, obj=float(weights[used[i]] * distance[used[i], j])) for j in range(sites)]
        model.addConstr(sum(served) == 1)
        for each, site in zip(served, opened, strict=True):
            model.addConstr(each <= site)
    model.run()
    return model.getInfo().objective_function_value


@pytest.mark.parametrize("within", [None, 100.0])
def test_more_units_than_sites_and_no_calls(within):
    near = reach([[0.0, 50.0], [50.0, 0.0], [900.0, 800.0]])
    plans = hourly(near, [[1, 2, 3], [0, 0, 0]], 5, within=within)
    assert [list(plan.sites) for plan in plans] == [[0, 1], [0, 1]]
    assert plans[0].mean == pytest.approx(400.0)
    assert plans[0].gap == plans[1].gap == 0
    assert np.isnan(plans[1].mean)
    assert np.isnan(plans[1].percentile(0.5))
    assert hourly(near, [[0, 0, 0]], 1, within=within)[0].sites.size == 1


def test_nobody_asks_and_one_asks():
    assert p_median(reach(np.empty((0, 3))), [], 2).cost == 0
    one = p_median(reach([[7.0, 3.0, 5.0]]), [2.0], 1)
    assert (list(one.sites), one.cost, one.gap, one.mean) == ([1], 6.0, 0.0, 3.0)


def test_points_and_sites_on_one_spot():
    near = straight((np.full(6, 120.0), np.full(6, 30.0)), (np.full(4, 120.0), np.full(4, 30.0)))
    plan = p_median(near, np.ones(6), 2)
    assert (plan.cost, plan.bound, plan.gap, plan.sites.size) == (0, 0, 0, 2)
    assert max_cover(near, np.ones(6), 2, within=0).covered_share(0) == 1


def test_where_no_way_leads():
    """Two islands: one unit serves the busier one, and the others are told, not averaged away."""
    gone = np.inf
    near = reach([[10.0, 20.0, gone], [20.0, 10.0, gone], [gone, gone, 5.0], [gone, gone, gone]])
    plan = p_median(near, [5.0, 4.0, 1.0, 2.0], 1)
    assert list(plan.sites) == [0]
    assert list(plan.assigned) == [0, 0, -1, -1]
    assert plan.unreached == 3.0
    assert plan.mean == pytest.approx((50 + 80) / 9)
    assert plan.percentile(0.9) == gone
    assert plan.cost == pytest.approx(50 + 80 + 3 * near.beyond)
    assert list(p_median(near, [5.0, 4.0, 2.0, 2.0], 2).sites) == [0, 2]


def test_figures_of_a_plan():
    plan = p_median(reach([[0.0], [100.0], [200.0], [300.0]]), [1.0, 1.0, 1.0, 1.0], 1)
    assert plan.mean == 150
    assert (plan.percentile(0.25), plan.percentile(0.5), plan.percentile(0.9)) == (0, 100, 300)
    assert plan.covered_share(200) == 0.75


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda near: p_median(near, [1.0, np.nan], 1), "第 2 个需求点的权重"),
        (lambda near: p_median(near, [1.0, -1.0], 1), "第 2 个需求点的权重"),
        (lambda near: p_median(near, [1.0], 1), "one weight per demand point"),
        (lambda near: p_median(near, [1.0, 1.0], 0), "至少要有一个单元"),
        (lambda near: max_cover(near, [1.0, 1.0], 1, within=-1), "覆盖半径不能为负"),
        (lambda near: reach([[1.0, np.nan]]), "第 1 个需求点的距离"),
        (lambda near: reach(np.empty((3, 0))), "至少要有一个备选点位"),
        (lambda near: reach([[5.0]], beyond=1.0), "beyond"),
        (lambda near: straight(([np.nan], [30.0]), ([120.0], [30.0])), "第 1 个坐标不可用"),
        (lambda near: day_plan(near, [[1.0, 1.0]], 1, between=[[0.0]]), "点位之间的距离表"),
        (lambda near: day_plan(near, [[1.0, 1.0]], 1, between=np.zeros((2, 2)), per_move=-1), "移动代价"),
    ],
)
def test_what_is_refused(ask, words):
    with pytest.raises(BadInput, match=words):
        ask(reach([[1.0, 2.0], [2.0, 1.0]]))


def whole_day(distance, demand, units, between_sites, per_distance):
    """Least cost over every sequence of choices, moves by the best permutation."""
    choices = list(combinations(range(distance.shape[1]), units))
    costs = [[float(row @ distance[:, list(c)].min(axis=1)) for c in choices] for row in demand]
    moves = {
        (a, b): min(sum(between_sites[i, j] for i, j in zip(a, p, strict=True)) for p in permutations(b))
        for a in choices
        for b in choices
    }
    every = product(range(len(choices)), repeat=len(demand))
    return min(
        sum(costs[hour][c] for hour, c in enumerate(path))
        + per_distance * sum(moves[choices[a], choices[b]] for a, b in pairwise(path))
        for path in every
    )


@pytest.mark.parametrize("per_distance", [0.0, 0.5, 3.0, 50.0])
def test_a_day_with_moves_is_near_the_best_of_all_days(per_distance):
    costs = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        places = rng.uniform(0, 1000, (5, 2))
        distance = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
        demand = rng.poisson(2, (3, 5)).astype(float)
        day = day_plan(reach(distance), demand, 2, between=distance, per_distance=per_distance, gap=1e-9)
        best = whole_day(distance, demand, 2, distance, per_distance)
        assert day.bound <= best * (1 + 1e-9)
        assert day.cost >= best * (1 - 1e-9)
        assert day.moving == pytest.approx(per_distance * day.moved.sum())
        assert day.cost == pytest.approx(sum(plan.cost for plan in day.hours) + day.moving)
        costs.append(day.cost / best)
    assert np.mean(costs) < 1.005
    assert max(costs) < 1.02


def test_one_units_day_is_the_best_of_all_days():
    distance, _ = plane(5, points=6, sites=6)
    ways = between((np.linspace(120, 120.05, 6), np.full(6, 30.0)))
    demand = np.random.default_rng(5).poisson(3, (4, 6)).astype(float)
    day = day_plan(reach(distance), demand, 1, between=ways, per_distance=0.7, gap=1e-9)
    assert day.cost == pytest.approx(whole_day(distance, demand, 1, ways, 0.7))


def test_free_moves_keep_the_hours_optima_and_drive_least():
    distance = np.abs(np.subtract.outer(np.arange(4) * 100.0, np.arange(4) * 100.0))
    day = day_plan(reach(distance), [[9, 0, 9, 0], [0, 9, 0, 9]], 2, between=distance)
    assert [list(plan.sites) for plan in day.hours] == [[0, 2], [1, 3]]
    assert (day.moved.sum(), day.moving, day.cost, day.gap) == (200.0, 0.0, 0.0, 0.0)
    dear = day_plan(reach(distance), [[9, 0, 9, 0], [0, 9, 0, 9]], 2, between=distance, per_move=1e6)
    assert dear.moved.sum() == 0
    assert dear.hours[0].cost + dear.hours[1].cost == dear.cost == 1800.0


def test_covering_with_moves_and_sites_without_a_way():
    distance = np.array([[0.0, 900, 900], [900, 0, 900], [900, 900, 0]])
    ways = np.array([[0.0, 100, np.inf], [100, 0, np.inf], [np.inf, np.inf, 0]])
    day = day_plan(reach(distance), [[5, 0, 1], [0, 5, 1]], 1, between=ways, per_distance=0.01, within=10)
    assert day.posts.ravel().tolist() == [0, 1]
    assert (day.cost, day.bound) == (3.0, 2.0)


def test_progress_is_told():
    told = []
    hourly(reach([[0.0, 1.0]]), [[1.0], [2.0]], 1, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
