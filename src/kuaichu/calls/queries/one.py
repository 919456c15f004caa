"""Everything about one call."""

from dataclasses import dataclass

from kuaichu.accounts.models import Person
from kuaichu.calls.models import Call, CallBack, CallLink, Handover, RepeatChain, Transfer
from kuaichu.calls.permissions import may_handle
from kuaichu.errors import NotFound
from kuaichu.journal.models import Event


@dataclass(frozen=True, kw_only=True)
class CallFile:
    """One call with what belongs to it. `links` carry the earlier call; `matter` are the calls of its chain by time,
    `duplicates` the other callers about its event; `events` is its journal, oldest first."""

    call: Call
    links: tuple[CallLink, ...]
    handovers: tuple[Handover, ...]
    call_backs: tuple[CallBack, ...]
    transfers: tuple[Transfer, ...]
    chain: RepeatChain | None
    matter: tuple[Call, ...]
    duplicates: tuple[Call, ...]
    events: tuple[Event, ...]


def call_file(*, call_id: int, person: Person) -> CallFile:
    """At most ten statements, whatever the call. Raises NotFound, also for a person of another unit."""
    rows = Call.objects.select_related("unit", "owner", "first_receiver", "repeat_of", "incident", "place")
    call = rows.filter(pk=call_id).first()
    if call is None or not may_handle(person, call):
        raise NotFound("call.unknown", "没有找到这条警情")
    root, master = call.repeat_of_id or call.pk, call.incident_id or call.pk
    matter = Call.objects.filter(repeat_of_id=root) | Call.objects.filter(pk=root)
    duplicates = Call.objects.filter(incident_id=master).exclude(pk=call.pk)
    links = CallLink.objects.filter(call=call).select_related("earlier", "decided_by").order_by("-score", "id")
    return CallFile(
        call=call,
        links=tuple(links),
        handovers=tuple(Handover.objects.filter(call=call).select_related("giver", "receiver").order_by("id")),
        call_backs=tuple(CallBack.objects.filter(call=call).select_related("done_by").order_by("due_at", "id")),
        transfers=tuple(Transfer.objects.filter(call=call).select_related("sent_by").order_by("id")),
        chain=RepeatChain.objects.select_related("owner").filter(root_id=root).first(),
        matter=tuple(matter.order_by("received_at", "id")),
        duplicates=tuple(duplicates.order_by("received_at", "id")),
        events=tuple(Event.objects.filter(stream=call.stream).order_by("seq")),
    )
