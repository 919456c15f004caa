"""Gi* and Moran's I: the exact law against every permutation, the draws against the exact law, FDR against scipy."""

import itertools

import numpy as np
import pytest
from scipy import stats

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.hotspots import Neighbours, adjusted, local_statistic, marked, patterns
from kuaichu.analysis.hotspots.law import SMALLEST, exact_tails


def grid(width, height, *, missing=0.0, rng=None):
    columns, rows = (part.ravel() for part in np.meshgrid(np.arange(width), np.arange(height)))
    kept = rng.random(len(columns)) >= missing if missing else np.ones(len(columns), bool)
    return Neighbours.on_grid(columns[kept], rows[kept])


def every_permutation(values, neighbours, cell):
    """Both tails by listing every set of values that the neighbours could have had."""
    around = neighbours.members[neighbours.starts[cell] : neighbours.starts[cell + 1]]
    observed = values[around].sum()
    sums = np.array([sum(held) for held in itertools.combinations(np.delete(values, cell).tolist(), len(around))])
    return (sums >= observed - 1e-9).mean(), (sums <= observed + 1e-9).mean()


@pytest.mark.parametrize("seed", range(12))
def test_exact_tails_are_those_of_every_permutation(seed):
    rng = np.random.default_rng(seed)
    neighbours = grid(*rng.integers(1, 5, 2), missing=0.15, rng=rng)
    values = (rng.poisson(1.5, len(neighbours)) * rng.choice([1, 2, 7]) - 3).astype(float)
    found = local_statistic(values, neighbours, method="exact")
    for cell in range(len(values)):
        expected = every_permutation(values, neighbours, cell)
        assert (found.p_high[cell], found.p_low[cell]) == pytest.approx(expected, rel=1e-12)


def test_two_kinds_of_values_follow_the_hypergeometric_law():
    """0/1 counts on a big grid: far tails keep their relative precision."""
    rng = np.random.default_rng(3)
    neighbours = grid(60, 60)
    values = (rng.random(3600) < 0.03).astype(float)
    values[:130] = 1
    found = local_statistic(values, neighbours)
    ones = values.sum() - values
    expected = stats.hypergeom.sf(found.neighbour_sum - 1, 3599, ones, neighbours.counts)
    assert found.draws == 0
    assert found.p_high == pytest.approx(expected, rel=1e-9)
    assert found.p_high.min() < 1e-6


def test_many_neighbours_and_far_tails_are_never_nought():
    values = np.zeros(2000, np.int64)
    values[:500] = 1
    counts, sums = np.full(2000, 400), np.full(2000, 400)
    high, low = exact_tails(values, counts, sums)
    assert high[-1] == pytest.approx(stats.hypergeom.pmf(400, 1999, 500, 400), rel=1e-9) or high[-1] == SMALLEST
    assert (high > 0).all()
    assert low == pytest.approx(1)


def test_moran_turns_the_tails_below_the_mean():
    rng = np.random.default_rng(5)
    neighbours = grid(4, 4)
    values = rng.poisson(2, 16).astype(float)
    values[0] = 16 * values[1:].sum() / 15 / 16  # leaves whole numbers, some of them at the mean or not
    values = np.rint(values)
    moran, gi = local_statistic(values, neighbours, statistic="moran"), local_statistic(values, neighbours)
    apart = values - values.mean()
    lag = np.array([apart[neighbours.members[a:b]].mean() for a, b in itertools.pairwise(neighbours.starts)])
    assert moran.score == pytest.approx(15 * apart * lag / (apart**2).sum())
    for cell in range(16):
        tails = (gi.p_high[cell], gi.p_low[cell])
        expected = tails if apart[cell] > 0 else tails[::-1] if apart[cell] < 0 else (1.0, 1.0)
        assert (moran.p_high[cell], moran.p_low[cell]) == expected
    assert set(patterns(values, moran, neighbours.counts)) <= {"HH", "HL", "LH", "LL"}


def test_gi_star_is_the_standardised_sum():
    """Against the mean and variance of the sum over all orders of six values (Ord & Getis: own cell included)."""
    neighbours = grid(3, 2)
    values = np.array([4.0, 0, 1, 2, 2, 9])
    found = local_statistic(values, neighbours)
    orders = np.array(list(itertools.permutations(values)))
    for cell in range(6):
        held = [cell, *neighbours.members[neighbours.starts[cell] : neighbours.starts[cell + 1]]]
        sums = orders[:, held].sum(axis=1)
        if sums.std() > 1e-9:
            assert found.score[cell] == pytest.approx((values[held].sum() - sums.mean()) / sums.std())
        else:
            assert found.score[cell] == 0


def test_draws_agree_with_the_exact_law_and_with_every_permutation_of_weighted_sums():
    rng = np.random.default_rng(11)
    neighbours = grid(12, 12)
    values = rng.negative_binomial(0.5, 0.2, 144).astype(float)
    exact = local_statistic(values, neighbours)
    drawn = local_statistic(values, neighbours, method="draws", draws=4000, rng=np.random.default_rng(1))
    error = np.sqrt(exact.p_high * (1 - exact.p_high) / 4000) + 1 / 4000
    assert (np.abs(drawn.p_high - exact.p_high) < 4.5 * error).all()
    small = grid(3, 2)
    weighted = Neighbours(starts=small.starts, members=small.members, weights=rng.uniform(0.2, 2, len(small.members)))
    found = local_statistic(values[:6], weighted, draws=4000, rng=np.random.default_rng(2))
    sums = weighted.sums(values[:6])
    for cell in range(6):
        part = slice(weighted.starts[cell], weighted.starts[cell + 1])
        orders = np.array(list(itertools.permutations(np.delete(values[:6], cell), int(part.stop - part.start))))
        expected = (orders @ weighted.weights[part] >= sums[cell] - 1e-9).mean()
        assert found.p_high[cell] == pytest.approx(expected, abs=0.04)
    assert found.draws == 4000


def test_draws_do_not_depend_on_threads(monkeypatch):
    rng = np.random.default_rng(4)
    neighbours, values = grid(60, 50), rng.random(3000)
    answers = []
    for cores in (1, 3):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        answers.append(local_statistic(values, neighbours, draws=9, rng=np.random.default_rng(7)).p_high)
    assert (answers[0] == answers[1]).all()


def test_odd_inputs_behave():
    nobody = Neighbours(starts=np.zeros(1, np.int64), members=np.empty(0, np.int64))
    assert len(local_statistic(np.empty(0), nobody).p_high) == 0
    alone = Neighbours(starts=np.zeros(2, np.int64), members=np.empty(0, np.int64))
    for method in ("exact", "draws"):
        single = local_statistic(np.array([7.0]), alone, method=method, rng=np.random.default_rng(0))
        assert (single.p_high[0], single.p_low[0], single.p_two_sided[0], single.score[0]) == (1, 1, 1, 0)
    same = local_statistic(np.full(25, 3.0), grid(5, 5), statistic="moran")
    assert (same.p_high == 1).all()
    assert (same.score == 0).all()
    islands = Neighbours.on_grid(np.array([0, 1, 5]), np.array([0, 0, 4]))
    found = local_statistic(np.array([3.0, 0, 1]), islands)
    assert islands.counts.tolist() == [1, 1, 0]
    assert found.p_high.tolist() == [1.0, 1.0 / 2, 1.0]


def test_what_is_no_input_is_refused():
    with pytest.raises(BadInput, match="第 2 个"):
        local_statistic(np.array([1, np.nan]), grid(2, 1))
    with pytest.raises(BadInput, match="equally many"):
        local_statistic(np.ones(3), grid(2, 1))
    with pytest.raises(BadInput, match="whole numbers"):
        local_statistic(np.array([1, 1.5]), grid(2, 1), method="exact")
    with pytest.raises(BadInput, match="generator"):
        local_statistic(np.array([1, 1.5]), grid(2, 1))
    with pytest.raises(BadInput, match="own neighbour"):
        Neighbours(starts=np.array([0, 1]), members=np.array([0]))
    with pytest.raises(BadInput, match="weights"):
        Neighbours(starts=np.array([0, 1, 2]), members=np.array([1, 0]), weights=np.array([1, -1.0]))


def test_rates_of_false_discovery_are_those_of_scipy():
    p = np.random.default_rng(0).uniform(1e-6, 1, 500) ** 2
    assert adjusted(p) == pytest.approx(stats.false_discovery_control(p))
    assert len(adjusted(np.empty(0))) == 0
    with pytest.raises(BadInput):
        adjusted(np.array([0.0, 0.5]))


def test_a_planted_spot_is_marked_and_nothing_in_shuffled_cities():
    """Mean of false alarms over null cities is at most the rate: the planted one stands out of the same law."""
    rng = np.random.default_rng(8)
    neighbours, alarms = grid(30, 30), 0
    for _ in range(60):
        alarms += bool(marked(local_statistic(rng.poisson(1.0, 900).astype(float), neighbours)).mark.any())
    assert alarms <= 9  # 3 expected; more than 9 in one of 700 runs
    values = rng.poisson(1.0, (30, 30))
    values[10:14, 10:14] = rng.poisson(6, (4, 4))
    found = marked(local_statistic(values.ravel().astype(float), neighbours), rate=0.05)
    assert found.mark.reshape(30, 30)[11:13, 11:13].all()
    both = marked(local_statistic(values.ravel().astype(float), neighbours), tail="both")
    assert both.p == pytest.approx(np.minimum(1, both.p))
    with pytest.raises(BadInput):
        marked(local_statistic(np.ones(4), grid(2, 2)), rate=1.5)
