"""The engine: one dated value for one key, one day and one place.

    from kuaichu import law
    law.value("photos.required", on=date(2026, 11, 1), place="330600").number

City, province and nation are asked in this order; the nearest that has a value in force on the day answers.
There is no current value: `on` has no default.
"""

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from kuaichu.law import divisions, loading
from kuaichu.law.citations import LAW_ROOT, Act
from kuaichu.law.errors import LawError
from kuaichu.law.loading import Definition, Entry
from kuaichu.law.values import Value

_Timeline = tuple[list[date], list[Value | None]]


class Law:
    """A loaded law. Timelines (first days and what holds from them) are made at the first question and kept."""

    def __init__(self, root: Path) -> None:
        self._loaded = loading.load(root)
        self._timelines: dict[tuple[str, str], _Timeline] = {}
        self._days: tuple[date, ...] = ()

    @property
    def acts(self) -> dict[str, Act]:
        return self._loaded.acts

    @property
    def definitions(self) -> dict[str, Definition]:
        return self._loaded.definitions

    def entries(self, key: str, place: str) -> tuple[Entry, ...]:
        """What exactly this place (not those above it) sets for `key`, by first day."""
        return self._loaded.entries.get((key, place), ())

    def set_by(self) -> tuple[tuple[str, str], ...]:
        """Every (key, place) that has entries."""
        return tuple(self._loaded.entries)

    def change_days(self) -> tuple[date, ...]:
        """Every day on which anything changes, in order: worked examples run on each of them."""
        days: set[date] = set()
        for entries in self._loaded.entries.values():
            for entry in entries:
                days.add(entry.value.since)
                days.update({entry.until + timedelta(days=1)} if entry.until else ())
        return tuple(sorted(days))

    def period(self, on: date) -> date:
        """The first day of the period around `on` in which no value changes; `on` itself before all values."""
        days = self._days = self._days or self.change_days()
        index = bisect_right(days, on)
        return days[index - 1] if index else on

    def value(self, key: str, *, on: date, place: str) -> Value:
        """The value of `key` on `on` at `place` (six digits).

        Raises LawError for an unknown key or place, before the first value, or where none is in force.
        """
        timeline = self._timelines.get((key, place))
        if timeline is None:
            timeline = self._timeline(key, place)
        if type(on) is not date:
            raise TypeError("`on` is a day (a Beijing day, not a moment)")
        since, values = timeline
        index = bisect_right(since, on) - 1
        found = values[index] if index >= 0 else None
        if found is None:
            raise LawError(self._absence(key, on, place))
        return found

    def find(self, key: str, *, on: date, place: str) -> Value | None:
        """Like `value`, but None where no value is in force; unknown keys and places are still refused."""
        since, values = self._timelines.get((key, place)) or self._timeline(key, place)
        index = bisect_right(since, on) - 1
        return values[index] if index >= 0 else None

    def _timeline(self, key: str, place: str) -> _Timeline:
        if key not in self._loaded.definitions:
            raise LawError(f"the law knows no value {key!r}")
        rows = [self.entries(key, code) for code in divisions.chain(place)]
        days: set[date] = set()
        for entry in (entry for row in rows for entry in row):
            days.add(entry.value.since)
            days.update({entry.until + timedelta(days=1)} if entry.until else ())
        since = sorted(days)
        timeline = (since, [next((value for row in rows if (value := _in_force(row, day))), None) for day in since])
        self._timelines[key, place] = timeline
        return timeline

    def _absence(self, key: str, on: date, place: str) -> str:
        since, values = self._timelines[key, place]
        first = next((day for day, value in zip(since, values, strict=True) if value), None)
        if first is None:
            return f"no value of {key} is set for {place}"
        if on < first:
            return f"{key} was asked for {on} at {place}, before its first value of {first}"
        return f"no value of {key} is in force on {on} at {place}"


@lru_cache(maxsize=1)
def the_law() -> Law:
    """This product's law, read once per process."""
    return Law(LAW_ROOT)


def value(key: str, *, on: date, place: str) -> Value:
    """`Law.value` of this product's law."""
    return the_law().value(key, on=on, place=place)


def find(key: str, *, on: date, place: str) -> Value | None:
    """`Law.find` of this product's law."""
    return the_law().find(key, on=on, place=place)


def _in_force(entries: tuple[Entry, ...], day: date) -> Value | None:
    for entry in reversed(entries):
        if entry.value.since <= day:
            return entry.value if entry.until is None or day <= entry.until else None
    return None
