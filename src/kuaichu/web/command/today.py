"""The day in numbers, and the view for a wall."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kuaichu import clock
from kuaichu.calls.models import Call
from kuaichu.governance import events, overview
from kuaichu.governance.events import Store, Wanted
from kuaichu.governance.figures import Period
from kuaichu.web.audience import audience
from kuaichu.web.command import charts, desk
from kuaichu.web.command.mapping import described, map_context, with_tiles
from kuaichu.web.command.warming import warm

PATTERN_SPAN = 28  # days
LATEST = 14
WALL_MAP_SPAN = 7
NAMES: dict[str, str | Promise] = {
    "valid": _("有效警情"),
    "accident": _("事故"),
    "order": _("秩序"),
    "other": _("其他"),
    "repeat": _("其中重复警情"),
}


@audience("command")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Valid, repeat, transferred, closed; by class and unit; how the hours of the week look. `wall=1`: for a wall."""
    asked = _asked(request)
    context = desk.context(request, "today", asked) | _numbers(asked) | map_context(asked)
    context |= _pattern(asked, is_wall=context["is_wall"])
    warm(asked.scope.place_code)
    if not context["is_wall"]:
        return render(request, "command/today.html", context)
    context["latest"] = _latest(events.store(asked.scope.place_code), asked)
    context["asked"] = asked.over(desk.last_days(WALL_MAP_SPAN))  # a day alone makes a thin map
    return with_tiles(render(request, "command/wall.html", context))


@audience("command")
@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """The part of the page that follows the calls. 304 while no call came in and the minute is the same."""
    asked = _asked(request)
    store = events.store(asked.scope.place_code)
    minute = clock.now().strftime("%Y%m%d%H%M")
    text = f"{store.mark} {minute} {request.get_full_path()} {desk.person_of(request).pk} {get_language()}"
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        context = desk.context(request, "today", asked) | _numbers(asked)
        name = "command/wall_numbers.html" if context["is_wall"] else "command/today_numbers.html"
        response = render(request, name, context)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _asked(request: HttpRequest) -> desk.Asked:
    """One day: `day`, or today."""
    asked = desk.asked_of(request, days=1)
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = clock.today()
    day = min(day, clock.today()) if day > desk.EARLIEST else clock.today()
    return asked.over(Period(day, day))


def _numbers(asked: desk.Asked) -> dict[str, Any]:
    store = events.store(asked.scope.place_code)
    day = overview.day_of(store, asked.scope, asked.period.first_on)
    until = day.until.isoformat()
    lines = [
        {
            "line": line,
            "name": NAMES[line.code],
            "link": desk.list_link(asked, until=until, **_condition(line.code)),
            "year_link": _then(asked, day.year_before, line.code),
            "day_link": _then(asked, day.day_before, line.code),
        }
        for line in day.lines
    ]
    return {
        "day": day,
        "day_on": asked.period.first_on,
        "yesterday_on": asked.period.first_on - timedelta(days=1),
        "tomorrow_on": asked.period.first_on + timedelta(days=1),
        "is_today": asked.period.first_on == clock.today(),
        "lines": lines,
        "links": {
            "duplicates": desk.list_link(asked, until=until, validity="duplicate"),
            "invalid": desk.list_link(asked, until=until, validity="invalid"),
            "unlocated": desk.list_link(asked, until=until, is_located="0"),
            "closed": desk.list_link(asked, until=until, status="closed"),
            "transferred": desk.list_link(asked, until=until, status="transferred"),
        },
        "units": [
            {
                "line": line,
                "link": desk.list_link(asked, until=until, unit=str(line.unit.pk)),
                "repeats_link": desk.list_link(asked, until=until, unit=str(line.unit.pk), is_repeat="1"),
                "day_link": _then(asked, day.day_before, "valid", unit=str(line.unit.pk)),
            }
            for line in day.units
        ],
        "has_any": len(store.columns) > 0,
    }


def _then(asked: desk.Asked, span: tuple[datetime, datetime], code: str, **more: str) -> str:
    """The list behind what the day is compared with."""
    since, until = (moment.isoformat() for moment in span)
    return desk.list_link(asked, since=since, until=until, **_condition(code), **more)


def _condition(code: str) -> dict[str, str]:
    if code == "repeat":
        return {"is_repeat": "1"}
    return {} if code == "valid" else {"category": code}


def _pattern(asked: desk.Asked, *, is_wall: bool) -> dict[str, Any]:
    """Of the four weeks before the day: whole weeks, so that every weekday counts as often."""
    last = asked.period.first_on - timedelta(days=1)
    over = asked.over(Period(last - timedelta(days=PATTERN_SPAN - 1), last))
    counts = overview.week_pattern(events.store(asked.scope.place_code), over.wanted)
    link = "" if is_wall else desk.list_link(over)
    return {"pattern": charts.week(counts, weeks=PATTERN_SPAN // 7, link=link), "pattern_period": over.period}


def _latest(store: Store, asked: desk.Asked) -> list[dict[str, Any]]:
    everything = Wanted(validity="", unit_ids=asked.scope.unit_ids, district=asked.scope.district)
    found = store.select(everything)
    order = np.argsort(found.columns.t[found.index], kind="stable")[-LATEST:]  # a call may be entered days later
    ids = found.columns.id[found.index][order].tolist()
    return [described(call) for call in Call.objects.filter(pk__in=ids).order_by("-received_at", "-pk")]
