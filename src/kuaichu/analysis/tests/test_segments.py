"""Roads: the nearest one, counts, and density against a walk written down once more, event by event."""

import numpy as np
import pytest

from kuaichu.analysis import networks
from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import Plane
from kuaichu.analysis.segments import Snapper, segments

PLANE = Plane(lon=120.0, lat=30.0)


def town(nodes, links, lengths=None):
    """Nodes in metres, links as pairs."""
    x, y = np.array(nodes, float).T
    lon, lat = PLANE.degrees(x, y)
    tail, head = np.array(links).T
    return networks.network(lon=lon, lat=lat, from_node=tail, to_node=head, length_m=lengths, is_one_way=False)


def kernel_at(name, d, b):
    q = max(1 - (d / b) ** 2, 0.0) if d < b else 0.0
    return 0.75 / b * q if name == "epanechnikov" else 15 / (16 * b) * q * q


def reference(links, lengths, events, lixel_m, b, name):
    """Equal split, one event after the other, walk after walk, in plain Python: lists of arms and a recursion."""
    arms = {}
    for k, (tail, head) in enumerate(links):
        arms.setdefault(tail, []).append((k, "out"))
        arms.setdefault(head, []).append((k, "back"))
    cut = [max(int(np.ceil(length / lixel_m)), 1) for length in lengths]
    density = [[0.0] * count for count in cut]

    def go(link, way, walked, share):
        length, count = lengths[link], cut[link]
        for piece in range(count):
            centre = (piece + 0.5) * length / count
            d = walked + (centre if way == "out" else length - centre)
            density[link][piece] += share * kernel_at(name, d, b)
        if walked + length < b:
            onwards(
                links[link][1 if way == "out" else 0], (link, "back" if way == "out" else "out"), walked + length, share
            )

    def onwards(node, came_by, walked, share):
        others = [arm for arm in arms[node] if arm != came_by]
        for link, way in others:
            go(link, way, walked, share / len(others))

    for link, at, weight in events:
        tail, head = links[link]
        if 0 < at < lengths[link]:
            for piece in range(cut[link]):
                centre = (piece + 0.5) * lengths[link] / cut[link]
                density[link][piece] += weight * kernel_at(name, abs(centre - at), b)
            if lengths[link] - at < b:
                onwards(head, (link, "back"), lengths[link] - at, weight)
            if at < b:
                onwards(tail, (link, "out"), at, weight)
        else:
            node = tail if at == 0 else head
            for other, way in arms[node]:
                go(other, way, 0.0, weight * 2 / len(arms[node]))
    return np.array([value for pieces in density for value in pieces])


SHAPES = {
    "a street": ([(0, 0), (400, 0)], [(0, 1)]),
    "three arms": ([(0, 0), (200, 0), (0, 150), (-120, -80)], [(0, 1), (2, 0), (0, 3)]),
    "a crossing": ([(0, 0), (200, 0), (0, 150), (-120, 0), (0, -90)], [(0, 1), (2, 0), (0, 3), (4, 0)]),
    "a block": ([(0, 0), (100, 0), (100, 100), (0, 100), (200, 0)], [(0, 1), (1, 2), (2, 3), (3, 0), (1, 4)]),
    "a loop": ([(0, 0), (150, 0), (30, 40)], [(0, 1), (0, 0), (2, 0)]),
    "twins": ([(0, 0), (100, 0), (200, 50)], [(0, 1), (0, 1), (1, 2)]),
    "a tiny triangle": ([(0, 0), (9, 0), (4, 7), (150, 0)], [(0, 1), (1, 2), (2, 0), (1, 3)]),
}


@pytest.mark.parametrize("name", ["epanechnikov", "quartic"])
@pytest.mark.parametrize("shape", SHAPES)
def test_density_is_the_plain_walk(shape, name):
    nodes, links = SHAPES[shape]
    rng = np.random.default_rng(7)
    lengths = [max(float(np.hypot(*np.subtract(nodes[a], nodes[b]))), 0.0) for a, b in links]
    lengths = [length or 130.0 for length in lengths]
    if shape == "twins":
        lengths[1] = 140.0
    made = town(nodes, links, lengths)
    if shape in ("a loop", "twins"):
        made = with_shapes(made, nodes, links)
    picked = [(k, share) for k in range(len(links)) for share in rng.random(4)] + [(0, 0.0), (0, 1.0)]
    places = [place_on(made, k, share) for k, share in picked]
    bandwidth_m = 40.0 if shape == "a tiny triangle" else 260.0
    weight = rng.uniform(0.5, 2.0, len(places))
    lon, lat = np.array(places).T
    found = segments(lon, lat, made, bandwidth_m=bandwidth_m, lixel_m=17, snap_m=5, kernel=name, weights=weight)
    metres = found.snapped.share * np.array(lengths)[found.snapped.link]
    whole = np.array(lengths)[found.snapped.link]
    at = np.where(metres <= 0.1, 0, np.where(metres >= whole - 0.1, whole, metres))  # a decimetre from a node is on it
    events = list(zip(found.snapped.link.tolist(), at.tolist(), weight.tolist(), strict=True))
    wanted = reference(links, lengths, events, 17, bandwidth_m, name)
    assert np.abs(found.density - wanted).max() < 1e-9 * wanted.max()
    assert found.count.sum() == pytest.approx(weight.sum())


def with_shapes(made, nodes, links):
    """Loops and second streets get a bend, so that places on them are different from the others."""
    rows = []
    for k, (a, b) in enumerate(links):
        bend = [(nodes[a][0] - 60, nodes[a][1] - 70), (nodes[a][0] + 10, nodes[a][1] - 90)] if k == 1 else []
        rows.append([nodes[a], *bend, nodes[b]])
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    lon, lat = PLANE.degrees(*np.array([p for row in rows for p in row], float).T)
    return networks.network(
        lon=made.lon, lat=made.lat, from_node=made.from_node, to_node=made.to_node, length_m=made.length_m,
        is_one_way=False, shapes=(start, lon, lat),
    )  # fmt: skip


def place_on(made, link, share):
    """The point at a share of a link's drawn length."""
    rows = slice(made.shape_start[link], made.shape_start[link + 1])
    x, y = PLANE.metres(made.shape_lon[rows], made.shape_lat[rows])
    along = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    lon, lat = PLANE.degrees(np.interp(share * along[-1], along, x), np.interp(share * along[-1], along, y))
    return float(lon), float(lat)


def test_walks_that_multiply_are_merged_and_not_lost():
    """Blocks of thirty metres: some 10^5 walks an event; followed one by one in the reference, merged in ours."""
    made = networks.lattice(columns=5, rows=5, spacing_m=30, lon=120.0, lat=30.0)
    links = list(zip(made.from_node.tolist(), made.to_node.tolist(), strict=True))
    lon, lat = np.array([place_on(made, 20, 0.3), place_on(made, 7, 0.5)]).T
    found = segments(lon, lat, made, bandwidth_m=270, lixel_m=30, snap_m=5)
    events = [(int(k), float(s) * 30.0, 1.0) for k, s in zip(found.snapped.link, found.snapped.share, strict=True)]
    wanted = reference(links, [30.0] * len(links), events, 30, 270.0, "epanechnikov")
    assert np.abs(found.density - wanted).max() < 1e-9 * wanted.max()


def test_mass_is_kept_where_no_road_ends():
    ring = 40
    angle = np.arange(ring) / ring * 2 * np.pi
    nodes = [*zip(500 * np.cos(angle), 500 * np.sin(angle), strict=True), (0.0, 0.0)]
    links = [(k, (k + 1) % ring) for k in range(ring)] + [(k, ring) for k in range(0, ring, 8)]
    made = town(nodes, links)
    rng = np.random.default_rng(8)
    lon, lat = np.array(
        [place_on(made, k, s) for k, s in zip(rng.integers(45, size=60), rng.random(60), strict=True)]
    ).T
    found = segments(lon, lat, made, bandwidth_m=400, lixel_m=0.5, snap_m=5)
    assert (found.density * found.lixel_m).sum() == pytest.approx(60, rel=1e-3)


def test_snapping_is_the_nearest_of_all():
    rng = np.random.default_rng(9)
    nodes = rng.uniform(0, 3000, (80, 2))
    links = rng.integers(80, size=(200, 2))
    links = links[links[:, 0] != links[:, 1]]
    made = town(nodes, links)
    x, y = rng.uniform(-300, 3300, (2, 400))
    found = Snapper(made, PLANE).snap(*PLANE.degrees(x, y), limit_m=150)
    a, b = nodes[links[:, 0]], nodes[links[:, 1]]
    step = b - a
    points = np.stack([x, y], axis=1)[:, None, :]
    share = np.clip(((points - a) * step).sum(-1) / (step**2).sum(-1), 0, 1)
    away = np.linalg.norm(a + share[..., None] * step - points, axis=-1)
    nearest = away.min(axis=1)
    assert (found.is_near == (nearest <= 150)).all()
    near = found.is_near
    assert found.distance_m[near] == pytest.approx(nearest[near], abs=1e-6)
    assert 100 < near.sum() < 400
    assert np.isnan(found.distance_m[~near]).all()
    assert found.share[near] == pytest.approx(share[np.arange(400), found.link][near], abs=1e-6)


def test_odd_inputs():
    made = networks.lattice(columns=3, rows=3, lon=120.0, lat=30.0)
    empty = segments([], [], made)
    assert (empty.count.sum(), empty.density.sum(), len(empty.density)) == (0, 0, 12 * 2)
    lon, lat = made.lon[4] + np.zeros(5), made.lat[4] + np.zeros(5)
    lon[0], lat[1], lon[2] = np.nan, np.inf, 121.0
    found = segments(lon, lat, made)
    assert (found.left_out, found.off_road, found.count.sum()) == (2, 1, 2)
    assert found.mean_density.shape == (12,)
    masked = segments(lon, lat, made, keep=np.zeros(5, bool))
    assert (masked.left_out, masked.count.sum()) == (5, 0)
    same = segments(np.full(1000, 120.0003), np.full(1000, 30.0), made)
    one = segments([120.0003], [30.0], made)
    assert same.density == pytest.approx(1000 * one.density, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bandwidth_m": 0}, "bandwidth-m"),
        ({"lixel_m": float("nan")}, "lixel-m"),
        ({"lixel_m": 1e-5}, "lixel-m"),
        ({"snap_m": -1}, "snap-m"),
        ({"kernel": "gaussian"}, "kernel"),
        ({"weights": [np.nan]}, "weight"),
        ({"weights": [1, 2]}, "lon"),
    ],
)
def test_what_makes_no_sense_is_refused(change, field):
    with pytest.raises(BadInput) as refused:
        segments([120.0], [30.0], networks.lattice(columns=2, rows=2, lon=120.0, lat=30.0), **change)
    assert refused.value.field == field
