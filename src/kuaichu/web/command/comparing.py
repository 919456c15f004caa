"""Before and after: two periods of equal length, kept as a run; a map with a swipe, and where it changed."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kuaichu import clock
from kuaichu.calls.states import Category
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import comparing, events, permissions, runs
from kuaichu.governance.figures import Period, compare
from kuaichu.governance.models import Run
from kuaichu.governance.states import RunKind
from kuaichu.web.audience import audience
from kuaichu.web.command import desk
from kuaichu.web.command.finding import may_see, own_ids, sees_all
from kuaichu.web.command.mapping import map_context, packet, with_tiles

SPAN = 28  # days
LINES = ("total", *Category.values)


@audience("command")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """/command/compare/: the form; `first`, `last`, `then` (first day of the period before), `category` fill it."""
    return _show(request, _newest(request) if not request.GET.get("first") else None)


@audience("command")
@require_GET
def page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """/command/compare/<id>/: one comparison, as it was found then."""
    return _show(request, _run(request, run_id))


@audience("command")
@require_GET
def picture(request: HttpRequest, run_id: UUID, when: str) -> HttpResponse:
    """One of the two densities, in the form of the living map's."""
    answer = runs.answer_of(_run(request, run_id))
    if when not in comparing.WHEN:
        raise Http404
    kept = answer["pictures"][when]
    header = {name: answer[name] for name in ("box", "width", "height")} | {"scale": kept["scale"]}
    response = HttpResponse(packet(header, base64.b64decode(kept["values"])), content_type="application/octet-stream")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@audience("command")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Compare and keep."""
    person, given = desk.person_of(request), request.POST
    if not permissions.may_run_analyses(person):
        raise Refused("run.not_allowed", "由研判员或支队领导运行分析，结果会显示在这里")
    after = desk.period_of(given.get("first", ""), given.get("last", ""))
    then = desk.period_of(given.get("then", ""), given.get("then", ""))
    if after is None or then is None:
        return _show(request, None, Refused("compare.days", "请把三个日期填对：开始不晚于结束"))
    before = Period(then.first_on, then.first_on + timedelta(days=after.days - 1))
    if before.last_on >= after.first_on:
        return _show(request, None, Refused("compare.overlap", "两段时间不能重叠，前一段要在后一段之前结束"))
    asked = replace(desk.asked_of(request, days=1), category=_category(given.get("category", "")), period=after)
    run = runs.carry_out(
        kind=RunKind.BEFORE_AFTER,
        place_code=asked.scope.place_code,
        wanted=replace(
            asked.wanted, since=before.since, spans=((before.since, before.until), (after.since, after.until))
        ),
        settings={
            when: [f"{span.first_on}", f"{span.last_on}"] for when, span in (("before", before), ("after", after))
        },
        person=person,
    )
    return redirect(f"/command/compare/{run.pk}/")


def _category(text: str) -> str:
    return text if text in events.CATEGORIES else ""


def _runs(request: HttpRequest) -> list[Run]:
    asked = desk.asked_of(request, days=1)
    found = runs.newest(RunKind.BEFORE_AFTER, place_code=asked.scope.place_code)
    return [run for run in found if may_see(run, asked)]


def _newest(request: HttpRequest) -> Run | None:
    return next(iter(_runs(request)), None)


def _run(request: HttpRequest, run_id: UUID) -> Run:
    """Raises NotFound."""
    asked = desk.asked_of(request, days=1)
    run = runs.find(run_id, place_code=asked.scope.place_code)
    if run.kind != RunKind.BEFORE_AFTER or not may_see(run, asked):
        raise NotFound("run.unknown", "没有找到这次分析")
    return run


def _show(request: HttpRequest, run: Run | None, refusal: Refused | None = None) -> HttpResponse:
    asked = desk.asked_of(request, days=SPAN)
    given = request.POST if request.method == "POST" else request.GET
    after = asked.period if given.get("first") else desk.last_days(SPAN + 1)
    form = {"first": given.get("first") or f"{after.first_on}", "last": given.get("last") or _yesterday(after)}
    form["then"] = given.get("then") or f"{after.a_year_before().first_on}"
    form["category"] = given.get("category", "")
    context = desk.context(request, "map", asked) | map_context(asked)
    context |= {"run": run, "runs": _runs(request)[:8], "form": form, "refusal": refusal}
    if run is not None:
        context |= _found(run, asked)
    page = render(request, "command/compare.html", context, status=422 if refusal else 200)
    return with_tiles(page)


def _yesterday(period: Period) -> str:
    return f"{min(period.last_on, clock.today() - timedelta(days=1))}"


def _found(run: Run, asked: desk.Asked) -> dict[str, Any]:
    answer, spans = runs.answer_of(run), comparing.periods_of(run.settings["analysis"])
    category = (run.settings["calls"]["categories"] or [""])[0]
    counts = answer["counts"]
    own = None if sees_all(asked) else own_ids(asked)
    return {
        "answer": answer,
        "analysis": run.settings["analysis"],
        "spans": spans,
        "run_category": category,
        "is_part": own is not None and runs.wanted_of(run).unit_ids is None,
        "lines": [
            _line(code, counts, spans, category) for code in LINES if not category or code in ("total", category)
        ],
        "rows": [
            each | _links(run, number, each)
            for number, each in enumerate(answer["spots"], 1)
            if own is None or not own.isdisjoint([*each["calls_before"], *each["calls_after"]])
        ],
    }


def _line(code: str, counts: dict[str, Any], spans: dict[str, Period], category: str) -> dict[str, Any]:
    """Of the table of totals: both counts with their lists, and the change."""
    then, now = (counts[when][code] for when in comparing.WHEN)
    asked = {"category": category if code == "total" else code, "validity": "valid"}
    links = [
        "/command/list/?"
        + urlencode(
            {
                "since": spans[when].since.isoformat(),
                "until": spans[when].until.isoformat(),
                "counted": counts[when][code],
            }
            | {name: value for name, value in asked.items() if value}
        )
        for when in comparing.WHEN
    ]
    name = "" if code == "total" else str(Category(code).label)
    return {"name": name, "cells": list(zip((then, now), links, strict=True)), "change": compare(now=now, then=then)}


def _links(run: Run, number: int, each: dict[str, Any]) -> dict[str, Any]:
    asked = {"run": str(run.pk), "spot": str(number), "validity": "all"}
    cells = [
        (each[when], f"/command/list/?{urlencode(asked | {'part': when, 'counted': str(each[when])})}")
        for when in comparing.WHEN
    ]
    return {"number": number, "cells": cells, "change": compare(now=each["after"], then=each["before"])}
