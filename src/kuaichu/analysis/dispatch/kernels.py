"""Dijkstra's loops (1959) over lists of arcs, with a binary heap that may hold a node more than once.

Arcs: node i's stand at `start[i]` to `start[i + 1]`, with `target` and `seconds`.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@njit(cache=True)
def push(keys: Floats, items: Ints, size: int, key: float, item: int) -> int:
    """The heap with one more; its new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], items[at] = keys[above], items[above]
        at = above
    keys[at], items[at] = key, item
    return size + 1


@njit(cache=True)
def pop(keys: Floats, items: Ints, size: int) -> int:
    """The heap without its first; its new size."""
    size -= 1
    key, item, at = keys[size], items[size], 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at], items[at] = keys[below], items[below]
        at = below
    keys[at], items[at] = key, item
    return size


@njit(cache=True)
def nearest_of(
    start: Ints,
    target: Ints,
    seconds: Floats,
    origins: Ints,
    places: Ints,
    ready: Floats,
    limit: float,
    found: Ints,
    times: Floats,
) -> None:
    """Fills `found`, `times` (n, k) with the k things nearest to each origin, nearest first, ties by number.

    Thing u stands at the node `places[u]`, `ready[u]` seconds away from it. A search ends at the k-th or at `limit`.
    """
    nodes, wanted = start.size - 1, found.shape[1]
    best, touched = np.empty(nodes), np.empty(nodes, np.int32)
    keys, items = np.empty(target.size + 1), np.empty(target.size + 1, np.int32)
    head, following = np.empty(nodes, np.int32), np.empty(places.size, np.int32)  # the things at each node, chained
    for i in range(nodes):
        best[i], head[i] = np.inf, -1
    for thing in range(places.size - 1, -1, -1):
        following[thing], head[places[thing]] = head[places[thing]], thing
    for row in range(origins.size):
        for rank in range(wanted):
            found[row, rank], times[row, rank] = -1, np.inf
        if origins[row] < 0:
            continue
        best[origins[row]], touched[0], count = 0.0, origins[row], 1
        size = push(keys, items, 0, 0.0, origins[row])
        while size:
            key, node = keys[0], items[0]
            size = pop(keys, items, size)
            if key > limit or key > times[row, wanted - 1]:
                break
            if key > best[node]:
                continue
            thing = head[node]
            while thing >= 0:
                arrives, rank = key + ready[thing], wanted
                while rank > 0 and (
                    arrives < times[row, rank - 1] or (arrives == times[row, rank - 1] and thing < found[row, rank - 1])
                ):
                    rank -= 1
                if rank < wanted and arrives <= limit:
                    for later in range(wanted - 1, rank, -1):
                        found[row, later], times[row, later] = found[row, later - 1], times[row, later - 1]
                    found[row, rank], times[row, rank] = thing, arrives
                thing = following[thing]
            farthest = min(limit, times[row, wanted - 1])
            for arc in range(start[node], start[node + 1]):
                other, arrival = target[arc], key + seconds[arc]
                if arrival < best[other] and arrival <= farthest:
                    if best[other] == np.inf:
                        touched[count] = other
                        count += 1
                    best[other] = arrival
                    size = push(keys, items, size, arrival, other)
        for i in range(count):
            best[touched[i]] = np.inf


@njit(cache=True)
def labels_of(
    start: Ints, target: Ints, seconds: Floats, places: Ints, ready: Floats, found: Ints, times: Floats
) -> None:
    """Fills `found`, `times` (nodes, k) with the k things that reach each node first: one search from all of them."""
    nodes, wanted = found.shape
    most = places.size + wanted * target.size + 1
    keys, items = np.empty(most), np.empty(most, np.int32)
    where, whose, when = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most)
    filled, made, size = np.zeros(nodes, np.int32), 0, 0
    for thing in range(places.size):
        if places[thing] >= 0:
            where[made], whose[made], when[made] = places[thing], thing, ready[thing]
            size = push(keys, items, size, when[made], made)
            made += 1
    while size:
        entry = items[0]
        size = pop(keys, items, size)
        node, thing, rank = where[entry], whose[entry], 0
        while rank < filled[node] and found[node, rank] != thing:
            rank += 1
        if rank < filled[node] or rank == wanted:
            continue
        found[node, rank], times[node, rank] = thing, when[entry]
        filled[node] += 1
        for arc in range(start[node], start[node + 1]):
            if filled[target[arc]] < wanted:
                where[made], whose[made], when[made] = target[arc], thing, when[entry] + seconds[arc]
                size = push(keys, items, size, when[made], made)
                made += 1


@njit(cache=True)
def times_to(
    start: Ints, target: Ints, seconds: Floats, origins: Ints, targets: Ints, limit: float, times: Floats
) -> None:
    """Fills `times` (origins, targets) with the shortest times; infinite beyond `limit` and where no way leads."""
    nodes = start.size - 1
    best, is_wanted = np.empty(nodes), np.zeros(nodes, np.bool_)
    keys, items = np.empty(target.size + 1), np.empty(target.size + 1, np.int32)
    wanted = 0
    for i in range(targets.size):
        if targets[i] >= 0 and not is_wanted[targets[i]]:
            is_wanted[targets[i]] = True
            wanted += 1
    for row in range(origins.size):
        for i in range(nodes):
            best[i] = np.inf
        size, left = 0, wanted
        if origins[row] >= 0:
            best[origins[row]] = 0.0
            size = push(keys, items, 0, 0.0, origins[row])
        while size and left:
            key, node = keys[0], items[0]
            size = pop(keys, items, size)
            if key > limit:
                break
            if key > best[node]:
                continue
            if is_wanted[node]:
                left -= 1
            for arc in range(start[node], start[node + 1]):
                other, arrival = target[arc], key + seconds[arc]
                if arrival < best[other]:
                    best[other] = arrival
                    size = push(keys, items, size, arrival, other)
        for i in range(targets.size):
            reached = best[targets[i]] if targets[i] >= 0 else np.inf
            times[row, i] = reached if reached <= limit else np.inf
