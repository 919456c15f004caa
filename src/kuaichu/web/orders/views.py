"""Task orders for those who have to mend something: departments' contacts and leaders of units, mostly on a phone."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from kuaichu.accounts.models import Agency, Person
from kuaichu.dossier.photos.proofs import keep_proof, proof_path
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import actions
from kuaichu.governance.models import TaskOrder
from kuaichu.governance.queries.orders import OrderRow, orders_of, row_of
from kuaichu.governance.states import OrderStage
from kuaichu.web.audience import audience
from kuaichu.web.orders.showing import class_name, clock_of, proof, step_word, strip

SALT = "orders.photo"
KEPT_FOR_S = 24 * 3600
MOST_CALLS = 20


@audience("orders")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """/orders/: what waits for the unit, then what it helps with or what waits for others; `closed=1`: what is done."""
    unit = _unit(request)
    is_closed = request.GET.get("closed") == "1"
    rows = orders_of(unit.place_id, lead_id=unit.pk, is_closed=is_closed)
    waiting = [row for row in rows if _waits(row, unit)]
    context = {
        "unit": unit,
        "is_closed": is_closed,
        "waiting": [_card(row, unit) for row in waiting],
        "others": [_card(row, unit) for row in rows if row not in waiting],
        "overdue": sum(row.is_overdue for row in waiting),
        "tab": "closed" if is_closed else "open",
    }
    return render(request, "orders/list.html", context)


def _waits(row: OrderRow, unit: Agency) -> bool:
    is_with_lead = row.order.stage in (OrderStage.ISSUED, OrderStage.SIGNED_FOR, OrderStage.RETURNED)
    return is_with_lead and row.order.lead_id == unit.pk


def _card(row: OrderRow, unit: Agency) -> dict[str, Any]:
    return {"order": row.order, "clock": clock_of(row), "is_lead": row.order.lead_id == unit.pk}


@audience("orders")
@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """/orders/<number>/."""
    return _page(request, _order(request, number))


def _page(request: HttpRequest, order: TaskOrder, refusal: Refused | None = None, kept: str = "") -> HttpResponse:
    unit = _unit(request)
    steps = list(order.steps.select_related("by__agency"))
    calls = list(order.calls.order_by("-received_at")[: MOST_CALLS + 1])
    context = {
        "order": order,
        "clock": clock_of(row_of(order)),
        "marks": strip(order, steps),
        "steps": [{"step": step, "word": step_word(step.action)} for step in reversed(steps)],
        "returned": next((step for step in reversed(steps) if step.action == "return"), None),
        "calls": [{"call": call, "class_name": class_name(call.subclass)} for call in calls[:MOST_CALLS]],
        "more_calls": order.calls.count() - MOST_CALLS if len(calls) > MOST_CALLS else 0,
        "helpers": list(order.helpers.all()),
        "is_lead": order.lead_id == unit.pk,
        "may_sign": order.lead_id == unit.pk and order.stage == OrderStage.ISSUED,
        "may_report": order.lead_id == unit.pk and order.stage in (OrderStage.SIGNED_FOR, OrderStage.RETURNED),
        "refusal": refusal,
        "kept": kept,
        "words": request.POST.get("words", ""),
        "tab": "",
    }
    return render(request, "orders/order.html", context, status=422 if refusal else 200)


@audience("orders")
@require_POST
def sign_for(request: HttpRequest, number: str) -> HttpResponse:
    """The unit takes it on."""
    order = _order(request, number)
    try:
        actions.sign_for(order_id=order.pk, person=_person(request))
    except NotFound:
        raise
    except Refused as refusal:
        return _page(request, order, refusal)
    messages.success(request, gettext("已签收。整改好以后，在这里写明情况、附上照片。"))
    return redirect(f"/orders/{number}/")


@audience("orders")
@require_POST
def report(request: HttpRequest, number: str) -> HttpResponse:
    """What was mended, with a photo. A good photo is kept when the words are refused, so nobody takes it twice."""
    order = _order(request, number)
    kept = ""
    try:
        kept = _kept(request, order)
        photo = proof_path(_digest(kept, order)) if kept else None
        actions.report(order_id=order.pk, person=_person(request), text=request.POST.get("words", ""), photo=photo)
    except NotFound:
        raise
    except Refused as refusal:
        return _page(request, order, refusal, "" if refusal.code == "order.same_photo" else kept)
    messages.success(request, gettext("已反馈。签发单位会核验，结果显示在这里。"))
    return redirect(f"/orders/{number}/")


@audience("orders")
@require_safe
def photo(request: HttpRequest, number: str, step_id: int) -> HttpResponse:
    """The proof of a step."""
    return proof(_order(request, number), step_id)


def _kept(request: HttpRequest, order: TaskOrder) -> str:
    """The photo just sent, or the one of the try before, as a signed name. Raises Refused: photo.*, storage.full."""
    sent = request.FILES.get("photo")
    before = request.POST.get("kept", "")
    if sent is None:
        return before if before and _digest(before, order) else ""
    if order.lead_id != _unit(request).pk:
        raise NotFound("order.unknown", "没有找到这张交办单")
    return signing.dumps([str(order.pk), keep_proof(_source(sent), place=order.place_id)], salt=SALT)


def _digest(kept: str, order: TaskOrder) -> str:
    """Empty unless this house has given out the name for this order."""
    try:
        order_id, digest = signing.loads(kept, salt=SALT, max_age=KEPT_FOR_S)
    except signing.BadSignature:
        return ""
    return str(digest) if order_id == str(order.pk) else ""


def _source(sent: UploadedFile) -> bytes | Path:
    if isinstance(sent, TemporaryUploadedFile):
        return Path(sent.temporary_file_path())
    return bytes(sent.read())


def _order(request: HttpRequest, number: str) -> TaskOrder:
    """One that the person's unit leads or helps with. Raises NotFound."""
    unit = _unit(request)
    rows = TaskOrder.objects.select_related("lead", "file", "issued_by__agency").filter(number=number)
    found = rows.first()
    if found is None or not (found.lead_id == unit.pk or found.helpers.filter(pk=unit.pk).exists()):
        raise NotFound("order.unknown", "没有找到这张交办单")
    return found


def _unit(request: HttpRequest) -> Agency:
    agency = _person(request).agency
    assert agency is not None  # the audience has seen to it
    return agency


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
