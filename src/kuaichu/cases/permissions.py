"""Who may handle a case at the police desk."""

from kuaichu.accounts.models import Person
from kuaichu.accounts.permissions import may_work_at_police_desk
from kuaichu.cases.models import Case


def may_handle(person: Person, case: Case) -> bool:
    """Officers of the unit in charge and of its superior."""
    if not may_work_at_police_desk(person):
        return False
    return person.agency_id in (case.unit_id, case.unit.superior_id)
