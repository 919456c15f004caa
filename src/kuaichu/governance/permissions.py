"""Which calls a person at the governance desk may see, and who may run analyses.

A unit without a superior police unit (支队) sees its whole place. Every other unit sees the calls of itself and of the
units below it; its leader may widen that to the county-level district in which the unit stands, because a hot spot
doesn't end where a unit's area does.
"""

from dataclasses import dataclass
from uuid import UUID

from kuaichu.accounts.models import Agency, AgencyKind, Person, Role
from kuaichu.governance.models import HotSpotFile

MOST_LEVELS = 6


@dataclass(frozen=True)
class Scope:
    """What is counted and drawn: the place, and of it only some units or one district (None, "" for no limit)."""

    place_code: str
    unit_ids: frozenset[UUID] | None = None
    district: str = ""


def may_see_whole_place(person: Person) -> bool:
    """People of a police unit without a superior one."""
    return _highest(_unit(person)).pk == person.agency_id


def may_widen_to_district(person: Person) -> bool:
    """Leaders of a unit that stands in one district of the place."""
    return person.role == Role.LEADER and not may_see_whole_place(person) and bool(_district(_unit(person)))


def may_run_analyses(person: Person) -> bool:
    """Analysts, and leaders of the highest unit: a run is kept and shown to everybody at the desk."""
    return person.role == Role.ANALYST or (person.role == Role.LEADER and may_see_whole_place(person))


def scope_of(person: Person, *, is_widened: bool = False) -> Scope:
    """What the person sees; `is_widened` is ignored where it isn't allowed. At most a statement per level of units."""
    unit = _unit(person)
    highest = _highest(unit)
    if highest.pk == unit.pk:
        return Scope(highest.place_id)
    if is_widened and may_widen_to_district(person):
        return Scope(highest.place_id, district=_district(unit))
    return Scope(highest.place_id, unit_ids=subtree(unit))


def subtree(unit: Agency) -> frozenset[UUID]:
    """The unit and all units below it."""
    found, level = {unit.pk}, {unit.pk}
    for _ in range(MOST_LEVELS):
        below = Agency.objects.filter(superior_id__in=level, kind=AgencyKind.POLICE).values_list("pk", flat=True)
        level = set(below) - found
        if not level:
            break
        found |= level
    return frozenset(found)


def _unit(person: Person) -> Agency:
    assert person.agency is not None, "the desk is for people of a police unit"
    return person.agency


def _highest(unit: Agency) -> Agency:
    for _ in range(MOST_LEVELS):
        above = unit.superior
        if above is None or above.kind != AgencyKind.POLICE:
            break
        unit = above
    return unit


def _district(unit: Agency) -> str:
    """The district's code when the unit stands in one that belongs to the highest unit's place."""
    place = _highest(unit).place_id
    return unit.place_id if unit.place_id != place else ""


def may_keep_files(person: Person) -> bool:
    """Analysts and leaders: hot-spot files and their measures."""
    return person.is_active and person.role in (Role.ANALYST, Role.LEADER)


def may_take_charge(person: Person, unit_id: UUID) -> bool:
    """Whether the person may put the unit in charge: any unit for the highest, else the own one and those below."""
    return may_keep_files(person) and (may_see_whole_place(person) or unit_id in subtree(_unit(person)))


def may_work_on_file(person: Person, file: HotSpotFile) -> bool:
    """Its leader, and those who may put its unit in charge."""
    return may_keep_files(person) and (file.leader_id == person.pk or may_take_charge(person, file.unit_id))


def may_issue_orders(person: Person) -> bool:
    """Analysts, and leaders of the highest unit."""
    return may_run_analyses(person)
