"""What every action on a call begins and ends with: lock, then check, then change, then say so."""

from typing import Any

from django.db import connection
from django.db.models import F

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls.classes import CLASSES
from kuaichu.calls.models import Call, CallChange
from kuaichu.calls.permissions import may_handle
from kuaichu.calls.states import MOVES, Status
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor


def lock_call(call_id: int, *, person: Person | None = None) -> Call:
    """The call, locked until the transaction ends (row lock; on SQLite the writer lock is already held).

    Raises NotFound("call.unknown"), also for a person of another unit.
    """
    rows = Call.objects.filter(pk=call_id)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    call = rows.first()
    if call is None or (person is not None and not may_handle(person, call)):
        raise NotFound("call.unknown", "没有找到这条警情")
    return call


def save_call(call: Call, *fields: str) -> None:
    """Write `fields`, count the version up by comparing it, and tell those who keep calls in memory.

    Raises Refused("call.changed") when another change got in between.
    """
    values: dict[str, Any] = {name: getattr(call, name) for name in fields}
    changed = Call.objects.filter(pk=call.pk, version=call.version).update(version=F("version") + 1, **values)
    if changed != 1:
        raise Refused("call.changed", "刚刚有人更新了这条警情，请刷新后再试")
    call.version += 1
    CallChange.objects.create(call=call, at=clock.now())


def note(call: Call, name: str, person: Person | Actor, **facts: Any) -> None:
    """The event of a change to `call`. Facts are ids and codes."""
    actor = person if isinstance(person, Actor) else staff(person)
    record(name, stream=call.stream, actor=actor, subject=f"call:{call.pk}", **facts)


def staff(person: Person) -> Actor:
    return Actor("staff", str(person.pk))


def require_move(call: Call, action: str) -> Status:
    """The status that `action` leads to. Raises Refused("call.moved_on")."""
    sources, target = MOVES[action]
    if call.status not in sources:
        raise Refused("call.moved_on", "这条警情已经是“%(status)s”，请刷新后再看", status=Status(call.status).label)
    return target


def require_class(subclass: str) -> None:
    if subclass not in CLASSES:
        raise Refused("call.unknown_class", "没有这个警情类别，请从列表中选择")


def require_text(text: str, *, most: int, code: str, message: str) -> str:
    """`text` without its edges. Raises Refused(code) when it is empty or longer than `most` characters."""
    text = text.strip()
    if not text:
        raise Refused(code, message)
    if len(text) > most:
        raise Refused("text.too_long", "写得太长了，请不要超过 %(most)s 个字", most=most)
    return text
