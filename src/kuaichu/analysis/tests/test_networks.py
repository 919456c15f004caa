"""Networks: what is adjacent, how long a link is, and what a file says."""

import json

import numpy as np
import pytest

from kuaichu.analysis import network_files, networks
from kuaichu.analysis.errors import BadInput


def test_a_lattice_has_its_streets():
    town = networks.lattice(columns=4, rows=3, spacing_m=100)
    assert (town.nodes, town.links) == (12, 3 * 3 + 2 * 4)
    graph = town.adjacency()
    degree = np.diff(graph.start)
    assert sorted(degree) == [2] * 4 + [3] * 6 + [4] * 2
    assert set(graph.target[graph.start[5] : graph.start[6]]) == {1, 4, 6, 9}
    for arc in range(graph.start[5], graph.start[6]):
        ends = {town.from_node[graph.link[arc]], town.to_node[graph.link[arc]]}
        assert ends == {5, graph.target[arc]}
    measured = networks.shape_lengths(town.shape_start, town.shape_lon, town.shape_lat)
    assert measured == pytest.approx(town.length_m, rel=1e-4)
    assert town.seconds == pytest.approx(12.0)


def test_one_way_streets_lead_one_way():
    made = networks.network(
        lon=[120, 120.01, 120.02], lat=[30, 30, 30], from_node=[0, 1], to_node=[1, 2], is_one_way=[True, False]
    )
    directed, both = made.adjacency(), made.adjacency(directed=False)
    assert np.diff(directed.start).tolist() == [1, 1, 1]
    assert np.diff(both.start).tolist() == [1, 2, 1]
    assert made.length_m[0] == pytest.approx(6_371_008.8 * np.radians(0.01) * np.cos(np.radians(30)), rel=1e-6)


def test_carriageway_pairs_become_roads():
    made = networks.network(
        lon=[0, 0.01, 0.02], lat=[0, 0, 0], from_node=[0, 1, 1, 1], to_node=[1, 0, 2, 1], name=["a", "b", "c", "d"]
    )
    roads = made.as_roads()
    assert roads.name.tolist() == ["a", "c", "d"]
    assert not roads.is_one_way.any()
    assert roads.shape_lon.tolist() == [0, 0.01, 0.01, 0.02, 0.01, 0.01]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to_node": [5]}, "from_node"),
        ({"from_node": [-1]}, "from_node"),
        ({"lon": [np.nan, 1]}, "lon"),
        ({"lat": [0, 95]}, "lon"),
        ({"length_m": [-1.0]}, "length_m"),
        ({"seconds": [np.inf]}, "seconds"),
    ],
)
def test_what_is_no_network_is_refused(change, field):
    given = {"lon": [0, 1], "lat": [0, 1], "from_node": [0], "to_node": [1]} | change
    with pytest.raises(BadInput) as refused:
        networks.network(**given)
    assert refused.value.field == field


def geojson(path, *features):
    lines = [
        {"type": "Feature", "properties": facts, "geometry": {"type": kind, "coordinates": points}}
        for kind, points, facts in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": lines}), "utf-8")
    return path


def test_lines_meet_where_they_share_a_vertex(tmp_path):
    through = [[120.00, 30], [120.01, 30.001], [120.02, 30], [120.03, 30]]
    side = [[120.02, 30], [120.02, 30.01]]
    over = [[120.005, 29.99], [120.005, 30.01]]
    path = geojson(
        tmp_path / "roads.geojson",
        ("LineString", through, {"name": "中路", "seconds": 300, "oneway": "yes"}),
        ("MultiLineString", [side, over], {"maxspeed": "36"}),
        ("Point", [1, 2], {}),
    )
    made = network_files.read_network(path)
    assert (made.nodes, made.links) == (6, 4)
    assert made.name.tolist() == ["中路", "中路", "", ""]
    assert made.is_one_way.tolist() == [True, True, False, False]
    assert made.seconds[:2].sum() == pytest.approx(300)
    assert made.seconds[2] == pytest.approx(made.length_m[2] / 10)
    assert np.diff(made.shape_start).tolist() == [3, 2, 2, 2]
    assert made.to_node[0] == made.from_node[1] == made.from_node[2]
    assert (made.shape_lon[0], made.shape_lon[2]) == (made.lon[made.from_node[0]], made.lon[made.to_node[0]])


def test_a_line_against_its_drawing_and_a_ring(tmp_path):
    ring = [[0, 0], [0.01, 0], [0.01, 0.01], [0, 0]]
    path = geojson(
        tmp_path / "roads.geojson",
        ("LineString", [[1, 1], [1.01, 1], [1.02, 1.01]], {"oneway": "-1"}),
        ("LineString", ring, {}),
    )
    made = network_files.read_network(path)
    assert made.shape_lon[:3].tolist() == [1.02, 1.01, 1]
    assert made.lon[made.from_node[0]] == 1.02
    assert made.from_node[1] == made.to_node[1]
    assert made.length_m[1] == pytest.approx(1111.95 * (2 + 2**0.5), rel=1e-4)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"type": "FeatureCollection"}', '{"type": "FeatureCollection", "features": []}']
)
def test_a_file_without_roads_is_refused(tmp_path, text):
    path = tmp_path / "roads.geojson"
    path.write_text(text)
    with pytest.raises(BadInput):
        network_files.read_network(path)
    with pytest.raises(BadInput):
        network_files.read_network(tmp_path / "gone.geojson")


def test_a_broken_line_is_named(tmp_path):
    path = geojson(tmp_path / "roads.geojson", ("LineString", [[1, 1], [2, 2]], {}), ("LineString", [[1], [2, 2]], {}))
    with pytest.raises(BadInput) as refused:
        network_files.read_network(path)
    assert refused.value.row == 1


def test_two_tables(tmp_path):
    nodes, links = tmp_path / "nodes.csv", tmp_path / "links.csv"
    nodes.write_text("id,lon,lat\na,120,30\nb,120.01,30\n", "utf-8")
    links.write_text("from,to,seconds,name\na,b,40,中路\nb,a,,\n", "utf-8")
    made = network_files.read_tables(nodes, links)
    assert made.name.tolist() == ["中路", ""]
    assert made.seconds.tolist() == [40, made.length_m[1] / networks.SPEED_M_S]
    assert not made.is_one_way.any()
    links.write_text("from,to\na,c\n", "utf-8")
    with pytest.raises(BadInput):
        network_files.read_tables(nodes, links)


def test_the_research_format(tmp_path):
    net, nodes = tmp_path / "x_net.tntp", tmp_path / "x_node.tntp"
    nodes.write_text("node\tx\ty\n1\t151.2\t-33.8\n3\t151.3\t-33.8\t;\n", "utf-8")
    net.write_text("<END OF METADATA>\n~\tinit\tterm\n\t1\t3\t2880\t0.9\t2\t1\t;\n", "utf-8")
    made = network_files.read_tntp(net, nodes)
    assert (made.from_node.tolist(), made.to_node.tolist()) == ([0], [1])
    assert (made.length_m.tolist(), made.seconds.tolist()) == ([900.0], [120.0])
