"""Cells, and what each of them can be expected to have."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.hotspots import Neighbours, empirical_bayes, grid_cells, h3_cells

RNG = np.random.default_rng(21)
LON, LAT = 120.5 + RNG.normal(0, 0.02, 800), 30.0 + RNG.normal(0, 0.02, 800)


@pytest.mark.parametrize("domain", ["box", "seen"])
@pytest.mark.parametrize("make", [lambda **given: grid_cells(LON, LAT, cell_m=400, **given),
                                  lambda **given: h3_cells(LON, LAT, resolution=8, **given)])  # fmt: skip
def test_every_point_is_in_one_cell_and_neighbours_are_mutual(make, domain):
    cells = make(domain=domain)
    assert cells.counts.sum() == 800
    assert (cells.counts > 0).all() == (domain == "seen")
    assert (np.bincount(cells.find(LON, LAT), minlength=len(cells)) == cells.counts).all()
    assert cells.find(np.array([10.0]), np.array([10.0])).tolist() == [-1]
    owners = np.repeat(np.arange(len(cells)), cells.neighbours.counts)
    pairs = set(zip(owners.tolist(), cells.neighbours.members.tolist(), strict=True))
    assert pairs == {(b, a) for a, b in pairs}
    assert all(a != b for a, b in pairs)
    place = int(np.argmax(cells.counts))
    corners = np.array(cells.outline(place))
    assert corners[:, 0].min() < cells.lon[place] < corners[:, 0].max()
    assert corners[:, 1].min() < cells.lat[place] < corners[:, 1].max()


def test_squares_have_their_size():
    cells = grid_cells(LON, LAT, cell_m=400)
    corners = np.array(cells.outline(0))
    south = np.radians(corners[2, 1] - corners[0, 1]) * 6_371_008.8
    assert south == pytest.approx(400, abs=1e-3)
    assert cells.neighbours.counts.max() == 8
    assert sorted(set(cells.neighbours.counts.tolist())) == [3, 5, 8]
    assert grid_cells(LON, LAT, cell_m=400, rings=2).neighbours.counts.max() == 24


def test_odd_points():
    for make in (lambda lon, lat: grid_cells(lon, lat, cell_m=250), lambda lon, lat: h3_cells(lon, lat, resolution=9)):
        assert len(make(np.empty(0), np.empty(0))) == 0
        one = make(np.array([120.0]), np.array([30.0]))
        assert (one.counts.sum(), one.neighbours.counts.sum()) == (1, 0)
        same = make(np.full(9, 120.0), np.full(9, 30.0))
        assert same.counts.tolist() == [9]
        with pytest.raises(BadInput, match="第 2 个点"):
            make(np.array([120.0, np.nan]), np.array([30.0, 30.0]))
        with pytest.raises(BadInput, match="swapped"):
            make(np.array([30.0]), np.array([120.0]))
        with pytest.raises(BadInput, match="larger cells"):
            make(np.array([70.0, 130.0]), np.array([20.0, 50.0]))
    with pytest.raises(BadInput, match="metres"):
        grid_cells(LON, LAT, cell_m=0)
    with pytest.raises(BadInput, match="resolution"):
        h3_cells(LON, LAT, resolution=16)


def test_the_estimate_lies_between_record_and_kind():
    cells = grid_cells(LON, LAT, cell_m=400)
    found = empirical_bayes(cells.counts, neighbours=cells.neighbours)
    low, high = np.minimum(found.mean, cells.counts), np.maximum(found.mean, cells.counts)
    assert ((found.expected >= low - 1e-12) & (found.expected <= high + 1e-12)).all()
    assert ((found.weight > 0) & (found.weight <= 1)).all()
    assert found.excess == pytest.approx(found.expected - found.mean)
    assert sorted(found.ranking().tolist()) == list(range(len(cells)))
    assert found.mean.sum() == pytest.approx(800, rel=0.1)


def test_likelihood_finds_the_law_that_made_the_data_and_no_better_one_is_near():
    rng = np.random.default_rng(2)
    exposure = rng.uniform(0.5, 5, 20_000)
    counts = rng.poisson(0.7 * exposure * rng.gamma(2, 1 / 2, 20_000)).astype(float)
    found = empirical_bayes(counts, exposure=exposure)
    assert (found.base, found.alpha) == pytest.approx((0.7, 0.5), rel=0.05)

    def likelihood(base, alpha):
        mean = base * exposure
        return nbinom.logpmf(counts, 1 / alpha, 1 / (1 + alpha * mean)).sum()

    best = likelihood(found.base, found.alpha)
    assert all(
        likelihood(found.base * a, found.alpha * b) < best for a, b in [(1.02, 1), (0.98, 1), (1, 1.03), (1, 0.97)]
    )


def test_estimates_are_nearer_to_the_truth_than_counts():
    rng = np.random.default_rng(6)
    truth = rng.gamma(0.8, 2, 5000)
    counts = rng.poisson(truth).astype(float)
    found = empirical_bayes(counts)
    assert np.square(found.expected - truth).mean() < 0.8 * np.square(counts - truth).mean()
    assert np.square(found.expected - truth).mean() == pytest.approx(np.square(found.sd).mean(), rel=0.1)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_any_counts_give_finite_answers(counts):
    neighbours = Neighbours.on_grid(np.arange(len(counts)), np.zeros(len(counts), np.int64))
    found = empirical_bayes(np.array(counts, float), neighbours=neighbours)
    assert np.isfinite([found.mean, found.weight, found.expected, found.sd]).all()


def test_odd_counts():
    assert len(empirical_bayes(np.empty(0)).expected) == 0
    assert empirical_bayes(np.zeros(3)).expected.tolist() == [0, 0, 0]
    assert empirical_bayes(np.full(50, 4.0)).expected == pytest.approx(np.full(50, 4.0), rel=1e-3)
    with pytest.raises(BadInput, match="第 2 个"):
        empirical_bayes(np.array([1, -1.0]))
    with pytest.raises(BadInput, match="exposure"):
        empirical_bayes(np.ones(2), exposure=np.array([1, 0.0]))
    with pytest.raises(BadInput, match="equally many"):
        empirical_bayes(np.ones(2), exposure=np.ones(3))
