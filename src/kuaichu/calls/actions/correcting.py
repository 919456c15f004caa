"""A person says what a call is: its class, or that it does not count."""

from django.db import transaction

from kuaichu.accounts.models import Person
from kuaichu.calls.actions.common import lock_call, note, require_class, require_text, save_call
from kuaichu.calls.classes import category_of
from kuaichu.calls.models import Call
from kuaichu.calls.states import ClassedBy, Validity
from kuaichu.errors import Refused

LONGEST_REASON = 60


@transaction.atomic
def correct_class(*, call_id: int, person: Person, subclass: str) -> Call:
    """Say the class of a call; what a person said stays until a person says otherwise.

    Raises Refused("call.unknown_class"), NotFound.
    """
    require_class(subclass)
    call = lock_call(call_id, person=person)
    before = call.subclass
    set_class(call, subclass)
    save_call(call, "subclass", "category", "classed_by", "confidence")
    note(call, "call.classed", person, before=before, subclass=subclass)
    return call


def set_class(call: Call, subclass: str) -> None:
    """The class in force, by a person. The caller saves subclass, category, classed_by and confidence."""
    call.subclass, call.category = subclass, category_of(subclass)
    call.classed_by, call.confidence = ClassedBy.PERSON, None


@transaction.atomic
def mark_invalid(*, call_id: int, person: Person, reason: str) -> Call:
    """The call does not count (a wrong number, a test, harassment).

    Raises Refused: call.no_reason, call.invalid, call.has_repeats.
    """
    reason = require_text(reason, most=LONGEST_REASON, code="call.no_reason", message="请写下无效的原因")
    call = lock_call(call_id, person=person)
    if call.validity == Validity.INVALID:
        raise Refused("call.invalid", "这条警情已经标为无效")
    if call.repeat_of_id or Call.objects.filter(repeat_of=call).exists() or Call.objects.filter(incident=call).exists():
        raise Refused("call.has_repeats", "这条警情和别的警情有关联，请先撤销关联")
    call.validity, call.invalid_reason, call.incident = Validity.INVALID, reason, None
    save_call(call, "validity", "invalid_reason", "incident")
    note(call, "call.invalidated", person)
    return call


@transaction.atomic
def mark_valid(*, call_id: int, person: Person) -> Call:
    """An invalid call counts again. Raises Refused("call.valid")."""
    call = lock_call(call_id, person=person)
    if call.validity != Validity.INVALID:
        raise Refused("call.valid", "这条警情本来就有效")
    call.validity, call.invalid_reason = Validity.VALID, ""
    save_call(call, "validity", "invalid_reason")
    note(call, "call.validated", person)
    return call
