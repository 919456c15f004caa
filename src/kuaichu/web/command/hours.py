"""When: calls by hour and weekday, for a period and a class, beside the same days of the year before."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kuaichu import clock
from kuaichu.governance import events, overview
from kuaichu.governance.events import Store, Wanted
from kuaichu.governance.figures import Period, compare
from kuaichu.web.audience import audience
from kuaichu.web.command import charts, desk

SHOWN_SPAN = 84  # days: twelve weeks
GAP = 7  # days at the beginning of a period without any call of the place, or at its end: it has no data there


@audience("command")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Two charts: the period, and the same days of the year before."""
    asked = desk.asked_of(request, days=SHOWN_SPAN)
    before = asked.over(asked.period.a_year_before())
    store = events.store(asked.scope.place_code)
    shown = [_part(store, each) for each in (asked, before)]
    now, then = (part["chart"].total for part in shown)
    is_alike = all(part["since"] is None for part in shown)
    context = {"shown": shown, "change": compare(now=now, then=then), "is_alike": is_alike}
    context["has_any"] = len(store.columns) > 0
    return render(request, "command/hours.html", desk.context(request, "hours", asked) | context)


def _part(store: Store, asked: desk.Asked) -> dict[str, Any]:
    """A chart over the days that have data: a mean over days of which nothing is known would be too small.

    `since`, `until`: where the data begin and end inside the period, None when they cover it.
    """
    period = asked.period
    found = store.select(Wanted(since=period.since, until=min(period.until, clock.now()), validity=""))
    t = found.columns.t[found.index]
    first, last = period.first_on, min(period.last_on, clock.today())
    if len(t):
        begin, end = (clock.local_day(datetime.fromtimestamp(int(at), clock.BEIJING)) for at in (t.min(), t.max()))
        first = begin if (begin - first).days >= GAP else first
        last = end if (last - end).days >= GAP else last
    link = desk.list_link(asked)
    counts = overview.week_pattern(store, asked.wanted)
    return {
        "period": period,
        "chart": charts.week(counts, weeks=max((last - first).days + 1, 1) / 7, link=link),
        "link": link,
        "since": first if first != period.first_on else None,
        "until": last if last != min(period.last_on, clock.today()) else None,
        "covered": Period(first, last),
    }
