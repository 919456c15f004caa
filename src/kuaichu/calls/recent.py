"""The calls of the last days of one place in memory, for the question "was that reported before?".

The rule (no national definition exists; thresholds are the city's, law/national/calls.yaml):
same matter 同一诉求: same phone, same plate, or nearer than the radius with the same sub-class, within some days;
same event 同一事件: another phone, same category, nearer than the radius, within some minutes.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from kuaichu import clock
from kuaichu.calls.classes import CLASSES
from kuaichu.calls.linking import Evidence, Facts, Match
from kuaichu.calls.models import Call, CallChange
from kuaichu.calls.states import Notion, Validity
from kuaichu.calls.thresholds import Thresholds, thresholds_of

LATE_IDS = 256  # ids that another transaction may still be about to show
METRES_PER_DEGREE = 111_195.0
MINUTE_S = 60
DAY_S = 86_400
_CODES = {code: number for number, code in enumerate(CLASSES)}
_FIELDS = (
    "id",
    "number",
    "received_at",
    "lon_wgs84",
    "lat_wgs84",
    "category",
    "subclass",
    "phone_index",
    "plates",
    "validity",
)
_ROW = np.dtype(
    [("id", "i8"), ("t", "i8"), ("lon", "f8"), ("lat", "f8"), ("subclass", "i2"), ("phone", "u8"), ("is_valid", "?")]
)


@dataclass
class _Known:
    """What belongs to a row and fits no array."""

    number: str
    category: str
    plates: frozenset[str]


class Recent:
    """Rows of one place, newest ids last. Threads may ask at the same time."""

    def __init__(self, place_code: str) -> None:
        self._place = place_code
        self._lock = threading.Lock()
        self._rows = np.zeros(0, _ROW)
        self._count = 0
        self._at: dict[int, int] = {}
        self._known: list[_Known] = []
        self._last_id = self._last_change = 0
        self._since: datetime | None = None

    def matches(self, facts: Facts, *, most: int) -> list[Match]:
        """The likeliest earlier calls, at most `most`."""
        limits = thresholds_of(self._place)
        with self._lock:
            self._refresh(limits)
            found = self._same_event(facts, limits) + self._same_matter(facts, limits)
        return sorted(found, key=lambda match: (-match.score, -match.call_id))[:most]

    def _refresh(self, limits: Thresholds) -> None:
        """Rows stored or changed since the last time. Ids that appear late (a slower transaction) are found too."""
        since = clock.now() - limits.repeat_within - timedelta(days=1)
        if self._since is None:
            self._last_change = CallChange.objects.order_by("-id").values_list("id", flat=True).first() or 0
            self._since = since
            rows = Call.objects.filter(place_id=self._place, received_at__gte=since)
        else:
            rows = Call.objects.filter(place_id=self._place, id__gt=self._last_id - LATE_IDS, received_at__gte=since)
            self._look_again()
        for row in rows.order_by("id").values_list(*_FIELDS).iterator(chunk_size=5000):
            self._put(row)

    def _look_again(self) -> None:
        changes = list(CallChange.objects.filter(id__gt=self._last_change).order_by("id").values_list("id", "call_id"))
        if not changes:
            return
        self._last_change = changes[-1][0]
        ids = sorted({call_id for _, call_id in changes if call_id in self._at})
        for row in Call.objects.filter(id__in=ids[-5000:]).values_list(*_FIELDS):
            self._put(row, is_new=False)

    def _put(self, row: tuple, *, is_new: bool = True) -> None:
        call_id, number, at, lon, lat, category, subclass, phone, plates, validity = row
        spot = self._at.get(call_id)
        if spot is not None and is_new:
            return
        if spot is None:
            spot = self._at[call_id] = self._count
            self._count += 1
            if spot >= len(self._rows):
                grown = np.zeros(max(1024, 2 * len(self._rows)), _ROW)
                grown[: len(self._rows)] = self._rows
                self._rows = grown
            self._known.append(_Known("", "", frozenset()))
        self._known[spot] = _Known(number, category, frozenset(plates.split()))
        self._rows[spot] = (
            call_id,
            int(at.timestamp()),
            np.nan if lon is None else lon,
            np.nan if lat is None else lat,
            _CODES.get(subclass, -1),
            _phone_key(phone),
            validity == Validity.VALID,
        )
        self._last_id = max(self._last_id, call_id)

    def _earlier(self, facts: Facts, within: timedelta) -> tuple[NDArray, NDArray]:
        """Indexes of valid calls not later than the facts and within the time, and their age in seconds."""
        rows = self._rows[: self._count]
        age = int(facts.received_at.timestamp()) - rows["t"]
        keep = (age >= 0) & (age <= within.total_seconds()) & rows["is_valid"] & (rows["id"] != facts.call_id)
        at = np.flatnonzero(keep)
        return at, age[at]

    def _distance(self, facts: Facts, at: NDArray) -> NDArray:
        if facts.lon_wgs84 is None or facts.lat_wgs84 is None:
            return np.full(len(at), np.inf)
        rows = self._rows[at]
        east = (rows["lon"] - facts.lon_wgs84) * METRES_PER_DEGREE * cos(radians(facts.lat_wgs84))
        north = (rows["lat"] - facts.lat_wgs84) * METRES_PER_DEGREE
        return np.nan_to_num(np.hypot(east, north), nan=np.inf)

    def _same_event(self, facts: Facts, limits: Thresholds) -> list[Match]:
        at, age = self._earlier(facts, limits.event_within)
        distance = self._distance(facts, at)
        phone = _phone_key(facts.phone)
        near = distance <= limits.event_radius_m
        other = (self._rows["phone"][at] != phone) if phone else np.ones(len(at), bool)
        found = []
        for index, seconds, metres in zip(at[near & other], age[near & other], distance[near & other], strict=True):
            known = self._known[index]
            if known.category != facts.category:
                continue
            evidence = [
                Evidence("near", round(float(metres)), 1 - float(metres) / (2 * limits.event_radius_m)),
                Evidence("minutes", int(seconds // MINUTE_S), 0.5),
            ]
            if self._rows["subclass"][index] == _CODES.get(facts.subclass, -1):
                evidence.append(Evidence("same_class", 1, 0.5))
            if known.plates & set(facts.plates):
                evidence.append(Evidence("same_plate", 1, 1.0))
            found.append(self._match(int(index), Notion.SAME_EVENT, evidence))
        return found

    def _same_matter(self, facts: Facts, limits: Thresholds) -> list[Match]:
        at, age = self._earlier(facts, limits.repeat_within)
        rows = self._rows[at]
        phone, plates = _phone_key(facts.phone), set(facts.plates)
        same_phone = (rows["phone"] == phone) & (phone != 0)
        same_class = rows["subclass"] == _CODES.get(facts.subclass, -1)
        distance = self._distance(facts, at)
        near = distance <= limits.repeat_radius_m
        same_plate = np.array([bool(plates & self._known[index].plates) for index in at] if plates else [], bool)
        if not plates:
            same_plate = np.zeros(len(at), bool)
        # Neighbours within the time of one event are the same event, unless it is the same caller.
        is_event = (age <= limits.event_within.total_seconds()) & ~same_phone
        chosen = (same_phone | same_plate | (near & same_class)) & ~is_event
        found = []
        for spot in np.flatnonzero(chosen)[-50:]:
            evidence = [Evidence("days", int(age[spot] // DAY_S), 0.2)]
            if same_phone[spot]:
                evidence.append(Evidence("same_phone", 1, 1.0))
            if same_plate[spot]:
                evidence.append(Evidence("same_plate", 1, 0.8))
            if near[spot]:
                evidence.append(Evidence("near", round(float(distance[spot])), 0.7))
            if same_class[spot]:
                evidence.append(Evidence("same_class", 1, 0.6))
            found.append(self._match(int(at[spot]), Notion.SAME_MATTER, evidence))
        return found

    def _match(self, index: int, notion: Notion, evidence: list[Evidence]) -> Match:
        missing = 1.0
        for item in evidence:
            missing *= 1 - min(item.weight, 1.0) * 0.6
        return Match(
            call_id=int(self._rows["id"][index]),
            number=self._known[index].number,
            notion=notion,
            score=round(1 - missing, 3),
            evidence=tuple(evidence),
        )


_places: dict[str, Recent] = {}
_places_lock = threading.Lock()


def recent_of(place_code: str) -> Recent:
    """The memory of a place in this process."""
    with _places_lock:
        return _places.setdefault(place_code, Recent(place_code))


def forget_all() -> None:
    """Empty the memory (tests: another database stands behind it)."""
    with _places_lock:
        _places.clear()


def _phone_key(index: str) -> int:
    return int(index[:15], 16) if index else 0
