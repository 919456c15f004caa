"""What the recogniser says about a call, with the evidence that a person needs to say yes or no."""

from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.repeats import sizes as z

PARTS = (
    ("distance", z.W_DISTANCE), ("minutes", z.W_TIME), ("phone", z.W_PHONE), ("plate", z.W_PLATE), ("road", z.W_ROAD),
    ("class", z.W_TYPE),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Part:
    """One piece of evidence. `weight` in bits: +1 doubles the odds, -1 halves them."""

    name: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class Link:
    """Call `call_id` repeats call `repeats` of incident `incident_id`, with probability `score`.

    kind: "event" (one event, many calls) or "matter" (the same matter on another occasion).
    distance_m, minutes: None when a place is unknown; since the incident's first call, or this phone's earlier one.
    by_chance: unrelated calls expected this near within this time, here and now; None without a place.
    levels: agreement of plate, road, class and phone as numbered in sizes.py.
    """

    call_id: str
    incident_id: str
    repeats: str
    kind: str
    score: float
    distance_m: float | None
    minutes: float
    by_chance: float | None
    parts: tuple[Part, ...]
    levels: tuple[int, int, int, int]
    number: int


@dataclass(frozen=True, kw_only=True)
class Alternative:
    incident_id: str
    score: float


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`link` is None when the call is about something new; `incident_id` is the incident that it now belongs to."""

    call_id: str
    incident_id: str
    link: Link | None
    alternatives: tuple[Alternative, ...]


def link_from(out: NDArray[np.float64], *, call_id: str, incident_id: str, repeats: str, number: int) -> Link:
    """The link in a row of numbers as the kernel leaves it."""
    kind = "event" if out[z.O_KIND] == z.EVENT else "matter"
    bits = {name: round(float(out[place]) / float(np.log(2)), 2) for name, place in PARTS}
    levels: Any = tuple(int(out[place]) for place in (z.L_PLATE, z.L_ROAD, z.L_TYPE, z.L_PHONE))
    away, chance = float(out[z.D_METRES]), float(out[z.D_BY_CHANCE])
    return Link(
        call_id=call_id, incident_id=incident_id, repeats=repeats, kind=kind, score=float(out[z.O_SCORE]),
        distance_m=None if isnan(away) else away, minutes=float(out[z.D_SECONDS]) / 60,
        by_chance=None if isnan(chance) else chance,
        parts=tuple(Part(name=name, weight=weight) for name, weight in bits.items()), levels=levels, number=number,
    )  # fmt: skip
