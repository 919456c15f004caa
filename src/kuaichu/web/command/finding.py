"""Where it is more than chance: hot points and segments, new clusters, and the runs behind them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kuaichu import clock
from kuaichu.errors import Refused
from kuaichu.governance import events, permissions, runs
from kuaichu.governance.analyses import FOUND
from kuaichu.governance.events import Wanted
from kuaichu.governance.figures import Period
from kuaichu.governance.models import Run
from kuaichu.governance.states import RunKind
from kuaichu.web.audience import audience
from kuaichu.web.command import desk, repeating
from kuaichu.web.command.mapping import map_context, with_tiles

HOT_SPAN, SCAN_SPAN = 90, 60  # days
KINDS = {RunKind.HOT_SPOTS.value: "hotspots", RunKind.SEGMENTS.value: "hotspots", RunKind.SCAN.value: "clusters"}
SEED = 20_221_130
OLD_AFTER = timedelta(hours=12)


@audience("command")
@require_GET
def hot_spots(request: HttpRequest) -> HttpResponse:
    """The newest ranking of points (or, `kind=segments`, of road segments) that the person may see."""
    kind = RunKind.SEGMENTS if request.GET.get("kind") == RunKind.SEGMENTS else RunKind.HOT_SPOTS
    return _page(request, kind, days=HOT_SPAN)


@audience("command")
@require_GET
def clusters(request: HttpRequest) -> HttpResponse:
    """The newest scan for clusters that began lately and still last."""
    return _page(request, RunKind.SCAN, days=SCAN_SPAN)


def _page(request: HttpRequest, kind: RunKind, *, days: int) -> HttpResponse:
    asked = desk.asked_of(request, days=days)
    visible = [run for run in runs.newest(kind, place_code=asked.scope.place_code) if may_see(run, asked)]
    return _shown(request, kind, asked, visible[0] if visible else None, visible)


@audience("command")
@require_GET
def kept(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run, as it was found then."""
    asked = desk.asked_of(request, days=HOT_SPAN)
    run = _run_of(request, run_id)
    if run.kind not in KINDS:
        return redirect(_home(run))
    visible = [each for each in runs.newest(run.kind, place_code=run.place_id) if may_see(each, asked)]
    return _shown(request, RunKind(run.kind), asked.over(_period(run)), run, visible)


def _run_of(request: HttpRequest, run_id: UUID) -> Run:
    """The run, for those whose calls it saw. Raises NotFound."""
    asked = desk.asked_of(request, days=1)
    run = runs.find(run_id, place_code=asked.scope.place_code)
    if run.kind not in (*KINDS, RunKind.BULLETIN, RunKind.BEFORE_AFTER) or not may_see(run, asked):
        raise runs.NotFound("run.unknown", "没有找到这次分析")
    return run


def _home(run: Run) -> str:
    """The page that shows what the run found."""
    if run.kind == RunKind.BULLETIN:
        return f"/command/bulletins/{run.bulletin.pk}/"
    if run.kind == RunKind.BEFORE_AFTER:
        return f"/command/compare/{run.pk}/"
    return f"/command/runs/{run.pk}/"


def may_see(run: Run, asked: desk.Asked) -> bool:
    """People of the whole place see every run; others those over no more calls than their own, and of those over the
    whole place what lies among their own calls (see `_rows`)."""
    seen = runs.wanted_of(run)
    if sees_all(asked) or (seen.unit_ids is None and not seen.district):
        return True
    if asked.scope.district:
        return seen.district == asked.scope.district
    return seen.unit_ids is not None and seen.unit_ids <= (asked.scope.unit_ids or frozenset())


def sees_all(asked: desk.Asked) -> bool:
    return asked.scope.unit_ids is None and not asked.scope.district


def _shown(request: HttpRequest, kind: RunKind, asked: desk.Asked, run: Run | None, others: list[Run]) -> HttpResponse:
    tab = KINDS[kind.value]
    over = asked if run is None else asked.over(_period(run))
    context: dict[str, Any] = {
        "kind": kind.value,
        "run": run,
        "runs": others[:8],
        "run_period": over.period,
        "rows": _rows(kind, runs.answer_of(run), over, run) if run else [],
        "is_old": run is not None and clock.now() - run.started_at > OLD_AFTER,
        "is_part": run is not None and not sees_all(asked) and runs.wanted_of(run).unit_ids is None,
        "has_any": len(events.store(asked.scope.place_code).columns) > 0,
    }
    if run is not None:
        context["answer"] = runs.answer_of(run)
        context["analysis"] = run.settings["analysis"]
        context["run_category"] = (run.settings["calls"]["categories"] or [""])[0]
    page = desk.context(request, tab, asked) | map_context(asked) | context
    return with_tiles(render(request, f"command/{tab}.html", page))


def _period(run: Run) -> Period:
    return Period(clock.local_day(run.since), clock.local_day(run.until - timedelta(seconds=1)))


def _rows(kind: RunKind, answer: dict[str, Any], over: desk.Asked, run: Run) -> list[dict[str, Any]]:
    """What the ranking shows: each with a link to its calls and, for a file, where it is."""
    own = None if sees_all(over) else own_ids(over)
    rows = []
    for number, each in enumerate(answer[FOUND[kind.value]], 1):
        if own is not None and own.isdisjoint(each.get("calls", ())):
            continue
        row = each | {"number": number}
        if kind == RunKind.SCAN:
            since, until = runs.day_start(each["since_day"]), runs.day_start(each["until_day"])
            row |= {
                "since_on": since.date(),
                "until_on": until.date(),
                "times": each["count"] / max(each["expected"], 0.01),
            }
        if kind == RunKind.SEGMENTS:
            row |= {"per_km": each["count"] / max(each["length_m"], 1) * 1000, "between": "—".join(each["between"])}
        rows.append(row | _links(run, number, each))
    return rows


def _links(run: Run, number: int, each: dict[str, Any]) -> dict[str, Any]:
    """To the calls that were counted: all of them, and by class."""
    asked = {"run": str(run.pk), "spot": str(number), "validity": "all"}
    by_class = [
        (count, f"/command/list/?{urlencode(asked | {'category': code, 'counted': str(count)})}")
        for code, count in each.get("by_class", {}).items()
    ]
    return {"link": f"/command/list/?{urlencode(asked | {'counted': str(each['count'])})}", "classes": by_class}


def own_ids(asked: desk.Asked) -> set[int]:
    """The calls of the person's scope, of whatever period."""
    scope = Wanted(validity="", unit_ids=asked.scope.unit_ids, district=asked.scope.district)
    found = events.store(asked.scope.place_code).select(scope)
    return set(found.columns.id[found.index].tolist())


@audience("command")
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Carry out an analysis over the person's calls and keep it."""
    person = desk.person_of(request)
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        raise Refused("run.kind", "没有这种分析")
    if not permissions.may_run_analyses(person):
        raise Refused("run.not_allowed", "由研判员或支队领导运行分析，结果会显示在这里")
    asked = desk.asked_of(request, days=SCAN_SPAN if kind == RunKind.SCAN else HOT_SPAN)
    period = desk.period_of(request.POST.get("first", ""), request.POST.get("last", ""))
    category = request.POST.get("category", "")
    asked = replace(asked, period=period or asked.period, category=category if category in events.CATEGORIES else "")
    made = runs.carry_out(
        kind=kind,
        place_code=asked.scope.place_code,
        wanted=asked.wanted,
        settings=_days_of(kind, asked.wanted),
        seed=SEED,
        person=person,
    )
    return redirect(f"/command/runs/{made.pk}/")


def _days_of(kind: str, wanted: Wanted) -> dict[str, int]:
    """A scan looks at the days that it is asked for, also at those without a call."""
    if kind != RunKind.SCAN or wanted.since is None or wanted.until is None:
        return {}
    first, last = (int(moment.timestamp() + 8 * 3600) // 86_400 for moment in (wanted.since, wanted.until))
    return {"first_day": first, "last_day": last - 1}


@audience("command")
@require_POST
def repeat(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Carry a run out again and say whether the same came out."""
    run = _run_of(request, run_id)
    repeating.say(request, runs.repeat(run))
    return redirect(_home(run))
