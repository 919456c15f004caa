"""Running reactions: the journal row is the queue. Several workers may run side by side."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, DateTimeField, F, Q, QuerySet, UUIDField

from kuaichu import clock, rows
from kuaichu.journal import registry
from kuaichu.journal.models import Event, ReactionRun
from kuaichu.prepared import Prepared, PreparedUpdate

MAX_TRIES = 5
MOST = 50  # at once
LEASE = timedelta(seconds=90)
_log = logging.getLogger("kuaichu.journal")


def _waiting(now: datetime) -> QuerySet[Event]:
    return (
        Event.objects.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
        .filter(handled_at__isnull=True, parked_at__isnull=True)
        .order_by("id")
    )


_WAITING = Prepared(lambda now: _waiting(now).values_list("id")[:MOST], now=DateTimeField())
_WAITING_OF = Prepared(
    lambda now, stream: _waiting(now).filter(stream=stream).values_list("id")[:MOST],
    now=DateTimeField(),
    stream=UUIDField(),
)
_NEXT = Prepared(
    lambda: (
        Event.objects.filter(handled_at__isnull=True, parked_at__isnull=True, claimed_until__isnull=False)
        .order_by("claimed_until")
        .values_list("claimed_until")[:1]
    )
)


def run_waiting(limit: int = MOST, *, stream: UUID | None = None) -> int:
    """Run the reactions of up to `limit` waiting events (of one stream); returns how many events were taken up."""
    now = clock.now()
    found = _WAITING_OF.tuples(now=now, stream=stream) if stream else _WAITING.tuples(now=now)
    return sum(_run_one(event_id) for (event_id,) in found[:limit])


def next_due() -> datetime | None:
    """The first moment at which an event that was given back, or whose worker died, may be taken up again."""
    return next((at for (at,) in _NEXT.tuples()), None)


def give_back_all() -> None:
    """No worker lives: what dead ones had claimed may be taken up now. Each reaction still runs once, by its row."""
    Event.objects.filter(handled_at__isnull=True, parked_at__isnull=True, claimed_until__isnull=False).update(
        claimed_until=None
    )


def _run_one(event_id: int) -> int:
    if not _claim(event_id):
        return 0
    event = rows.find(Event, pk=event_id)
    assert event is not None, "an event that waits is never deleted"
    done = {run.reaction for run in rows.select(ReactionRun, event=event)}
    for reaction in registry.reactions_to(event.name):
        name = registry.label(reaction)
        if name in done:
            continue
        try:
            with transaction.atomic():
                rows.insert(ReactionRun(event=event, reaction=name, at=clock.now()))
                reaction(event)
        except Exception as error:  # noqa: BLE001 - a poison event must not stop the others
            _give_back(event, name, error)
            return 1
    rows.update(Event, {"handled_at": clock.now(), "claimed_until": None}, pk=event_id)
    return 1


def _claim(event_id: int) -> bool:
    now = clock.now()
    return _CLAIM.run(event=event_id, now=now, until=now + LEASE) == 1


def _claiming(event: int, now: datetime, until: datetime) -> tuple[QuerySet[Event], dict[str, object]]:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    found = Event.objects.filter(free, pk=event, handled_at__isnull=True, parked_at__isnull=True)
    return found, {"claimed_until": until, "attempts": F("attempts") + 1}


_CLAIM = PreparedUpdate(_claiming, event=BigIntegerField(), now=DateTimeField(), until=DateTimeField())


def _give_back(event: Event, reaction: str, error: Exception) -> None:
    """Leave the event for a later try, or park it after MAX_TRIES. The error's text may hold data, so only its type
    stays.
    """
    kind = f"{reaction}: {type(error).__name__}"[:200]
    _log.exception("reaction failed: event %s, %s", event.pk, reaction)
    now = clock.now()
    is_poison = event.attempts >= MAX_TRIES
    Event.objects.filter(pk=event.pk).update(
        parked_at=now if is_poison else None,
        claimed_until=None if is_poison else now + timedelta(seconds=2**event.attempts),
        last_error=kind,
    )
