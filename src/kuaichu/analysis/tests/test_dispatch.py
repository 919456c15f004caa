"""Nearest units against SciPy's Dijkstra, assignments against every permutation."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from kuaichu.analysis.dispatch import assigned, nearest, nearest_everywhere, routes, snapped, travel_seconds
from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.networks import lattice, network


def town(seed, *, nodes=60, links=130):
    """One-way streets at random: parts that can't be reached, parallel links, loops."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(120, 120.05, nodes), rng.uniform(30, 30.05, nodes)
    ends = rng.integers(0, nodes, (2, links))
    seconds = rng.integers(0, 50, links) / 4  # ties and zeros
    return network(
        lon=lon, lat=lat, from_node=ends[0], to_node=ends[1], seconds=seconds, is_one_way=rng.random(links) < 0.7
    )


def reference(net):
    """Shortest times between all nodes, by SciPy; of parallel links the shortest."""
    best = np.full((net.nodes, net.nodes), np.inf)
    for a, b, s, one_way in zip(net.from_node, net.to_node, net.seconds, net.is_one_way, strict=True):
        best[a, b] = min(best[a, b], s)
        if not one_way:
            best[b, a] = min(best[b, a], s)
    rows, columns = np.nonzero(np.isfinite(best))
    return dijkstra(csr_array((best[rows, columns], (rows, columns)), shape=best.shape))


@given(seed=st.integers(0, 10_000), k=st.integers(1, 6), units=st.integers(0, 12))
@settings(max_examples=30, deadline=None)
def test_the_nearest_units_are_those_of_a_full_search(seed, k, units):
    net = town(seed)
    way, rng = routes(net), np.random.default_rng(seed)
    places, incidents = rng.integers(0, 60, units), rng.integers(0, 60, 5)
    ready = rng.integers(0, 40, units) / 4
    times = reference(net)[places][:, incidents].T + ready  # (incidents, units)
    found = nearest(way, incidents, places, k, ready_s=ready)
    table = nearest_everywhere(way, places, k, ready_s=ready)
    for row in range(5):
        order = np.lexsort((np.arange(units), times[row]))
        order = order[np.isfinite(times[row, order])][:k]
        assert list(found.unit[row, : order.size]) == list(order)
        assert found.seconds[row, : order.size] == pytest.approx(times[row, order], abs=1e-9)
        assert (found.unit[row, order.size :] == -1).all()
        assert np.isinf(found.seconds[row, order.size :]).all()
        assert table.seconds[incidents[row]] == pytest.approx(found.seconds[row], abs=1e-9)
    assert travel_seconds(way, places, incidents).T + ready == pytest.approx(times, abs=1e-9)
    assert travel_seconds(way, incidents[:2], places[:9]).shape == (2, min(units, 9))


def test_a_limit_ends_the_search():
    way = routes(lattice(columns=5, rows=1))
    step = float(way.network.seconds[0])
    found = nearest(way, [0], [4, 1, 2], 3, limit_s=2.5 * step)
    assert list(found.unit[0]) == [1, 2, -1]
    assert travel_seconds(way, [0], [1, 3], limit_s=2.5 * step).tolist() == [[step, np.inf]]


def test_one_way_streets_are_driven_forwards():
    net = network(lon=[120, 120.01], lat=[30, 30], from_node=[0], to_node=[1], seconds=[60.0], is_one_way=True)
    way = routes(net)
    assert nearest(way, [1], [0], 1).seconds[0, 0] == 60
    assert nearest(way, [0], [1], 1).unit[0, 0] == -1


def test_units_on_one_spot_come_by_number():
    way = routes(lattice(columns=3, rows=3))
    assert list(nearest(way, [4], [0, 0, 0, 8], 4).unit[0]) == [0, 1, 2, 3]
    assert nearest(way, [4], [0, 0, 0], 2, ready_s=[9, 0, 3]).unit.tolist() == [[1, 2]]


def test_a_point_is_brought_to_the_nearest_node_that_leads_anywhere():
    town_ = lattice(columns=4, rows=4)
    net = network(
        lon=[*town_.lon, 119.9],
        lat=[*town_.lat, 30.0],
        from_node=[*town_.from_node, 16],
        to_node=[*town_.to_node, 0],
        is_one_way=[*town_.is_one_way, True],
    )
    way = routes(net)
    at = snapped(way, [119.9, town_.lon[5]], [30.0, town_.lat[5]])
    assert list(at.node) == [0, 5]
    assert at.distance_m[0] == pytest.approx(9_630, rel=0.01)
    assert at.seconds[0] == pytest.approx(at.distance_m[0] / (30 / 3.6))
    assert list(snapped(way, 119.9, 30.0, is_anywhere=True).node) == [16]
    assert snapped(way, [], []).node.size == 0


@given(seed=st.integers(0, 10_000), incidents=st.integers(1, 5), units=st.integers(1, 5))
@example(seed=1502, incidents=3, units=1)  # urgencies 2 and 3: nearer was taken for more urgent
@settings(max_examples=40, deadline=None)
def test_an_assignment_is_the_best_of_all(seed, incidents, units):
    rng = np.random.default_rng(seed)
    times = rng.integers(0, 30, (incidents, units)).astype(float)
    times[rng.random(times.shape) < 0.4] = np.inf
    urgency = rng.integers(1, 4, incidents).astype(float)
    done = assigned(times, urgency=urgency)
    is_sent = done.unit >= 0
    assert len(set(done.unit[is_sent])) == is_sent.sum()
    assert (done.seconds[is_sent] == times[np.flatnonzero(is_sent), done.unit[is_sent]]).all()
    assert np.isinf(done.seconds[~is_sent]).all()
    reached = (-float(urgency[is_sent].sum()), float(urgency[is_sent] @ done.seconds[is_sent]))
    assert reached == pytest.approx(best_of_all(times, urgency))


def best_of_all(times, urgency):
    """(less the urgency answered, urgency x seconds) of the best way to give each incident a unit or nobody."""
    incidents, units = times.shape
    tries = set(permutations([*range(units)] + [-1] * incidents, incidents))
    values = []
    for each in tries:
        pairs = [(i, u) for i, u in enumerate(each) if u >= 0]
        if all(np.isfinite(times[pair]) for pair in pairs):
            values.append((-sum(urgency[i] for i, _ in pairs), sum(urgency[i] * times[i, u] for i, u in pairs)))
    return min(values)


def test_nobody_to_send():
    way = routes(lattice(columns=2, rows=2))
    assert nearest(way, [0], np.empty(0, int), 3).unit.tolist() == [[-1, -1, -1]]
    assert nearest(way, np.empty(0, int), [0], 3).unit.shape == (0, 3)
    assert assigned(np.full((2, 3), np.inf)).unit.tolist() == [-1, -1]
    assert assigned(np.empty((2, 0))).unit.tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda way: nearest(way, [9], [0], 1), "没有 9 号节点"),
        (lambda way: nearest(way, [0], [-1], 1), "没有 -1 号节点"),
        (lambda way: nearest(way, [0.5], [0], 1), "节点要用编号"),
        (lambda way: nearest(way, [0], [0], 0), "至少要问一个单元"),
        (lambda way: nearest(way, [0], [0], 1, ready_s=np.nan), "第 1 个单元的出发时间"),
        (lambda way: snapped(way, [np.nan], [30.0]), "第 1 个坐标"),
        (lambda way: assigned([[np.nan]]), "时间表"),
        (lambda way: assigned([[1.0]], urgency=0), "紧急程度"),
        (lambda way: routes(network(lon=[120.0], lat=[30.0], from_node=[], to_node=[])), "没有路段"),
    ],
)
def test_what_is_refused(ask, words):
    with pytest.raises(BadInput, match=words):
        ask(routes(lattice(columns=2, rows=2)))
