"""Running reactions: the journal row is the queue. Several workers may run side by side."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from kuaichu import clock, rows
from kuaichu.journal import registry
from kuaichu.journal.models import Event, ReactionRun

MAX_TRIES = 5
LEASE = timedelta(seconds=90)
_log = logging.getLogger("kuaichu.journal")


def run_waiting(limit: int = 50, *, stream: UUID | None = None) -> int:
    """Run the reactions of up to `limit` waiting events (of one stream); returns how many events were taken up."""
    now = clock.now()
    mine = Q(stream=stream) if stream else Q()
    waiting = (
        Event.objects.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
        .filter(mine, handled_at__isnull=True, parked_at__isnull=True)
        .order_by("id")
        .values_list("id", flat=True)[:limit]
    )
    return sum(_run_one(event_id) for event_id in list(waiting))


def _run_one(event_id: int) -> int:
    if not _claim(event_id):
        return 0
    event = rows.find(Event, pk=event_id)
    assert event is not None, "events are never deleted"
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
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    changed = Event.objects.filter(free, pk=event_id, handled_at__isnull=True, parked_at__isnull=True).update(
        claimed_until=now + LEASE, attempts=F("attempts") + 1
    )
    return changed == 1


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
