"""The columns of the store: plain arrays of one length, and buffers that grow behind them."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.calls.states import Category, Validity

CATEGORIES: tuple[str, ...] = tuple(Category.values)
VALIDITIES: tuple[str, ...] = tuple(Validity.values)
SMALLEST = 1024

# What one row of the store is, in the order in which it is read.
ROW = np.dtype(
    [
        ("id", "i8"),
        ("t", "i8"),
        ("lon", "f8"),
        ("lat", "f8"),
        ("category", "i4"),
        ("subclass", "i4"),
        ("validity", "i4"),
        ("is_repeat", "i4"),
        ("unit", "i4"),
        ("district", "i4"),
    ]
)
_KEPT = {"category": "i1", "subclass": "i2", "validity": "i1", "is_repeat": "?"}  # narrower than they are read


@dataclass(frozen=True, kw_only=True)
class Columns:
    """One entry a call, in the order of arrival.

    `t`: seconds since 1970 (UTC) at which it was received. `lon`, `lat`: WGS-84 degrees, NaN where it has no place.
    `category`, `validity`: positions in CATEGORIES and VALIDITIES. `subclass`, `unit`: positions in the store's own
    lists (unit -1: none). `district`: the county-level code as a number, 0 for none.
    """

    id: NDArray[np.int64]
    t: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    category: NDArray[np.int8]
    subclass: NDArray[np.int16]
    validity: NDArray[np.int8]
    is_repeat: NDArray[np.bool_]
    unit: NDArray[np.int32]
    district: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.id)

    def taken(self, index: NDArray[np.int64]) -> "Columns":
        """Copies of some rows."""
        return Columns(**{name: getattr(self, name)[index] for name in NAMES})


NAMES: tuple[str, ...] = tuple(field.name for field in fields(Columns))


class Buffers:
    """Arrays with room to grow: `columns` are views of what is filled, and stay right while more is appended."""

    def __init__(self, arrays: dict[str, NDArray[Any]] | None = None) -> None:
        self._arrays = arrays or {name: np.empty(SMALLEST, _KEPT.get(name, ROW[name])) for name in NAMES}
        self.rows = len(arrays["id"]) if arrays else 0
        self.columns = self._view()

    def _view(self) -> Columns:
        return Columns(**{name: array[: self.rows] for name, array in self._arrays.items()})

    def append(self, rows: NDArray[Any]) -> None:
        """Rows of dtype ROW behind the others."""
        wanted = self.rows + len(rows)
        if wanted > len(self._arrays["id"]):
            room = max(wanted, 2 * len(self._arrays["id"]))
            for name, array in self._arrays.items():
                larger = np.empty(room, array.dtype)
                larger[: self.rows] = array[: self.rows]
                self._arrays[name] = larger
        for name, array in self._arrays.items():
            array[self.rows : wanted] = rows[name]
        self.rows = wanted
        self.columns = self._view()

    def overwrite(self, at: int, row: Any) -> None:
        """One row anew."""
        for name, array in self._arrays.items():
            array[at] = row[name]
