"""Who may do what, as far as roles and agencies decide it. Rooms above add their own conditions."""

from kuaichu.accounts.models import AgencyKind, Person, Role


def may_work_at_police_desk(person: Person) -> bool:
    """Officers and reviewers of a police unit."""
    return _is_at(person, AgencyKind.POLICE) and person.role in (Role.OFFICER, Role.REVIEWER)


def may_decide_reviews(person: Person) -> bool:
    """Reviewers of a police unit (the superior's legal officers)."""
    return _is_at(person, AgencyKind.POLICE) and person.role == Role.REVIEWER


def may_work_at_insurer_desk(person: Person) -> bool:
    """Adjusters of an insurer."""
    return _is_at(person, AgencyKind.INSURER) and person.role == Role.ADJUSTER


def may_take_calls(person: Person) -> bool:
    """Call-takers, officers and leaders of a police unit."""
    return _is_at(person, AgencyKind.POLICE) and person.role in (
        Role.CALL_TAKER,
        Role.OFFICER,
        Role.LEADER,
        Role.ANALYST,
    )


def may_work_at_command_desk(person: Person) -> bool:
    """Analysts and leaders of a police unit: maps, ledgers, bulletins, hot-spot files and task orders."""
    return _is_at(person, AgencyKind.POLICE) and person.role in (Role.ANALYST, Role.LEADER)


def may_answer_task_orders(person: Person) -> bool:
    """Those who have to mend something: leaders of police units, and contacts of departments and towns."""
    at_department = _is_at(person, AgencyKind.DEPARTMENT) and person.role == Role.PARTNER
    return at_department or (_is_at(person, AgencyKind.POLICE) and person.role == Role.LEADER)


def may_administer(person: Person) -> bool:
    """Administrators of the platform."""
    return person.is_active and person.role == Role.ADMIN


def _is_at(person: Person, kind: AgencyKind) -> bool:
    return person.is_active and person.agency is not None and person.agency.kind == kind
