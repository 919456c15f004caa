"""What the dossier forgets, and when: the photos of a report that was given up, and files that no row names."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings

from kuaichu import clock
from kuaichu.dossier import storage
from kuaichu.dossier.models import InstrumentFile, Photo
from kuaichu.dossier.photos.intake import THUMB_EDGES
from kuaichu.journal.models import Event

ORPHAN_AFTER = timedelta(hours=24)  # longer than any sealing lasts


def forget_photos(event: Event) -> None:
    """Reaction to case.withdrawn: delete the photos and, where no other case has the same, their files."""
    rows = list(Photo.objects.filter(case_id=event.stream))
    Photo.objects.filter(case_id=event.stream).delete()
    for sha256 in {row.sha256 for row in rows}:
        if not Photo.objects.filter(sha256=sha256).exists():
            for path in (storage.original_path(sha256), *(storage.thumb_path(sha256, edge) for edge in THUMB_EDGES)):
                path.unlink(missing_ok=True)


def forget_orphans() -> int:
    """Delete sealed files that no row names: a worker died between sealing and remembering. Returns how many."""
    folder = Path(settings.FILES) / "instruments"
    limit = (clock.now() - ORPHAN_AFTER).timestamp()
    old = [path for path in folder.glob("*/*") if path.stat().st_mtime < limit]
    named = set(InstrumentFile.objects.filter(sha256__in=[path.stem for path in old]).values_list("sha256", flat=True))
    orphans = [path for path in old if path.stem not in named]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
