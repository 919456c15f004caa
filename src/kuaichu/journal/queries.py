"""Reading the journal."""

from uuid import UUID

from kuaichu import rows
from kuaichu.journal.models import Event


def timeline(stream: UUID) -> list[Event]:
    """All events of one chain in order (one statement)."""
    return rows.select(Event, order_by="seq", stream=stream)


def parked(limit: int = 100) -> list[Event]:
    """Events whose reactions failed too often, oldest first: they wait for a person."""
    return list(Event.objects.filter(parked_at__isnull=False).order_by("parked_at")[:limit])
