"""A task order on A4, as it is filed: what is wrong, who mends it by when, and every step since."""

from typing import Any

from kuaichu import clock
from kuaichu.dossier.documents.render import set_sheet
from kuaichu.governance.models import TaskOrder
from kuaichu.governance.states import Element, Level, OrderStage
from kuaichu.web.orders.showing import class_name, step_word

MOST_CALLS = 40


def pdf_of(order: TaskOrder) -> bytes:
    """PDF/A-2b in Chinese, whatever the page's language. Callers' names and phones are not on it."""
    from django.utils import translation

    with translation.override("zh-hans"):
        return set_sheet("order", _data(order), at=order.issued_at)


def _data(order: TaskOrder) -> dict[str, Any]:
    steps = list(order.steps.select_related("by__agency"))
    calls = list(order.calls.order_by("-received_at")[: MOST_CALLS + 1])
    return {
        "title": "交办单",
        "number": order.number,
        "issuer": order.issued_by.agency.name if order.issued_by.agency else "",
        "person": order.issued_by.name,
        "lead": order.lead.name,
        "helpers": "、".join(order.helpers.values_list("name", flat=True)) or "无",
        "element": str(Element(order.element).label),
        "level": str(Level(order.level).label),
        "issued": _moment(order.issued_at),
        "due": _moment(order.due_at),
        "stage": str(OrderStage(order.stage).label),
        "file": f"{order.file.number}　{order.file.name}" if order.file else "",
        "problem": order.problem,
        "proposed": order.proposed_measure,
        "calls": [
            f"{_moment(call.received_at)}　{class_name(call.subclass)}　{call.location}（{call.number}）"
            for call in calls[:MOST_CALLS]
        ],
        "more": f"另有 {order.calls.count() - MOST_CALLS} 起，见系统。" if len(calls) > MOST_CALLS else "",
        "steps": [
            {
                "at": _moment(step.at),
                "what": step_word(step.action),
                "by": f"{step.by.agency.short_name if step.by.agency else ''} {step.by.name}",
                "words": step.words + ("（附照片）" if step.photo_digest else ""),
            }
            for step in steps
        ],
        "points": f"{order.deduction_points:g}" if order.closed_at else "",
    }


def _moment(at: Any) -> str:
    return f"{at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}"
