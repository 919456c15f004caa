"""The day so far in numbers, against the same hours of the day before and of the same day a year before."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

import numpy as np
from django.db.models import Count, Q
from numpy.typing import NDArray

from kuaichu import clock
from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.calls.models import Call
from kuaichu.calls.states import Status, Validity
from kuaichu.governance.events import CATEGORIES, Store, Wanted
from kuaichu.governance.events.selecting import hours, weekdays
from kuaichu.governance.figures import Change, Period, compare
from kuaichu.governance.permissions import MOST_LEVELS, Scope

HOURS, WEEKDAYS = 24, 7


@dataclass(frozen=True, kw_only=True)
class Line:
    """One count: `code` is a category, `valid` or `repeat`; against a year before and against the day before."""

    code: str
    count: int
    on_year: Change
    on_day: Change


@dataclass(frozen=True, kw_only=True)
class UnitLine:
    """Valid calls of a unit and all below it. `level`: 0 for the highest that is shown."""

    unit: Agency
    level: int
    valid: int
    repeats: int
    on_day: Change


@dataclass(frozen=True, kw_only=True)
class Day:
    """Numbers of a civil day up to `until` (its end, or now), and with what it is compared."""

    since: datetime
    until: datetime
    day_before: tuple[datetime, datetime]
    year_before: tuple[datetime, datetime]
    lines: tuple[Line, ...]
    units: tuple[UnitLine, ...]
    duplicates: int
    invalid: int
    unlocated: int
    closed: int
    transferred: int
    is_running: bool

    @property
    def total(self) -> Line:
        return self.lines[0]


def day_of(store: Store, scope: Scope, day: date) -> Day:
    """The day's numbers: a statement for the stages of handling, one for the units, all else from the store."""
    since = datetime.combine(day, time(), clock.BEIJING)
    end = since + timedelta(days=1)
    until = min(end, max(clock.now().astimezone(clock.BEIJING), since + timedelta(minutes=1)))
    spans = [(since, until), _shifted(since, until, days=1), _year_before(since, until)]
    base = Wanted(unit_ids=scope.unit_ids, district=scope.district)
    counted = [_counts(store, replace(base, since=first, until=last)) for first, last in spans]
    lines = tuple(
        Line(
            code=code,
            count=counted[0][code],
            on_day=compare(now=counted[0][code], then=counted[1][code]),
            on_year=compare(now=counted[0][code], then=counted[2][code]),
        )
        for code in ("valid", *CATEGORIES, "repeat")
    )
    stages = _stages(store.place_code, scope, since, until)
    everything = replace(base, since=since, until=until, validity="")
    return Day(
        since=since,
        until=until,
        day_before=spans[1],
        year_before=spans[2],
        lines=lines,
        units=_units(store, scope, spans[0], spans[1]),
        duplicates=len(store.select(replace(everything, validity=Validity.DUPLICATE))),
        invalid=len(store.select(replace(everything, validity=Validity.INVALID))),
        unlocated=len(store.select(replace(everything, validity=Validity.VALID, is_located=False))),
        closed=stages["closed"],
        transferred=stages["transferred"],
        is_running=until < end,
    )


def _shifted(since: datetime, until: datetime, *, days: int) -> tuple[datetime, datetime]:
    return since - timedelta(days=days), until - timedelta(days=days)


def _year_before(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The same hours of the same date; 29 February: of the 28th."""
    then = Period(since.date(), since.date()).a_year_before().first_on
    first = datetime.combine(then, time(), clock.BEIJING)
    return first, first + (until - since)


def _counts(store: Store, wanted: Wanted) -> dict[str, int]:
    found = store.select(wanted)
    by_class = np.bincount(found.columns.category[found.index], minlength=len(CATEGORIES))
    repeats = int(found.columns.is_repeat[found.index].sum())
    return {"valid": len(found), "repeat": repeats} | {code: int(by_class[at]) for at, code in enumerate(CATEGORIES)}


def _stages(place_code: str, scope: Scope, since: datetime, until: datetime) -> dict[str, int]:
    mine = Q() if scope.unit_ids is None else Q(unit_id__in=scope.unit_ids)
    if scope.district:
        mine &= Q(district=scope.district)
    calls = Call.objects.filter(mine, place_id=place_code, received_at__gte=since, received_at__lt=until)
    return calls.filter(validity=Validity.VALID).aggregate(
        closed=Count("pk", filter=Q(status=Status.CLOSED)), transferred=Count("pk", filter=Q(status=Status.TRANSFERRED))
    )


def _units(
    store: Store, scope: Scope, now: tuple[datetime, datetime], before: tuple[datetime, datetime]
) -> tuple[UnitLine, ...]:
    agencies = list(Agency.objects.filter(kind=AgencyKind.POLICE, is_active=True).order_by("code"))
    if scope.unit_ids is not None:
        agencies = [unit for unit in agencies if unit.pk in scope.unit_ids]
    here = {unit.pk: unit for unit in agencies}
    own = [_by_unit(store, scope, *span) for span in (now, before)]
    below = {unit.pk: _below(unit.pk, agencies) for unit in agencies}
    lines = []
    for unit in _in_order(agencies, here):
        valid, repeats = (sum(own[0].get(pk, (0, 0))[part] for pk in below[unit.pk]) for part in (0, 1))
        then = sum(own[1].get(pk, (0, 0))[0] for pk in below[unit.pk])
        level = _level(unit, here)
        lines.append(
            UnitLine(unit=unit, level=level, valid=valid, repeats=repeats, on_day=compare(now=valid, then=then))
        )
    return tuple(lines)


def _by_unit(store: Store, scope: Scope, since: datetime, until: datetime) -> dict[UUID, tuple[int, int]]:
    """Valid calls and repeats by the unit itself."""
    found = store.select(since=since, until=until, unit_ids=scope.unit_ids, district=scope.district)
    unit, is_repeat = found.columns.unit[found.index], found.columns.is_repeat[found.index]
    has_unit = unit >= 0
    count = np.bincount(unit[has_unit], minlength=len(store.codes.units))
    repeats = np.bincount(unit[has_unit & is_repeat], minlength=len(store.codes.units))
    return {pk: (int(count[at]), int(repeats[at])) for at, pk in enumerate(store.codes.units)}


def _below(pk: UUID, agencies: list[Agency]) -> set[UUID]:
    found = {pk}
    for _ in range(MOST_LEVELS):
        more = {unit.pk for unit in agencies if unit.superior_id in found} - found
        if not more:
            break
        found |= more
    return found


def _level(unit: Agency, here: dict[UUID, Agency]) -> int:
    level = 0
    while unit.superior_id in here and level < MOST_LEVELS:
        unit, level = here[unit.superior_id], level + 1
    return level


def _in_order(agencies: list[Agency], here: dict[UUID, Agency]) -> list[Agency]:
    """Every unit right behind its superior."""
    found: list[Agency] = []

    def add(unit: Agency) -> None:
        found.append(unit)
        for below in agencies:
            if below.superior_id == unit.pk:
                add(below)

    for unit in agencies:
        if unit.superior_id not in here:
            add(unit)
    return found


def week_pattern(store: Store, wanted: Wanted) -> NDArray[np.int64]:
    """Calls by weekday and hour, shape (7, 24), Monday first, China's civil time."""
    found = store.select(wanted)
    t = found.columns.t[found.index]
    counts = np.bincount(weekdays(t) * HOURS + hours(t), minlength=WEEKDAYS * HOURS)
    return np.asarray(counts, np.int64).reshape(WEEKDAYS, HOURS)
