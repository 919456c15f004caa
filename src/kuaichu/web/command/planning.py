"""How many seats and riders: the form, the plan that is kept as a run, and its table as Excel and CSV."""

import csv
import io
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from kuaichu import clock
from kuaichu.errors import FieldErrors, NotFound, Refused
from kuaichu.governance import events, permissions, planning, planning_measured, runs
from kuaichu.governance.figures import Period
from kuaichu.governance.models import Run
from kuaichu.governance.states import RunKind
from kuaichu.web.audience import audience
from kuaichu.web.command import desk, planning_shown, planning_words, repeating
from kuaichu.web.command.charts import WEEKDAYS
from kuaichu.web.command.exporting import workbook

SHOWN_SPAN = 84  # days: twelve weeks
CATEGORY = "accident"
CATEGORIES = (CATEGORY, "order", "other", "all")
OTHERS = 8
SEED = 20_221_130


@audience("command")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """/command/planning/: the newest plan that the person may see, and the form for another."""
    asked = _asked(request)
    visible = _visible(asked)
    try:
        return _shown(request, asked, visible[0] if visible else None, visible)
    except NotFound as lost:  # its file is gone or altered: another can still be made
        messages.warning(request, gettext(lost.message))
        return _shown(request, asked, None, visible)


@audience("command")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Count, measure, plan, and keep it. What was refused stays in the form."""
    if not permissions.may_run_analyses(desk.person_of(request)):
        raise Refused("run.not_allowed", "由研判员或支队领导运行分析，结果会显示在这里")
    asked = _asked(request)
    try:
        made = _carried_out(request, asked)
    except NotFound:
        raise
    except Refused as refusal:
        return _shown(request, asked, None, _visible(asked), refusal=refusal)
    return redirect(f"/command/planning/{made.pk}/")


def _carried_out(request: HttpRequest, asked: desk.Asked) -> Run:
    period = _read(request.POST)
    category = _category(request.POST)
    wanted = replace(asked.over(period), category="" if category == "all" else category).wanted
    place_code = asked.scope.place_code
    span = planning.span_of(events.store(place_code), wanted)
    counted = Period(runs.day_start(span.first_day).date(), runs.day_start(span.last_day).date())
    wanted = replace(wanted, since=counted.since, until=counted.until)
    settings = planning.prepared(request.POST, planning_measured.measured(place_code, wanted), span)
    asked_for = planning.needs_of(settings)
    now = planning_measured.kept_now(place_code, wanted, promise_s=asked_for.promise_s, reach_s=asked_for.reach_s)
    settings |= {
        "asked_first": f"{period.first_on}",
        "asked_last": f"{period.last_on}",
        "now": {name: asdict(each) for name, each in now.items()},
    }
    return runs.carry_out(
        kind=RunKind.STAFFING,
        place_code=place_code,
        wanted=wanted,
        settings=settings,
        seed=SEED,
        person=desk.person_of(request),
    )


def _read(given: QueryDict) -> Period:
    """The period; raises FieldErrors with all that is wrong in the form, so that it is mended in one go."""
    wrong: dict[str, Refused] = {}
    try:
        planning.typed(given)
    except FieldErrors as refusal:
        wrong |= refusal.fields
    try:
        period = _period(given)
    except FieldErrors as refusal:
        wrong |= refusal.fields
    if wrong:
        raise FieldErrors(wrong)
    return period


def _period(given: QueryDict) -> Period:
    """Whole days that are over. Raises FieldErrors."""
    try:
        first, last = (date.fromisoformat(given.get(name, "")) for name in ("first", "last"))
    except ValueError:
        raise FieldErrors({"first": Refused("planning.period", "请选起止日期")}) from None
    if last < first:
        raise FieldErrors({"first": Refused("period.backwards", "结束日期不能早于开始日期")})
    if last >= clock.today():
        raise FieldErrors({"last": Refused("planning.running", "今天还没过完，请选到昨天为止")})
    period = desk.period_of(f"{first}", f"{last}")
    if period is None:
        raise FieldErrors({"first": Refused("planning.long", "时段太长，请缩短")})
    return period


def _category(given: QueryDict) -> str:
    category = given.get("category", CATEGORY)
    return category if category in CATEGORIES else CATEGORY


@audience("command")
@require_GET
def page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One plan as it was made."""
    asked = _asked(request)
    return _shown(request, asked, _run_of(request, run_id), _visible(asked))


@audience("command")
@require_POST
def repeat(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Carry the plan out again and say whether the same came out."""
    repeating.say(request, runs.repeat(_run_of(request, run_id)))
    return redirect(f"/command/planning/{run_id}/")


@audience("command")
@require_safe
def excel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Every hour of the week as a workbook."""
    shown = _plan_of(_run_of(request, run_id))
    return workbook(shown.file_name, shown.heads, shown.rows(), widths=[12] * len(shown.heads))


@audience("command")
@require_safe
def comma_separated(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The same as CSV, UTF-8 with the mark by which Excel knows it."""
    shown = _plan_of(_run_of(request, run_id))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(shown.heads)
    writer.writerows(["" if value is None else value for value in row] for row in shown.rows())
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="plan.csv"'
    return response


def _asked(request: HttpRequest) -> desk.Asked:
    """Up to yesterday: a day that isn't over would count as a quiet one."""
    asked = desk.asked_of(request, days=SHOWN_SPAN)
    last = clock.today() - timedelta(days=1)
    return replace(asked, period=Period(last - timedelta(days=SHOWN_SPAN - 1), last), is_repeat=None)


def _visible(asked: desk.Asked) -> list[Run]:
    found = runs.newest(RunKind.STAFFING, place_code=asked.scope.place_code)
    return [run for run in found if _may_see(run, asked)]


def _may_see(run: Run, asked: desk.Asked) -> bool:
    """People of the whole place see every plan, others those over no more calls than their own."""
    if asked.scope.unit_ids is None and not asked.scope.district:
        return True
    seen = runs.wanted_of(run)
    if asked.scope.district:
        return seen.district == asked.scope.district
    return seen.unit_ids is not None and seen.unit_ids <= (asked.scope.unit_ids or frozenset())


def _run_of(request: HttpRequest, run_id: UUID) -> Run:
    """The plan, for those whose calls it saw. Raises NotFound."""
    asked = desk.asked_of(request, days=1)
    run = runs.find(run_id, place_code=asked.scope.place_code)
    if run.kind != RunKind.STAFFING or not _may_see(run, asked):
        raise NotFound("run.unknown", "没有找到这次分析")
    return run


def _plan_of(run: Run) -> planning_shown.Plan:
    return planning_shown.Plan(run=run, settings=run.settings["analysis"], answer=runs.answer_of(run))


def _shown(
    request: HttpRequest, asked: desk.Asked, run: Run | None, others: list[Run], refusal: Refused | None = None
) -> HttpResponse:
    plan = _plan_of(run) if run is not None else None
    wrong = refusal.fields if isinstance(refusal, FieldErrors) else {}
    given: dict[str, Any] = request.POST.dict() if request.method == "POST" else _given(plan, asked)
    context = {
        "run": run,
        "plan": plan,
        "runs": [each for each in others if run is None or each.pk != run.pk][:OTHERS],
        "given": given,
        "wrong": wrong,
        "refusal": refusal,
        "inputs": planning_words.inputs(plan.settings if plan else None, given, wrong),
        "links": _links(asked, plan) if plan else {},
        "day": plan.day(request.GET.get("day", "")) if plan else None,
        "weekdays": WEEKDAYS,
        "has_any": len(events.store(asked.scope.place_code).columns) > 0,
    }
    page = desk.context(request, "planning", asked) | context
    return render(request, "command/planning.html", page, status=422 if refusal else 200)


def _links(asked: desk.Asked, plan: planning_shown.Plan) -> dict[str, str]:
    """The list of the calls that were counted."""
    categories = plan.run.settings["calls"]["categories"]
    over = replace(asked.over(Period(plan.first_on, plan.last_on)), category=categories[0] if categories else "")
    return {"calls": desk.list_link(over)}


def _given(plan: planning_shown.Plan | None, asked: desk.Asked) -> dict[str, Any]:
    """What stands in the form: of the plan that is shown, else what is usual."""
    if plan is not None:
        return plan.given
    return {
        "first": f"{asked.period.first_on}",
        "last": f"{asked.period.last_on}",
        "category": CATEGORY,
        "pattern": "same",
    }
