"""The ledger of repeats as the desk shows it: the calls of each chain, counts by cause, who can be made responsible."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from kuaichu.accounts.models import Agency, Person, Role
from kuaichu.calls.models import Call, RepeatChain
from kuaichu.calls.states import Cause

OWNERS = (Role.LEADER, Role.OFFICER, Role.CALL_TAKER, Role.ANALYST)


@dataclass(frozen=True)
class CauseCount:
    """Open chains with one of the five causes; an empty `cause`: nobody has said why yet."""

    cause: str
    label: str
    count: int


def calls_of(root_ids: Collection[int]) -> dict[int, list[Call]]:
    """The first call and its repeats under the id of the first call, oldest first (one statement)."""
    rows = Call.objects.filter(Q(pk__in=root_ids) | Q(repeat_of__in=root_ids)).select_related("unit")
    found: dict[int, list[Call]] = {pk: [] for pk in root_ids}
    for call in rows.order_by("received_at", "pk"):
        found[call.pk if call.pk in found else call.repeat_of_id or 0].append(call)
    return found


def counts_by_cause(place: str, *, unit_ids: Collection[UUID] | None = None) -> list[CauseCount]:
    """All five causes and the open chains without one, in the order of the list (one statement)."""
    rows = RepeatChain.objects.filter(place_id=place, closed_at__isnull=True)
    if unit_ids is not None:
        rows = rows.filter(root__unit_id__in=unit_ids)
    counts = dict(rows.order_by().values_list("cause").annotate(count=Count("pk")))
    known: Iterable[tuple[str, str]] = [(cause.value, str(cause.label)) for cause in Cause]
    return [CauseCount(code, label, counts.get(code, 0)) for code, label in [*known, ("", "")]]


def owners_for(chain: RepeatChain, *, unit_ids: Collection[UUID]) -> list[Person]:
    """Those of the chain's unit and of `unit_ids` who handle calls, and its present owner (one statement)."""
    units = {*unit_ids} | ({chain.root.unit_id} if chain.root.unit_id else set())
    found = Person.objects.filter(role__in=OWNERS, is_active=True, agency__in=Agency.objects.filter(pk__in=units))
    if chain.owner_id:
        found = found | Person.objects.filter(pk=chain.owner_id)
    return list(found.select_related("agency").order_by("agency__code", "name"))
