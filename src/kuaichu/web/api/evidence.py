"""A party's photos: sent whole in one request (the pages have resumable uploads)."""

from pathlib import Path
from uuid import UUID

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router
from ninja.files import UploadedFile as NinjaFile

from kuaichu.cases.models import Case
from kuaichu.dossier.actions.photos import receive_photo, slots_of
from kuaichu.dossier.actions.photos import submit_photos as submit
from kuaichu.dossier.models import Photo
from kuaichu.dossier.queries import photos_of
from kuaichu.dossier.queries_photos import photo_of
from kuaichu.errors import FieldErrors, Refused
from kuaichu.web.api import schemas_party as party
from kuaichu.web.api.routing import changes, reads
from kuaichu.web.api.scene import access_of
from kuaichu.web.api.words import Done, Nothing
from kuaichu.web.photos import thumbnail

router = Router(tags=["party: photos"])
THUMB_EDGE = 1280


@reads(router, "/case/photos", gives=party.Photos, summary="已收到的照片 · photos received")
def list_photos(request: HttpRequest) -> party.Photos:
    """The photos in force, which are needed, and which have to be taken again."""
    case: Case = access_of(request).case
    slots = slots_of(case)
    return party.Photos(
        photo_state=case.photo_state,
        required=list(slots.required),
        allowed=list(slots.all),
        photos=[_photo(row) for row in photos_of(case.pk)],
    )


def _photo(row: Photo) -> party.Photo:
    return party.Photo(
        id=row.pk,
        slot=row.slot,
        taken_by=row.party.letter,
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        width=row.width,
        height=row.height,
        arrived_at=row.arrived_at,
        check_state=row.check_state,
        retake_reason=row.retake_reason,
    )


@changes(router, "/case/photos", gives=party.Photo, status=201, is_long=True, summary="上传一张照片 · send a photo")
def send_photo(request: HttpRequest, fields: Form[party.PhotoFields], photo: File[NinjaFile]) -> party.Photo:
    """The original file, unmodified. What was in the slot is replaced; the same file again changes nothing."""
    unknown = (set(request.POST) | set(request.FILES)) - {*party.PhotoFields.model_fields, "photo"}
    if unknown:
        raise FieldErrors({name[:60]: Refused("extra_forbidden", "没有这一项") for name in sorted(unknown)})
    party_id = access_of(request).party.pk
    row = receive_photo(party_id=party_id, slot=fields.slot, data=_data(photo), declared_sha256=fields.sha256)
    return _photo(row)


def _data(file: UploadedFile) -> bytes | Path:
    if isinstance(file, TemporaryUploadedFile):
        return Path(file.temporary_file_path())
    data: bytes = file.read()
    return data


@reads(router, "/case/photos/{photo_id}/thumbnail", gives=None, summary="照片缩略图 · a photo, made smaller")
def read_thumbnail(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """JPEG, upright, without any metadata."""
    return thumbnail(photo_of(case_id=access_of(request).case.pk, photo_id=photo_id), THUMB_EDGE)


@changes(router, "/case/photos/submission", gives=Done, summary="提交照片给民警 · hand the photos in")
def submit_photos(request: HttpRequest, payload: Nothing) -> Done:
    """The officer looks at them; then the state says whether everybody may leave."""
    submit(party_id=access_of(request).party.pk)
    return Done()
