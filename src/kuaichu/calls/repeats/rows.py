"""Calls of one place as rows in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.calls.classes import CLASSES
from kuaichu.calls.linking import roads_of
from kuaichu.calls.states import Validity

FIELDS = (
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
    "road",
    "location",
    "incident_id",
)
CODES = {code: number for number, code in enumerate(CLASSES)}
_SUBCLASS = list(CLASSES)
_ROW = np.dtype(
    [("id", "i8"), ("t", "i8"), ("lon", "f8"), ("lat", "f8"), ("subclass", "i2"), ("phone", "u8"), ("is_valid", "?"),
     ("is_call", "?")]
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What belongs to a row and fits no array. `root`: the event's first call by id, of one more caller; else 0."""

    number: str
    category: str
    plates: tuple[str, ...]
    roads: str
    root: int


@dataclass
class Rows:
    """Rows in the order in which they were seen; `at`: the spot of a call by its id."""

    at: dict[int, int] = field(default_factory=dict)
    known: list[Known] = field(default_factory=list)
    _kept: NDArray[Any] = field(default_factory=lambda: np.zeros(0, _ROW))

    def __len__(self) -> int:
        return len(self.known)

    @property
    def table(self) -> NDArray[Any]:
        """id, t (seconds, UTC), lon, lat (degrees or NaN), subclass (CODES, -1), phone (0: none), is_valid, is_call
        (not invalid)."""
        return self._kept[: len(self.known)]

    def put(self, row: tuple[Any, ...]) -> None:
        """A row of FIELDS, new or again."""
        call_id, number, at, lon, lat, category, subclass, phone, plates, validity, road, location, incident = row
        known = Known(number, category, tuple(plates.split()), roads_of(road, location), incident or 0)
        spot = self.at.get(call_id)
        if spot is None:
            spot = self.at[call_id] = len(self.known)
            self.known.append(known)
            if spot >= len(self._kept):
                grown = np.zeros(max(1024, 2 * len(self._kept)), _ROW)
                grown[: len(self._kept)] = self._kept
                self._kept = grown
        self.known[spot] = known
        self._kept[spot] = (
            call_id,
            int(at.timestamp()),
            np.nan if lon is None else lon,
            np.nan if lat is None else lat,
            CODES.get(subclass, -1),
            phone_key(phone),
            validity == Validity.VALID,
            validity != Validity.INVALID,
        )

    def subclass(self, spot: int) -> str:
        code = int(self._kept["subclass"][spot])
        return _SUBCLASS[code] if code >= 0 else ""

    def in_turn(self, since: int = 0) -> Iterator[int]:
        """Spots from `since` on in order of time, without calls that do not count."""
        table = self.table[since:]
        for spot in np.argsort(table["t"], kind="stable"):
            if table["is_call"][spot]:
                yield since + int(spot)


def phone_key(index: str) -> int:
    """A whole number for the blind index of a phone; 0 when there is none."""
    return int(index[:15], 16) if index else 0
