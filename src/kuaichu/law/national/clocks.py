"""Clocks: from a moment and a period of the law to the last moment.

Days are Beijing days although moments are stored in UTC. The first day is not counted (Art. 35 of the Provisions on
Administrative Cases; Civil Code Art. 201(1)); a period of days ends at 24:00 of its last day. Working days follow the
announced calendar (Handling Provisions Art. 112.5); calendar days may end on the next working day (`ends: workday`).

Where a clock runs into years whose calendar is not announced yet, weekends and the fixed days off decide, and the
result is marked unsure with the sentence 以国务院公布的放假安排为准. It may then be some days off either way around Spring
Festival, so nothing may be refused as late on an unsure date alone. More than three years ahead it raises LawError.
"""

import calendar as months
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from kuaichu.clock import BEIJING, local_day
from kuaichu.law import engine
from kuaichu.law.citations import LAW_ROOT, Citation
from kuaichu.law.errors import LawError
from kuaichu.law.national import calendar
from kuaichu.law.reading import read_mapping
from kuaichu.law.values import Value

_WEEKDAYS_ZH = "一二三四五六日"
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONGEST_PAUSE = 3660  # a bound against nonsense: ten years
_UNSURE_ZH = "（以国务院公布的放假安排为准）"
_UNSURE_EN = " (subject to the announced public holidays)"


@dataclass(frozen=True, slots=True)
class Pause:
    """Beijing days, both counted, in which the period does not run: a suspension (Art. 68) or an appraisal."""

    first_on: date
    last_on: date
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock ends. `at` (UTC) is the first moment that is too late: `now < at` is in time.

    `last_on` is the last Beijing day for periods of days and longer, else None. `length` is in `unit`.
    `certainty` is the period's own, or `unsure` where the working calendar is not announced yet.
    """

    clock: str
    at: datetime
    started_at: datetime
    last_on: date | None
    length: int
    unit: str
    citation: Citation
    certainty: str
    text_zh: str
    text_en: str
    paused_days: int = 0

    @property
    def is_unsure(self) -> bool:
        return self.certainty == "unsure"


def due(
    clock: str, *, started_at: datetime, place: str, pauses: tuple[Pause, ...] = (), accepted_at: datetime | None = None
) -> Due:
    """When `clock` (a key of `clocks.yaml`), started at an aware moment, ends at `place`.

    Days of a pause are not counted, whatever they would have counted as; periods below a day have none. A suspension
    is cut at the most that the law allows (`suspension.most`), beyond that the period runs again.

    `accepted_at`: for a clock that starts at its event or, if later, with acceptance (Art. 90(2)).

    The period is the one in force on the Beijing day of the start. Raises LawError for an unknown clock or place,
    before the period's first value, or beyond the working calendar.
    """
    if started_at.utcoffset() is None:
        raise TypeError("started_at must be an aware moment")
    row = table().get(clock)
    if row is None:
        raise LawError(f"clocks.yaml holds no clock {clock!r}")
    if accepted_at is not None:
        if row.get("or_later") != "acceptance":
            raise LawError(f"{clock} does not look at acceptance")
        started_at = max(started_at, accepted_at)
    first_on = local_day(started_at)
    period = engine.value(clock, on=first_on, place=place)
    step = _STEPS.get(period.unit)
    if step is not None:
        return _due(row, period, started_at=started_at, at=started_at.astimezone(UTC) + step * period.number)
    paused = _paused_days(pauses, on=first_on, place=place)
    if row.get("runs") == "back":
        last_on, is_sure = _before_working_days(first_on, period.number)
    else:
        last_on, is_sure = _last_day(period, first_on, paused)
    if row.get("ends") == "workday":
        last_on, is_sure_end = _this_or_next_workday(last_on)
        is_sure = is_sure and is_sure_end
    at = datetime.combine(last_on + timedelta(days=1), time(), BEIJING).astimezone(UTC)
    return _due(
        row,
        period,
        started_at=started_at,
        at=at,
        last_on=last_on,
        is_sure=is_sure,
        paused_days=_used(paused, first_on, last_on),
    )


def _paused_days(pauses: tuple[Pause, ...], *, on: date, place: str) -> frozenset[date]:
    """Every day that does not count."""
    most = engine.value("suspension.most", on=on, place=place).number if pauses else 0
    days: set[date] = set()
    for pause in pauses:
        if pause.last_on < pause.first_on:
            raise LawError("a pause can't end before it begins")
        length = (pause.last_on - pause.first_on).days + 1
        length = min(length, most) if pause.kind == "suspension" else min(length, _LONGEST_PAUSE)
        days.update(pause.first_on + timedelta(days=step) for step in range(length))
    return frozenset(days)


def _last_day(period: Value, first_on: date, paused: frozenset[date]) -> tuple[date, bool]:
    if not paused:
        return _LAST_DAYS[period.unit](first_on, period.number)
    if period.unit == "working_day":
        return _after_working_days(first_on, period.number, paused)
    last_on, is_sure = _LAST_DAYS[period.unit](first_on, period.number)
    day = first_on
    while day < last_on:  # each paused day on the way moves the end by one
        day += timedelta(days=1)
        last_on += timedelta(days=day in paused)
    return last_on, is_sure


def _used(paused: frozenset[date], first_on: date, last_on: date) -> int:
    return sum(first_on < day <= last_on for day in paused)


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, Any]]:
    """How each clock runs, by key. Raises LawError when a clock has no period, or another unit than time."""
    rows: dict[str, dict[str, Any]] = read_mapping(LAW_ROOT / "national" / "clocks.yaml")["clocks"]
    for clock, row in rows.items():
        definition = engine.the_law().definitions.get(clock)
        if definition is None or definition.unit not in _STEPS | _LAST_DAYS:
            raise LawError(f"national/clocks.yaml: {clock}: no period of this name among the values")
        if row.get("or_later") not in (None, "acceptance"):
            raise LawError(f"national/clocks.yaml: {clock}: or_later must be acceptance or be left out")
        if row.get("ends") not in (None, "workday"):
            raise LawError(f"national/clocks.yaml: {clock}: ends must be workday or be left out")
        if row.get("runs") not in (None, "back") or (row.get("runs") and definition.unit != "working_day"):
            raise LawError(f"national/clocks.yaml: {clock}: runs must be back, for working days, or be left out")
        if row.get("ends") and definition.unit == "working_day":
            raise LawError(f"national/clocks.yaml: {clock}: working days always end on a working day")
    return rows


def _due(
    row: dict[str, Any],
    period: Value,
    *,
    started_at: datetime,
    at: datetime,
    last_on: date | None = None,
    is_sure: bool = True,
    paused_days: int = 0,
) -> Due:
    by_zh, by_en = _words(at, started_at, last_on)
    return Due(
        clock=period.key,
        at=at,
        started_at=started_at,
        last_on=last_on,
        length=period.number,
        unit=period.unit,
        citation=period.citation,
        certainty=period.certainty if is_sure else "unsure",
        text_zh=row["zh"].format(by=by_zh) + ("" if is_sure else _UNSURE_ZH),
        text_en=row["en"].format(by=by_en) + ("" if is_sure else _UNSURE_EN),
        paused_days=paused_days,
    )


def _words(at: datetime, started_at: datetime, last_on: date | None) -> tuple[str, str]:
    """The last moment as people say it; the year only where it differs from the start's."""
    start = started_at.astimezone(BEIJING)
    end = at.astimezone(BEIJING)
    day = last_on or end.date()
    day_zh, day_en = f"{day.month}月{day.day}日", f"{day.day} {_MONTHS_EN[day.month - 1]}"
    if day.year != start.year:
        day_zh, day_en = f"{day.year}年{day_zh}", f"{day_en} {day.year}"
    if last_on:
        return f"{day_zh}（周{_WEEKDAYS_ZH[day.weekday()]}）24:00", f"the end of {day_en}"
    moment = f"{end:%H:%M:%S}" if end - start < timedelta(minutes=5) else f"{end:%H:%M}"
    if day == start.date():
        return moment, moment
    return f"{day_zh} {moment}", f"{moment} on {day_en}"


def _after_working_days(first_on: date, count: int, paused: frozenset[date] = frozenset()) -> tuple[date, bool]:
    day, is_sure = first_on, True
    while count:
        day += timedelta(days=1)
        if day in paused:
            continue
        is_workday, is_announced = calendar.estimate_workday(day)
        count -= is_workday
        is_sure = is_sure and is_announced
    return day, is_sure


def _before_working_days(first_on: date, count: int) -> tuple[date, bool]:
    """`count` whole working days before the day of the event, which is not counted."""
    day, is_sure = first_on, True
    while count:
        day -= timedelta(days=1)
        is_workday, is_announced = calendar.estimate_workday(day)
        count -= is_workday
        is_sure = is_sure and is_announced
    return day, is_sure


def _this_or_next_workday(day: date) -> tuple[date, bool]:
    is_workday, is_sure = calendar.estimate_workday(day)
    while not is_workday:
        day += timedelta(days=1)
        is_workday, is_announced = calendar.estimate_workday(day)
        is_sure = is_sure and is_announced
    return day, is_sure


def _after_days(first_on: date, count: int) -> tuple[date, bool]:
    return first_on + timedelta(days=count), True


def _after_months(first_on: date, count: int) -> tuple[date, bool]:
    """The same day of a later month, or its last day where it has none (Civil Code Art. 202)."""
    year, month = divmod(first_on.year * 12 + first_on.month - 1 + count, 12)
    return date(year, month + 1, min(first_on.day, months.monthrange(year, month + 1)[1])), True


def _after_years(first_on: date, count: int) -> tuple[date, bool]:
    return _after_months(first_on, 12 * count)


_STEPS = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_LAST_DAYS: dict[str, Callable[[date, int], tuple[date, bool]]] = {
    "working_day": _after_working_days,
    "day": _after_days,
    "month": _after_months,
    "year": _after_years,
}
