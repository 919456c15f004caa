"""The Chinese working calendar: weekends, days off and make-up workdays of `calendar.yaml`.

The State Council announces each year's days in the November before. A clock that runs into a year not yet announced
still needs an answer, so `estimate_workday` counts weekends and the days off that never move for a few years beyond
the data; whoever uses it must mark the result as unsure. `is_workday` answers from the data alone.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from kuaichu.law.citations import LAW_ROOT
from kuaichu.law.errors import LawError
from kuaichu.law.reading import read_mapping

# New Year, Labour Day and National Day stand on fixed days; the other days off follow the lunar calendar or are moved.
_FIXED_DAYS_OFF = frozenset({(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)})

# Long enough for the two years in which a claim may be made; beyond it the data has been forgotten, and that is said.
YEARS_ESTIMATED = 3


def is_workday(day: date) -> bool:
    """Raises LawError outside the years of the data: no guess about days nobody has announced."""
    days = _years().get(day.year)
    if days is None:
        raise LawError(
            f"the working calendar covers {first_year()} to {last_year()}; {day.year} must be added to calendar.yaml"
        )
    return _by_list(day, days)


def estimate_workday(day: date) -> tuple[bool, bool]:
    """(is a workday, is sure): not sure in the YEARS_ESTIMATED after the data, LawError beyond them and before it."""
    if last_year() < day.year <= last_year() + YEARS_ESTIMATED:
        return day.weekday() < 5 and (day.month, day.day) not in _FIXED_DAYS_OFF, False
    return is_workday(day), True


def first_year() -> int:
    return min(_years())


def last_year() -> int:
    return max(_years())


def _by_list(day: date, days: tuple[frozenset[date], frozenset[date]]) -> bool:
    off, work = days
    return day in work or (day.weekday() < 5 and day not in off)


@lru_cache(maxsize=1)
def _years() -> dict[int, tuple[frozenset[date], frozenset[date]]]:
    rows = read_mapping(LAW_ROOT / "national" / "calendar.yaml")["years"]
    return {int(year): read_year(int(year), row) for year, row in rows.items()}


def read_year(year: int, row: dict[str, Any]) -> tuple[frozenset[date], frozenset[date]]:
    """(days off, make-up workdays) of one year. Raises LawError for a day in both, or a make-up day on a weekday."""
    off, work = _days(year, row["rest"]), _days(year, row["work"])
    if off & work:
        raise LawError(f"calendar.yaml: {year}: {min(off & work)} is both off and at work")
    on_weekday = sorted(day for day in work if day.weekday() < 5)
    if on_weekday:
        raise LawError(f"calendar.yaml: {year}: make-up workday {on_weekday[0]} is no weekend day")
    return off, work


def _days(year: int, text: str | None) -> frozenset[date]:
    days: set[date] = set()
    for run in (text or "").split():
        first, _, last = run.partition("~")
        start, end = (date.fromisoformat(f"{year}-{edge}") for edge in (first, last or first))
        days.update(start + timedelta(days=step) for step in range((end - start).days + 1))
    return frozenset(days)
