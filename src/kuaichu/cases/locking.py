"""Lock first, then check, then change. Every action on a case begins here."""

from uuid import UUID

from kuaichu import rows
from kuaichu.cases.finding import case_by_id, locked_case_of, party_by_id
from kuaichu.cases.models import Case, Party
from kuaichu.errors import NotFound, Refused


def lock_case(case_id: UUID) -> Case:
    """The case, locked until the caller's transaction ends (row lock; on SQLite the writer lock is already held)."""
    case = case_by_id(case_id, is_locked=True)
    if case is None:
        raise NotFound("case.unknown", "没有找到这个案件")
    return case


def lock_party(party_id: UUID) -> tuple[Case, Party]:
    """The party and its locked case. The party is read once the lock is held. Raises NotFound."""
    case = locked_case_of(party_id)
    party = party_by_id(party_id) if case else None
    if case is None or party is None:
        raise NotFound("party.unknown", "没有找到这个案件")
    party.case = case
    return case, party


def save_case(case: Case, *fields: str) -> None:
    """Write `fields` and count the version up, comparing it, so that a change made without the lock is never lost.

    Raises Refused("case.changed") when another change got in between.
    """
    values = {name: getattr(case, name) for name in fields}
    values["version"] = case.version + 1
    changed = rows.update(Case, values, pk=case.pk, version=case.version)
    if changed != 1:
        raise Refused("case.changed", "刚刚有人更新了案件，请刷新后再试")
    case.version += 1
