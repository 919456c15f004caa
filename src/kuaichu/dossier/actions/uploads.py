"""Photos that come in parts: begun, continued where they broke off, finished once, forgotten when nobody comes back.

The length of the part file is the truth about how much has arrived; the row's `offset` is a copy for reading.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts import throttle
from kuaichu.cases.actions.reporting import lock_party
from kuaichu.dossier import storage
from kuaichu.dossier.actions.photos import receive_photo, require_room
from kuaichu.dossier.models import Upload
from kuaichu.dossier.photos import Claims, limits_at
from kuaichu.errors import NotFound, Refused

LIFE = timedelta(hours=24)
MAX_UNFINISHED = 12  # of one party at a time: every slot, and some begun anew after a lost draft
MAX_KEY = 64
CHECKSUMS: dict[str, Callable[[], Any]] = {
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}
# Refusals that pass by: the parts stay and the same upload may be tried again.
PASSING = frozenset({"storage.full", "rate.exceeded", "case.changed"})


@transaction.atomic
def begin(
    *, party_id: UUID, slot: str, client_key: str, length: int, declared_sha256: str = "", claims: Claims | None = None
) -> Upload:
    """Begin an upload of `length` bytes. The same key again is the same upload, finished or not.

    Raises Refused: photo.too_large, photo.empty, upload.no_key, upload.key_used, upload.too_many, storage.full,
    rate.exceeded, those of `require_room`.
    """
    case, party = lock_party(party_id)
    if not 0 < len(client_key) <= MAX_KEY:
        raise Refused("upload.no_key", "请刷新页面后再试")
    begun = Upload.objects.filter(party=party, client_key=client_key).first()
    if begun is not None and (begun.photo_id or begun.expires_at > clock.now()):
        if (begun.slot, begun.length) != (slot, length):
            raise Refused("upload.key_used", "请刷新页面后再试")
        return begun
    if begun is not None:
        _forget(begun)
    require_room(case, slot)
    _require_fit(length, limits_at(on=clock.local_day(case.created_at), place=case.place_id).max_bytes)
    if Upload.objects.filter(party=party, photo=None, expires_at__gt=clock.now()).count() >= MAX_UNFINISHED:
        raise Refused("upload.too_many", "还有照片没有发完，请等它们发完再拍")
    throttle.take("upload", str(party.pk), throttle.UPLOAD_PER_PARTY)
    storage.require_space(length)
    return Upload.objects.create(
        party=party,
        slot=slot,
        client_key=client_key,
        length=length,
        declared_sha256=declared_sha256,
        claims=_packed(claims or Claims()),
        created_at=clock.now(),
        expires_at=clock.now() + LIFE,
    )


def _require_fit(length: int, max_bytes: int) -> None:
    if length <= 0:
        raise Refused("photo.empty", "这张照片是空的，请再拍一张")
    if length > max_bytes:
        raise Refused("photo.too_large", "这张照片太大，最多 %(most)s MB，请直接用手机拍一张", most=max_bytes >> 20)


def find(*, party_id: UUID, upload_id: UUID) -> Upload:
    """A party's own upload with its true offset. Raises NotFound (unknown, expired)."""
    upload = Upload.objects.filter(pk=upload_id, party_id=party_id).first()
    if upload is None or (upload.photo_id is None and upload.expires_at <= clock.now()):
        raise NotFound("upload.unknown", "这次上传已经过期，请重新发送照片")
    upload.offset = upload.length if upload.photo_id else storage.size_of(storage.part_path(upload.pk))
    return upload


def append(
    *, upload: Upload, offset: int, chunks: Iterator[bytes], checksum: tuple[str, bytes] | None = None
) -> Upload:
    """Write `chunks` from byte `offset` on, keeping what arrived when the line breaks (`chunks` raises OSError).

    `checksum` is the name of an algorithm of CHECKSUMS and the digest of all the chunks: without a match nothing of
    them is kept. Raises Refused: upload.elsewhere (the offset is not where the upload stands), upload.too_long,
    upload.checksum, storage.full.
    """
    if upload.photo_id or offset != upload.offset:
        raise _elsewhere()
    path = storage.part_path(upload.pk)
    digest = CHECKSUMS[checksum[0]]() if checksum else None
    at = offset
    try:
        for chunk in chunks:
            if at + len(chunk) > upload.length:
                raise Refused("upload.too_long", "照片比说好的长，请重新发送")
            if not storage.append(path, chunk, at=at):
                raise _elsewhere()
            at += len(chunk)
            if digest:
                digest.update(chunk)
        if checksum and digest and digest.digest() != checksum[1]:
            raise Refused("upload.checksum", "照片在传送中坏了，请再发一次")
    except (OSError, Refused) as fault:
        if checksum and getattr(fault, "code", "") != "upload.elsewhere":
            storage.cut_back(path, to=offset, only_from=at)
        raise
    upload.offset = at
    Upload.objects.filter(pk=upload.pk, offset__lt=at).update(offset=at)
    return upload


def finish_if_whole(*, upload: Upload) -> Upload:
    """Make a photo of an upload that has arrived entirely; done once, however often it is asked.

    Raises the refusals of `receive_photo`; the upload is forgotten then, unless the reason will pass.
    """
    if upload.photo_id or upload.offset < upload.length:
        return upload
    path = storage.part_path(upload.pk)
    try:
        photo = receive_photo(
            party_id=upload.party_id,
            slot=upload.slot,
            data=path,
            declared_sha256=upload.declared_sha256,
            claims=_unpacked(upload.claims),
        )
    except FileNotFoundError:  # another request has just finished it
        return find(party_id=upload.party_id, upload_id=upload.pk)
    except Refused as refusal:
        if refusal.code not in PASSING:
            _forget(upload)
        raise
    Upload.objects.filter(pk=upload.pk).update(photo=photo, offset=upload.length, claims={})
    path.unlink(missing_ok=True)
    upload.photo = photo
    return upload


def abandon(*, upload: Upload) -> None:
    """The sender gives up an upload; a photo made of it stays."""
    _forget(upload)


def forget_expired(limit: int = 200) -> int:
    """Remove uploads whose time is over, with their parts, and parts that nobody knows. Returns how many uploads."""
    expired = list(Upload.objects.filter(expires_at__lte=clock.now()).order_by("expires_at")[:limit])
    for upload in expired:
        _forget(upload)
    _sweep()
    return len(expired)


def _sweep() -> None:
    """Parts without a row: what a process left that was killed in the middle."""
    before = (clock.now() - LIFE).timestamp()
    for path in storage.parts_older_than(before):
        if not (_is_uuid(path.name) and Upload.objects.filter(pk=path.name).exists()):
            path.unlink(missing_ok=True)


def _is_uuid(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def _forget(upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk).delete()
    storage.part_path(upload.pk).unlink(missing_ok=True)


def _elsewhere() -> Refused:
    return Refused("upload.elsewhere", "照片正在另一个窗口发送")


def _packed(claims: Claims) -> dict[str, object]:
    taken_at = claims.taken_at.timestamp() if claims.taken_at else None
    return {"taken_at": taken_at, "lon_wgs84": claims.lon_wgs84, "lat_wgs84": claims.lat_wgs84}


def _unpacked(packed: dict[str, Any]) -> Claims:
    taken_at = packed.get("taken_at")
    moment = datetime.fromtimestamp(taken_at, UTC) if taken_at else None
    return Claims(taken_at=moment, lon_wgs84=packed.get("lon_wgs84"), lat_wgs84=packed.get("lat_wgs84"))
