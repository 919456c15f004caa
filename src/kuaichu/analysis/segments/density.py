"""Equal-split density on a network: every event's kernel walks along the roads and is shared out at each junction.

The discontinuous equal-split kernel (Okabe, Satoh, Sugihara: "A kernel density estimation method for networks, its
computational method and a GIS-based tool", IJGIS 2009; Okabe & Sugihara: "Spatial Analysis along Networks", 2012): a
walk never turns back; at a junction of n arms each of the n - 1 others gets 1/(n - 1) of what comes in; all walks
shorter than the bandwidth are added. A dead end swallows what reaches it. An event on a node gives each of n arms 2/n.

Walks of all events of a link are walked together: both kernels are polynomials, so the sum over the events is one
polynomial of the distance, with sums of powers of the events' distances to the link's end as coefficients.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.segments.walks import NANOMETRE, Graph, power_sums, room, walk

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTS = 32
ON_NODE_M = 0.1  # nearer to a node than coordinates of six decimals can tell is on it


def arcs(from_node: Ints, to_node: Ints, nodes: int) -> tuple[Ints, Ints]:
    """CSR lists of the arms of every node: arc 2k runs along link k, arc 2k + 1 against it; a loop has both."""
    links = len(from_node)
    source = np.stack([from_node, to_node], axis=1).ravel()
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(source, minlength=nodes), out=start[1:])
    return start, np.argsort(source, kind="stable").astype(np.int64) if links else np.empty(0, np.int64)


def network_density(
    *,
    ends: tuple[Ints, Ints, int],
    length_m: Floats,
    event_link: Ints,
    event_at_m: Floats,
    weight: Floats,
    lixel_start: Ints,
    bandwidth_m: float,
    is_quartic: bool,
    progress: Callable[[int, int], None] | None = None,
) -> Floats:
    """Density at the centres of the lixels, events (or weight) per metre of road.

    `ends`: from_node, to_node (links,), number of nodes. Link k is cut into `lixel_start[k + 1] - lixel_start[k]` equal
    lixels. Events (n,): their link and metres from its start. Raises BadInput when the bandwidth is so long for the
    network that there are too many walks.
    """
    length_nm = np.maximum(np.round(length_m / NANOMETRE), 1).astype(np.int64)
    order = np.lexsort((event_at_m, event_link))
    link, at, mass = event_link[order], event_at_m[order], weight[order]
    inside = (at > ON_NODE_M) & (at < length_m[link] - ON_NODE_M)
    node = np.where(at <= ON_NODE_M, ends[0][link], ends[1][link])[~inside]
    node_mass = np.asarray(np.bincount(node, weights=mass[~inside], minlength=ends[2]), np.float64)
    first = np.asarray(np.searchsorted(link[inside], np.arange(len(length_m) + 1)), np.int64)
    head = np.stack([ends[1], ends[0]], axis=1).ravel()
    graph = (*arcs(*ends), head, length_nm, lixel_start)
    own = first, at[inside], mass[inside]
    cuts, node_cuts = _even_cuts(np.diff(first) > 0), _even_cuts(node_mass != 0)
    out = [np.zeros(int(lixel_start[-1])) for _ in range(PARTS)]
    given: tuple[Any, ...] = (*own, node_mass, graph, float(bandwidth_m), is_quartic)
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        work = [threads.submit(_spread, out[k], cuts[k : k + 2], node_cuts[k : k + 2], *given) for k in range(PARTS)]
        for done, each in enumerate(as_completed(work), 1):
            if not each.result():
                zh = "带宽对这个路网太长，走法太多，请缩短带宽"
                raise BadInput(zh, "too many walks: this bandwidth is too long for this network", field="bandwidth-m")
            if progress:
                progress(done, len(work))
    return np.sum(out, axis=0)  # in one fixed order: the same to the bit on any number of cores


def _even_cuts(busy: NDArray[np.bool_]) -> Ints:
    """PARTS ranges with as many busy rows each."""
    so_far = np.concatenate([[0], np.cumsum(busy)])
    cuts = np.searchsorted(so_far, np.linspace(0, so_far[-1], PARTS + 1))
    cuts[-1] = len(busy)
    return cuts.astype(np.int64)


@njit(cache=True, nogil=True)
def _own_link(out: Floats, at: Floats, mass: Floats, length: float, bandwidth_m: float, is_quartic: bool) -> None:
    """Along the link itself, event by event."""
    constant = (15 / 16 if is_quartic else 0.75) / bandwidth_m
    for k in range(len(out)):
        centre = (k + 0.5) * length / len(out)
        total, i = 0.0, np.searchsorted(at, centre - bandwidth_m)
        while i < len(at) and at[i] < centre + bandwidth_m:
            u = (at[i] - centre) / bandwidth_m
            q = max(1 - u * u, 0.0)
            total += mass[i] * (q * q if is_quartic else q)
            i += 1
        out[k] += constant * total


@njit(cache=True, nogil=True)
def _spread(
    out: Floats,
    links: Ints,
    nodes: Ints,
    first: Ints,
    at: Floats,
    mass: Floats,
    node_mass: Floats,
    graph: Graph,
    bandwidth_m: float,
    is_quartic: bool,
) -> bool:
    """Events inside the links links[0] to links[1], and on the nodes nodes[0] to nodes[1]; compiled once."""
    most = 1
    for link in range(links[0], links[1]):
        most = max(most, first[link + 1] - first[link])
    near, weights, sums = np.empty(most), np.empty(most), np.zeros((most + 1, 5))
    start, _, head, length_nm, lixels = graph
    space = room()
    own_sides = 2 * (links[1] - links[0])
    for turn in range(own_sides + nodes[1] - nodes[0]):
        if turn < own_sides:
            link, side = links[0] + (turn >> 1), turn & 1  # beyond its end, then beyond its start
            a, b = first[link], first[link + 1]
            if a == b:
                continue
            length = length_nm[link] * NANOMETRE
            if side == 0:
                _own_link(out[lixels[link] : lixels[link + 1]], at[a:b], mass[a:b], length, bandwidth_m, is_quartic)
            for k in range(b - a):
                i = b - 1 - k if side == 0 else a + k
                near[k] = (length - at[i] if side == 0 else at[i]) / bandwidth_m
                weights[k] = mass[i]
            size, node, behind = b - a, head[2 * link + side], (2 * link + side) ^ 1
            others = start[node + 1] - start[node] - 1
            if near[0] >= 1.0 or others == 0:
                continue
            share = 1 / others
        else:
            node = nodes[0] + turn - own_sides
            arms = start[node + 1] - start[node]
            if node_mass[node] == 0.0 or arms == 0:
                continue
            size, behind, share = 1, -1, 2 / arms
            near[0], weights[0] = 0.0, node_mass[node]
        power_sums(sums, size, near, weights)
        if not walk(out, (node, behind, share), (size, near, sums), graph, bandwidth_m, is_quartic, space):
            return False
    return True
