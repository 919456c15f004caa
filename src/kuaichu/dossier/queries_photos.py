"""Reading photos from disk."""

from functools import lru_cache
from uuid import UUID

from PIL import Image

from kuaichu.dossier import storage
from kuaichu.dossier.models import Photo
from kuaichu.dossier.photos import HINTS
from kuaichu.dossier.photos.hints import hints_of
from kuaichu.dossier.photos.intake import THUMB_EDGES
from kuaichu.errors import NotFound


def photo_of(*, case_id: UUID, photo_id: UUID) -> Photo:
    """A photo of the case, replaced ones too (one statement). Raises NotFound."""
    photo = Photo.objects.filter(pk=photo_id, case_id=case_id).first()
    if photo is None:
        raise NotFound("photo.unknown", "没有找到这张照片")
    return photo


def hint_texts(photo: Photo) -> tuple[str, ...]:
    """What could be better about a photo, as sentences in the language in force; empty for most."""
    return tuple(str(HINTS[code]) for code in hint_codes(photo.sha256))


@lru_cache(maxsize=1024)
def hint_codes(sha256: str) -> tuple[str, ...]:
    """The codes of `HINTS` for a stored photo, judged from its small thumbnail (about 3 ms)."""
    with Image.open(storage.thumb_path(sha256, THUMB_EDGES[0])) as picture:
        return hints_of(picture)
