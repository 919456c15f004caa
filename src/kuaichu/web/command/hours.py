"""When: calls by hour and weekday, for a period and a class, beside the same days of the year before."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kuaichu.governance import events, overview
from kuaichu.governance.figures import compare
from kuaichu.web.audience import audience
from kuaichu.web.command import charts, desk

SHOWN_SPAN = 84  # days: twelve weeks


@audience("command")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Two charts: the period, and the same days of the year before."""
    asked = desk.asked_of(request, days=SHOWN_SPAN)
    before = asked.over(asked.period.a_year_before())
    store = events.store(asked.scope.place_code)
    shown = [
        {
            "period": each.period,
            "chart": charts.week(overview.week_pattern(store, each.wanted), weeks=each.period.days / 7),
            "link": desk.list_link(each),
        }
        for each in (asked, before)
    ]
    now, then = (part["chart"].total for part in shown)  # type: ignore[attr-defined]
    context = {"shown": shown, "change": compare(now=now, then=then), "has_any": len(store.columns) > 0}
    return render(request, "command/hours.html", desk.context(request, "hours", asked) | context)
