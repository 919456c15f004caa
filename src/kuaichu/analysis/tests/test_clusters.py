"""DBSCAN against the definition itself, written down with a full matrix of distances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuaichu.analysis.clusters import clusters, dbscan
from kuaichu.analysis.errors import BadInput


def by_definition(x, y, reach_m, least):
    """Labels and core marks; clusters grow one after another from the first core point not yet taken."""
    near = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 <= reach_m**2
    is_core = near.sum(axis=1) >= least
    label, count = np.full(len(x), -1), 0
    for seed in np.flatnonzero(is_core):
        if label[seed] >= 0:
            continue
        waiting = [seed]
        while waiting:
            point = waiting.pop()
            if label[point] < 0:
                label[point] = count
                waiting += np.flatnonzero(near[point] & (label < 0)).tolist() if is_core[point] else []
        count += 1
    return label, is_core


@pytest.mark.parametrize("reach_m", [3.0, 12.0, 40.0, 5000.0])
@pytest.mark.parametrize("least", [1, 2, 5, 20])
def test_clusters_are_the_definitions(reach_m, least):
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 500, (2, 700))
    x[:300], y[:300] = rng.normal(250, 30, (2, 300))
    x[300:320], y[300:320] = 77.0, 77.0
    label, is_core = dbscan(x, y, reach_m=reach_m, least=least)
    wanted, core = by_definition(x, y, reach_m, least)
    assert (is_core == core).all()
    assert (label == wanted).all()


@settings(max_examples=60, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=1, max_size=60),
    reach_m=st.sampled_from([0.5, 1.0, 1.5, 3.0, 7.2, 100.0]),
    least=st.integers(1, 8),
)
def test_any_points_on_a_lattice(places, reach_m, least):
    x, y = np.array(places, float).T
    label, is_core = dbscan(x, y, reach_m=reach_m, least=least)
    wanted, core = by_definition(x, y, reach_m, least)
    assert (is_core.tolist(), label.tolist()) == (core.tolist(), wanted.tolist())


def test_in_degrees_with_a_mask():
    rng = np.random.default_rng(2)
    lon, lat = 120 + rng.normal(0, 1e-4, 100), 30 + rng.normal(0, 1e-4, 100)
    lon[90:], lat[90:] = 120.1, 30.1
    lon[0], lat[1] = np.nan, np.inf
    found = clusters(lon, lat, reach_m=50, least=5)
    assert found.label.tolist() == [-1, -1] + [0] * 88 + [1] * 10
    assert (found.size.tolist(), found.left_out) == ([88, 10], 2)
    assert found.lon == pytest.approx([120.0, 120.1], abs=1e-4)
    assert found.radius_m == pytest.approx([np.hypot(9.6, 11.1), 0.0], abs=2)
    masked = clusters(lon, lat, reach_m=50, least=5, keep=lon < 120.05)
    assert (masked.size.tolist(), masked.left_out) == ([88], 12)


@pytest.mark.parametrize("lon", [[], [np.nan]])
def test_nothing_is_in_no_cluster(lon):
    found = clusters(lon, lon, reach_m=50, least=5)
    assert (len(found.size), found.label.tolist(), found.left_out) == (0, [-1] * len(lon), len(lon))


def test_one_and_many_on_one_place():
    assert clusters([120.0], [30.0], reach_m=1, least=1).label.tolist() == [0]
    assert clusters([120.0], [30.0], reach_m=1, least=2).label.tolist() == [-1]
    assert clusters(np.full(100_000, 120.0), np.full(100_000, 30.0), reach_m=1, least=50).size.tolist() == [100_000]


def test_a_far_stray_point_does_not_cost_memory():
    x = np.append(np.random.default_rng(3).uniform(0, 1000, 5000), 1e7)
    label, _ = dbscan(x, x, reach_m=1.0, least=3)
    assert label[-1] == -1


@pytest.mark.parametrize(("reach_m", "least"), [(0, 5), (float("nan"), 5), (10, 0)])
def test_what_makes_no_sense_is_refused(reach_m, least):
    with pytest.raises(BadInput):
        clusters([120.0], [30.0], reach_m=reach_m, least=least)
    with pytest.raises(BadInput):
        clusters([], [], reach_m=reach_m, least=least)
    with pytest.raises(BadInput):
        clusters([1.0, 2.0], [1.0], reach_m=5, least=1)
