"""Lock first, then check, then change. Every action on a case begins here.

The two statements are fixed texts: every action runs them, and composing them anew takes four times as long as running
them does.
"""

from functools import cache
from uuid import UUID

from django.db import connection
from django.db.models import F, Model

from kuaichu.cases.models import Case, Party
from kuaichu.errors import NotFound, Refused


def lock_case(case_id: UUID) -> Case:
    """The case, locked until the caller's transaction ends (row lock; on SQLite the writer lock is already held)."""
    case = _locked("%s", case_id)
    if case is None:
        raise NotFound("case.unknown", "没有找到这个案件")
    return case


def lock_party(party_id: UUID) -> tuple[Case, Party]:
    """The party and its locked case. The party is read once the lock is held. Raises NotFound."""
    case = _locked("(SELECT case_id FROM cases_party WHERE id = %s)", party_id)
    if case is None:
        raise NotFound("party.unknown", "没有找到这个案件")
    statement = f"SELECT {_columns(Party)} FROM cases_party WHERE id = %s"  # noqa: S608 - names from the model
    party = Party.objects.raw(statement, [_key(party_id)])[0]
    party.case = case
    return case, party


def _locked(which: str, key: UUID) -> Case | None:
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    statement = f"SELECT {_columns(Case)} FROM cases_case WHERE id = {which}{lock}"  # noqa: S608 - nothing from outside
    return next(iter(Case.objects.raw(statement, [_key(key)])), None)


@cache
def _columns(model: type[Model]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in model._meta.concrete_fields)


def _key(key: UUID) -> object:
    """A UUID as the database keeps it."""
    return Case._meta.pk.get_db_prep_value(key, connection)


def save_case(case: Case, *fields: str) -> None:
    """Write `fields` and count the version up, comparing it, so that a change made without the lock is never lost.

    Raises Refused("case.changed") when another change got in between.
    """
    values = {name: getattr(case, name) for name in fields}
    changed = Case.objects.filter(pk=case.pk, version=case.version).update(version=F("version") + 1, **values)
    if changed != 1:
        raise Refused("case.changed", "刚刚有人更新了案件，请刷新后再试")
    case.version += 1
