"""Handing out photos: thumbnails to whoever may see the case, originals as downloads to the police."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from kuaichu.accounts.models import Person
from kuaichu.dossier import storage
from kuaichu.dossier.models import Photo
from kuaichu.dossier.photos.intake import THUMB_EDGES
from kuaichu.dossier.photos.sniffing import FORMATS
from kuaichu.dossier.queries_photos import photo_of
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.web.access import case_for, party_of
from kuaichu.web.audience import audience

FOR_EVER = "private, max-age=31536000, immutable"  # a photo's address never shows another picture
_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
assert set(_SUFFIXES) == set(FORMATS)


def thumbnail(photo: Photo, edge: int) -> HttpResponse:
    """The thumbnail with the longer side `edge` px. Other views call this once they have checked who asks."""
    if edge not in THUMB_EDGES:
        raise Http404
    try:
        data = storage.thumb_path(photo.sha256, edge).read_bytes()
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(data, content_type="image/jpeg")
    response["Cache-Control"] = FOR_EVER
    response["X-Content-Type-Options"] = "nosniff"
    return response


def original(photo: Photo, name: str) -> HttpResponse:
    """The untouched file as a download called `name` with the right ending."""
    try:
        data = storage.original_path(photo.sha256).read_bytes()
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(data, content_type=photo.media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{_SUFFIXES[photo.media_type]}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@audience("driver")
@require_safe
def party_photo(request: HttpRequest, token: str, photo_id: UUID, edge: int) -> HttpResponse:
    """A photo of the party's own case."""
    access = party_of(request, token)
    return thumbnail(photo_of(case_id=access.case.pk, photo_id=photo_id), edge)


@audience("police")
@require_safe
def police_photo(request: HttpRequest, case_id: UUID, photo_id: UUID, edge: int) -> HttpResponse:
    """A photo of a case of the officer's unit."""
    case = case_for(_person(request), case_id)
    return thumbnail(photo_of(case_id=case.pk, photo_id=photo_id), edge)


@audience("police")
@require_safe
def police_original(request: HttpRequest, case_id: UUID, photo_id: UUID) -> HttpResponse:
    """The original, with all that the phone wrote into it; that somebody took it is remembered."""
    person = _person(request)
    case = case_for(person, case_id)
    photo = photo_of(case_id=case.pk, photo_id=photo_id)
    response = original(photo, f"{case.number}-{photo.slot}-{photo.sha256[:8]}")
    record_read(actor=Actor("staff", str(person.pk)), stream=case.pk, page="photo.original", fields="photo")
    return response


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # the audience has seen to it
    return request.user


driver_routes = [path("c/<str:token>/photos/<uuid:photo_id>/<int:edge>/", party_photo, name="party_photo")]
police_routes = [
    path("cases/<uuid:case_id>/photos/<uuid:photo_id>/<int:edge>/", police_photo, name="photo"),
    path("cases/<uuid:case_id>/photos/<uuid:photo_id>/original/", police_original, name="photo_original"),
]
