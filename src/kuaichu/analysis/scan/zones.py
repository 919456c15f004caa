"""Circles around every site, smallest first: the sites in the order in which a growing circle takes them in."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import EARTH_RADIUS_M

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CENTRES_AT_ONCE = 256
MOST_STEPS = 200_000_000
SAME_DISTANCE = 1e-9  # relative: sites this near to one distance enter a circle together


@dataclass(frozen=True, kw_only=True)
class Zones:
    """Around centre i the sites `members[starts[i]:starts[i + 1]]`, nearest first, at `distance_m`; `is_whole` where
    all sites of one distance are in, so that a circle ends there."""

    starts: Ints
    members: Ints
    distance_m: Floats
    is_whole: NDArray[np.bool_]


def on_sphere(lon: Floats, lat: Floats) -> Floats:
    """Points in space, shape (n, 3), metres; straight distances are chords, at 3 km 1e-8 shorter than the arcs."""
    east, north = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    return EARTH_RADIUS_M * np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])


def circles(places_m: Floats, events: Ints, *, most_events: float, max_radius_m: float = np.inf) -> Zones:
    """The circles with at most `most_events` events and `max_radius_m` metres around every site.

    `places_m`: shape (sites, 2 or 3). `events`: of every site, over the whole period.
    """
    parts: list[tuple[Ints, Floats, NDArray[np.bool_]]] = []
    lengths = np.zeros(len(places_m) + 1, np.int64)
    for members, distance in _nearest(places_m, events, most_events, max_radius_m):
        inside = (np.cumsum(events[members]) <= most_events) & (distance <= max_radius_m)
        size = len(inside) if inside.all() else int(np.argmin(inside))
        apart = np.diff(distance, append=np.inf) > SAME_DISTANCE * np.maximum(distance, 1e-6)
        whole = np.flatnonzero(apart[:size])
        if size < len(inside) and size and not apart[size - 1]:  # the cut runs through equals: they stay out together
            size = int(whole[-1]) + 1 if len(whole) else 0
        parts.append((members[:size], distance[:size], apart[:size]))
        lengths[len(parts)] = size
        if lengths.sum() > MOST_STEPS:
            zh = f"圆与站点的组合超过 {MOST_STEPS}：请缩小半径或份额，或先把点归并成格子"
            en = f"more than {MOST_STEPS} steps of circles: a smaller radius or share, or join points into cells first"
            raise BadInput(zh, en, field="max_radius_m")
    members, distance, is_whole = (
        np.concatenate([*(part[at] for part in parts), kind])
        for at, kind in enumerate((np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_)))
    )
    return Zones(starts=np.cumsum(lengths), members=members, distance_m=distance, is_whole=is_whole)


def _nearest(places_m: Floats, events: Ints, most_events: float, max_radius_m: float) -> Iterator[tuple[Ints, Floats]]:
    """For every centre its sites by distance (equals by number), until one is too many or too far."""
    n = len(places_m)
    tree = cKDTree(places_m)
    reach = max_radius_m * (1 + SAME_DISTANCE)
    wanted = min(n, 64)
    for first in range(0, n, CENTRES_AT_ONCE):
        centres = np.arange(first, min(first + CENTRES_AT_ONCE, n))
        while True:
            distance, members = tree.query(places_m[centres], k=[*range(1, wanted + 1)], distance_upper_bound=reach)
            is_there = np.isfinite(distance)
            taken = np.where(is_there, events[np.where(is_there, members, 0)], 0).sum(axis=1)
            if wanted == n or (~is_there[:, -1] | (taken > most_events)).all():
                break
            wanted = min(n, 2 * wanted)
        for row in range(len(centres)):
            size = int(is_there[row].sum())
            order = np.lexsort((members[row, :size], distance[row, :size]))
            yield members[row, order].astype(np.int64), distance[row, order]
