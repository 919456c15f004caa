"""How a task order looks to those who give it and to those who get it: its strip of stages and its clock in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kuaichu.calls.classes import CLASSES
from kuaichu.dossier.photos.proofs import thumbnail_path
from kuaichu.governance.models import TaskOrder, TaskStep
from kuaichu.governance.queries.orders import OrderRow
from kuaichu.governance.states import OrderStage
from kuaichu.web.photos import FOR_EVER

SOON_H = 24.0
STAGES: tuple[tuple[str, str | Promise], ...] = (
    ("issue", _("签发")),
    ("sign_for", _("签收")),
    ("report", _("整改反馈")),
    ("check", _("核验")),
    ("close", _("销号")),
)
STEP_WORDS: dict[str, str | Promise] = {**dict(STAGES), "return": _("退回")}
_REACHED = {
    OrderStage.ISSUED: 1,
    OrderStage.SIGNED_FOR: 2,
    OrderStage.RETURNED: 2,
    OrderStage.REPORTED: 3,
    OrderStage.CHECKED: 4,
    OrderStage.CLOSED: 5,
}


@dataclass(frozen=True)
class Mark:
    """One stage on the strip. `state`: done, now, back (sent back and due again) or ahead."""

    name: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class Clock:
    """`css`: "", amber or red; the word says the same."""

    css: str
    words: str


def strip(order: TaskOrder, steps: Iterable[TaskStep] = ()) -> list[Mark]:
    """The five stages, with the moment of each that `steps` know."""
    moments = {step.action: step.at for step in steps}
    reached = _REACHED[OrderStage(order.stage)]
    marks = []
    for number, (action, name) in enumerate(STAGES):
        state = "done" if number < reached else "ahead" if number > reached else "now"
        if state == "now" and order.stage == OrderStage.RETURNED:
            state = "back"
        marks.append(Mark(str(name), state, moments.get(action) if state == "done" else None))
    return marks


def clock_of(row: OrderRow) -> Clock:
    """What the time says: days left, hours left, late; or whom the order waits for."""
    stage = OrderStage(row.order.stage)
    if stage == OrderStage.CLOSED:
        return Clock("", gettext("已销号"))
    if stage == OrderStage.REPORTED:
        return Clock("", gettext("等待核验"))
    if stage == OrderStage.CHECKED:
        return Clock("", gettext("等待销号"))
    if row.is_overdue:
        return Clock("red", gettext("逾期第 %(days)d 天") % {"days": row.overdue_days})
    if row.hours_left < SOON_H:
        hours = max(1, int(row.hours_left))
        return Clock("amber", gettext("只剩 %(hours)d 小时") % {"hours": hours})
    days = int(row.hours_left // SOON_H)
    return Clock("", gettext("还剩 %(days)d 天") % {"days": days})


def step_word(action: str) -> str:
    """What was done, in a word."""
    return str(STEP_WORDS.get(action, action))


def class_name(code: str) -> str:
    """A call's class in the page's language."""
    known = CLASSES.get(code)
    if known is None:
        return code
    return known.en if (get_language() or "").startswith("en") else known.zh


def proof(order: TaskOrder, step_id: int) -> HttpResponse:
    """The photo of a step. The caller has checked who asks. Raises Http404."""
    step = order.steps.filter(pk=step_id).exclude(photo_digest="").first()
    if step is None:
        raise Http404
    try:
        data = thumbnail_path(step.photo_digest).read_bytes()
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(data, content_type="image/jpeg")
    response["Cache-Control"] = FOR_EVER
    response["X-Content-Type-Options"] = "nosniff"
    return response
