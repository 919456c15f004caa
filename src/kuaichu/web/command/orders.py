"""Task orders 交办单 at the desk: the list with its clocks, the sheet, issuing, checking, closing."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from kuaichu import clock
from kuaichu.accounts.permissions import may_answer_task_orders
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import actions, permissions
from kuaichu.governance.models import TaskOrder
from kuaichu.governance.queries.orders import MOST, OrderRow, kept_terms, orders_of, row_of
from kuaichu.governance.states import Level, OrderStage
from kuaichu.web.audience import audience
from kuaichu.web.command import desk, order_paper
from kuaichu.web.command.exporting import workbook
from kuaichu.web.orders.showing import Clock, Mark, class_name, clock_of, proof, step_word, strip

MOST_EXPORTED = 20_000


@dataclass(frozen=True)
class Shown:
    """A row of the list."""

    order: TaskOrder
    clock: Clock
    marks: list[Mark]


@audience("command")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """/command/orders/: `closed=1`, `lead`, `level`; `format=xlsx`: the same as a workbook."""
    person = desk.person_of(request)
    place_code = permissions.scope_of(person).place_code
    is_closed = request.GET.get("closed") == "1"
    is_export = request.GET.get("format") == "xlsx"
    rows = orders_of(place_code, is_closed=is_closed, most=MOST_EXPORTED if is_export else MOST)
    leads = sorted({(str(row.order.lead_id), row.order.lead.short_name) for row in rows}, key=lambda pair: pair[1])
    lead, level = request.GET.get("lead", ""), request.GET.get("level", "")
    chosen = [row for row in rows if lead in ("", str(row.order.lead_id)) and level in ("", row.order.level)]
    if is_export:
        return _workbook(chosen)
    query = request.GET.copy()
    query["format"] = "xlsx"
    context = desk.context(request, "orders", desk.asked_of(request, days=1)) | {
        "rows": [shown(row) for row in chosen],
        "overdue": sum(row.is_overdue for row in chosen),
        "to_check": sum(row.order.stage == OrderStage.REPORTED for row in chosen),
        "is_closed": is_closed,
        "is_filtered": bool(lead or level),
        "leads": leads,
        "lead": lead,
        "levels": Level.choices,
        "level": level,
        "terms": kept_terms(place_code),
        "may_issue": permissions.may_issue_orders(person),
        "may_answer": may_answer_task_orders(person),
        "export": query.urlencode(),
    }
    return render(request, "command/orders.html", context)


def shown(row: OrderRow) -> Shown:
    return Shown(row.order, clock_of(row), strip(row.order))


@audience("command")
@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """/command/orders/<number>/."""
    return _page(request, _order(request, number))


def _page(request: HttpRequest, order: TaskOrder, refusal: Refused | None = None) -> HttpResponse:
    steps = list(order.steps.select_related("by__agency"))
    calls = list(order.calls.order_by("-received_at").select_related("unit"))
    context = desk.context(request, "orders", desk.asked_of(request, days=1)) | {
        "order": order,
        "clock": clock_of(row_of(order)),
        "marks": strip(order, steps),
        "steps": [{"step": step, "word": step_word(step.action)} for step in reversed(steps)],
        "proof": next((step for step in reversed(steps) if step.photo_digest), None),
        "calls": [{"call": call, "class_name": class_name(call.subclass)} for call in calls],
        "helpers": list(order.helpers.all()),
        "may_decide": permissions.may_issue_orders(desk.person_of(request)),
        "most_points": actions.most_points(order.place_id),
        "refusal": refusal,
        "given": request.POST,
    }
    return render(request, "command/order.html", context, status=422 if refusal else 200)


@audience("command")
@require_POST
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Mended, or back to the unit with the reason."""
    order, given = _order(request, number), request.POST
    is_mended = {"1": True, "0": False}.get(given.get("is_mended", ""))
    try:
        if is_mended is None:
            raise Refused("order.answer", "请选择：核验通过，还是退回整改")
        text = given.get("words", "")
        actions.check(order_id=order.pk, person=desk.person_of(request), is_mended=is_mended, text=text)
    except NotFound:
        raise
    except Refused as refusal:
        return _page(request, order, refusal)
    messages.success(request, gettext("核验通过，可以销号") if is_mended else gettext("已退回，对方会看到原因"))
    return redirect(f"/command/orders/{number}/")


@audience("command")
@require_POST
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Strike it off, with points deducted or without."""
    order, given = _order(request, number), request.POST
    try:
        points = _points(given.get("points", ""))
        person = desk.person_of(request)
        actions.close_order(order_id=order.pk, person=person, deduction_points=points, text=given.get("words", ""))
    except NotFound:
        raise
    except Refused as refusal:
        return _page(request, order, refusal)
    messages.success(request, gettext("交办单已销号"))
    return redirect(f"/command/orders/{number}/")


@audience("command")
@require_safe
def photo(request: HttpRequest, number: str, step_id: int) -> HttpResponse:
    """The proof of a step."""
    return proof(_order(request, number), step_id)


@audience("command")
@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The sheet on A4."""
    order = _order(request, number)
    response = HttpResponse(order_paper.pdf_of(order), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{order.number}.pdf"'
    return response


def _order(request: HttpRequest, number: str) -> TaskOrder:
    """Raises NotFound outside the person's place."""
    place_code = permissions.scope_of(desk.person_of(request)).place_code
    rows = TaskOrder.objects.select_related("lead", "file", "issued_by__agency", "place")
    found = rows.filter(number=number, place_id=place_code).first()
    if found is None:
        raise NotFound("order.unknown", "没有找到这张交办单")
    return found


def _points(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        raise Refused("order.points_number", "扣分请填数字") from None


def _workbook(rows: list[OrderRow]) -> HttpResponse:
    if len(rows) > MOST_EXPORTED:
        raise Http404
    heads = (
        "编号",
        "等级",
        "要素",
        "存在的问题",
        "整改建议",
        "牵头单位",
        "签发时间",
        "期限",
        "现在",
        "逾期（天）",
        "销号时间",
        "扣分",
        "热点档案",
    )
    return workbook(
        gettext("交办单"),
        [gettext(head) for head in heads],
        (_cells(row) for row in rows),
        widths=(22, 12, 8, 40, 40, 14, 17, 17, 16, 10, 17, 8, 22),
    )


def _cells(row: OrderRow) -> list[Any]:
    order = row.order
    moments = [
        at.astimezone(clock.BEIJING).replace(tzinfo=None) if at else None
        for at in (order.issued_at, order.due_at, order.closed_at)
    ]
    return [
        order.number,
        gettext(str(order.get_level_display())),
        gettext(str(order.get_element_display())),
        order.problem,
        order.proposed_measure,
        order.lead.short_name,
        moments[0],
        moments[1],
        gettext(str(order.get_stage_display())),
        row.overdue_days or None,
        moments[2],
        order.deduction_points or None,
        order.file.number if order.file else "",
    ]
