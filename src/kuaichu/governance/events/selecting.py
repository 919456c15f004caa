"""Which of the store's calls are meant: one description for pages, figures and runs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.plane import Plane
from kuaichu.calls.states import Validity
from kuaichu.governance.events.columns import CATEGORIES, VALIDITIES, Columns
from kuaichu.governance.events.reading import Codes

DAY_S, HOUR_S, BEIJING_S = 86_400, 3600, 8 * 3600  # China has had one offset and no summer time since 1992
MONDAY_SHIFT = 3  # 1970-01-01 was a Thursday
Condition = Callable[[NDArray[np.int64]], NDArray[np.bool_]]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Received from `since` up to, not including, `until`; an empty or None condition asks for nothing.

    `categories`, `subclass`, `validity`, `district`: codes. `near`: longitude, latitude (WGS-84), radius in metres.
    `weekday` (Monday 0) and `hour`: China's civil time. `ids`: only these calls. `spans`: only in one of these times.
    """

    since: datetime | None = None
    until: datetime | None = None
    categories: tuple[str, ...] = ()
    subclass: str = ""
    validity: str = Validity.VALID
    is_repeat: bool | None = None
    unit_ids: frozenset[UUID] | None = None
    district: str = ""
    is_located: bool | None = None
    near: tuple[float, float, float] | None = None
    weekday: int | None = None
    hour: int | None = None
    ids: tuple[int, ...] | None = None
    spans: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class Selection:
    """Rows of `columns` by position, in the order of arrival."""

    columns: Columns
    index: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.index)

    @property
    def located(self) -> "Selection":
        """Those with a place."""
        return Selection(self.columns, self.index[np.isfinite(self.columns.lon[self.index])])

    def taken(self) -> Columns:
        """Copies of the rows in the order of their ids: nothing changes them any more."""
        rows = self.columns.taken(self.index)
        order = np.argsort(rows.id, kind="stable")
        return rows if bool((order[1:] > order[:-1]).all()) else rows.taken(order)


def digest(rows: Columns) -> str:
    """SHA-256 over what an analysis sees of the calls: id, time, place, class, validity, repeat, district."""
    found = sha256(f"calls {len(rows)}".encode())
    for name in ("id", "t", "lon", "lat", "category", "validity", "is_repeat", "district"):
        found.update(np.ascontiguousarray(getattr(rows, name)).tobytes())
    return found.hexdigest()


def chosen(columns: Columns, codes: Codes, wanted: Wanted) -> NDArray[np.int64]:
    """Positions of the rows that are wanted. The period first: what is left is short in most cases."""
    index = _in_period(columns, wanted)
    for condition in _conditions(columns, codes, wanted):
        if not len(index):
            break
        index = index[condition(index)]
    return index


def _in_period(columns: Columns, wanted: Wanted) -> NDArray[np.int64]:
    fits = None
    if wanted.since is not None:
        fits = columns.t >= int(wanted.since.timestamp())
    if wanted.until is not None:
        before = columns.t < int(wanted.until.timestamp())
        fits = before if fits is None else fits & before
    return np.arange(len(columns)) if fits is None else np.flatnonzero(fits)


def _conditions(columns: Columns, codes: Codes, wanted: Wanted) -> Iterator[Condition]:
    if wanted.spans:
        yield lambda index: _in_any(columns.t[index], wanted.spans)
    if wanted.validity:
        yield lambda index: columns.validity[index] == VALIDITIES.index(wanted.validity)
    if wanted.categories:
        is_asked = np.array([code in wanted.categories for code in CATEGORIES])
        yield lambda index: is_asked[columns.category[index]]
    if wanted.subclass:
        yield lambda index: columns.subclass[index] == _position(codes.subclasses, wanted.subclass)
    if wanted.is_repeat is not None:
        yield lambda index: columns.is_repeat[index] == wanted.is_repeat
    if wanted.district:
        yield lambda index: columns.district[index] == int(wanted.district)
    if wanted.unit_ids is not None:
        asked = [at for at, unit in enumerate(codes.units) if unit in (wanted.unit_ids or ())]
        yield lambda index: np.isin(columns.unit[index], asked)
    if wanted.is_located is not None:
        yield lambda index: np.isfinite(columns.lon[index]) == wanted.is_located
    if wanted.weekday is not None:
        yield lambda index: weekdays(columns.t[index]) == wanted.weekday
    if wanted.hour is not None:
        yield lambda index: hours(columns.t[index]) == wanted.hour
    if wanted.ids is not None:
        ids = np.array(wanted.ids, np.int64)
        yield lambda index: np.isin(columns.id[index], ids)
    if wanted.near is not None:
        near = wanted.near
        yield lambda index: within(columns.lon[index], columns.lat[index], near)


def _in_any(t: NDArray[np.int64], spans: Sequence[tuple[datetime, datetime]]) -> NDArray[np.bool_]:
    fits = [(t >= int(since.timestamp())) & (t < int(until.timestamp())) for since, until in spans]
    return np.logical_or.reduce(fits)


def weekdays(t: NDArray[np.int64]) -> NDArray[np.int64]:
    """Monday 0 to Sunday 6 in China's civil time."""
    return np.asarray(((t + BEIJING_S) // DAY_S + MONDAY_SHIFT) % 7)


def hours(t: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 to 23 in China's civil time."""
    return np.asarray((t + BEIJING_S) % DAY_S // HOUR_S)


def within(lon: NDArray[np.float64], lat: NDArray[np.float64], near: tuple[float, float, float]) -> NDArray[np.bool_]:
    """Which points lie in the circle (longitude, latitude, metres)."""
    x, y = Plane(lon=near[0], lat=near[1]).metres(lon, lat)
    with np.errstate(invalid="ignore"):
        return np.asarray(x * x + y * y <= near[2] ** 2)


def _position(known: Sequence[str], code: str) -> int:
    return known.index(code) if code in known else -9
