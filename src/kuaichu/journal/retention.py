"""What the journal forgets: whole spans between two anchors, so that every anchor that stays can still be checked."""

from django.db import transaction

from kuaichu.journal.models import Anchor, Event, PersonalDataRead, ReactionRun


@transaction.atomic
def delete_span(anchor: Anchor) -> int:
    """Delete the events up to the oldest anchor, that anchor, and who had read what until then. Returns how many
    events went.

    An anchor covers the events since the one before it: only the oldest may go, and its events with it. Raises
    ValueError for another.
    """
    if Anchor.objects.filter(last_event_id__lt=anchor.last_event_id).exists():
        raise ValueError("an older anchor is still there")
    ReactionRun.objects.filter(event_id__lte=anchor.last_event_id).delete()
    count, _ = Event.objects.filter(pk__lte=anchor.last_event_id).delete()
    PersonalDataRead.objects.filter(at__lt=anchor.at).delete()
    anchor.delete()
    return count
