"""A closed case goes to the national platform, and its number comes back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kuaichu import clock
from kuaichu.cases.locking import lock_case
from kuaichu.cases.models import Case
from kuaichu.cases.states import Outcome
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor
from kuaichu.links import actions as links
from kuaichu.links.models import Exchange
from kuaichu.links.national.protocol import read_record
from kuaichu.records.models import Record
from kuaichu.records.platform import KIND, platform_of, queue
from kuaichu.records.states import RECORD_MOVES, may_move, require_move

OPERATION = "record.file"
# Transferred: the ordinary procedure goes on in the platform itself. Withdrawn: nothing is left to record.
RECORDABLE = (Outcome.PAID, Outcome.SETTLED)


@transaction.atomic
def file_record(*, case_id: UUID) -> Record | None:
    """File the closing of a case; None when there is nothing to file or it is filed already.

    A case that is closed again files its next revision; an earlier one that never left is taken back.
    """
    case = lock_case(case_id)
    platform = platform_of(case.place_id)
    if platform is None or case.closed_at is None or case.outcome not in RECORDABLE:
        return None
    earlier = Record.objects.filter(case=case).order_by("-revision").first()
    if earlier is not None and earlier.closed_at == case.closed_at:
        return None
    if earlier is not None:
        _recall(case, earlier)
    filed = Record.objects.create(
        case=case,
        revision=earlier.revision + 1 if earlier else 1,
        closed_at=case.closed_at,
        filed_at=clock.now(),
    )
    queue(platform, OPERATION, subject_id=str(filed.pk), case_id=case.pk)
    record("record.filed", stream=case.pk, actor=SYSTEM, subject=f"record:{filed.pk}", revision=filed.revision)
    return filed


def file_since(moment: datetime) -> tuple[int, int]:
    """File what was closed since then and is not filed: a platform was set up later. (filed, looked at); each case in
    a transaction of its own, so that nobody waits for all of them.
    """
    closed = Case.objects.filter(closed_at__gte=moment, outcome__in=RECORDABLE)
    unfiled = closed.exclude(records__closed_at=F("closed_at")).order_by("closed_at").values_list("pk", flat=True)
    cases = list(unfiled)
    return sum(file_record(case_id=pk) is not None for pk in cases), len(cases)


@transaction.atomic
def recall_record(*, case_id: UUID) -> None:
    """The case was reopened: a record that has not left yet stays here, the next closing files anew."""
    case = lock_case(case_id)
    newest = Record.objects.filter(case=case).order_by("-revision").first()
    if case.is_open and newest is not None:
        _recall(case, newest)


def _recall(case: Case, filed: Record) -> None:
    """Only what is not under way: a message that is being sent may have had its effect."""
    move = RECORD_MOVES["recall"]
    if not may_move(move, filed.state) or not links.take_back(kind=KIND, subject_id=str(filed.pk)):
        return
    filed.state = require_move(move, filed.state)
    filed.save(update_fields=["state"])
    record("record.recalled", stream=case.pk, actor=SYSTEM, subject=f"record:{filed.pk}", revision=filed.revision)


@transaction.atomic
def take_recorded(exchange: Exchange, reply: dict[str, Any]) -> None:
    """Reply to record.file: the platform's number. It stands whatever became of the case; a second one changes
    nothing.
    """
    number = read_record(reply)
    case, filed = _locked(exchange)
    move = RECORD_MOVES["confirm"]
    if not may_move(move, filed.state):
        return
    filed.state = require_move(move, filed.state)
    filed.number, filed.recorded_at = number, clock.now()
    filed.save(update_fields=["state", "number", "recorded_at"])
    record(
        "record.confirmed",
        stream=case.pk,
        actor=Actor("partner", exchange.partner),
        subject=f"record:{filed.pk}",
        revision=filed.revision,
        number=filed.number,
    )


@transaction.atomic
def note_record_failed(exchange: Exchange) -> None:
    """The record was refused or never arrived (FAILURES of record.file): the desk offers to send it again, unless the
    case was reopened meanwhile; then its next closing is what counts.
    """
    case, filed = _locked(exchange)
    move = RECORD_MOVES["fail"]
    if filed.closed_at != case.closed_at:
        links.take_back(kind=KIND, subject_id=exchange.subject_id)
    if may_move(move, filed.state):
        filed.state = require_move(move, filed.state)
        filed.save(update_fields=["state"])
        actor = Actor("partner", exchange.partner)
        record("record.failed", stream=case.pk, actor=actor, subject=f"record:{filed.pk}", revision=filed.revision)


def _locked(exchange: Exchange) -> tuple[Case, Record]:
    """The record, read once its case is locked."""
    case_id = Record.objects.values_list("case_id", flat=True).get(pk=UUID(exchange.subject_id))
    case = lock_case(case_id)
    return case, Record.objects.get(pk=UUID(exchange.subject_id))
