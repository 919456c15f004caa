"""Task orders 交办单: issued, signed for, reported with a photo as proof, checked or returned, closed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.db import transaction

from kuaichu import clock, law
from kuaichu.accounts.models import Person
from kuaichu.accounts.permissions import may_answer_task_orders
from kuaichu.calls.models import Call
from kuaichu.dossier.photos.proofs import keep_proof
from kuaichu.errors import NotFound, Refused
from kuaichu.governance.actions.common import moved, next_number, note, words
from kuaichu.governance.models import HotSpotFile, TaskOrder, TaskStep
from kuaichu.governance.permissions import may_issue_orders, scope_of
from kuaichu.governance.queries.bodies import bodies_of
from kuaichu.governance.states import ORDER_MOVES, Element, Level, OrderStage

LONGEST = 2000
MOST_CALLS = 200


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong and what should be done."""

    element: str
    level: str
    problem: str
    proposed_measure: str


@transaction.atomic
def issue(
    *,
    person: Person,
    problem: Problem,
    lead_id: UUID,
    helper_ids: Collection[UUID] = (),
    file_id: UUID | None = None,
    call_ids: Collection[int] = (),
    due_at: datetime | None = None,
    order_id: UUID | None = None,
) -> TaskOrder:
    """Give a problem to those who can mend it. Without `due_at` the level's days of the place hold (law). With an
    `order_id` that is known already nothing is issued: the form was sent twice.

    Journal: order.issued. Raises Refused: order.not_yours, order.element, order.level, order.lead, order.past_due,
    order.calls.
    """
    if not may_issue_orders(person):
        raise Refused("order.not_yours", "交办单由研判员和支队领导签发")
    place_code = scope_of(person).place_code
    if problem.element not in Element.values:
        raise Refused("order.element", "请选择问题出在人、车、路、企哪一类")
    if problem.level not in Level.values:
        raise Refused("order.level", "请选择等级")
    lead = bodies_of(place_code).filter(pk=lead_id).first()
    if lead is None:
        raise Refused("order.lead", "请选择牵头单位")
    now = clock.now()
    due_at = due_at or now + timedelta(days=days_of(problem.level, place_code))
    if due_at <= now:
        raise Refused("order.past_due", "期限不能早于现在")
    number = next_number(TaskOrder, place_code, "J")  # holds the place: of two at the same moment one waits here
    if order_id and (known := TaskOrder.objects.filter(pk=order_id, issued_by=person).first()):
        return known
    order = TaskOrder(
        id=order_id or uuid4(),
        number=number,
        place_id=place_code,
        file=HotSpotFile.objects.filter(pk=file_id, place_id=place_code).first() if file_id else None,
        element=problem.element,
        level=problem.level,
        problem=words(problem.problem, most=LONGEST, what="存在的问题"),
        proposed_measure=words(problem.proposed_measure, most=LONGEST, what="整改建议"),
        lead=lead,
        issued_at=now,
        issued_by=person,
        due_at=due_at,
    )
    order.save(force_insert=True)
    order.helpers.set(bodies_of(place_code).filter(pk__in=set(helper_ids) - {lead.pk}))
    order.calls.set(_calls(call_ids, place_code))
    _step(order, "issue", person)
    note("order.issued", order.pk, person, number=order.number, lead=str(lead.pk), level=order.level)
    return order


@transaction.atomic
def sign_for(*, order_id: UUID, person: Person) -> TaskOrder:
    """The lead unit takes it on. Journal: order.signed_for. Raises Refused: order.not_yours."""
    order = _lock(order_id)
    _require_lead(order, person)
    return _move(order, "sign_for", person)


def report(*, order_id: UUID, person: Person, text: str, photo: bytes | Path | None) -> TaskOrder:
    """What was mended, with a photo as proof. Journal: order.reported.

    Raises Refused: order.no_photo, order.same_photo, governance.moved_on, those of photos and words.
    """
    order = TaskOrder.objects.filter(pk=order_id).first()
    if order is None:
        raise NotFound("order.unknown", "没有找到这张交办单")
    _require_lead(order, person)
    moved(ORDER_MOVES, "report", OrderStage(order.stage))
    said = words(text, most=LONGEST, what="整改情况")
    if not photo:
        raise Refused("order.no_photo", "请附一张整改后的照片")
    digest = keep_proof(photo, place=order.place_id)  # before the lock: decoding takes long
    with transaction.atomic():
        order = _lock(order_id)
        if order.steps.filter(photo_digest=digest).exists():  # sent back, and the old picture again: nothing was done
            raise Refused("order.same_photo", "这张照片上次已经交过，请拍一张新的")
        return _move(order, "report", person, text=said, photo_digest=digest)


@transaction.atomic
def check(*, order_id: UUID, person: Person, is_mended: bool, text: str) -> TaskOrder:
    """Somebody looked: mended, or back to the unit with the reason. Journal: order.checked / order.returned."""
    order = _lock(order_id)
    _require_issuer(order, person)
    if not is_mended:
        return _move(order, "return", person, text=words(text, most=LONGEST, what="退回的原因"))
    return _move(order, "check", person, text=text.strip()[:LONGEST])


@transaction.atomic
def close_order(*, order_id: UUID, person: Person, deduction_points: float = 0, text: str = "") -> TaskOrder:
    """Strike it off; points deducted, if any, need a reason. Journal: order.closed. Raises Refused: order.points."""
    order = _lock(order_id)
    _require_issuer(order, person)
    most = most_points(order.place_id)
    if not 0 <= deduction_points <= most:
        raise Refused("order.points", "扣分请填 0 到 %(most)s", most=most)
    if deduction_points:
        text = words(text, most=LONGEST, what="扣分的原因")
    order.deduction_points, order.closed_at = deduction_points, clock.now()
    return _move(order, "close", person, text=text.strip(), fields=("deduction_points", "closed_at"))


def days_of(level: str, place_code: str) -> int:
    """The days that a level gives in a place."""
    return law.value(f"governance.order_days.{level}", on=clock.today(), place=place_code).number


def most_points(place_code: str) -> int:
    """How many points one task order may cost in a place."""
    return law.value("governance.deduction_most", on=clock.today(), place=place_code).number


def _calls(call_ids: Collection[int], place_code: str) -> list[Call]:
    if len(call_ids) > MOST_CALLS:
        raise Refused("order.calls", "一张交办单最多关联 %(most)s 起警情", most=MOST_CALLS)
    return list(Call.objects.filter(pk__in=call_ids, place_id=place_code))


def _lock(order_id: UUID) -> TaskOrder:
    order = TaskOrder.objects.select_for_update(of=("self",)).filter(pk=order_id).first()
    if order is None:
        raise NotFound("order.unknown", "没有找到这张交办单")
    return order


def _require_lead(order: TaskOrder, person: Person) -> None:
    if not (may_answer_task_orders(person) and person.agency_id == order.lead_id):
        raise NotFound("order.unknown", "没有找到这张交办单")


def _require_issuer(order: TaskOrder, person: Person) -> None:
    if not may_issue_orders(person) or scope_of(person).place_code != order.place_id:
        raise NotFound("order.unknown", "没有找到这张交办单")


def _move(
    order: TaskOrder,
    action: str,
    person: Person,
    *,
    text: str = "",
    photo_digest: str = "",
    fields: tuple[str, ...] = (),
) -> TaskOrder:
    order.stage = moved(ORDER_MOVES, action, OrderStage(order.stage))
    order.version += 1
    order.save(update_fields=["stage", "version", *fields])
    _step(order, action, person, text=text, photo_digest=photo_digest)
    note(f"order.{order.stage}", order.pk, person, photo=photo_digest)
    return order


def _step(order: TaskOrder, action: str, person: Person, *, text: str = "", photo_digest: str = "") -> None:
    TaskStep.objects.create(
        order=order, action=action, at=clock.now(), by=person, words=text, photo_digest=photo_digest
    )
