"""What the dossier forgets, and when: photos of a report that was given up or of a case long closed, all of a case
whose time is over, and files that no row names."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kuaichu import clock
from kuaichu.cases.expiry import closed_before, lock_closed
from kuaichu.dossier import files, storage
from kuaichu.dossier.models import Instrument, InstrumentFile, Photo
from kuaichu.dossier.photos.intake import THUMB_EDGES
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM
from kuaichu.journal.models import Event

ORPHAN_AFTER = timedelta(hours=24)  # longer than any sealing lasts
BATCH = 50
MOST_ASKED = 500  # digests in one statement
SHELVES, SHELF_S = 256, 300  # folders of photos by the first two digits, and how long each has its turn


@transaction.atomic
def forget_photos(event: Event) -> None:
    """Reaction to case.withdrawn: delete the photos and, where no other case has the same, their files."""
    _delete_photos(event.stream)


def forget_evidence(limit: int = BATCH) -> int:
    """Delete the photos of cases whose retention.evidence is over; the documents stay. Returns of how many cases."""
    found = closed_before("retention.evidence", having=Photo, limit=limit)
    return sum(_forget_evidence(case_id, before) for case_id, before in found)


@transaction.atomic
def _forget_evidence(case_id: UUID, before: datetime) -> int:
    if lock_closed(case_id, before) is None:
        return 0
    count = _delete_photos(case_id)
    record("evidence.deleted", stream=case_id, actor=SYSTEM, subject=f"case:{case_id}", count=count)
    return 1


def delete_case(case_id: UUID) -> None:
    """Everything of a case whose time is over, files included; the caller holds its lock and a transaction."""
    _delete_photos(case_id)
    sealed = InstrumentFile.objects.filter(instrument__case_id=case_id).values_list("sha256", flat=True)
    for sha256 in list(sealed):
        transaction.on_commit(partial(files.instrument_path(sha256).unlink, missing_ok=True))
    Instrument.objects.filter(case_id=case_id).update(superseded_by=None)
    Instrument.objects.filter(case_id=case_id).delete()


def _delete_photos(case_id: UUID) -> int:
    """The rows now, the files once that is certain and only those that no other case has. Returns how many rows."""
    rows = Photo.objects.filter(case_id=case_id)
    digests = set(rows.values_list("sha256", flat=True))
    count = rows.count()
    rows.delete()
    transaction.on_commit(partial(_delete_files, digests))
    return count


def _delete_files(digests: set[str]) -> None:
    for sha256 in digests:
        if not Photo.objects.filter(sha256=sha256).exists():
            for path in (storage.original_path(sha256), *(storage.thumb_path(sha256, edge) for edge in THUMB_EDGES)):
                path.unlink(missing_ok=True)


def forget_orphans() -> int:
    """Delete files that no row names: a worker died between sealing and remembering, or between forgetting and
    deleting. Returns how many.
    """
    shelf = int(clock.now().timestamp() // SHELF_S) % SHELVES  # of photos a 256th at a time, all within a day
    return _sweep("instruments", "*/*", InstrumentFile) + sweep_photos(shelf)


def sweep_photos(shelf: int) -> int:
    """The same for photos whose digest begins with these two digits (0..255)."""
    return sum(_sweep(folder, f"{shelf:02x}/*/*", Photo) for folder in ("originals", "thumbs"))


def _sweep(folder: str, pattern: str, model: type[InstrumentFile] | type[Photo]) -> int:
    """Files are named by their SHA-256, thumbnails with their size behind it."""
    limit = (clock.now() - ORPHAN_AFTER).timestamp()
    old = [path for path in (Path(settings.FILES) / folder).glob(pattern) if path.stat().st_mtime < limit]
    count = 0
    for at in range(0, len(old), MOST_ASKED):
        part = {path: path.stem.partition("-")[0] for path in old[at : at + MOST_ASKED]}
        named = set(model.objects.filter(sha256__in=set(part.values())).values_list("sha256", flat=True))
        for path, sha256 in part.items():
            if sha256 not in named and path.stat().st_mtime < limit:  # nobody has just handed it in again
                path.unlink(missing_ok=True)
                count += 1
    return count
