"""Levels of agreement of packed plates and numbered roads, and logarithmic bins; compiled."""

import numpy as np

from kuaichu.analysis.repeats import sizes as z
from kuaichu.analysis.repeats.compiled import shared
from kuaichu.analysis.repeats.state import Array

SAME, ONE_OFF, TWO_OFF, OTHER = 3, 2, 1, 0


@shared
def bin_of(value: float, first: float, ratio: float, bins: int) -> int:
    """Bin 0 up to `first`, then edges growing by `ratio`; the last bin has no upper edge."""
    if value <= first:
        return 0
    return min(bins - 1, int(np.ceil(np.log(value / first) / np.log(ratio))))


@shared
def step_of(calls: int) -> int:
    return calls - 1 if calls <= 2 else 2 if calls <= 4 else 3 if calls <= 8 else 4


@shared
def part_of(age: float) -> int:
    """AGE_PARTS of an incident."""
    return 0 if age <= z.PART_EDGES_S[0] else 1 if age <= z.PART_EDGES_S[1] else 2


@shared
def band_of(away: float) -> int:
    if np.isnan(away) or away > z.BAND_EDGES_M[2]:
        return 3
    return 0 if away <= z.BAND_EDGES_M[0] else 1 if away <= z.BAND_EDGES_M[1] else 2


@shared
def _length(plate: int) -> int:
    count = 0
    while plate != 0 and count < 8:
        plate = (plate >> 8) & 0xFFFFFFFFFFFFFF
        count += 1
    return count


@shared
def _wrong(one: int, two: int, length: int) -> int:
    """Characters that differ in two plates of one length; swapped neighbours count once."""
    count, at = 0, 0
    while at < length:
        a, b = (one >> (8 * at)) & 0xFF, (two >> (8 * at)) & 0xFF
        if a != b:
            count += 1
            is_swap = a == (two >> (8 * (at + 1))) & 0xFF and b == (one >> (8 * (at + 1))) & 0xFF
            at += int(is_swap and at + 1 < length)
        at += 1
    return count


@shared
def _without(plate: int, at: int) -> int:
    """The plate with the character `at` places from the right left out."""
    low = plate & ((np.int64(1) << (8 * at)) - 1)
    return ((plate >> (8 * (at + 1))) & 0xFFFFFFFFFFFFFF) << (8 * at) | low  # type: ignore[return-value]


@shared
def plate_agreement(one: int, two: int) -> int:
    """SAME, ONE_OFF, TWO_OFF (or one is the tail of the other) or OTHER. Neither is 0."""
    if one == two:
        return SAME
    ones, twos = _length(one), _length(two)
    if ones < twos:
        one, two, ones, twos = two, one, twos, ones
    if ones == twos:
        wrong = _wrong(one, two, ones) if ones >= 5 else 9
        return ONE_OFF if wrong == 1 else TWO_OFF if wrong == 2 else OTHER
    tail = _wrong(one, two, twos)  # of the longer one as many characters as the shorter has
    if tail == 0:
        return ONE_OFF if twos >= 5 else TWO_OFF
    if tail == 1 and twos >= 5:
        return TWO_OFF
    if ones == twos + 1 and twos >= 5:
        for at in range(ones):
            if _without(one, at) == two:
                return ONE_OFF
    return OTHER


@shared
def plates_level(plates: Array, others: Array) -> int:
    """PLATE_LEVELS of two sets of packed plates (0 is none)."""
    known, other_known, best, agreeing = 0, 0, OTHER, 0
    for other in others:
        other_known += int(other != 0)
    for plate in plates:
        if plate == 0:
            continue
        known += 1
        here = OTHER
        for other in others:
            if other != 0:
                here = max(here, plate_agreement(plate, other))
        best = max(best, here)
        agreeing += int(here >= ONE_OFF)
    if known == 0 or other_known == 0:
        return 0
    if agreeing >= 2:
        return 6
    if best == OTHER:
        return 2 if known >= 2 and other_known >= 2 else 1
    return 2 + best


@shared
def roads_level(roads: Array, others: Array) -> int:
    """ROAD_LEVELS of two sets of numbered roads (-1 is none)."""
    known, other_known, shared = 0, 0, 0
    for other in others:
        other_known += int(other >= 0)
    for road in roads:
        if road < 0:
            continue
        known += 1
        for other in others:
            shared += int(other == road)
    if known == 0 or other_known == 0:
        return 0
    if shared == 0:
        return 1
    return 4 if shared >= 2 else 3 if known >= 2 and other_known >= 2 else 2
