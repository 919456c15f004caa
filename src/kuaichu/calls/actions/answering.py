"""A person answers what the engine proposed: the same event, the same matter, or neither."""

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls.actions.chains import add_to_chain, take_from_chain
from kuaichu.calls.actions.common import lock_call, note, save_call
from kuaichu.calls.models import Call, CallLink
from kuaichu.calls.states import LinkState, Notion, Validity
from kuaichu.errors import NotFound, Refused


@transaction.atomic
def answer_link(*, link_id: int, person: Person, is_repeat: bool) -> CallLink:
    """Confirm or refuse a link. Confirmed, the call becomes one more caller about the event (it no longer counts), or a
    repeat of the matter (it counts, and stands in the ledger).

    Raises NotFound; Refused: link.decided, call.invalid, link.settled, link.circle.
    """
    call, link = _locked(link_id, person)
    if link.state != LinkState.PROPOSED:
        raise Refused("link.decided", "这条关联已经处理过了")
    link.state = LinkState.CONFIRMED if is_repeat else LinkState.REFUSED
    link.decided_at, link.decided_by = clock.now(), person
    if is_repeat:
        _require_possible(call, link)
        root = _root_of(link.earlier, link.notion)
        if root.pk == call.pk:
            raise Refused("link.circle", "这两条警情已经关联，不能反过来再关联")
        if link.notion == Notion.SAME_EVENT:
            _make_duplicate(call, root)
        else:
            _make_repeat(call, root, person)
    save_call(call, "validity", "incident", "repeat_of")
    link.save(update_fields=["state", "decided_at", "decided_by"])
    name = "link.confirmed" if is_repeat else "link.refused"
    note(call, name, person, link=link.pk, earlier=link.earlier_id, notion=link.notion)
    return link


@transaction.atomic
def withdraw_answer(*, link_id: int, person: Person) -> CallLink:
    """Take an answer back, whatever it was; the link is proposed again. Raises Refused("link.undecided")."""
    call, link = _locked(link_id, person)
    if link.state == LinkState.PROPOSED:
        raise Refused("link.undecided", "这条关联还没有处理")
    if link.state == LinkState.CONFIRMED and link.notion == Notion.SAME_EVENT:
        call.validity, call.incident = Validity.VALID, None
    elif link.state == LinkState.CONFIRMED and call.repeat_of is not None:
        root, call.repeat_of = call.repeat_of, None
        save_call(call, "repeat_of")
        take_from_chain(root)
    link.state, link.decided_at, link.decided_by = LinkState.PROPOSED, None, None
    save_call(call, "validity", "incident", "repeat_of")
    link.save(update_fields=["state", "decided_at", "decided_by"])
    note(call, "link.reopened", person, link=link.pk, earlier=link.earlier_id, notion=link.notion)
    return link


def _locked(link_id: int, person: Person) -> tuple[Call, CallLink]:
    call_id = CallLink.objects.filter(pk=link_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound("link.unknown", "没有这条关联")
    call = lock_call(call_id, person=person)
    return call, CallLink.objects.select_related("earlier__repeat_of", "earlier__incident").get(pk=link_id)


def _require_possible(call: Call, link: CallLink) -> None:
    if call.validity == Validity.INVALID or link.earlier.validity == Validity.INVALID:
        raise Refused("call.invalid", "无效警情不能关联")
    if link.notion == Notion.SAME_EVENT and call.incident_id is not None:
        raise Refused("link.settled", "这条警情已经归入另一起事件")
    if link.notion == Notion.SAME_MATTER and call.repeat_of_id is not None:
        raise Refused("link.settled", "这条警情已经归入另一条重复警情")


def _root_of(earlier: Call, notion: str) -> Call:
    """The first call of the event or matter that `earlier` belongs to."""
    first = earlier.incident if notion == Notion.SAME_EVENT else earlier.repeat_of
    return first or earlier


def _make_duplicate(call: Call, master: Call) -> None:
    """One more caller about a known event; those who stood under this call move to the master."""
    call.validity, call.incident = Validity.DUPLICATE, master
    for other in Call.objects.filter(incident=call):
        other.incident = master
        save_call(other, "incident")


def _make_repeat(call: Call, root: Call, person: Person) -> None:
    call.repeat_of = root
    latest = call.received_at
    for other in Call.objects.filter(repeat_of=call):
        other.repeat_of = root
        save_call(other, "repeat_of")
        latest = max(latest, other.received_at)
    _store_repeat(call)
    add_to_chain(root, latest=latest, person=person)


def _store_repeat(call: Call) -> None:
    """The chain is counted from the table, so the call must stand in it first."""
    Call.objects.filter(pk=call.pk).update(repeat_of=call.repeat_of)
