"""The ledger of repeats: one line a matter that people call about again and again, with cause, owner and next step."""

import hashlib
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls.actions.common import note as record_on
from kuaichu.calls.actions.common import require_text
from kuaichu.calls.models import Call, RepeatChain
from kuaichu.calls.permissions import may_handle, may_take_calls
from kuaichu.calls.states import Cause
from kuaichu.calls.thresholds import thresholds_of
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.actors import SYSTEM

LONGEST = 200


@transaction.atomic
def set_chain(
    *,
    chain_id: int,
    person: Person,
    cause: str,
    owner_id: UUID | None,
    next_step: str,
    due_on: date | None,
    seen: str = "",
) -> RepeatChain:
    """Say why people call again, who answers for it, what comes next and until when.

    `seen`: the `plan_mark` of what the writer had before the eyes, empty when nobody looked. Raises NotFound; Refused:
    chain.planned_meanwhile, chain.unknown_cause, chain.owner_unknown, chain.past_due, chain.closed, text.too_long.
    """
    chain = _lock(chain_id, person)
    if chain.closed_at is not None:
        raise Refused("chain.closed", "这条台账已经销号")
    if seen and seen != plan_mark(chain):
        raise Refused(
            "chain.planned_meanwhile",
            "刚刚有人改过这条台账，现在的内容列在下面。您写的都还在，再按一次保存就以您的为准",
        )
    if cause not in ("", *Cause.values):
        raise Refused("chain.unknown_cause", "请从列表中选择原因")
    if len(next_step.strip()) > LONGEST:
        raise Refused("text.too_long", "写得太长了，请不要超过 %(most)s 个字", most=LONGEST)
    if due_on is not None and due_on < clock.today() and due_on != chain.due_on:
        raise Refused("chain.past_due", "期限不能早于今天")
    chain.cause, chain.owner, chain.next_step, chain.due_on = cause, _owner(owner_id), next_step.strip(), due_on
    _save(chain, "cause", "owner", "next_step", "due_on")
    owner = str(owner_id) if owner_id else ""
    due = due_on.isoformat() if due_on else ""
    record_on(chain.root, "chain.planned", person, chain=chain.pk, cause=cause, owner=owner, due=due)
    return chain


def plan_mark(chain: RepeatChain) -> str:
    """A short mark of the plan as it stands; calls that are added don't change it."""
    plan = (chain.cause, str(chain.owner_id or ""), chain.next_step, str(chain.due_on or ""))
    return hashlib.sha256("\x00".join(plan).encode()).hexdigest()[:16]


@transaction.atomic
def close_chain(*, chain_id: int, person: Person, note: str) -> RepeatChain:
    """The matter is settled; another call about it opens the line again.

    Raises Refused: chain.closed, chain.no_note.
    """
    text = require_text(note, most=LONGEST, code="chain.no_note", message="请写下问题是怎么解决的")
    chain = _lock(chain_id, person)
    if chain.closed_at is not None:
        raise Refused("chain.closed", "这条台账已经销号")
    chain.closed_at, chain.closing_note = clock.now(), text
    _save(chain, "closed_at", "closing_note")
    record_on(chain.root, "chain.closed", person, chain=chain.pk, calls=chain.calls)
    return chain


def add_to_chain(root: Call, *, latest: datetime, person: Person | None) -> RepeatChain | None:
    """Count a repeat that stands in the table. The line begins with the call that the city has set (law); a closed one
    is open again. The caller holds the transaction.
    """
    count = Call.objects.filter(repeat_of=root).count() + 1
    chain = _rows().filter(root=root).first()
    if chain is None:
        if count < thresholds_of(root.place_id).repeat_min:
            return None
        chain = RepeatChain.objects.create(root=root, place_id=root.place_id, calls=count, last_call_at=latest)
        _note(chain, "chain.opened", person)
        return chain
    chain.calls, chain.last_call_at = count, max(chain.last_call_at, latest)
    was_closed, chain.closed_at = chain.closed_at is not None, None
    _save(chain, "calls", "last_call_at", "closed_at")
    if was_closed:
        _note(chain, "chain.reopened", person)
    return chain


def take_from_chain(root: Call) -> None:
    """A repeat was no repeat: count again; a line without repeats goes. The caller holds the transaction."""
    chain = _rows().filter(root=root).first()
    if chain is None:
        return
    found = Call.objects.filter(repeat_of=root).aggregate(count=Count("id"), last=Max("received_at"))
    if not found["count"]:
        chain.delete()
        return
    chain.calls, chain.last_call_at = found["count"] + 1, found["last"]
    _save(chain, "calls", "last_call_at")


def _rows() -> QuerySet[RepeatChain]:
    rows = RepeatChain.objects.all()
    return rows.select_for_update() if connection.features.has_select_for_update else rows


def _lock(chain_id: int, person: Person) -> RepeatChain:
    chain = _rows().filter(pk=chain_id).first()
    if chain is None or not may_handle(person, chain.root):
        raise NotFound("chain.unknown", "没有这条台账")
    return chain


def _save(chain: RepeatChain, *fields: str) -> None:
    values = {name: getattr(chain, name) for name in fields}
    if RepeatChain.objects.filter(pk=chain.pk, version=chain.version).update(version=chain.version + 1, **values) != 1:
        raise Refused("chain.changed", "刚刚有人更新了这条台账，请刷新后再试")
    chain.version += 1


def _owner(owner_id: UUID | None) -> Person | None:
    if owner_id is None:
        return None
    owner = Person.objects.select_related("agency").filter(pk=owner_id).first()
    if owner is None or not may_take_calls(owner):
        raise Refused("chain.owner_unknown", "没有这位负责人")
    return owner


def _note(chain: RepeatChain, name: str, person: Person | None) -> None:
    record_on(chain.root, name, person or SYSTEM, chain=chain.pk, calls=chain.calls)
