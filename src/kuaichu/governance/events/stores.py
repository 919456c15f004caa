"""The store: loaded once, from a snapshot if there is one, then kept up to date by what was stored and changed."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Max
from numpy.typing import NDArray

from kuaichu.calls.models import Call, CallChange
from kuaichu.governance.events import snapshots
from kuaichu.governance.events.columns import Buffers, Columns
from kuaichu.governance.events.reading import UNKNOWN, Codes, all_codes, read
from kuaichu.governance.events.selecting import Selection, Wanted, chosen

LATE_S = 600  # on PostgreSQL a row with a smaller id may appear later: for so long it is looked for
FRESH_S = 0.1  # asked again within this time, the database is not
LOG_LENGTH = 5000
SAVED_AFTER = 50_000  # so many more rows make a new snapshot worth its time
MANY = 500


@dataclass(frozen=True)
class Mark:
    """How far a store has read: the highest id of a call and of a change."""

    call: int = 0
    change: int = 0

    def __str__(self) -> str:
        return f"{self.call}.{self.change}"

    @classmethod
    def parse(cls, text: str) -> "Mark":
        """`call.change`; anything else is the beginning."""
        call, _, change = text.partition(".")
        return cls(int(call), int(change)) if call.isdigit() and change.isdigit() and len(text) < 40 else cls()


@dataclass(frozen=True)
class Applied:
    """A change as this store took it in: one row of columns before and after."""

    change: int
    before: Columns
    after: Columns


class Store:
    """Calls of one place, for all threads: what was handed out stays as it was but for corrections of rows."""

    def __init__(self, place_code: str) -> None:
        self.place_code = place_code
        self.codes = Codes()
        self.mark = Mark()
        self.log: deque[Applied] = deque(maxlen=LOG_LENGTH)
        self.log_from = 0  # the log knows every change above this one
        self._buffers = Buffers()
        self._lock = RLock()
        self._asked_s = float("-inf")
        self._handled: dict[int, float] = {}  # changes above the floor that were taken in, and when
        self._floors: deque[tuple[float, Mark]] = deque()
        self._newest = 0
        self._saved_rows = 0
        self._is_loaded = False

    @property
    def columns(self) -> Columns:
        return self._buffers.columns

    @contextmanager
    def still(self) -> Iterator[None]:
        """While the block lasts nothing is taken in: mark, columns and log belong together."""
        with self._lock:
            yield

    @property
    def lately(self) -> tuple[list[int], list[int]]:
        """The last calls and changes taken in: what `recent` and the log may name once more."""
        calls = self.columns.id[-2 * self._overlap :] if self._overlap else self.columns.id[:0]
        return calls.tolist(), sorted(self._handled)[-2 * self._overlap :] if self._overlap else []

    def later_changes(self, after: Mark) -> list[Applied] | None:
        """Changes after the mark, or a little before it; None: this store doesn't know all of them."""
        if after.change < self.log_from or (len(self.log) == LOG_LENGTH and self.log[0].change > after.change):
            return None
        return [each for each in self.log if each.change > after.change - self._overlap]

    def select(self, wanted: Wanted | None = None, **conditions: Any) -> Selection:
        """What `wanted`, or the conditions of a Wanted, ask for; valid calls unless `validity` says otherwise."""
        columns = self.columns
        asked = wanted or Wanted(**conditions)
        return Selection(columns, chosen(columns, self.codes, asked))

    def recent(self, after: Mark) -> NDArray[np.int64] | None:
        """Positions of calls after the mark, or a little before it (they may have come late); None: too many."""
        ids = self.columns.id[-4 * MANY :]
        if len(self.columns) > len(ids) and ids.min(initial=0) > after.call:
            return None
        found = np.flatnonzero(ids > after.call - self._overlap)
        return None if np.count_nonzero(ids > after.call) > MANY else found + len(self.columns) - len(ids)

    @property
    def _overlap(self) -> int:
        return 100 if connection.vendor == "postgresql" else 0

    def refresh(self) -> None:
        """Take in what was stored or changed since; a millisecond when there is nothing."""
        with self._lock:
            now = time.monotonic()
            if now - self._asked_s < FRESH_S and not settings.TESTING:
                return
            if not self._is_loaded:
                self._load()
            self._take_new()
            self._take_changes(now)
            self._asked_s = time.monotonic()
            if self._buffers.rows - self._saved_rows >= SAVED_AFTER:
                self.save()

    def save(self) -> None:
        """Write the snapshot from which the next process starts."""
        with self._lock:
            snapshots.save(self.place_code, self.columns, self.codes, (self.mark.call, self.mark.change))
            self._saved_rows = self._buffers.rows

    def _load(self) -> None:
        found = snapshots.load(self.place_code)
        if found is not None and self._is_whole(found):
            self._buffers = Buffers(found.arrays)
            self.codes, self.mark = found.codes, Mark(*found.mark)
            self._saved_rows = self._buffers.rows
        else:
            # The newest change first: one that comes while the calls are read is then looked at again.
            self.mark = Mark(0, CallChange.objects.aggregate(newest=Max("pk"))["newest"] or 0)
        self.log_from = self.mark.change
        self._is_loaded = True

    def _is_whole(self, found: snapshots.Snapshot) -> bool:
        """Whether the database still has just the calls that the snapshot has."""
        there = Call.objects.filter(place_id=self.place_code, pk__lte=found.mark[0]).count()
        return there == len(found.arrays["id"])

    def _take_new(self) -> None:
        newest = Call.objects.aggregate(newest=Max("pk"))["newest"] or 0  # of any place: this the key answers at once
        if newest > self._newest:
            self._append(self._read("c.id > %s", [self.mark.call]))
            self._newest = newest
        if connection.vendor == "postgresql":
            self._take_late()

    def _take_late(self) -> None:
        """Calls whose transaction ended after that of a call with a higher id."""
        now = time.monotonic()
        if not self._floors or self._floors[-1][1].call != self.mark.call:
            self._floors.append((now, self.mark))
        while len(self._floors) > 1 and self._floors[1][0] < now - LATE_S:
            self._floors.popleft()
        floor = self._floors[0][1].call
        known = self.columns.id[self.columns.id > floor]
        there = Call.objects.filter(place_id=self.place_code, pk__gt=floor)
        if there.count() > len(known):
            late = sorted(set(there.values_list("pk", flat=True)) - set(known.tolist()))
            self._append(self._read("c.id = ANY(%s)", [late]))

    def _append(self, rows: NDArray[Any]) -> None:
        if len(rows):
            self._buffers.append(rows)
            self.mark = replace(self.mark, call=max(self.mark.call, int(rows["id"].max())))

    def _read(self, condition: str, values: Sequence[Any]) -> NDArray[Any]:
        if not self.codes.subclasses:
            self.codes = all_codes(self.codes)
        rows = read(self.place_code, self.codes, condition=condition, values=values)
        if (rows["subclass"] == UNKNOWN).any() or (rows["unit"] == UNKNOWN).any():
            self.codes = all_codes(self.codes)
            rows = read(self.place_code, self.codes, condition=condition, values=values)
        for name in ("lon", "lat"):
            rows[name][~np.isfinite(rows[name])] = np.nan
        return rows

    def _take_changes(self, now: float) -> None:
        floor = self.mark.change - (1000 if connection.vendor == "postgresql" else 0)
        floor = max(floor, self.log_from)
        found = CallChange.objects.filter(pk__gt=floor).order_by("pk")  # of another place too: those are not found
        news = [pair for pair in found.values_list("pk", "call_id") if pair[0] not in self._handled]
        for at in range(0, len(news), MANY):
            self._take_block(news[at : at + MANY], now)
        if news:
            self.mark = replace(self.mark, change=max(self.mark.change, news[-1][0]))
        self._handled = {pk: at for pk, at in self._handled.items() if pk > floor}

    def _take_block(self, news: list[tuple[int, int]], now: float) -> None:
        marks = ", ".join(["%s"] * len(news))
        rows = {int(row["id"]): row for row in self._read(f"c.id IN ({marks})", [call for _, call in news])}
        columns = self.columns
        wanted = np.fromiter({call for _, call in news}, np.int64)
        where = {int(columns.id[at]): int(at) for at in np.flatnonzero(np.isin(columns.id, wanted))}
        for pk, call in news:
            self._handled[pk] = now
            if call in rows and call in where:
                at = np.array([where[call]])
                before = columns.taken(at)
                self._buffers.overwrite(where[call], rows[call])
                self.log.append(Applied(pk, before, self.columns.taken(at)))
