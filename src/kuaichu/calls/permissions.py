"""Who may take calls, and whose calls a person handles: the own unit's and those of the units below it."""

from uuid import UUID

from kuaichu.accounts.models import Agency, AgencyKind, Person
from kuaichu.accounts.permissions import may_take_calls
from kuaichu.calls.models import Call

__all__ = ["may_handle", "may_take_calls", "units_under"]


def units_under(agency_id: UUID | None) -> frozenset[UUID]:
    """An agency and every police unit below it."""
    if agency_id is None:
        return frozenset()
    below: dict[UUID | None, list[UUID]] = {}
    for unit, superior in Agency.objects.filter(kind=AgencyKind.POLICE).values_list("id", "superior_id"):
        below.setdefault(superior, []).append(unit)
    found, waiting = {agency_id}, [agency_id]
    while waiting:
        for unit in below.get(waiting.pop(), ()):
            if unit not in found:
                found.add(unit)
                waiting.append(unit)
    return frozenset(found)


def may_handle(person: Person, call: Call) -> bool:
    """Its owner and first receiver; the people of its unit and of the units above; without a unit, those of the
    place."""
    if not may_take_calls(person) or person.agency is None:
        return False
    if person.pk in (call.owner_id, call.first_receiver_id):
        return True
    if call.unit_id is None:
        return person.agency.place_id in (call.place_id, call.district)
    return call.unit_id in units_under(person.agency_id)
