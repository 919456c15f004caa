"""What waits for one person."""

from dataclasses import dataclass

from kuaichu.accounts.models import AgencyKind, Person, Role
from kuaichu.calls.models import Call, CallBack, CallLink, Handover, RepeatChain
from kuaichu.calls.states import LinkState, Status

MOST = 100
OPEN = (Status.RECEIVED, Status.DISPATCHED, Status.ON_SCENE)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A person's own open calls, what is offered to them, what they offered and nobody signed for, links to answer,
    call-backs by due time, and lines of the ledger. At most MOST each, the oldest first."""

    calls: tuple[Call, ...]
    offered_to: tuple[Handover, ...]
    offered_by: tuple[Handover, ...]
    links: tuple[CallLink, ...]
    call_backs: tuple[CallBack, ...]
    chains: tuple[RepeatChain, ...]


def desk(person: Person) -> Desk:
    """Six statements."""
    open_offers = Handover.objects.filter(receipted_at__isnull=True, refused_at__isnull=True)
    offers = open_offers.select_related("call", "giver", "receiver").order_by("id")
    links = CallLink.objects.filter(state=LinkState.PROPOSED, call__owner=person).select_related("call", "earlier")
    call_backs = CallBack.objects.filter(done_at__isnull=True, call__owner=person).select_related("call__unit")
    chains = RepeatChain.objects.filter(owner=person, closed_at__isnull=True).select_related("root")
    return Desk(
        calls=tuple(Call.objects.filter(owner=person, status__in=OPEN).select_related("unit").order_by("id")[:MOST]),
        offered_to=tuple(offers.filter(receiver=person)[:MOST]),
        offered_by=tuple(offers.filter(giver=person)[:MOST]),
        links=tuple(links.order_by("proposed_at", "-score")[:MOST]),
        call_backs=tuple(call_backs.order_by("due_at")[:MOST]),
        chains=tuple(chains.order_by("due_on", "id")[:MOST]),
    )


def receivers(*, place: str, but: Person) -> list[Person]:
    """Whom a call of a place may be offered to: active people of its police units. One statement."""
    roles = (Role.CALL_TAKER, Role.OFFICER, Role.LEADER, Role.ANALYST)
    rows = Person.objects.filter(is_active=True, role__in=roles, agency__kind=AgencyKind.POLICE)
    rows = rows.filter(agency__place__code__startswith=place[:4]).exclude(pk=but.pk)
    return list(rows.select_related("agency").order_by("agency__code", "username"))
