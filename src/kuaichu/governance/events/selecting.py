"""Which of the store's calls are meant: one description for pages, figures and runs."""

from collections.abc import Sequence
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


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Received from `since` up to, not including, `until`; an empty or None condition asks for nothing.

    `categories`, `subclass`, `validity`, `district`: codes. `near`: longitude, latitude (WGS-84), radius in metres.
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


def mask(columns: Columns, codes: Codes, wanted: Wanted) -> NDArray[np.bool_]:
    """Which rows are wanted."""
    fits = np.ones(len(columns), bool)
    if wanted.since is not None:
        fits &= columns.t >= int(wanted.since.timestamp())
    if wanted.until is not None:
        fits &= columns.t < int(wanted.until.timestamp())
    if wanted.validity:
        fits &= columns.validity == VALIDITIES.index(wanted.validity)
    if wanted.categories:
        fits &= np.isin(columns.category, [CATEGORIES.index(code) for code in wanted.categories])
    if wanted.subclass:
        fits &= columns.subclass == _position(codes.subclasses, wanted.subclass)
    if wanted.is_repeat is not None:
        fits &= columns.is_repeat == wanted.is_repeat
    if wanted.district:
        fits &= columns.district == int(wanted.district)
    if wanted.unit_ids is not None:
        fits &= np.isin(columns.unit, [at for at, unit in enumerate(codes.units) if unit in wanted.unit_ids])
    if wanted.is_located is not None:
        fits &= np.isfinite(columns.lon) == wanted.is_located
    if wanted.near is not None:
        fits &= within(columns, wanted.near)
    return fits


def within(columns: Columns, near: tuple[float, float, float]) -> NDArray[np.bool_]:
    """Which rows lie in the circle (longitude, latitude, metres)."""
    x, y = Plane(lon=near[0], lat=near[1]).metres(columns.lon, columns.lat)
    with np.errstate(invalid="ignore"):
        return np.asarray(x * x + y * y <= near[2] ** 2)


def _position(known: Sequence[str], code: str) -> int:
    return known.index(code) if code in known else -9
