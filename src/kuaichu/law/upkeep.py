"""For whoever keeps the law up to date: does everything load, how old are the checks, what changed between two days."""

from dataclasses import dataclass
from datetime import date

from kuaichu.law import codes, divisions
from kuaichu.law.citations import gists
from kuaichu.law.engine import the_law
from kuaichu.law.errors import LawError
from kuaichu.law.loading import Definition
from kuaichu.law.values import Value


@dataclass(frozen=True, slots=True)
class Report:
    """`problems` are empty when all is well. `by_age`: values with their age in days, oldest check first."""

    problems: tuple[str, ...]
    counts: dict[str, int]
    by_certainty: dict[str, int]
    by_age: tuple[tuple[int, Value], ...]
    unsure: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One key whose value differs between two days; None: none in force."""

    definition: Definition
    before: Value | None
    after: Value | None


def check(today: date) -> Report:
    """Loads every table of the room. `today` only dates the ages and the calendar's end."""
    problems = list(_problems(today))
    law = the_law()
    values = [entry.value for key, place in law.set_by() for entry in law.entries(key, place)]
    certainties: dict[str, int] = {}
    for value in values:
        certainties[value.certainty] = certainties.get(value.certainty, 0) + 1
    return Report(
        problems=tuple(problems),
        counts={"acts": len(law.acts), "keys": len(law.definitions), "values": len(values)}
        | {"places": len(divisions.known())},
        by_certainty=certainties,
        by_age=tuple((age, value) for age, _, _, _, value in _by_age(values, today)),
        unsure=tuple(value for value in values if value.is_unsure),
    )


def _by_age(values: list[Value], today: date) -> list[tuple[int, str, str, date, Value]]:
    rows = [((today - value.checked_on).days, value.key, value.place, value.since, value) for value in values]
    return sorted(rows, key=lambda row: (-row[0], *row[1:4]))


def _problems(today: date) -> list[str]:
    """What a load can't refuse because another table is needed to see it."""
    from kuaichu.law.national import calendar, clocks
    from kuaichu.law.national.liability.table import table
    from kuaichu.law.national.settlement.evidence import ITEMS

    found = []
    for load in (the_law, gists, codes.lists, divisions.known, clocks.table, table, lambda: list(ITEMS)):
        try:
            load()
        except (LawError, AssertionError) as error:
            found.append(str(error))
    if not found:
        law = the_law()
        cited = {citation for act in table().acts.values() for citation in act.citations}
        found += [f"liability cites the unknown act {c.act}" for c in cited if c.act not in law.acts]
        found += [f"places/{code}: has no place.yaml" for _, code in law.set_by() if code not in _places()]
    if calendar.last_year() < today.year:
        found.append(f"calendar.yaml ends in {calendar.last_year()}; add {today.year}")
    return found


def _places() -> set[str]:
    return {divisions.NATION, *divisions.known()}


def differences(since: date, until: date, place: str) -> tuple[Difference, ...]:
    """Keys whose amount, source, article or certainty at `place` differs between two days."""
    law, found = the_law(), []
    for key, definition in sorted(law.definitions.items()):
        before, after = (law.find(key, on=on, place=place) for on in (since, until))
        if _facts(before) != _facts(after):
            found.append(Difference(definition, before, after))
    return tuple(found)


def _facts(value: Value | None) -> object:
    return value and (value.amount, value.source, value.article, value.certainty, value.place)


def amount_text(value: Value | None) -> str:
    """The amount as people read it: fen as yuan, yes and no, percent."""
    if value is None:
        return "—"
    if value.unit == "fen":
        return f"{value.number / 100:,.2f} 元"
    if value.unit == "yes_no":
        return "是 yes" if value.is_yes else "否 no"
    return f"{value.amount} {_UNITS.get(value.unit, value.unit)}".strip()


_UNITS = {
    "percent": "%",
    "day": "日（自然日）",
    "working_day": "个工作日",
    "month": "个月",
    "year": "年",
    "hour": "小时",
    "minute": "分钟",
    "second": "秒",
    "metre": "米",
    "count": "",
    "text": "",
    "daily_hours": "",
    "byte": "字节",
    "km_per_hour": "公里/小时",
}
