"""What every page of the command desk asks first: who looks, at which calls, in which period."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.utils.translation import gettext

from kuaichu import clock
from kuaichu.accounts.models import Agency, Person, Place
from kuaichu.governance import permissions
from kuaichu.governance.events import CATEGORIES, Wanted
from kuaichu.governance.figures import Period
from kuaichu.governance.permissions import Scope

LONGEST_SPAN = 3660
EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)


def last_days(days: int) -> Period:
    """The last `days` days, today included."""
    return Period(clock.today() - timedelta(days=days - 1), clock.today())


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whose calls, which days, which classes; as it stands in the address."""

    scope: Scope
    period: Period
    category: str = ""
    is_repeat: bool | None = None
    is_widened: bool = False

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            since=self.period.since,
            until=self.period.until,
            categories=(self.category,) if self.category else (),
            is_repeat=self.is_repeat,
            unit_ids=self.scope.unit_ids,
            district=self.scope.district,
        )

    def over(self, period: Period) -> "Asked":
        return replace(self, period=period)

    def query(self, **more: str) -> str:
        """The address's query for the same again, with `more`."""
        values = {"first": f"{self.period.first_on}", "last": f"{self.period.last_on}", "category": self.category}
        values |= {"repeat": "1" if self.is_repeat else "", "wide": "1" if self.is_widened else ""}
        return urlencode({name: value for name, value in (values | more).items() if value})


def person_of(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def asked_of(request: HttpRequest, *, days: int) -> Asked:
    """From `first`, `last`, `category`, `repeat`, `wide`; the last `days` days where no usable period is given."""
    person, given = person_of(request), request.GET
    is_widened = given.get("wide") == "1" and permissions.may_widen_to_district(person)
    category = given.get("category", "")
    return Asked(
        scope=permissions.scope_of(person, is_widened=is_widened),
        period=period_of(given.get("first", ""), given.get("last", "")) or last_days(days),
        category=category if category in CATEGORIES else "",
        is_repeat=True if given.get("repeat") == "1" else None,
        is_widened=is_widened,
    )


def period_of(first: str, last: str) -> Period | None:
    """Two ISO days in the right order and not too far apart; else nothing."""
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    is_usable = 0 <= (days[1] - days[0]).days < LONGEST_SPAN and days[0] > EARLIEST and days[1] < LATEST
    return Period(*days) if is_usable else None


def form_id(request: HttpRequest) -> UUID:
    """The id that a form gives to what it makes, so that one sent twice makes one; a new one for a new form."""
    try:
        return UUID(request.POST.get("form_id", ""))
    except ValueError:
        return uuid4()


def context(request: HttpRequest, tab: str, asked: Asked) -> dict[str, Any]:
    """For `command/base.html`: the tab, whose calls these are in words, and whether the view may be widened."""
    person = person_of(request)
    return {
        "tab": tab,
        "asked": asked,
        "scope_words": scope_words(person, asked.scope),
        "may_widen": permissions.may_widen_to_district(person),
        "may_run": permissions.may_run_analyses(person),
        "is_wall": request.GET.get("wall") == "1",
        "served_at": clock.now(),
    }


def scope_words(person: Person, scope: Scope) -> str:
    """The place's, the district's or the unit's name."""
    if scope.district:
        return Place.objects.get(code=scope.district).name
    if scope.unit_ids is None:
        return Place.objects.get(code=scope.place_code).name
    unit: Agency | None = person.agency
    return gettext("%(unit)s辖区") % {"unit": unit.short_name if unit else ""}


def list_link(asked: Asked, **more: str) -> str:
    """The page that lists the calls behind a number: valid ones unless `validity` says otherwise (`all`: every one)."""
    values = {
        "since": asked.period.since.isoformat(),
        "until": asked.period.until.isoformat(),
        "category": asked.category,
        "validity": "valid",
        "is_repeat": "1" if asked.is_repeat else "",
        "district": asked.scope.district,
        "wide": "1" if asked.is_widened else "",
    }
    values |= more
    return f"/command/list/?{urlencode({name: value for name, value in values.items() if value})}"
