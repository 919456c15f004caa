"""What a city calls a repeat (no national definition exists; thresholds are the city's, law/national/calls.yaml).

Same matter 同一诉求: same phone, same plate, or nearer than the radius with the same sub-class, within some days.
Same event 同一事件: another phone, same category, nearer than the radius, within some minutes.
"""

from datetime import timedelta
from math import cos, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.calls.linking import Evidence, Facts, Match
from kuaichu.calls.repeats.rows import CODES, Rows, phone_key
from kuaichu.calls.states import Notion
from kuaichu.calls.thresholds import Thresholds

METRES_PER_DEGREE = 111_195.0
MINUTE_S = 60
DAY_S = 86_400
SLACK_S = 300  # two people take calls about one event at once: who began first is chance
MOST_OF_A_MATTER = 50
Array = NDArray[Any]


def by_rule(rows: Rows, facts: Facts, limits: Thresholds) -> list[Match]:
    """Every earlier call that is a repeat by the rule, in no order."""
    return _same_event(rows, facts, limits) + _same_matter(rows, facts, limits)


def distances(rows: Rows, facts: Facts, at: Array) -> Array:
    """Metres from the facts to the rows; infinite where either has no place."""
    if facts.lon_wgs84 is None or facts.lat_wgs84 is None:
        return np.full(len(at), np.inf)
    table = rows.table[at]
    east = (table["lon"] - facts.lon_wgs84) * METRES_PER_DEGREE * cos(radians(facts.lat_wgs84))
    north = (table["lat"] - facts.lat_wgs84) * METRES_PER_DEGREE
    return np.nan_to_num(np.hypot(east, north), nan=np.inf)


def _earlier(rows: Rows, facts: Facts, within: timedelta, slack_s: int = 0) -> tuple[Array, Array]:
    """Spots of valid calls not later than the facts and within the time, and their age in seconds."""
    table = rows.table
    age = int(facts.received_at.timestamp()) - table["t"]
    keep = (age >= -slack_s) & (age <= within.total_seconds()) & table["is_valid"] & (table["id"] != facts.call_id)
    if facts.call_id:
        keep &= (age > 0) | (table["id"] < facts.call_id)  # of two stored at one moment only one names the other
    at = np.flatnonzero(keep)
    return at, age[at]


def _same_event(rows: Rows, facts: Facts, limits: Thresholds) -> list[Match]:
    at, age = _earlier(rows, facts, limits.event_within, SLACK_S if facts.call_id == 0 else 0)
    distance = distances(rows, facts, at)
    phone = phone_key(facts.phone)
    near = distance <= limits.event_radius_m
    other = (rows.table["phone"][at] != phone) if phone else np.ones(len(at), bool)
    found = []
    for index, seconds, metres in zip(at[near & other], age[near & other], distance[near & other], strict=True):
        known = rows.known[index]
        if known.category != facts.category:
            continue
        evidence = [
            Evidence("near", round(float(metres)), 1 - float(metres) / (2 * limits.event_radius_m)),
            Evidence("minutes", int(max(0, seconds) // MINUTE_S), 0.5),
        ]
        if rows.table["subclass"][index] == CODES.get(facts.subclass, -1):
            evidence.append(Evidence("same_class", 1, 0.5))
        if set(known.plates) & set(facts.plates):
            evidence.append(Evidence("same_plate", 1, 1.0))
        found.append(_match(rows, int(index), Notion.SAME_EVENT, evidence))
    return found


def _same_matter(rows: Rows, facts: Facts, limits: Thresholds) -> list[Match]:
    at, age = _earlier(rows, facts, limits.repeat_within)
    table = rows.table[at]
    phone, plates = phone_key(facts.phone), set(facts.plates)
    same_phone = (table["phone"] == phone) & (phone != 0)
    same_class = table["subclass"] == CODES.get(facts.subclass, -1)
    distance = distances(rows, facts, at)
    near = distance <= limits.repeat_radius_m
    same_plate = np.zeros(len(at), bool)
    if plates:
        same_plate = np.array([not plates.isdisjoint(rows.known[index].plates) for index in at], bool)
    # Neighbours within the time of one event are the same event, unless it is the same caller.
    is_event = (age <= limits.event_within.total_seconds()) & ~same_phone
    chosen = (same_phone | same_plate | (near & same_class)) & ~is_event
    found = []
    for spot in np.flatnonzero(chosen)[-MOST_OF_A_MATTER:]:
        evidence = [Evidence("days", int(age[spot] // DAY_S), 0.2)]
        if same_phone[spot]:
            evidence.append(Evidence("same_phone", 1, 1.0))
        if same_plate[spot]:
            evidence.append(Evidence("same_plate", 1, 0.8))
        if near[spot]:
            evidence.append(Evidence("near", round(float(distance[spot])), 0.7))
        if same_class[spot]:
            evidence.append(Evidence("same_class", 1, 0.6))
        found.append(_match(rows, int(at[spot]), Notion.SAME_MATTER, evidence))
    return found


def _match(rows: Rows, index: int, notion: Notion, evidence: list[Evidence]) -> Match:
    missing = 1.0
    for item in evidence:
        missing *= 1 - min(item.weight, 1.0) * 0.6
    return Match(
        call_id=int(rows.table["id"][index]),
        number=rows.known[index].number,
        notion=notion,
        score=round(1 - missing, 3),
        evidence=tuple(evidence),
    )
