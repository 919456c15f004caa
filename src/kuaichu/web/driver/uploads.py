"""Resumable uploads of photos: tus 1.0.0 with creation, termination, checksum and expiration (tus.io/protocols).

Besides the protocol: creating tells the offset at once (so a client need not ask again), a finished upload tells
`Photo-Id` and `Photo-Hints` (sentences, percent-encoded, apart by spaces), a refusal is a sentence in text/plain with
its code in `Refusal`, and with `Retry-After` when the same request may succeed later.
"""

import base64
import binascii
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import path
from django.utils.http import http_date

from kuaichu import clock
from kuaichu.cases.models import Party
from kuaichu.dossier.actions import uploads
from kuaichu.dossier.models import Upload
from kuaichu.dossier.photos import Claims, limits_at
from kuaichu.dossier.queries_photos import hint_texts
from kuaichu.dossier.storage import CHUNK_BYTES
from kuaichu.errors import NotFound, Refused
from kuaichu.web.access import party_of
from kuaichu.web.audience import audience
from kuaichu.web.templatetags.kuaichu import refusal_text

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,checksum,expiration"
BODY = "application/offset+octet-stream"
STATUS = {
    "upload.elsewhere": 409,
    "upload.checksum": 460,
    "photo.altered": 460,
    "upload.malformed": 400,
    "upload.too_long": 400,
    "upload.version": 412,
    "upload.not_bytes": 415,
    "upload.method": 405,
    "photo.too_large": 413,
    "link.other_device": 403,
    "link.expired": 403,
    "case.changed": 423,
    "upload.too_many": 429,
    "rate.exceeded": 429,
    "storage.full": 507,
}
RETRY = {403, 409, 423, 429, 507}
MAX_METADATA = 4096


@audience("driver")
def collection(request: HttpRequest, token: str) -> HttpResponse:
    """POST: begin an upload. OPTIONS: what the server can do."""
    try:
        party = _party(request, token)
        if request.method == "OPTIONS":
            return _abilities(party)
        if request.method != "POST":
            raise Refused("upload.method", "请刷新页面后再试")
        return _begin(request, party)
    except Refused as refusal:
        return _refused(refusal)


@audience("driver")
def resource(request: HttpRequest, token: str, upload_id: UUID) -> HttpResponse:
    """HEAD: how far it is. PATCH: go on. DELETE: give up."""
    method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
    try:
        party = _party(request, token)
        if method == "OPTIONS":
            return _abilities(party)
        upload = uploads.find(party_id=party.pk, upload_id=upload_id)
        if method == "DELETE":
            uploads.abandon(upload=upload)
            return _answer(204)
        if method == "PATCH":
            upload = _append(request, upload)
        elif method != "HEAD":
            raise Refused("upload.method", "请刷新页面后再试")
        upload = uploads.finish_if_whole(upload=upload)
        return _standing(upload, 204 if method == "PATCH" else 200)
    except Refused as refusal:
        return _refused(refusal)
    except UnreadablePostError:  # the line broke; what arrived is kept, and nobody reads this answer
        return _answer(400)


def _party(request: HttpRequest, token: str) -> Party:
    party = party_of(request, token).party
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        raise Refused("upload.version", "请刷新页面后再试")
    return party


def _begin(request: HttpRequest, party: Party) -> HttpResponse:
    said = _metadata(request.headers.get("Upload-Metadata", ""))
    upload = uploads.begin(
        party_id=party.pk,
        slot=said.get("slot", ""),
        client_key=said.get("key", ""),
        length=_whole(request.headers.get("Upload-Length", "")),
        declared_sha256=_digest(said.get("sha256", "")),
        claims=_claims(said),
    )
    upload = uploads.finish_if_whole(upload=uploads.find(party_id=party.pk, upload_id=upload.pk))
    response = _standing(upload, 201)
    response["Location"] = request.build_absolute_uri(f"{request.path}{upload.pk}")
    return response


def _append(request: HttpRequest, upload: Upload) -> Upload:
    if request.content_type != BODY:
        raise Refused("upload.not_bytes", "请刷新页面后再试")
    offset = _whole(request.headers.get("Upload-Offset", ""))
    checksum = _checksum(request.headers.get("Upload-Checksum", ""))
    return uploads.append(upload=upload, offset=offset, chunks=_chunks(request), checksum=checksum)


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(CHUNK_BYTES):
        yield chunk


def _metadata(header: str) -> dict[str, str]:
    """`name base64,name base64,...`; values are UTF-8."""
    if len(header) > MAX_METADATA:
        raise _malformed()
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError) as fault:
            raise _malformed() from fault
    return found


def _checksum(header: str) -> tuple[str, bytes] | None:
    if not header:
        return None
    name, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise _malformed() from fault
    if name not in uploads.CHECKSUMS:
        raise _malformed()
    return name, digest


def _claims(said: dict[str, str]) -> Claims:
    """What the sender says of the photo: `taken` in milliseconds since 1970, `lon` and `lat` in degrees (WGS-84)."""
    lon, lat, taken = (_number(said.get(name, "")) for name in ("lon", "lat", "taken"))
    is_point = lon is not None and lat is not None and abs(lon) <= 180 and abs(lat) <= 90 and (lon, lat) != (0, 0)
    moment = None
    if taken is not None and 0 < taken / 1000 <= clock.now().timestamp() + 86400:
        moment = datetime.fromtimestamp(taken / 1000, UTC)
    return Claims(taken_at=moment, lon_wgs84=lon if is_point else None, lat_wgs84=lat if is_point else None)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise _malformed()
    return int(text)


def _digest(text: str) -> str:
    digest = text.lower()
    if digest and (len(digest) != 64 or not set(digest) <= set("0123456789abcdef")):
        raise _malformed()
    return digest


def _malformed() -> Refused:
    return Refused("upload.malformed", "请刷新页面后再试")


def _standing(upload: Upload, status: int) -> HttpResponse:
    response = _answer(status)
    response["Upload-Offset"] = str(upload.offset)
    if status == 200:
        response["Upload-Length"] = str(upload.length)
    if upload.photo is not None:
        response["Photo-Id"] = str(upload.photo.pk)
        response["Photo-Hints"] = " ".join(quote(text) for text in hint_texts(upload.photo))
    else:
        response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _abilities(party: Party) -> HttpResponse:
    case = party.case
    most = limits_at(on=clock.local_day(case.created_at), place=case.place_id).max_bytes
    response = _answer(204)
    response["Tus-Version"] = VERSION
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Max-Size"] = str(most)
    response["Tus-Checksum-Algorithm"] = ",".join(uploads.CHECKSUMS)
    return response


def _refused(refusal: Refused) -> HttpResponse:
    status = 404 if isinstance(refusal, NotFound) else STATUS.get(refusal.code, 422)
    response = _answer(status, refusal_text(refusal))
    response["Refusal"] = refusal.code
    if status in RETRY:
        response["Retry-After"] = "5"
    if status == 412:
        response["Tus-Version"] = VERSION
    return response


def _answer(status: int, text: str = "") -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    return response


routes = [
    path("c/<str:token>/uploads/", collection, name="uploads"),
    path("c/<str:token>/uploads/<uuid:upload_id>", resource, name="upload"),
]
