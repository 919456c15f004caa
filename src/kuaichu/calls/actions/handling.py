"""Handling: sent out, on the scene, done; or given to those whose duty it is, with their receipt."""

from django.db import connection, transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls.actions.common import lock_call, note, require_class, require_move, require_text, save_call
from kuaichu.calls.actions.correcting import set_class
from kuaichu.calls.models import Call, CallBack, Transfer
from kuaichu.calls.thresholds import call_back_within
from kuaichu.errors import NotFound, Refused

LONGEST_RESULT = 2000


@transaction.atomic
def dispatch(*, call_id: int, person: Person) -> Call:
    """Somebody is sent out. Raises Refused("call.moved_on")."""
    call = lock_call(call_id, person=person)
    call.status = require_move(call, "dispatch")
    call.dispatched_at = clock.now()
    save_call(call, "status", "dispatched_at")
    note(call, "call.dispatched", person)
    return call


@transaction.atomic
def arrive(*, call_id: int, person: Person) -> Call:
    """Somebody is on the scene. Raises Refused("call.moved_on")."""
    call = lock_call(call_id, person=person)
    call.status = require_move(call, "arrive")
    call.arrived_at = clock.now()
    save_call(call, "status", "arrived_at")
    note(call, "call.arrived", person)
    return call


@transaction.atomic
def close(*, call_id: int, person: Person, result: str, subclass: str | None = None) -> Call:
    """Handled. `subclass`: what it turned out to be; it wins over what was taken down (反馈 over 接警). Whoever left a
    phone number is called back.

    Raises Refused: call.moved_on, call.no_result, call.unknown_class.
    """
    result = require_text(result, most=LONGEST_RESULT, code="call.no_result", message="请写下处理结果")
    if subclass is not None:
        require_class(subclass)
    call = lock_call(call_id, person=person)
    call.status = require_move(call, "close")
    call.closed_at = clock.now()
    call.result = result
    fields = ["status", "closed_at", "result"]
    if subclass is not None:
        set_class(call, subclass)
        fields += ["subclass", "category", "classed_by", "confidence"]
    save_call(call, *fields)
    if call.caller_phone:
        CallBack.objects.create(call=call, due_at=call.closed_at + call_back_within(call.place_id))
    note(call, "call.closed", person, subclass=call.subclass)
    return call


@transaction.atomic
def transfer(*, call_id: int, person: Person, recipient: str, reason: str) -> Transfer:
    """Give a matter outside the duty of the police to those whose duty it is.

    Raises Refused: call.moved_on, transfer.no_recipient, transfer.no_reason.
    """
    recipient = require_text(recipient, most=60, code="transfer.no_recipient", message="请写下移交给哪个单位")
    reason = require_text(reason, most=200, code="transfer.no_reason", message="请写下移交的原因")
    call = lock_call(call_id, person=person)
    call.status = require_move(call, "transfer")
    save_call(call, "status")
    row = Transfer.objects.create(call=call, recipient=recipient, reason=reason, sent_at=clock.now(), sent_by=person)
    note(call, "call.transferred", person, transfer=row.pk)
    return row


@transaction.atomic
def note_transfer_receipt(*, transfer_id: int, person: Person, receipt_number: str) -> Transfer:
    """The recipient has confirmed. Raises Refused: transfer.no_receipt, transfer.answered."""
    number = require_text(receipt_number, most=60, code="transfer.no_receipt", message="请填写对方的签收编号")
    call, row = _open_transfer(transfer_id, person)
    row.receipt_number, row.receipted_at = number, clock.now()
    row.save(update_fields=["receipt_number", "receipted_at"])
    save_call(call)
    note(call, "transfer.receipted", person, transfer=row.pk)
    return row


@transaction.atomic
def take_back(*, transfer_id: int, person: Person) -> Call:
    """The recipient sent the matter back: it is with its owner again. Raises Refused("transfer.answered")."""
    call, row = _open_transfer(transfer_id, person)
    call.status = require_move(call, "take_back")
    row.returned_at = clock.now()
    row.save(update_fields=["returned_at"])
    save_call(call, "status")
    note(call, "transfer.returned", person, transfer=row.pk)
    return call


def _open_transfer(transfer_id: int, person: Person) -> tuple[Call, Transfer]:
    call_id = Transfer.objects.filter(pk=transfer_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound("transfer.unknown", "没有这次移交")
    call = lock_call(call_id, person=person)
    rows = Transfer.objects.filter(pk=transfer_id)
    row = (rows.select_for_update() if connection.features.has_select_for_update else rows).get()
    if row.receipted_at or row.returned_at:
        raise Refused("transfer.answered", "对方已经签收或退回")
    return call, row
