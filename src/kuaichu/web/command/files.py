"""Hot-spot files 热点档案: one hot spot, one plan, one responsible leader; opening, measures, effect, closing."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kuaichu import clock
from kuaichu.calls.states import Category
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import actions, permissions
from kuaichu.governance.figures import Period
from kuaichu.governance.models import HotSpotFile, Measure
from kuaichu.governance.queries.bodies import leaders_of, units_of
from kuaichu.governance.queries.files import Evaluation, by_day, count_at, evaluation_of, files_of
from kuaichu.governance.queries.orders import row_of
from kuaichu.governance.states import FileState
from kuaichu.web.audience import audience
from kuaichu.web.command import daychart, desk, effect_words
from kuaichu.web.command.mapping import map_context, with_tiles
from kuaichu.web.command.orders import shown

DEFAULT_RADIUS_M = "200"
BEFORE_DAYS, MOST_CHART_DAYS = 90, 730
FIELDS = ("name", "lon", "lat", "radius", "category", "unit", "first", "last", "run")


@audience("command")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """/command/files/: open ones, or with `closed=1` the closed ones."""
    person = desk.person_of(request)
    is_closed = request.GET.get("closed") == "1"
    place_code = permissions.scope_of(person).place_code
    asked = desk.asked_of(request, days=1)
    context = desk.context(request, "files", asked) | {
        "files": [(file, _before_link(asked, file)) for file in files_of(place_code, is_closed=is_closed)],
        "is_closed": is_closed,
        "may_open": permissions.may_keep_files(person),
        "today": clock.today(),
    }
    return render(request, "command/files.html", context)


@audience("command")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """/command/files/new/: `lon`, `lat`, `radius`, `name`, `run`, `first`, `last`, `category` fill the form."""
    source = request.POST if request.method == "POST" else request.GET
    given = {name: source.get(name, "") for name in FIELDS}
    if request.method != "POST":
        last = clock.today() - timedelta(days=1)
        given["radius"] = _whole(given["radius"]) or DEFAULT_RADIUS_M
        given["last"] = given["last"] or f"{last}"
        given["first"] = given["first"] or f"{last - timedelta(days=BEFORE_DAYS - 1)}"
        return _new(request, given)
    try:
        made = actions.open_file(
            person=desk.person_of(request),
            name=given["name"],
            **_circle(given),
            before=_period(given),
            category=given["category"],
            unit_id=_uuid(given["unit"]),
            run_id=_uuid(given["run"]),
            file_id=desk.form_id(request),
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _new(request, given, refusal)
    messages.success(request, gettext("档案已建好。下一步：定方案，指定责任领导。"))
    return redirect(f"/command/files/{made.number}/")


def _new(request: HttpRequest, given: dict[str, str], refusal: Refused | None = None) -> HttpResponse:
    person = desk.person_of(request)
    asked = desk.asked_of(request, days=1)
    units = [unit for unit in units_of(asked.scope.place_code) if permissions.may_take_charge(person, unit.pk)]
    given["unit"] = given["unit"] or str(person.agency_id)
    context = desk.context(request, "files", asked) | map_context(asked)
    context |= {
        "form_id": desk.form_id(request),
        "given": given,
        "units": units,
        "categories": Category.choices,
        "refusal": refusal,
    }
    return with_tiles(render(request, "command/file_new.html", context, status=422 if refusal else 200))


@audience("command")
@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """/command/files/<number>/."""
    return _page(request, _file(request, number))


def _page(request: HttpRequest, file: HotSpotFile, refusal: Refused | None = None, act: str = "") -> HttpResponse:
    person = desk.person_of(request)
    asked = desk.asked_of(request, days=1)
    measures = list(file.measures.all())
    found = evaluation_of(file)
    given = request.POST if refusal else {"leader": str(file.leader_id or ""), "plan": file.plan}
    context = desk.context(request, "files", asked) | map_context(asked)
    context |= {
        "file": file,
        "measures": measures,
        "before": Period(file.before_from_on, file.before_until_on),
        "since": _since_opened(file),
        "evaluation": found,
        "effect": effect_words.said(found) if found else None,
        "chart": _chart(file, measures, found),
        "links": _links(asked, file, found),
        "orders": [shown(row_of(order)) for order in file.orders.select_related("lead").order_by("-issued_at")],
        "leaders": leaders_of(file.place_id),
        "may_work": permissions.may_work_on_file(person, file),
        "may_issue": permissions.may_issue_orders(person),
        "sees_all": asked.scope.unit_ids is None,
        "today": clock.today(),
        "refusal": refusal,
        "act": act,
        "given": given,
        "is_open": file.state != FileState.CLOSED,
    }
    return with_tiles(render(request, "command/file.html", context, status=422 if refusal else 200))


@audience("command")
@require_POST
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """plan, measure, end, evaluate, close, reopen; what is refused comes back with what was typed."""
    if act not in ACTS:
        raise Http404
    file = _file(request, number)
    do, done = ACTS[act]
    try:
        do(request, file)
    except NotFound:
        raise
    except Refused as refusal:
        return _page(request, file, refusal, act)
    messages.success(request, gettext(done))
    return redirect(f"/command/files/{number}/")


def _plan(request: HttpRequest, file: HotSpotFile) -> None:
    leader = _uuid(request.POST.get("leader", ""))
    if leader is None:
        raise Refused("file.leader", "请选择一名责任领导")
    plan = request.POST.get("plan", "")
    actions.adopt_plan(file_id=file.pk, person=desk.person_of(request), leader_id=leader, plan=plan)


def _measure(request: HttpRequest, file: HotSpotFile) -> None:
    given = request.POST
    first, last = _day(given.get("from_on", "")), _day(given.get("until_on", ""))
    if first is None:
        raise Refused("date.wrong", "请填一个日期")
    person = desk.person_of(request)
    actions.add_measure(file_id=file.pk, person=person, text=given.get("words", ""), from_on=first, until_on=last)


def _end(request: HttpRequest, file: HotSpotFile) -> None:
    given = request.POST
    measure = file.measures.filter(pk=given.get("measure", "") if given.get("measure", "").isdecimal() else 0).first()
    last = _day(given.get("until_on", ""))
    if measure is None:
        raise NotFound("measure.unknown", "没有找到这条措施")
    if last is None:
        raise Refused("date.wrong", "请填一个日期")
    actions.end_measure(measure_id=measure.pk, person=desk.person_of(request), until_on=last)


def _evaluate(request: HttpRequest, file: HotSpotFile) -> None:
    actions.evaluate(file_id=file.pk, person=desk.person_of(request))


def _close(request: HttpRequest, file: HotSpotFile) -> None:
    conclusion = request.POST.get("conclusion", "")
    actions.close_file(file_id=file.pk, person=desk.person_of(request), conclusion=conclusion)


def _reopen(request: HttpRequest, file: HotSpotFile) -> None:
    actions.reopen_file(file_id=file.pk, person=desk.person_of(request))


ACTS: dict[str, tuple[Callable[[HttpRequest, HotSpotFile], None], str]] = {
    "plan": (_plan, "方案已定"),
    "measure": (_measure, "措施已登记"),
    "end": (_end, "措施已结束"),
    "evaluate": (_evaluate, "进入评估"),
    "close": (_close, "档案已销号"),
    "reopen": (_reopen, "档案已重新打开"),
}


def _file(request: HttpRequest, number: str) -> HotSpotFile:
    """Raises NotFound outside the person's place."""
    place_code = permissions.scope_of(desk.person_of(request)).place_code
    rows = HotSpotFile.objects.select_related("leader__agency", "unit", "found_by")
    found = rows.filter(number=number, place_id=place_code).first()
    if found is None:
        raise NotFound("file.unknown", "没有找到这份热点档案")
    return found


def _since_opened(file: HotSpotFile) -> tuple[Period, int] | None:
    """The full days after the period in which the spot was found, and the calls in them."""
    last = clock.local_day(file.closed_at) if file.closed_at else clock.today() - timedelta(days=1)
    first = file.before_until_on + timedelta(days=1)
    if last < first:
        return None
    period = Period(first, last)
    return period, count_at(file, period).spot


def _chart(file: HotSpotFile, measures: list[Measure], found: Evaluation | None) -> Any:
    last = min(clock.today(), clock.local_day(file.closed_at) if file.closed_at else clock.today())
    first = max(file.before_from_on, last - timedelta(days=MOST_CHART_DAYS - 1))
    if first > last:
        return None
    bands = []
    if found:
        bands = [
            daychart.Band(name=gettext("治理前 %(days)d 天") % {"days": found.before.days}, period=found.before),
            daychart.Band(
                name=gettext("治理后 %(days)d 天") % {"days": found.after.days}, period=found.after, is_after=True
            ),
        ]
    marks = [
        daychart.Mark(number=number, from_on=one.from_on, until_on=one.until_on, words=one.words)
        for number, one in enumerate(measures, 1)
    ]
    finding = _finding(found)
    counts = by_day(file, Period(first, last))
    return {"finding": finding, "svg": daychart.days(counts, bands=bands, marks=marks, finding=finding)}


def _finding(found: Evaluation | None) -> str:
    if found is None:
        return gettext("每天的警情")
    days = found.after.days
    return gettext("治理前平均每天 %(before)s 起，治理后 %(after)s 起") % {
        "before": f"{found.effect.before / days:.2f}",
        "after": f"{found.effect.after / days:.2f}",
    }


def _before_link(asked: desk.Asked, file: HotSpotFile) -> str:
    """The calls that were counted when the file was opened."""
    near = f"{file.lon_wgs84:.6f},{file.lat_wgs84:.6f},{file.radius_m:.1f}"
    over = asked.over(Period(file.before_from_on, file.before_until_on))
    return desk.list_link(over, near=near, category=file.category, counted=str(file.before_count))


def _links(asked: desk.Asked, file: HotSpotFile, found: Evaluation | None) -> dict[str, str]:
    """The calls behind each number."""
    near = f"{file.lon_wgs84:.6f},{file.lat_wgs84:.6f},{file.radius_m:.1f}"
    figures = {"before": (Period(file.before_from_on, file.before_until_on), file.before_count)}
    since = _since_opened(file)
    if since:
        figures["since"] = since
    if found:
        figures |= {
            "compared_before": (found.before, found.effect.before),
            "compared_after": (found.after, found.effect.after),
        }
    return {
        name: desk.list_link(asked.over(period), near=near, category=file.category, counted=str(count))
        for name, (period, count) in figures.items()
    }


def _circle(given: dict[str, str]) -> dict[str, float]:
    """Raises Refused("file.where")."""
    try:
        lon, lat, radius = (float(given[name]) for name in ("lon", "lat", "radius"))
    except ValueError:
        raise Refused("file.where", "请填经度、纬度和半径，或在地图上点一下") from None
    if not (-180 <= lon <= 180 and -85 <= lat <= 85 and radius == radius):
        raise Refused("file.where", "请填经度、纬度和半径，或在地图上点一下")
    return {"lon_wgs84": lon, "lat_wgs84": lat, "radius_m": radius}


def _period(given: dict[str, str]) -> Period:
    """Raises Refused: date.wrong, file.future, period.backwards."""
    first, last = _day(given["first"]), _day(given["last"])
    if first is None or last is None:
        raise Refused("date.wrong", "请填一个日期")
    if last > clock.today():
        raise Refused("file.future", "对比期不能晚于今天")
    if (last - first).days >= MOST_CHART_DAYS:
        raise Refused("file.long", "对比期最长 %(days)d 天", days=MOST_CHART_DAYS)
    return Period(first, last)


def _day(text: str) -> date | None:
    """Raises Refused("date.wrong")."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("date.wrong", "请填一个日期") from None


def _whole(text: str) -> str:
    """Metres without decimals."""
    try:
        return f"{float(text):.0f}"
    except (ValueError, OverflowError):
        return ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
