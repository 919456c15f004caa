"""Walks along a network that never turn back, from one node, for the events of one link together.

Two ways with one result. Where walks are few, each is followed. Where short streets make them multiply (a roundabout of
ten metres has a new walk on every turn), walks that stand at the same place after the same distance are merged: lengths
are whole nanometres, so equal sums are equal numbers, in whatever order their streets came.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Graph = tuple[Ints, Ints, Ints, Ints, Ints]  # start, arm, head, length_nm, lixel_start
Events = tuple[int, Floats, Floats]  # how many, their distances beyond the node in bandwidths (ascending), power sums
Room = tuple[Ints, Ints, Floats]  # places for walks that are to be continued: arc, nanometres, share

NANOMETRE = 1e-9
FEW_STEPS = 3000
MOST_STEPS = 200_000_000
WAITING = 1 << 18


@njit(cache=True, nogil=True)
def room() -> Room:
    return np.empty(WAITING, np.int64), np.empty(WAITING, np.int64), np.empty(WAITING)


@njit(cache=True, nogil=True)
def power_sums(sums: Floats, size: int, near: Floats, mass: Floats) -> None:
    """sums[k]: Σ w u^0..4 over the first k events."""
    sums[0] = 0.0
    for k in range(size):
        u, w = near[k], mass[k]
        for power in range(5):
            sums[k + 1, power] = sums[k, power] + w
            w *= u


@njit(cache=True, nogil=True)
def _value(events: Events, z: float, is_quartic: bool) -> float:
    """Σ w K(u + z) over the events with u < 1 - z, K without its constant; z in bandwidths."""
    size, near, sums = events
    low, high = 0, size
    while low < high:
        middle = (low + high) >> 1
        if near[middle] + z < 1.0:
            low = middle + 1
        else:
            high = middle
    m = sums[low]
    q = 1 - z * z
    if is_quartic:
        return q * q * m[0] - 4 * q * z * m[1] + (4 * z * z - 2 * q) * m[2] + 4 * z * m[3] + m[4]
    return q * m[0] - 2 * z * m[1] - m[2]


@njit(cache=True, nogil=True)
def _along(
    out: Floats, arc: int, walked: float, factor: float, events: Events, graph: Graph, bandwidth_m: float, quartic: bool
) -> None:
    """The events' density on the lixels of one arc that begins `walked` metres behind the node."""
    lixels, link = graph[4], arc >> 1
    count = lixels[link + 1] - lixels[link]
    step = graph[3][link] * NANOMETRE / count
    for k in range(count):
        z = (walked + (k + 0.5) * step) / bandwidth_m
        if events[1][0] + z >= 1.0:
            break
        lixel = lixels[link] + k if arc & 1 == 0 else lixels[link + 1] - 1 - k
        out[lixel] += factor * _value(events, z, quartic)


@njit(cache=True, nogil=True)
def _followed(
    out: Floats,
    first: tuple[int, int, float],
    events: Events,
    graph: Graph,
    bandwidth_m: float,
    quartic: bool,
    space: Room,
    factor: float,
    is_trial: bool,
) -> int:
    """Every walk by itself. As a trial: only how many steps it takes, at most FEW_STEPS + 1."""
    start, arm, head, length, _ = graph
    arcs, metres, shares = space
    node, behind, share = first
    steps, top = 0, 0
    for k in range(start[node], start[node + 1]):
        if arm[k] != behind:
            arcs[top], metres[top], shares[top] = arm[k], 0, share
            top += 1
    while top > 0:
        top -= 1
        arc, walked, part = arcs[top], metres[top], shares[top]
        steps += 1
        if steps > FEW_STEPS:
            return steps
        if not is_trial:
            _along(out, arc, walked * NANOMETRE, part * factor, events, graph, bandwidth_m, quartic)
        walked += length[arc >> 1]
        node = head[arc]
        others = start[node + 1] - start[node] - 1
        if others == 0 or events[1][0] + walked * NANOMETRE / bandwidth_m >= 1.0:
            continue
        for k in range(start[node], start[node + 1]):
            if arm[k] != arc ^ 1:
                arcs[top], metres[top], shares[top] = arm[k], walked, part / others
                top += 1
    return steps


@njit(cache=True, nogil=True)
def _push(space: Room, size: int, arc: int, walked: int, share: float) -> None:
    """Into a binary heap ordered by distance, then arc."""
    arcs, metres, shares = space
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if metres[up] < walked or (metres[up] == walked and arcs[up] <= arc):
            break
        arcs[at], metres[at], shares[at] = arcs[up], metres[up], shares[up]
        at = up
    arcs[at], metres[at], shares[at] = arc, walked, share


@njit(cache=True, nogil=True)
def _pop(space: Room, size: int) -> None:
    """The first out: its place is taken by the last, which sinks."""
    arcs, metres, shares = space
    arc, walked, share = arcs[size - 1], metres[size - 1], shares[size - 1]
    size -= 1
    at = 0
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and (
            metres[down + 1] < metres[down] or (metres[down + 1] == metres[down] and arcs[down + 1] < arcs[down])
        ):
            down += 1
        if walked < metres[down] or (walked == metres[down] and arc <= arcs[down]):
            break
        arcs[at], metres[at], shares[at] = arcs[down], metres[down], shares[down]
        at = down
    if size > 0:
        arcs[at], metres[at], shares[at] = arc, walked, share


@njit(cache=True, nogil=True)
def _merged(
    out: Floats,
    first: tuple[int, int, float],
    events: Events,
    graph: Graph,
    bandwidth_m: float,
    quartic: bool,
    space: Room,
    factor: float,
) -> int:
    """Walks in order of distance; those on one arc after one distance become one."""
    start, arm, head, length, _ = graph
    arcs, metres, shares = space
    node, behind, share = first
    steps, size = 0, 0
    for k in range(start[node], start[node + 1]):
        if arm[k] != behind:
            _push(space, size, arm[k], 0, share)
            size += 1
    while size > 0:
        arc, walked, part = arcs[0], metres[0], 0.0
        while size > 0 and arcs[0] == arc and metres[0] == walked:
            part += shares[0]
            _pop(space, size)
            size -= 1
        steps += 1
        _along(out, arc, walked * NANOMETRE, part * factor, events, graph, bandwidth_m, quartic)
        walked += length[arc >> 1]
        node = head[arc]
        others = start[node + 1] - start[node] - 1
        if others == 0 or events[1][0] + walked * NANOMETRE / bandwidth_m >= 1.0:
            continue
        if size + others > len(arcs) or steps > MOST_STEPS:
            return MOST_STEPS + 1
        for k in range(start[node], start[node + 1]):
            if arm[k] != arc ^ 1:
                _push(space, size, arm[k], walked, part / others)
                size += 1
    return steps


@njit(cache=True, nogil=True)
def walk(
    out: Floats,
    first: tuple[int, int, float],
    events: Events,
    graph: Graph,
    bandwidth_m: float,
    quartic: bool,
    space: Room,
) -> bool:
    """Adds the density of `events` beyond a node to `out` (lixels,); False when the walks are too many.

    `first`: the node, the arc that is not to be taken (-1: all may), the share for each of the others.
    """
    factor = (15 / 16 if quartic else 0.75) / bandwidth_m
    steps = _followed(out, first, events, graph, bandwidth_m, quartic, space, factor, True)
    if steps <= FEW_STEPS:
        _followed(out, first, events, graph, bandwidth_m, quartic, space, factor, False)
        return True
    return _merged(out, first, events, graph, bandwidth_m, quartic, space, factor) <= MOST_STEPS
