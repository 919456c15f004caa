"""The nearest units by road time, exact: Dijkstra (1959) from the incident against the driving direction, as far as
the k-th unit; or once from all units, for every node of the network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.dispatch.kernels import Floats, Ints, labels_of, nearest_of, times_to
from kuaichu.analysis.dispatch.routes import Routes
from kuaichu.analysis.errors import BadInput


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """Row by row the k units, nearest first: `unit` (n, k), -1 for none, and `seconds` (n, k), infinite then."""

    unit: NDArray[np.int32]
    seconds: Floats


def nearest(
    way: Routes, incidents: ArrayLike, units: ArrayLike, k: int, *, ready_s: ArrayLike = 0.0, limit_s: float = np.inf
) -> Nearest:
    """The `k` units (or fewer) that reach each incident first, within `limit_s`.

    `incidents` (n,), `units` (u,): nodes. `ready_s` (u,): seconds until a unit sets off, such as its way to the node.
    Ties go to the lower number. Raises BadInput.
    """
    origins, places = _nodes(way, incidents, "incidents"), _nodes(way, units, "units")
    ready = _ready(ready_s, places.size)
    _check_k(k)
    found, times = np.empty((origins.size, k), np.int32), np.empty((origins.size, k))
    arcs = way.backward
    nearest_of(arcs.start, arcs.target, arcs.seconds, origins, places, ready, float(limit_s), found, times)
    return Nearest(unit=found, seconds=times)


def nearest_everywhere(way: Routes, units: ArrayLike, k: int, *, ready_s: ArrayLike = 0.0) -> Nearest:
    """The same for every node of the network, by one search from all units; pays when many ask before units move."""
    places = _nodes(way, units, "units")
    ready = _ready(ready_s, places.size)
    _check_k(k)
    found, times = np.full((way.nodes, k), -1, np.int32), np.full((way.nodes, k), np.inf)
    arcs = way.onward
    labels_of(arcs.start, arcs.target, arcs.seconds, places, ready, found, times)
    return Nearest(unit=found, seconds=times)


def travel_seconds(way: Routes, origins: ArrayLike, targets: ArrayLike, *, limit_s: float = np.inf) -> Floats:
    """Shortest times (origins, targets) between nodes; infinite beyond `limit_s` and where no way leads."""
    sources, ends = _nodes(way, origins, "origins"), _nodes(way, targets, "targets")
    times = np.empty((sources.size, ends.size))
    is_turned = ends.size < sources.size  # a search per row: from the side with fewer
    arcs = way.backward if is_turned else way.onward
    rows, columns, filled = (ends, sources, times.T.copy()) if is_turned else (sources, ends, times)
    times_to(arcs.start, arcs.target, arcs.seconds, rows, columns, float(limit_s), filled)
    return np.ascontiguousarray(filled.T) if is_turned else filled


def _nodes(way: Routes, given: ArrayLike, field: str) -> Ints:
    nodes = np.atleast_1d(np.asarray(given))
    if nodes.size and not np.issubdtype(nodes.dtype, np.integer):
        raise BadInput("节点要用编号表示", "nodes are given by number", field=field)
    bad = np.flatnonzero((nodes < 0) | (nodes >= way.nodes))
    if bad.size:
        row = int(bad[0])
        raise BadInput(f"没有 {nodes[row]} 号节点", f"there is no node {nodes[row]}", field=field, row=row)
    return np.ascontiguousarray(nodes, np.int32)


def _ready(given: ArrayLike, units: int) -> Floats:
    ready = np.ascontiguousarray(np.broadcast_to(np.asarray(given, np.float64), (units,)))
    bad = np.flatnonzero(~((ready >= 0) & np.isfinite(ready)))
    if bad.size:
        row = int(bad[0])
        raise BadInput(
            f"第 {row + 1} 个单元的出发时间不可用",
            f"unit {row} has an unusable time to set off",
            field="ready_s",
            row=row,
        )
    return ready


def _check_k(k: int) -> None:
    if k < 1:
        raise BadInput("至少要问一个单元", "ask for one unit at least", field="k")
