"""The call-taker's queues: what waits, since when, and until when (the waiting times come from `law` and the rows)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kuaichu import clock, law
from kuaichu.accounts.models import Person
from kuaichu.calls.models import Call, CallBack, CallLink, Handover, Transfer
from kuaichu.calls.permissions import units_under
from kuaichu.calls.queries.work import OPEN
from kuaichu.calls.states import LinkState, Notion, Status
from kuaichu.governance.permissions import scope_of as governed
from kuaichu.web.calls.words import class_words, phrase

MOST_ROWS = 100
MOST_LINKS = 500
SOON = 2 / 3  # the part of a period after which its clock turns amber


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a queue. `since_at` started the clock; it turns amber and red at the two moments, and counts down
    when `due_at` is set."""

    key: str
    href: str
    title: str
    location: str
    number: str
    note: str
    since_at: datetime
    amber_at: datetime | None = None
    red_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class Scope:
    """Whose calls a person sees: the own ones, those of the units below, and those of no unit in the own place."""

    person: Person
    calls: Q
    places: tuple[str, ...]


@dataclass(frozen=True)
class Queue:
    """`empty` says why nothing is there and what happens next."""

    name: str
    label: str | Promise
    empty: str | Promise
    rows: Callable[[Scope], list[Row]]


def scope_of(person: Person) -> Scope:
    """One statement. The same calls as `calls.permissions.may_handle` lets through."""
    agency = person.agency
    assert agency is not None, "the desk is for people of a police unit"
    own = Q(owner=person) | Q(first_receiver=person) | Q(unit_id__in=units_under(agency.pk))
    region = governed(person).place_code
    of_place = Q(place_id=agency.place_id) | Q(district=agency.place_id)
    return Scope(person, own | Q(unit__isnull=True) & of_place, (region, agency.place_id))


def mine(scope: Scope) -> list[Row]:
    """The person's own open calls, longest waiting first."""
    found = _mine(scope).select_related("unit").order_by("received_at", "id")[:MOST_ROWS]
    return [_call_row(call) for call in found]


def unowned(scope: Scope) -> list[Row]:
    """Open calls that came without a receiver."""
    return [
        _call_row(call) for call in _unowned(scope).select_related("unit").order_by("received_at", "id")[:MOST_ROWS]
    ]


def offered(scope: Scope) -> list[Row]:
    """Calls that others offer to the person."""
    found = _offered(scope).select_related("call", "giver").order_by("offered_at", "id")[:MOST_ROWS]
    return [
        _row(
            row.call,
            key=f"h{row.pk}",
            note=phrase(_("%(who)s移交给您"), who=row.giver.name),
            **_clock("calls.handover_minutes", row.offered_at, row.call),
        )
        for row in found
    ]


def links(scope: Scope) -> list[Row]:
    """The person's calls with links that nobody has answered: one row a call, with what its likeliest link says."""
    first: dict[int, CallLink] = {}
    for link in _links(scope).select_related("call").order_by("proposed_at", "-score", "id")[:MOST_LINKS]:
        first.setdefault(link.call_id, link)
    return [
        _row(link.call, key=f"l{link.call_id}", since_at=link.proposed_at, note=gettext(str(link.get_notion_display())))
        for link in list(first.values())[:MOST_ROWS]
    ]


def call_backs(scope: Scope) -> list[Row]:
    """People to call back about the person's calls, by due time."""
    found = _call_backs(scope).select_related("call").order_by("due_at", "id")[:MOST_ROWS]
    return [_call_back_row(row) for row in found]


def transfers(scope: Scope) -> list[Row]:
    """Matters given to other departments that have not confirmed yet."""
    found = _transfers(scope).select_related("call").order_by("sent_at", "id")[:MOST_ROWS]
    return [
        _row(row.call, key=f"t{row.pk}", note=row.recipient, **_clock("calls.transfer_days", row.sent_at, row.call))
        for row in found
    ]


def _clock(key: str, since_at: datetime, call: Call) -> dict[str, datetime]:
    """Amber and red by a value of `law`: no act sets one, a city may set its own."""
    value = law.value(key, on=clock.local_day(since_at), place=call.place_id)
    red_at = since_at + timedelta(**{f"{value.unit}s": value.number})
    return {"since_at": since_at, "amber_at": since_at + (red_at - since_at) * SOON, "red_at": red_at}


def counts(scope: Scope) -> dict[str, int]:
    """How many wait in each queue: six statements."""
    return {
        "mine": _mine(scope).count(),
        "unowned": _unowned(scope).count(),
        "offered": _offered(scope).count(),
        "links": _links(scope).values("call").distinct().count(),
        "callbacks": _call_backs(scope).count(),
        "transfers": _transfers(scope).count(),
    }


def _mine(scope: Scope) -> QuerySet[Call]:
    return Call.objects.filter(owner=scope.person, status__in=OPEN)


def _unowned(scope: Scope) -> QuerySet[Call]:
    """By the partial index calls_call_unowned, which SQLite uses only where the query says the statuses literally."""
    near = Call.objects.filter(scope.calls, place_id__in=scope.places, owner__isnull=True)
    return near.extra(where=["calls_call.status IN ('received', 'dispatched', 'on_scene')"])


def _offered(scope: Scope) -> QuerySet[Handover]:
    return Handover.objects.filter(receiver=scope.person, receipted_at__isnull=True, refused_at__isnull=True)


def _links(scope: Scope) -> QuerySet[CallLink]:
    """Without those that are settled by another answer: a call belongs to one event and to one matter."""
    open_event = Q(notion=Notion.SAME_EVENT, call__incident__isnull=True)
    open_matter = Q(notion=Notion.SAME_MATTER, call__repeat_of__isnull=True)
    return CallLink.objects.filter(open_event | open_matter, state=LinkState.PROPOSED, call__owner=scope.person)


def _call_backs(scope: Scope) -> QuerySet[CallBack]:
    return CallBack.objects.filter(done_at__isnull=True, call__owner=scope.person)


def _transfers(scope: Scope) -> QuerySet[Transfer]:
    waiting = Transfer.objects.filter(receipted_at__isnull=True, returned_at__isnull=True)
    return waiting.filter(Q(call__owner=scope.person) | Q(sent_by=scope.person))


def _call_row(call: Call) -> Row:
    """Until somebody is on the scene the clock turns amber and red by the target for an officer to come."""
    if call.status == Status.ON_SCENE:
        return _row(call, since_at=call.received_at)
    red_at = law.due("officer.field_target", started_at=call.received_at, place=call.place_id).at
    amber_at = call.received_at + (red_at - call.received_at) * SOON
    return _row(call, since_at=call.received_at, amber_at=amber_at, red_at=red_at)


def _call_back_row(row: CallBack) -> Row:
    closed_at = row.call.closed_at or row.due_at
    amber_at = closed_at + (row.due_at - closed_at) * SOON
    return _row(
        row.call,
        key=f"b{row.pk}",
        since_at=closed_at,
        amber_at=amber_at,
        red_at=row.due_at,
        due_at=row.due_at,
        note=gettext("回访报警人"),
    )


def _row(call: Call, *, since_at: datetime, key: str = "", note: str = "", **clocks: datetime | None) -> Row:
    return Row(
        key=key or f"c{call.pk}",
        href=address_of(call),
        title=class_words(call.subclass),
        location=call.location or call.road,
        number=call.number,
        note=note or gettext(str(call.get_status_display())),
        since_at=since_at,
        **clocks,
    )


def address_of(call: Call) -> str:
    """The call's own page."""
    return f"/calls/{quote(call.number)}/"


QUEUES: Sequence[Queue] = (
    Queue("mine", _("我的"), _("您接的警情，办结以前都在这里；移交要等对方签收。"), mine),
    Queue("unowned", _("待认领"), _("线上报案和其他部门转来的警情会出现在这里，点开就能认领。"), unowned),
    Queue("offered", _("待签收"), _("同事移交给您的警情会出现在这里，签收后由您负责。"), offered),
    Queue("links", _("疑似重复"), _("系统发现可能重复的警情会出现在这里，请您确认是不是。"), links),
    Queue("callbacks", _("待回访"), _("警情办结后要回访报警人的，会按时限先后出现在这里。"), call_backs),
    Queue("transfers", _("待回执"), _("移交给其他部门、对方还没签收的，会出现在这里。"), transfers),
)
BY_NAME = {queue.name: queue for queue in QUEUES}
