"""Evidence: the row, its event and the file must say the same SHA-256."""

import hashlib
from collections.abc import Iterator, Sequence

from kuaichu.cases.models import Case
from kuaichu.dossier import storage
from kuaichu.dossier.checking.findings import Finding, fault, good, note
from kuaichu.dossier.models import Photo
from kuaichu.journal.models import Event

RECEIVED, DELETED = "photo.received", "evidence.deleted"
_CHUNK_BYTES = 1024 * 1024


def photos(case: Case, events: Sequence[Event]) -> Iterator[Finding]:
    """One finding for each photo ever received, replaced ones too."""
    rows = list(Photo.objects.filter(case=case).order_by("arrived_at", "slot"))
    received = {event.subject: event for event in events if event.name == RECEIVED}
    for row in rows:
        event = received.pop(f"photo:{row.pk}", None)
        yield _photo(row, event)
    deleted = next((event for event in events if event.name == DELETED), None)
    if deleted is not None and received and not rows:
        yield note("photo", "photo.deleted", f"照片：{len(received)} 张已过保存期，按流水第 {deleted.seq} 条删除")
        return
    for event in received.values():
        yield fault(
            "photo",
            "photo.row_missing",
            f"照片 {event.facts.get('slot', '')}：流水第 {event.seq} 条收到过，登记却不见了",
        )


def _photo(row: Photo, event: Event | None) -> Finding:
    name = f"照片 {row.slot}" + ("（已重拍替换）" if row.replaced_at else "")
    if event is None:
        return fault("photo", "photo.event_missing", f"{name}：流水里没有收到它的记录")
    facts = event.facts
    if (facts.get("sha256"), facts.get("slot"), facts.get("size")) != (row.sha256, row.slot, row.size):
        return fault("photo", "photo.differs", f"{name}：登记与流水第 {event.seq} 条不一致")
    try:
        sha256, size = _digest(row.sha256)
    except (OSError, ValueError):
        return fault("photo", "photo.file_missing", f"{name}：原图文件不见了")
    if (sha256, size) != (row.sha256, row.size):
        return fault("photo", "photo.file_changed", f"{name}：原图文件被改动过，SHA-256 不符")
    return good("photo", "photo.whole", f"{name}：原图 SHA-256 与登记、流水一致（{sha256[:12]}…）")


def _digest(sha256: str) -> tuple[str, int]:
    running, size = hashlib.sha256(), 0
    with storage.original_path(sha256).open("rb") as handle:
        while chunk := handle.read(_CHUNK_BYTES):
            running.update(chunk)
            size += len(chunk)
    return running.hexdigest(), size
