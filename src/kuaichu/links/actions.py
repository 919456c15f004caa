"""Queueing messages and taking replies in. No transaction is open while a partner is called."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from kuaichu import clock, rows
from kuaichu.links.models import Exchange, ExchangeState


def queue(
    *,
    kind: str,
    vendor: str,
    operation: str,
    subject_id: str,
    key: str,
    stream: UUID | None,
    partner: str = "",
    at: datetime | None = None,
) -> Exchange:
    """Write down a message to be sent. The same `key` queues once: a second call returns the first row.

    `partner`: who takes it, when one vendor's way of talking serves several; else the vendor.
    """
    now = clock.now()
    exchange = Exchange(
        key=key,
        kind=kind,
        vendor=vendor,
        partner=partner or vendor,
        operation=operation,
        subject_id=subject_id,
        stream=stream,
        created_at=now,
        next_at=at or now,
    )
    return rows.insert_once(exchange, key="key")


def take_in(*, kind: str, vendor: str, operation: str, subject_id: str, key: str, reply: dict[str, Any]) -> bool:
    """Remember an incoming message. False when this `key` came before: the sender repeats itself, nothing to do."""
    now = clock.now()
    try:
        with transaction.atomic():
            Exchange.objects.create(
                kind=kind,
                vendor=vendor,
                operation=operation,
                direction="in",
                subject_id=subject_id,
                key=key,
                state=ExchangeState.DONE,
                created_at=now,
                next_at=now,
                done_at=now,
                reply=reply,
            )
    except IntegrityError:
        return False
    return True


def retry(*, exchange_id: UUID) -> None:
    """Send a failed message again (a person at a desk decided so)."""
    Exchange.objects.filter(pk=exchange_id, state=ExchangeState.FAILED).update(
        state=ExchangeState.QUEUED, attempts=0, next_at=clock.now(), error_code=""
    )


def take_back(*, kind: str, subject_id: str) -> bool:
    """Drop what was to be sent about this and has not left, or was refused. False when a message is under way, arrived,
    or was last tried without an answer: it may have had its effect.
    """
    found = Exchange.objects.filter(kind=kind, subject_id=subject_id, direction="out")
    found = found.exclude(error_code__startswith="network.")
    return found.filter(state__in=[ExchangeState.QUEUED, ExchangeState.FAILED]).delete()[0] > 0


def forget(*, kind: str, stream: UUID) -> int:
    """Delete the messages of a case to one kind of partner, but for one that is just being sent. Returns how many.

    Even the digest of a short message tells what it said to somebody who tries all that it could have been.
    """
    return Exchange.objects.filter(kind=kind, stream=stream).exclude(state=ExchangeState.SENDING).delete()[0]
