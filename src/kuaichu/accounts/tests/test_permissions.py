"""Who may do what: every role at every kind of agency, as a table."""

import pytest

from kuaichu.accounts import permissions
from kuaichu.accounts.models import Agency, AgencyKind, Person, Role

DESKS = (
    permissions.may_work_at_police_desk,
    permissions.may_decide_reviews,
    permissions.may_work_at_insurer_desk,
    permissions.may_take_calls,
    permissions.may_work_at_command_desk,
    permissions.may_answer_task_orders,
    permissions.may_administer,
)
POLICE, REVIEWS, INSURER, CALLS, COMMAND, ORDERS, ADMIN = (desk.__name__ for desk in DESKS)
ALLOWED = {
    (Role.OFFICER, AgencyKind.POLICE): {POLICE, CALLS},
    (Role.CALL_TAKER, AgencyKind.POLICE): {CALLS},
    (Role.ANALYST, AgencyKind.POLICE): {CALLS, COMMAND},
    (Role.LEADER, AgencyKind.POLICE): {CALLS, COMMAND, ORDERS},
    (Role.PARTNER, AgencyKind.DEPARTMENT): {ORDERS},
    (Role.REVIEWER, AgencyKind.POLICE): {POLICE, REVIEWS},
    (Role.ADJUSTER, AgencyKind.INSURER): {INSURER},
    (Role.ADMIN, None): {ADMIN},
    (Role.ADMIN, AgencyKind.POLICE): {ADMIN},
    (Role.ADMIN, AgencyKind.INSURER): {ADMIN},
    (Role.ADMIN, AgencyKind.DEPARTMENT): {ADMIN},
    (Role.ADMIN, AgencyKind.NATIONAL): {ADMIN},
    (Role.ADMIN, AgencyKind.PLATFORM): {ADMIN},
}


def desks_of(role: Role, kind: AgencyKind | None, *, is_active: bool = True) -> set[str]:
    agency = Agency(kind=kind) if kind else None
    person = Person(role=role, agency=agency, is_active=is_active)
    return {desk.__name__ for desk in DESKS if desk(person)}


@pytest.mark.parametrize("kind", [None, *AgencyKind])
@pytest.mark.parametrize("role", list(Role))
def test_the_table(role, kind):
    """Whatever is not in the table opens no desk: an officer put at an insurer by mistake is nobody there."""
    assert desks_of(role, kind) == ALLOWED.get((role, kind), set())


@pytest.mark.parametrize("kind", [None, *AgencyKind])
@pytest.mark.parametrize("role", list(Role))
def test_who_has_left_may_nothing(role, kind):
    assert desks_of(role, kind, is_active=False) == set()


@pytest.mark.parametrize("role", list(Role))
def test_the_reference_tables_are_for_administrators(role):
    assert Person(role=role).is_staff is (role == Role.ADMIN)
