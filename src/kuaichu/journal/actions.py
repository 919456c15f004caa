"""Writing to the journal. The caller holds a transaction and the lock on the stream's subject."""

from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kuaichu import clock, rows
from kuaichu.journal import registry
from kuaichu.journal.actors import Actor
from kuaichu.journal.chain import digest_of
from kuaichu.journal.models import Event, PersonalDataRead


def record(name: str, *, stream: UUID, actor: Actor, subject: str = "", **facts: Any) -> Event:
    """Append `<noun>.<past participle>` to the chain of `stream`. Facts are ids, codes and numbers only.

    Runs inside the action's own transaction, so an event exists if and only if the change does.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("journal.record needs the transaction of the change it records")
    now = clock.now()
    seq, previous = _head(stream)
    event = Event(
        stream=stream,
        seq=seq + 1,
        name=name,
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        subject=subject,
        facts=facts,
        previous_digest=previous,
        handled_at=None if registry.reactions_to(name) else now,
    )
    event.digest = digest_of(event)
    return rows.insert(event)


def _head(stream: UUID) -> tuple[int, str]:
    """Number and digest of the newest event of a chain: a fixed text, for every action of the product asks for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, digest FROM journal_event WHERE stream = %s ORDER BY seq DESC LIMIT 1",
            [Event._meta.get_field("stream").get_db_prep_value(stream, connection)],
        )
        seq, digest = cursor.fetchone() or (0, "")
    return seq, digest


def record_read(*, actor: Actor, stream: UUID, page: str, fields: str) -> None:
    """Remember that `actor` was shown the personal data `fields` (names of columns, not values) on `page`."""
    rows.insert(
        PersonalDataRead(
            at=clock.now(), actor_kind=actor.kind, actor_id=actor.id, stream=stream, page=page, fields=fields
        )
    )


def retry(*, event_id: int) -> None:
    """Let a parked event's reactions run again (a person at a desk decided so); another event is left as it is."""
    Event.objects.filter(pk=event_id, parked_at__isnull=False).update(
        parked_at=None, claimed_until=None, attempts=0, last_error=""
    )
