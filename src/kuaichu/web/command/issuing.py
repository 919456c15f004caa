"""Issuing a task order: the form, prefilled from a hot-spot file, a chain of repeat calls or calls of a list."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from kuaichu import clock
from kuaichu.accounts.models import AgencyKind
from kuaichu.calls.models import Call, RepeatChain
from kuaichu.errors import Refused
from kuaichu.governance import actions, events, permissions
from kuaichu.governance.actions import Problem
from kuaichu.governance.figures import Period, day_of
from kuaichu.governance.models import HotSpotFile
from kuaichu.governance.queries.bodies import bodies_of
from kuaichu.governance.queries.ledger import calls_of
from kuaichu.governance.states import Element, FileState, Level
from kuaichu.web.audience import audience
from kuaichu.web.command import desk

PREFILLED_CALLS = 20
MOST_NUMBERS = 200


@dataclass
class Given:
    """What stands in the form; everything as text, so nothing is lost when it is refused."""

    element: str = ""
    level: str = ""
    problem: str = ""
    proposed_measure: str = ""
    lead: str = ""
    helpers: list[str] = field(default_factory=list)
    file: str = ""
    calls: str = ""
    due: str = ""


@audience("command")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """/command/orders/new/: `file=<number>` or `chain=<id>` fill the form."""
    person = desk.person_of(request)
    if not permissions.may_issue_orders(person):
        raise Refused("order.not_yours", "交办单由研判员和支队领导签发")
    place_code = permissions.scope_of(person).place_code
    if request.method != "POST":
        return _form(request, place_code, _prefilled(request, place_code))
    given = _given(request)
    try:
        order = actions.issue(
            person=person,
            problem=Problem(
                element=given.element,
                level=given.level,
                problem=given.problem,
                proposed_measure=given.proposed_measure,
            ),
            lead_id=_lead(given.lead),
            helper_ids=[UUID(one) for one in given.helpers if _is_uuid(one)],
            file_id=HotSpotFile.objects.filter(number=given.file, place_id=place_code)
            .values_list("pk", flat=True)
            .first(),
            call_ids=_call_ids(given.calls, place_code),
            due_at=_end_of(given.due),
            order_id=desk.form_id(request),
        )
    except Refused as refusal:
        return _form(request, place_code, given, refusal)
    messages.success(request, gettext("已签发，牵头单位马上就能看到"))
    return redirect(f"/command/orders/{order.number}/")


def _form(request: HttpRequest, place_code: str, given: Given, refusal: Refused | None = None) -> HttpResponse:
    bodies = list(bodies_of(place_code))
    context = desk.context(request, "orders", desk.asked_of(request, days=1)) | {
        "given": given,
        "form_id": desk.form_id(request),
        "elements": Element.choices,
        "levels": [(code, label, actions.days_of(code, place_code)) for code, label in Level.choices],
        "departments": [body for body in bodies if body.kind == AgencyKind.DEPARTMENT],
        "units": [body for body in bodies if body.kind == AgencyKind.POLICE],
        "files": HotSpotFile.objects.filter(place_id=place_code).exclude(state=FileState.CLOSED).order_by("-opened_at"),
        "refusal": refusal,
        "today": clock.today(),
    }
    return render(request, "command/order_new.html", context, status=422 if refusal else 200)


def _given(request: HttpRequest) -> Given:
    given = request.POST
    names = ("element", "level", "problem", "proposed_measure", "lead", "file", "calls", "due")
    texts: dict[str, Any] = {name: given.get(name, "") for name in names}
    return Given(**texts, helpers=given.getlist("helpers"))


def _prefilled(request: HttpRequest, place_code: str) -> Given:
    file = HotSpotFile.objects.filter(number=request.GET.get("file", ""), place_id=place_code).first()
    if file is not None:
        return _of_file(file)
    asked = request.GET.get("chain", "")
    chain = RepeatChain.objects.filter(pk=asked, place_id=place_code).first() if asked.isdecimal() else None
    if chain is not None:
        return _of_chain(chain)
    return Given(calls=request.GET.get("calls", "").replace(",", "\n"))


def _of_file(file: HotSpotFile) -> Given:
    """With the newest calls of the period in which the spot was found."""
    found_in = Period(file.before_from_on, file.before_until_on)
    near = (file.lon_wgs84, file.lat_wgs84, file.radius_m)
    chosen = events.store(file.place_id).select(
        since=found_in.since,
        until=found_in.until,
        near=near,
        categories=(file.category,) if file.category else (),
    )
    ids = sorted(chosen.columns.id[chosen.index].tolist())[-PREFILLED_CALLS:]
    numbers = Call.objects.filter(pk__in=ids).order_by("-received_at").values_list("number", flat=True)
    problem = gettext("%(name)s周围 %(radius)s 米，%(first)s 至 %(last)s 有效警情 %(count)d 起。") % {
        "name": file.name,
        "radius": f"{file.radius_m:.0f}",
        "first": file.before_from_on,
        "last": file.before_until_on,
        "count": file.before_count,
    }
    return Given(
        element=Element.ROADS, problem=problem, proposed_measure=file.plan, file=file.number, calls="\n".join(numbers)
    )


def _of_chain(chain: RepeatChain) -> Given:
    calls = calls_of([chain.root_id])[chain.root_id]
    problem = gettext("%(location)s，同一诉求报警 %(count)d 次，最近一次 %(last)s。") % {
        "location": chain.root.location or gettext("地点不明"),
        "count": chain.calls,
        "last": f"{chain.last_call_at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}",
    }
    return Given(problem=problem, proposed_measure=chain.next_step, calls="\n".join(call.number for call in calls))


def _call_ids(text: str, place_code: str) -> list[int]:
    """Raises Refused: order.calls, order.calls_unknown."""
    numbers = list(dict.fromkeys(re.split(r"[\s,;，；、]+", text.strip()))) if text.strip() else []
    if len(numbers) > MOST_NUMBERS:
        raise Refused("order.calls", "一张交办单最多关联 %(most)s 起警情", most=MOST_NUMBERS)
    found = dict(Call.objects.filter(place_id=place_code, number__in=numbers).values_list("number", "pk"))
    missing = [number for number in numbers if number not in found]
    if missing:
        raise Refused("order.calls_unknown", "没有找到这些警情：%(numbers)s", numbers="、".join(missing[:5]))
    return list(found.values())


def _lead(text: str) -> UUID:
    """Raises Refused("order.lead")."""
    if not _is_uuid(text):
        raise Refused("order.lead", "请选择牵头单位")
    return UUID(text)


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _end_of(text: str) -> datetime | None:
    """The end of the day in China. Raises Refused("date.wrong")."""
    if not text:
        return None
    try:
        return (day_of(date.fromisoformat(text)).until - timedelta(minutes=1)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("date.wrong", "请填一个日期") from None
