"""The search for the greatest likelihood ratio: once carefully over the data, then quickly over many shufflings."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kuaichu.analysis.scan.likelihood import ratio
from kuaichu.analysis.scan.zones import Floats, Ints

Bools = NDArray[np.bool_]
Floats32 = NDArray[np.float32]
GOLDEN, MIX_1, MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
SLACK = 0.9999  # the quick test is in single precision
ROUNDED = 4.8e-7  # of a circle's events: what single precision may lose of a running sum


@njit(cache=True, nogil=True)
def best_of_centres(
    totals: Ints, starts: Ints, members: Ints, is_whole: Bools, first: Ints, last: Ints, by_day: Ints
) -> tuple[Floats, Ints, Ints]:
    """Per centre: the greatest ratio, how many sites its circle has, which window.

    `totals`: shape (sites, days + 1), running sums of events over the days. `by_day`: running sums over all sites.
    """
    n, days = len(starts) - 1, totals.shape[1] - 1
    best, size, window = np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64)
    events = by_day[days]
    for centre in range(n):
        held = np.zeros(days + 1, np.int64)
        for at in range(starts[centre], starts[centre + 1]):
            held += totals[members[at]]
            if not is_whole[at]:
                continue
            for w in range(len(first)):
                inside = held[last[w] + 1] - held[first[w]]
                expected = held[days] * float(by_day[last[w] + 1] - by_day[first[w]]) / events
                apart = inside - expected
                if apart <= 0 or apart**2 * (0.5 / expected + 1 / max(events - expected, 1e-9)) < best[centre]:
                    continue  # the bound of `_greatest`
                found = ratio(inside, expected, events)
                if found > best[centre] * (1 + 1e-12):
                    best[centre], size[centre], window[centre] = found, at - starts[centre] + 1, w
    return best, size, window


@njit(cache=True, nogil=True)
def greatest_of_shufflings(
    seeds: NDArray[np.uint64],
    site_of_slot: NDArray[np.int32],
    day_of_event: Ints,
    slots: int,
    starts: Ints,
    members: Ints,
    is_whole: Bools,
    site_events: Ints,
    upper: Ints,
    lower: Ints,
    share: Floats,
    groups: Ints,
    slot_share: Floats,
    found: Floats,
) -> None:
    """The greatest ratio of every shuffling, one seed each, into `found`; all of them side by side through every
    circle.

    `site_of_slot`: the site of every event. `day_of_event`: for the events within the windows' reach only, the slot
    1.. that is dealt to a site drawn without replacement. A window's events are slots[upper] - slots[lower] of the
    running sums; `groups`: of windows, from `likelihood.grouped`; `slot_share` (slots,): running share of all events.
    """
    lanes = len(seeds)
    held = np.zeros((len(site_events), slots, lanes), np.float32)
    one = np.zeros((len(site_events), slots), np.float32)
    for lane in range(lanes):
        _deal(seeds[lane], site_of_slot.copy(), day_of_event, one)
        for site in range(len(site_events)):
            total = np.float32(0)
            for slot in range(slots):
                total += one[site, slot]
                held[site, slot, lane] = total
    _greatest(
        held.reshape(len(site_events), slots * lanes),
        starts,
        members,
        is_whole,
        site_events,
        float(len(site_of_slot)),
        upper,
        lower,
        share,
        groups,
        slot_share,
        found,
    )


@njit(cache=True, nogil=True)
def _deal(seed: np.uint64, deck: NDArray[np.int32], day_of_event: Ints, one: Floats32) -> None:
    """Days to sites: a shuffle from the front, as far as there are days to deal (splitmix64, 53 bits a number)."""
    one[:] = 0
    state = seed
    n = len(deck)
    for event in range(len(day_of_event)):
        state += GOLDEN
        mixed = (state ^ (state >> np.uint64(30))) * MIX_1
        mixed = (mixed ^ (mixed >> np.uint64(27))) * MIX_2
        mixed = mixed ^ (mixed >> np.uint64(31))
        other = event + int((mixed >> np.uint64(11)) * 1.1102230246251565e-16 * (n - event))
        site = deck[other]
        deck[other] = deck[event]
        one[site, day_of_event[event]] += np.float32(1)


@njit(cache=True, nogil=True)
def _greatest(
    held: Floats32,
    starts: Ints,
    members: Ints,
    is_whole: Bools,
    site_events: Ints,
    total: float,
    upper: Ints,
    lower: Ints,
    share: Floats,
    groups: Ints,
    slot_share: Floats,
    best: Floats,
) -> None:
    """With d = c - m, the ratio is at most d² (1 / 2m + 1 / (N - m)): only what could beat the best is worked out.

    (c log(c/m) - d <= d²/2m, and with M = N - m the rest, M((1-x)log(1-x) + x) for x = d/M, is at most d²/M.)
    Windows of one group end together and begin 1, 2 or 4 slots in a row: none has a greater d than their least
    running sum of c - m leaves, none a smaller share than the group's least, so one test can rule out all.
    """
    lanes, slots = len(best), len(slot_share)
    biggest = share.max()
    circle = np.zeros(held.shape[1], np.float32)
    low = np.zeros((3, held.shape[1]), np.float32)  # least of 1, 2, 4 running sums of c - m from a slot on
    limit, root = np.zeros(lanes, np.float32), np.zeros(lanes, np.float32)
    roots_of_least = np.sqrt(np.array([share[group[3] : group[4]].min() for group in groups])).astype(np.float32)
    deepest = groups[:, 2].max()
    for centre in range(len(starts) - 1):
        circle[:] = 0
        inside = 0
        for at in range(starts[centre], starts[centre + 1]):
            row = held[members[at]]
            inside += site_events[members[at]]
            for place in range(len(circle)):
                circle[place] += row[place]
            if not is_whole[at]:
                continue
            most = inside * biggest
            factor = SLACK * inside * max(total - most, 0.0) / (0.5 * max(total - most, 0.0) + most)
            for lane in range(lanes):
                limit[lane] = np.float32(best[lane] * factor)
                root[lane] = np.sqrt(limit[lane])
            _lows(circle, low, slot_share, inside, lanes, slots, deepest)
            for g in range(len(groups)):
                ends, begins = np.uint64(groups[g, 0] * lanes), np.uint64(groups[g, 1] * lanes)
                width, level, slack = roots_of_least[g], np.uint64(groups[g, 2]), np.float32(ROUNDED * inside)
                hits = np.int32(0)
                for lane in range(np.uint64(lanes)):  # unsigned: no test for negative places, so that it vectorises
                    hits += np.int32(low[0, ends + lane] - low[level, begins + lane] + slack > root[lane] * width)
                if hits > 0:
                    for w in range(groups[g, 3], groups[g, 4]):
                        above = circle[upper[w] * lanes : (upper[w] + 1) * lanes]
                        below = circle[lower[w] * lanes : (lower[w] + 1) * lanes]
                        inverse = np.float32(1 / share[w])
                        _improve(best, limit, above, below, inside * share[w], total, inverse, factor)


@njit(cache=True, nogil=True)
def _lows(
    circle: Floats32, low: Floats32, slot_share: Floats, inside: int, lanes: int, slots: int, deepest: int
) -> None:
    for slot in range(slots):
        expected = np.float32(inside * slot_share[slot])
        for place in range(np.uint64(slot * lanes), np.uint64((slot + 1) * lanes)):
            low[0, place] = circle[place] - expected
    for level in range(1, deepest + 1):
        ahead = np.uint64(lanes * (1 << (level - 1)))
        for place in range(np.uint64(lanes * max(slots + 1 - (1 << level), 0))):
            one, other = low[level - 1, place], low[level - 1, place + ahead]
            low[level, place] = one if one < other else other


@njit(cache=True, nogil=True)
def _improve(
    best: Floats,
    limit: Floats32,
    above: Floats32,
    below: Floats32,
    expected: float,
    total: float,
    inverse: np.float32,
    factor: float,
) -> None:
    for lane in range(len(best)):
        apart = above[lane] - below[lane] - np.float32(expected)
        if apart * abs(apart) * inverse > limit[lane]:
            better = ratio(above[lane] - below[lane], expected, total)
            if better > best[lane]:
                best[lane] = better
                limit[lane] = np.float32(better * factor)
