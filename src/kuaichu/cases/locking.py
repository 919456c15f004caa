"""Lock first, then check, then change. Every action on a case begins here."""

from uuid import UUID

from django.db.models import F

from kuaichu.cases.models import Case
from kuaichu.errors import NotFound, Refused


def lock_case(case_id: UUID) -> Case:
    """The case, locked until the caller's transaction ends (row lock; on SQLite the writer lock is already held)."""
    case = Case.objects.select_for_update(of=("self",)).select_related("unit", "place").filter(pk=case_id).first()
    if case is None:
        raise NotFound("case.unknown", "没有找到这个案件")
    return case


def save_case(case: Case, *fields: str) -> None:
    """Write `fields` and count the version up, comparing it, so that a change made without the lock is never lost.

    Raises Refused("case.changed") when another change got in between.
    """
    values = {name: getattr(case, name) for name in fields}
    changed = Case.objects.filter(pk=case.pk, version=case.version).update(version=F("version") + 1, **values)
    if changed != 1:
        raise Refused("case.changed", "刚刚有人更新了案件，请刷新后再试")
    case.version += 1
