"""What every page of the desk shares: who sits there, the queue at the left, and the tabs."""

from typing import Any

from django.http import HttpRequest

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls.models import Call
from kuaichu.calls.permissions import may_handle
from kuaichu.errors import NotFound
from kuaichu.governance.permissions import scope_of
from kuaichu.web.calls import queues


def person_of(request: HttpRequest) -> Person:
    """The signed-in person (the audience guard has let nobody else in)."""
    assert isinstance(request.user, Person)
    return request.user


def place_of(person: Person) -> str:
    """The place whose calls the person takes: that of the highest unit above."""
    return scope_of(person).place_code


def queue_of(request: HttpRequest) -> queues.Queue:
    """The queue on the left; the first one for an unknown name."""
    return queues.BY_NAME.get(request.POST.get("queue") or request.GET.get("queue", ""), queues.QUEUES[0])


def context(request: HttpRequest) -> dict[str, Any]:
    """Queue and tabs: seven statements, however much waits, and two for each level of units above."""
    person = person_of(request)
    scope, queue = queues.scope_of(person), queue_of(request)
    waiting = queues.counts(scope)
    return {
        "queue": queue,
        "rows": queue.rows(scope),
        "tabs": [(tab, waiting[tab.name]) for tab in queues.QUEUES],
        "waiting": waiting,
        "served_at": clock.now(),
        "may_import": may_import(person),
        "law_place": place_of(person),
    }


def may_import(person: Person) -> bool:
    """Files of calls are imported for a whole place, so by people of its highest unit."""
    return scope_of(person).unit_ids is None


def call_of(person: Person, number: str) -> Call:
    """The call with the number among those that the person handles. Raises NotFound for all others."""
    agency = person.agency
    region = agency.place_id[:4] if agency else "-"
    for call in Call.objects.filter(place__code__startswith=region, number=number):
        if may_handle(person, call):
            return call
    raise NotFound("call.unknown", "没有找到这条警情")
