"""A road network made ready for searching, and points brought onto it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from kuaichu.analysis.dispatch.kernels import Floats, Ints
from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.networks import SPEED_M_S, Network


@dataclass(frozen=True, kw_only=True)
class Arcs:
    """Node i's arcs stand at `start[i]` to `start[i + 1]`: `target`, `seconds`."""

    start: Ints
    target: Ints
    seconds: Floats


@dataclass(frozen=True, kw_only=True)
class Routes:
    """`onward`: arcs as they are driven; `backward`: the same turned round, to search from an incident to units.

    `is_connected` (nodes,): the node belongs to the largest part in which every node can be reached from every other.
    """

    network: Network
    onward: Arcs
    backward: Arcs
    is_connected: NDArray[np.bool_]

    @property
    def nodes(self) -> int:
        return self.network.nodes


@dataclass(frozen=True, kw_only=True)
class Snapped:
    """Points on the network: `node` (n,), `distance_m` (n,) as the crow flies, `seconds` (n,) for that at 30 km/h."""

    node: NDArray[np.int64]
    distance_m: Floats

    @property
    def seconds(self) -> Floats:
        return self.distance_m / SPEED_M_S


def routes(network: Network) -> Routes:
    """The network's arcs both ways, and its largest strongly connected part. BadInput without any link."""
    if not network.links:
        raise BadInput("路网里没有路段", "the network has no links", field="links")
    lists = network.adjacency(directed=True)
    source = np.repeat(np.arange(network.nodes), np.diff(lists.start))
    seconds = np.ascontiguousarray(network.seconds[lists.link])
    onward = Arcs(start=lists.start.astype(np.int32), target=lists.target.astype(np.int32), seconds=seconds)
    turned = np.argsort(lists.target, kind="stable")
    start = np.zeros(network.nodes + 1, np.int32)
    np.cumsum(np.bincount(lists.target, minlength=network.nodes), out=start[1:])
    backward = Arcs(start=start, target=source[turned].astype(np.int32), seconds=seconds[turned])
    ways = csr_array((np.ones(source.size), (source, lists.target)), shape=(network.nodes, network.nodes))
    _, part = connected_components(ways, directed=True, connection="strong")
    is_connected = part == np.argmax(np.bincount(part))
    return Routes(network=network, onward=onward, backward=backward, is_connected=is_connected)


def snapped(way: Routes, lon: ArrayLike, lat: ArrayLike, *, is_anywhere: bool = False) -> Snapped:
    """Each point's nearest node, of the connected part unless `is_anywhere`: a yard's dead end would answer nobody.

    The distance is stated, not judged: a point 5 km from any road is the caller's to refuse. Raises BadInput for
    coordinates that aren't numbers.
    """
    points = np.stack([np.atleast_1d(np.asarray(each, np.float64)) for each in (lon, lat)])
    bad = np.flatnonzero(~np.isfinite(points).all(axis=0))
    if bad.size:
        row = int(bad[0])
        raise BadInput(f"第 {row + 1} 个坐标不可用", f"coordinate {row} is of no use", field="lon", row=row)
    plane = way.network.plane
    nodes = np.arange(way.nodes) if is_anywhere else np.flatnonzero(way.is_connected)
    tree = cKDTree(np.stack(plane.metres(way.network.lon[nodes], way.network.lat[nodes]), axis=1))
    distance, place = tree.query(np.stack(plane.metres(points[0], points[1]), axis=1))
    return Snapped(node=nodes[place], distance_m=distance)
