"""Who is next to whom: neighbour lists in compressed rows, and the sums over them."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """Cell i has the neighbours `members[starts[i]:starts[i + 1]]`, never itself; `weights` beside them, None for
    ones."""

    starts: Ints
    members: Ints
    weights: Floats | None = None

    def __post_init__(self) -> None:
        n = len(self.starts) - 1
        members = self.members
        if n < 0 or self.starts[0] != 0 or self.starts[-1] != len(members) or (np.diff(self.starts) < 0).any():
            raise BadInput("邻居表的起点不对", "the starts of the neighbour lists don't fit", field="starts")
        if len(members) and (members.min() < 0 or members.max() >= n):
            raise BadInput("邻居表指向不存在的单元", "a neighbour list names a cell that isn't there", field="members")
        if (members == np.repeat(np.arange(n), self.counts)).any():
            raise BadInput("单元不能是自己的邻居", "a cell can't be its own neighbour", field="members")
        if self.weights is not None and not _are_weights(self.weights, len(members)):
            raise BadInput(
                "权重须是不小于 0 的数，每个邻居一个", "weights must be >= 0, one a neighbour", field="weights"
            )

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def counts(self) -> Ints:
        """How many neighbours every cell has."""
        return np.diff(self.starts)

    def sums(self, values: Floats) -> Floats:
        """The (weighted) sum of the neighbours' values, one a cell; 0 for an island."""
        weights = np.ones(1) if self.weights is None else self.weights
        return _sums(self.starts, self.members, weights, np.ascontiguousarray(values, np.float64))

    @classmethod
    def from_pairs(cls, first: Ints, second: Ints, *, cells: int) -> "Neighbours":
        """From the pairs (cell, neighbour), in any order; a pair that stands twice counts once."""
        order = np.unique(np.asarray(first, np.int64) * max(cells, 1) + np.asarray(second, np.int64))
        owner, members = order // max(cells, 1), order % max(cells, 1)
        starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=cells))]).astype(np.int64)
        return cls(starts=starts, members=members)

    @classmethod
    def on_grid(cls, columns: Ints, rows: Ints, *, rings: int = 1) -> "Neighbours":
        """Square cells that share a side or a corner (`rings` 1: up to 8), or stand within more rings.

        `columns`, `rows`: whole numbers from 0, one pair a cell, no pair twice; cells may be missing.
        """
        columns, rows = np.asarray(columns, np.int64), np.asarray(rows, np.int64)
        if not len(columns):
            return cls(starts=np.zeros(1, np.int64), members=np.empty(0, np.int64))
        width, height = int(columns.max()) + 1, int(rows.max()) + 1
        lookup = np.full((height + 2 * rings, width + 2 * rings), -1, np.int64)
        lookup[rows + rings, columns + rings] = np.arange(len(columns))
        starts, members = _grid(columns, rows, lookup, rings)
        return cls(starts=starts, members=members)


@njit(cache=True, nogil=True)
def _sums(starts: Ints, members: Ints, weights: Floats, values: Floats) -> Floats:
    n, is_plain = len(starts) - 1, len(weights) != len(members)
    found = np.zeros(n)
    for i in range(n):
        total = 0.0
        for at in range(starts[i], starts[i + 1]):
            total += values[members[at]] * (1.0 if is_plain else weights[at])
        found[i] = total
    return found


@njit(cache=True, nogil=True)
def _grid(columns: Ints, rows: Ints, lookup: Ints, rings: int) -> tuple[Ints, Ints]:
    n, side = len(columns), 2 * rings + 1
    starts = np.zeros(n + 1, np.int64)
    members = np.empty(n * (side * side - 1), np.int64)
    at = 0
    for i in range(n):
        for down in range(side):
            for right in range(side):
                other = lookup[rows[i] + down, columns[i] + right]
                if other >= 0 and other != i:
                    members[at] = other
                    at += 1
        starts[i + 1] = at
    return starts, members[:at].copy()


def _are_weights(weights: Floats, wanted: int) -> bool:
    return len(weights) == wanted and bool((np.isfinite(weights) & (weights >= 0)).all())
