"""First-receiver responsibility 首接: whoever took the call owns it until somebody else has signed for it."""

from uuid import UUID

from django.db import connection, transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls.actions.common import lock_call, note, save_call
from kuaichu.calls.models import Call, Handover
from kuaichu.calls.permissions import may_take_calls
from kuaichu.calls.states import Status
from kuaichu.errors import NotFound, Refused

LONGEST_REASON = 120


@transaction.atomic
def take_on(*, call_id: int, person: Person) -> Call:
    """Become the first receiver and owner of a call that came without one (reported online, sent by a partner).

    Raises Refused("call.owned").
    """
    call = lock_call(call_id, person=person)
    if call.owner_id is not None:
        raise Refused("call.owned", "这条警情已经有人负责了")
    call.owner = person
    call.first_receiver = call.first_receiver or person
    save_call(call, "owner", "first_receiver")
    note(call, "call.taken_on", person)
    return call


@transaction.atomic
def offer(*, call_id: int, giver: Person, receiver_id: UUID, reason: str = "") -> Handover:
    """Offer a call to another person; the giver stays its owner until the receipt.

    Raises Refused: handover.not_owner, handover.to_oneself, handover.receiver_unknown, handover.open, call.done.
    """
    call = lock_call(call_id, person=giver)
    if call.owner_id != giver.pk:
        raise Refused("handover.not_owner", "这条警情不由您负责，不能移交")
    if call.status in (Status.CLOSED, Status.TRANSFERRED):
        raise Refused("call.done", "这条警情已经办结，不用移交")
    if receiver_id == giver.pk:
        raise Refused("handover.to_oneself", "请选择另一位接收人")
    receiver = Person.objects.select_related("agency").filter(pk=receiver_id).first()
    if receiver is None or not may_take_calls(receiver):
        raise Refused("handover.receiver_unknown", "没有这位接收人，或他不能接警")
    if Handover.objects.filter(call=call, receipted_at__isnull=True, refused_at__isnull=True).exists():
        raise Refused("handover.open", "已经发出移交，请等对方签收")
    handover = Handover.objects.create(
        call=call, giver=giver, receiver=receiver, reason=reason.strip()[:LONGEST_REASON], offered_at=clock.now()
    )
    save_call(call)
    note(call, "call.offered", giver, receiver=str(receiver.pk), handover=handover.pk)
    return handover


@transaction.atomic
def receipt(*, handover_id: int, receiver: Person, accepts: bool) -> Handover:
    """The receiver signs for the call and owns it from now on, or refuses and the giver stays the owner.

    Raises NotFound for anybody else, Refused("handover.answered") the second time.
    """
    call_id = Handover.objects.filter(pk=handover_id, receiver=receiver).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound("handover.unknown", "没有这次移交")
    call = lock_call(call_id)
    rows = Handover.objects.filter(pk=handover_id)
    handover = (rows.select_for_update() if connection.features.has_select_for_update else rows).get()
    if handover.receipted_at or handover.refused_at:
        raise Refused("handover.answered", "这次移交已经签收或退回")
    if accepts:
        handover.receipted_at = clock.now()
        call.owner = receiver
        save_call(call, "owner")
    else:
        handover.refused_at = clock.now()
        save_call(call)
    handover.save(update_fields=["receipted_at", "refused_at"])
    note(call, "handover.receipted" if accepts else "handover.refused", receiver, handover=handover.pk)
    return handover
