"""Photos that prove something outside a case (a mended road): looked at like any photo, kept apart from evidence.

FILES/proofs/ab/<sha256>          FILES/proofs/ab/<sha256>.jpg (thumbnail, longer edge 1280 px, without metadata)
"""

from pathlib import Path

from django.conf import settings

from kuaichu import clock
from kuaichu.dossier import storage
from kuaichu.dossier.photos.facts import limits_at
from kuaichu.dossier.photos.intake import inspect

NATION = "000000"
EDGE = 1280


def keep_proof(source: bytes | Path, *, place: str = NATION) -> str:
    """Store the photo; its SHA-256 in hexadecimal. Call it before opening a transaction: the picture is decoded here.

    Raises Refused: photo.* of `inspect`, storage.full.
    """
    seen = inspect(source, limits=limits_at(on=clock.today(), place=place))
    with storage.staged(source) as file, storage.full_disk_refused():
        final = proof_path(file.sha256)
        final.parent.mkdir(parents=True, exist_ok=True)
        thumbnail_path(file.sha256).write_bytes(seen.thumbnails[EDGE])
        file.path.replace(final)
        return file.sha256


def proof_path(sha256: str) -> Path:
    """Where the original lies (it may not exist)."""
    return Path(settings.FILES) / "proofs" / sha256[:2] / sha256


def thumbnail_path(sha256: str) -> Path:
    """Where its picture for a page lies (it may not exist)."""
    return proof_path(sha256).with_suffix(".jpg")
