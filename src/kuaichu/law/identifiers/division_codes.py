"""Division codes of GB/T 2260 by date, from `divisions.csv`: code, name, first day, last day.

An empty day is open; `?` is a change whose day nobody here has looked up: then the code is taken on every day, marked
unsure, because an old document may well carry it. Functional zones (71 to 79) are no divisions of the standard.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Division:
    """One code with its name; `is_former` when another list no longer has it, `is_unsure` when no day is known."""

    code: str
    zh: str
    since: date | None
    until: date | None
    is_former: bool
    is_unsure: bool

    def is_valid_on(self, day: date) -> bool:
        """Whether the code was in use; an unsure one always may have been."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@lru_cache(maxsize=1)
def divisions() -> dict[str, Division]:
    """Every known code, former ones too."""
    path = Path(__file__).parent / "divisions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: _division(row) for row in csv.DictReader(file)}


def division(code: str, *, on: date) -> Division | None:
    """The division of this code on a day, or None when the code is unknown or was not in use."""
    found = divisions().get(code)
    return found if found and found.is_valid_on(on) else None


def full_name(code: str, *, on: date) -> str:
    """浙江省绍兴市越城区; counties run by their province follow it at once. Empty when the code is unknown."""
    codes = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))
    names = [found.zh for each in codes if (found := division(each, on=on))]
    return "".join(names) if division(code, on=on) else ""


def _division(row: dict[str, str]) -> Division:
    return Division(
        code=row["code"],
        zh=row["name"],
        since=_day(row["since"]),
        until=_day(row["until"]),
        is_former=bool(row["until"]),
        is_unsure=_UNKNOWN in (row["since"], row["until"]),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text not in ("", _UNKNOWN) else None
