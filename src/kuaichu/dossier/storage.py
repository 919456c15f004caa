"""Photos on disk: originals byte for byte under their SHA-256, thumbnails apart, parts of uploads while they come in.

    FILES/originals/ab/cd/<sha256>          FILES/thumbs/ab/cd/<sha256>-<edge>.jpg          FILES/parts/<id>

A file gets its final name only when it is whole and on the disk, so a name that exists is a file that is right.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from kuaichu.errors import Refused

MIN_FREE_BYTES = 200 * 1024 * 1024  # kept for the database; settings.MIN_FREE_BYTES overrides
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Staged:
    """A whole copy of an original with no final name yet."""

    path: Path
    sha256: str
    size: int


def original_path(sha256: str) -> Path:
    """Where the original lies (it may not exist)."""
    return _addressed("originals", sha256)


def thumb_path(sha256: str, edge: int) -> Path:
    """Where the thumbnail whose longer side is `edge` px lies (it may not exist)."""
    folder = _addressed("thumbs", sha256).parent
    return folder / f"{sha256}-{edge}.jpg"


def part_path(upload_id: uuid.UUID) -> Path:
    """Where the bytes of an upload come together."""
    return _root() / "parts" / str(upload_id)


def require_space(size: int) -> None:
    """Raise Refused("storage.full") unless `size` more bytes fit and the reserve stays free."""
    _root().mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(_root()).free < size + getattr(settings, "MIN_FREE_BYTES", MIN_FREE_BYTES):
        raise _full()


@contextmanager
def staged(source: bytes | Path) -> Iterator[Staged]:
    """A synced copy of `source` beside the originals, hashed on the way; gone after the block unless adopted.

    Raises Refused("storage.full").
    """
    require_space(len(source) if isinstance(source, bytes) else source.stat().st_size)
    path = _root() / "parts" / f"{uuid.uuid4()}.staged"
    try:
        with full_disk_refused():
            path.parent.mkdir(parents=True, exist_ok=True)
            copy = _copy(source, path)
        yield copy
    finally:
        path.unlink(missing_ok=True)


def adopt(file: Staged) -> None:
    """Give a staged original its final name, in one step; one that is there already is the same file, which counts as
    new from now on (`retention.forget_orphans` leaves young files alone)."""
    final = original_path(file.sha256)
    if final.exists():
        os.utime(final)
        return
    with full_disk_refused():
        final.parent.mkdir(parents=True, exist_ok=True)
        file.path.replace(final)


def settle(sha256: str) -> None:
    """Make the name of an adopted original survive a power cut."""
    for folder in list(original_path(sha256).parents)[:3]:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def put_thumbnails(sha256: str, thumbnails: Mapping[int, bytes]) -> None:
    """Store thumbnails (longer edge in px -> JPEG). They can be made again, so they are not synced."""
    with full_disk_refused():
        for edge, data in thumbnails.items():
            final = thumb_path(sha256, edge)
            final.parent.mkdir(parents=True, exist_ok=True)
            draft = final.with_name(f"{uuid.uuid4()}.tmp")
            try:
                draft.write_bytes(data)
                draft.replace(final)
            finally:
                draft.unlink(missing_ok=True)


def append(path: Path, data: bytes, *, at: int) -> bool:
    """Append `data` if the file ends at byte `at`; False, and nothing written, when it doesn't.

    Writers take turns chunk by chunk, so a dead connection that still holds the other end never blocks a new one.
    Raises Refused("storage.full") with the file as long as before.
    """
    with full_disk_refused():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_size != at:
                return False
            try:
                file.write(data)
                file.flush()
            except OSError:
                os.ftruncate(file.fileno(), at)
                raise
    return True


def cut_back(path: Path, *, to: int, only_from: int) -> None:
    """Take back bytes that turned out wrong, unless somebody has already gone on from them."""
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_size == only_from:
            file.truncate(to)


def size_of(path: Path) -> int:
    """Bytes of a file; 0 when there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def parts_older_than(moment: float) -> Iterator[Path]:
    """Files among the parts that nobody has written to since `moment` (seconds since 1970)."""
    folder = _root() / "parts"
    for path in folder.iterdir() if folder.exists() else ():
        try:
            if path.stat().st_mtime < moment:
                yield path
        except FileNotFoundError:
            continue


@contextmanager
def full_disk_refused() -> Iterator[None]:
    """Turn "no space left" of the block into a refusal."""
    try:
        yield
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise _full() from fault
        raise


def _copy(source: bytes | Path, target: Path) -> Staged:
    digest = hashlib.sha256()
    size = 0
    with target.open("xb") as file:
        for chunk in _chunks(source):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Staged(target, digest.hexdigest(), size)


def _chunks(source: bytes | Path) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _addressed(kind: str, sha256: str) -> Path:
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a SHA-256 in hexadecimal")
    return _root() / kind / sha256[:2] / sha256[2:4] / sha256


def _root() -> Path:
    return Path(settings.FILES)


def _full() -> Refused:
    return Refused("storage.full", "服务器暂时存不下照片。照片还在您的手机里，请过几分钟再发")
