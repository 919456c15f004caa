"""A road network as arrays: nodes in WGS-84 degrees, links between them in metres and seconds.

Readers for files stand in `network_files`. A link is a piece of road between two nodes; a two-way road is one link with
`is_one_way` false, so that counting, snapping and routing speak of the same row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import EARTH_RADIUS_M, Plane

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]

SPEED_M_S = 30 / 3.6  # where a file names neither a time nor a speed


@dataclass(frozen=True, kw_only=True)
class Adjacency:
    """CSR lists: node i's arcs are `start[i]` to `start[i + 1]`; `target` their other ends, `link` their rows.

    `start` (nodes + 1,), `target` and `link` (arcs,), all int64. An arc's weight is `network.seconds[link]` or so.
    """

    start: Ints
    target: Ints
    link: Ints


@dataclass(frozen=True, kw_only=True)
class Network:
    """Nodes `lon`, `lat` (n,) in degrees; links (m,) from `from_node` to `to_node` with `length_m` and `seconds`.

    Link i runs along the vertices `shape_start[i]` to `shape_start[i + 1]` of `shape_lon`, `shape_lat`, its two nodes
    included. Make one with `network`.
    """

    lon: Floats
    lat: Floats
    from_node: Ints
    to_node: Ints
    length_m: Floats
    seconds: Floats
    name: Texts
    is_one_way: Bools
    shape_start: Ints
    shape_lon: Floats
    shape_lat: Floats

    @property
    def nodes(self) -> int:
        return len(self.lon)

    @property
    def links(self) -> int:
        return len(self.from_node)

    @property
    def plane(self) -> Plane:
        """The local plane at the middle of the nodes' box."""
        return Plane.around(self.lon, self.lat)

    def adjacency(self, *, directed: bool = True) -> Adjacency:
        """Who can be reached from whom: one-way links forwards only, or, not directed, every link both ways."""
        both = np.flatnonzero(~self.is_one_way) if directed else np.arange(self.links)
        source = np.concatenate([self.from_node, self.to_node[both]])
        target = np.concatenate([self.to_node, self.from_node[both]])
        link = np.concatenate([np.arange(self.links), both])
        order = np.argsort(source, kind="stable")
        start = np.zeros(self.nodes + 1, np.int64)
        np.cumsum(np.bincount(source, minlength=self.nodes), out=start[1:])
        return Adjacency(start=start, target=target[order], link=link[order])

    def as_roads(self) -> "Network":
        """Every carriageway pair a-b, b-a with the same shape merged into one two-way link; the first row stays."""
        low, high = np.minimum(self.from_node, self.to_node), np.maximum(self.from_node, self.to_node)
        if not self.links:
            return self
        # marks of a shape that don't change when it is walked backwards: number and mean of its vertices
        size = np.diff(self.shape_start)
        sums = [np.add.reduceat(each, self.shape_start[:-1]) for each in (self.shape_lon, self.shape_lat)]
        marks = np.stack([low, high, size, *(np.round(each / size * 1e7).astype(np.int64) for each in sums)], axis=1)
        _, first = np.unique(marks, axis=0, return_index=True)
        return self.taken(np.sort(first), is_one_way=False)

    def taken(self, links: Ints, *, is_one_way: bool | None = None) -> "Network":
        """The same nodes with some of the links."""
        size = np.diff(self.shape_start)[links]
        start = np.concatenate([[0], np.cumsum(size)])
        rows = np.arange(start[-1]) + np.repeat(self.shape_start[links] - start[:-1], size)
        one_way = self.is_one_way[links] if is_one_way is None else np.full(len(links), is_one_way)
        return Network(
            lon=self.lon,
            lat=self.lat,
            from_node=self.from_node[links],
            to_node=self.to_node[links],
            length_m=self.length_m[links],
            seconds=self.seconds[links],
            name=self.name[links],
            is_one_way=one_way,
            shape_start=start.astype(np.int64),
            shape_lon=self.shape_lon[rows],
            shape_lat=self.shape_lat[rows],
        )


def network(
    *,
    lon: ArrayLike,
    lat: ArrayLike,
    from_node: ArrayLike,
    to_node: ArrayLike,
    length_m: ArrayLike | None = None,
    seconds: ArrayLike | None = None,
    name: Sequence[str] | None = None,
    is_one_way: ArrayLike = True,
    shapes: tuple[Ints, Floats, Floats] | None = None,
) -> Network:
    """A network out of arrays; nodes are numbered from 0.

    Lengths not given (None or NaN) are measured along the shape, times not given are at 30 km/h. `shapes` is
    (start, lon, lat) as in `Network`; without it links are straight. Raises BadInput when a link names a node that
    isn't there, a node has no usable place, or a length or time is negative.
    """
    node_lon, node_lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    tail, head = np.asarray(from_node, np.int64), np.asarray(to_node, np.int64)
    count = len(tail)
    _check_nodes(node_lon, node_lat)
    _check_links(tail, head, len(node_lon))
    if shapes is None:
        start = np.arange(0, 2 * count + 1, 2)
        ends = np.stack([tail, head], axis=1).ravel()
        shapes = start, node_lon[ends], node_lat[ends]
    metres = _filled(length_m, lambda: shape_lengths(*shapes), count, "length_m")
    time = _filled(seconds, lambda: metres / SPEED_M_S, count, "seconds")
    names = np.full(count, "", object)
    if name is not None:
        names[:] = list(name)
    return Network(
        lon=node_lon,
        lat=node_lat,
        from_node=tail,
        to_node=head,
        length_m=metres,
        seconds=time,
        name=names,
        is_one_way=np.broadcast_to(np.asarray(is_one_way, bool), (count,)).copy(),
        shape_start=np.asarray(shapes[0], np.int64),
        shape_lon=np.asarray(shapes[1], np.float64),
        shape_lat=np.asarray(shapes[2], np.float64),
    )


def _check_nodes(lon: Floats, lat: Floats) -> None:
    bad = np.flatnonzero(~(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)))
    if bad.size:
        at = f"({lon[bad[0]]:.6f}, {lat[bad[0]]:.6f})"
        raise BadInput(
            f"第 {bad[0] + 1} 个节点的坐标不可用：{at}",
            f"node {bad[0]} has no usable place: {at}",
            field="lon",
            row=int(bad[0]),
        )


def _check_links(tail: Ints, head: Ints, nodes: int) -> None:
    bad = np.flatnonzero((np.minimum(tail, head) < 0) | (np.maximum(tail, head) >= nodes))
    if bad.size:
        row = int(bad[0])
        raise BadInput(
            f"第 {row + 1} 条路段连着不存在的节点",
            f"link {row} names a node that isn't there",
            field="from_node",
            row=row,
        )


def _filled(given: ArrayLike | None, measured: Callable[[], Floats], count: int, field: str) -> Floats:
    """The given values, those that are missing measured."""
    values = np.full(count, np.nan) if given is None else np.array(given, np.float64)
    if np.isnan(values).any():
        values = np.where(np.isnan(values), measured(), values)
    bad = np.flatnonzero(~(values >= 0) | np.isinf(values))
    if bad.size:
        row = int(bad[0])
        raise BadInput(
            f"第 {row + 1} 条路段的 {field} 不可用：{values[row]}",
            f"link {row} has an unusable {field}: {values[row]}",
            field=field,
            row=row,
        )
    return values


def distance_m(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Great-circle metres between points (haversine, on the sphere of `EARTH_RADIUS_M`)."""
    a, b = np.radians(lat_a), np.radians(lat_b)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(np.subtract(lon_b, lon_a)) / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half))


def shape_lengths(start: Ints, lon: Floats, lat: Floats) -> Floats:
    """Metres along every polyline (links,)."""
    if len(lon) < 2:
        return np.zeros(len(start) - 1)
    along = np.concatenate([[0.0], np.cumsum(_within(start, distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])))])
    return along[start[1:] - 1] - along[start[:-1]]


def _within(start: Ints, steps: Floats) -> Floats:
    """Steps with those from one polyline to the next at zero."""
    steps = steps.copy()
    steps[start[1:-1] - 1] = 0.0
    return steps


def lattice(*, columns: int, rows: int, spacing_m: float = 200.0, lon: float = 120.0, lat: float = 30.0) -> Network:
    """A made-up town of streets in a grid, all two-way at 30 km/h, south-west corner at `lon`, `lat`; for trials."""
    x, y = np.meshgrid(np.arange(columns) * spacing_m, np.arange(rows) * spacing_m)
    node_lon, node_lat = Plane(lon=lon, lat=lat).degrees(x.ravel(), y.ravel())
    node = np.arange(columns * rows).reshape(rows, columns)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1, :].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:, :].ravel()])
    names = [f"{i + 1}横路" for i in range(rows) for _ in range(columns - 1)] + [
        f"{j + 1}纵路" for _ in range(rows - 1) for j in range(columns)
    ]
    length = np.full(len(tail), spacing_m)
    return network(
        lon=node_lon, lat=node_lat, from_node=tail, to_node=head, length_m=length, name=names, is_one_way=False
    )
