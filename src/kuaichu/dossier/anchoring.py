"""Anchoring the journal: a timestamp over the heads of all chains that grew since the last anchor (RFC 3161)."""

import hashlib
from datetime import timedelta

from django.db.models import Max

from kuaichu import clock
from kuaichu.dossier.sealer import authority
from kuaichu.journal.models import Anchor, Event

ANCHOR_EVERY = timedelta(minutes=30)
# Ids are handed out before their transactions commit: only what is older than any transaction lasts may be anchored,
# or a
# late neighbour with a lower id would make an honest anchor look forged.
SETTLED_AFTER = timedelta(minutes=2)


def heads_digest(first_event_id: int, last_event_id: int) -> str:
    """SHA-256 (hex) over the digests of the events (first, last], in order: no event of the span can change
    unnoticed.
    """
    running = hashlib.sha256()
    rows = Event.objects.filter(pk__gt=first_event_id, pk__lte=last_event_id).order_by("pk")
    for digest in rows.values_list("digest", flat=True).iterator():
        running.update(bytes.fromhex(digest))
    return running.hexdigest()


def anchor_if_due() -> Anchor | None:
    """Stamp what came since the last anchor; None when nothing came or the last one is still young."""
    last = Anchor.objects.order_by("-last_event_id").first()
    now = clock.now()
    if last is not None and now - last.at < ANCHOR_EVERY:
        return None
    return anchor(first_event_id=last.last_event_id if last else 0)


def anchor(*, first_event_id: int) -> Anchor | None:
    """Stamp the events after `first_event_id`. Two workers at once make one anchor (unique by its last event)."""
    from kuaichu.dossier.documents.timestamps import stamp

    now = clock.now()
    settled = Event.objects.filter(pk__gt=first_event_id, at__lt=now - SETTLED_AFTER)
    newest = settled.aggregate(newest=Max("pk"))["newest"]
    if newest is None:
        return None
    digest = heads_digest(first_event_id, newest)
    token = stamp(bytes.fromhex(digest), authority=authority(), at=now)
    row, _ = Anchor.objects.get_or_create(
        last_event_id=newest, defaults={"at": now, "heads_digest": digest, "token": token}
    )
    return row
