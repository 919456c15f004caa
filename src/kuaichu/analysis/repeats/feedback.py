"""What people said about links: counted for later training, and put right in the memory at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kuaichu.analysis.repeats import sizes as z
from kuaichu.analysis.repeats.compare import band_of
from kuaichu.analysis.repeats.link import Link
from kuaichu.analysis.repeats.state import State
from kuaichu.analysis.repeats.weights import Weights

TRUST = 5.0  # a person's word counts like so many pairs of the training


@dataclass(frozen=True)
class Feedback:
    """Confirmed (1) and refused (0) links: (is_match, plate, road, class, phone level, band of distance)."""

    rows: tuple[tuple[int, int, int, int, int, int], ...] = ()

    @classmethod
    def of(cls, said: Iterable[tuple[bool, tuple[int, int, int, int], float | None]]) -> "Feedback":
        """From (is_match, levels, metres) of many pairs."""
        return cls(tuple((int(is_match), *levels, _band(away)) for is_match, levels, away in said))

    def with_link(self, link: Link, *, is_match: bool) -> "Feedback":
        return self.with_levels(link.levels, distance_m=link.distance_m, is_match=is_match)

    def with_levels(self, levels: tuple[int, int, int, int], *, distance_m: float | None, is_match: bool) -> "Feedback":
        """`levels` as a link has them; 0 where nothing is known, which then counts for nothing."""
        return Feedback((*self.rows, *self.of([(is_match, levels, distance_m)]).rows))

    def added_to(self, weights: Weights) -> Weights:
        plate, road, typ, phone_typ = (
            array.copy() for array in (weights.plate, weights.road, weights.typ, weights.phone_typ)
        )
        for is_match, plate_level, road_level, type_level, phone_level, band in self.rows:
            plate[is_match, plate_level] += TRUST
            road[is_match, band, road_level] += TRUST
            (phone_typ if phone_level else typ)[is_match, type_level] += TRUST
        made = {**weights.made, "people_said": len(self.rows)}
        return replace(weights, plate=plate, road=road, typ=typ, phone_typ=phone_typ, made=made)

    def to_dict(self) -> dict[str, Any]:
        return {"rows": [list(row) for row in self.rows]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Feedback":
        rows: Any = tuple(tuple(int(value) for value in row) for row in kept["rows"])
        return cls(rows)


def _band(away: float | None) -> int:
    return int(band_of(np.nan if away is None else away))


def move_call(state: State, number: int, to: int = -1) -> None:
    """Move call `number` to the incident `to`, or to one of its own; both are made anew from their calls."""
    size, incidents = state.ct.size, state.icalls.size
    row = number % size
    if number <= int(state.n[0]) - 1 - size:
        return  # forgotten already
    old = int(state.cinc[row])
    new = to
    if to < 0:
        new = int(state.n[1])
        state.n[1] += 1
    state.cinc[row] = new
    for incident in (new, old):
        if incident == new or (incident > int(state.n[1]) - 1 - incidents and state.icalls[incident % incidents] > 0):
            _rebuild(state, incident, _members(state, incident))


def _members(state: State, incident: int) -> list[int]:
    size = state.ct.size
    numbers = np.arange(max(0, int(state.n[0]) - size), int(state.n[0]))
    found: list[int] = numbers[state.cinc[numbers % size] == incident].tolist()
    return found


def _rebuild(state: State, incident: int, members: list[int]) -> None:
    """The incident's row from the calls that are in it."""
    size, slot = state.ct.size, incident % state.icalls.size
    state.icalls[slot], state.imark[slot], state.ixy[slot] = len(members), -1, np.nan
    state.iplate[slot], state.iroad[slot], state.ityp[slot] = 0, -1, -1
    if not members:
        return
    rows = [number % size for number in members]
    state.ifirst[slot], state.ievent[slot] = members[0], state.cevent[rows[0]]
    state.it[slot] = state.ct[rows[0]], max(state.ct[row] for row in rows)
    for place, row in enumerate(rows):
        state.ixy[slot, min(place, z.MEMBERS - 1)] = state.cxy[row]
    for values, none, found in (
        (state.iplate[slot], 0, [value for row in rows for value in state.cplate[row]]),
        (state.iroad[slot], -1, [value for row in rows for value in state.croad[row]]),
        (state.ityp[slot], -1, [state.ctyp[row] for row in rows]),
    ):
        kept = list(dict.fromkeys(int(value) for value in found if value != none))[: values.size]
        values[: len(kept)] = kept
