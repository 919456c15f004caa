"""Opening a photo that anybody may have sent: refused from its header where possible, decoded once and in bounds."""

import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from kuaichu.dossier.photos.exif import claims_of
from kuaichu.dossier.photos.facts import Limits, PhotoFacts
from kuaichu.dossier.photos.hints import hints_of
from kuaichu.dossier.photos.sniffing import FORMATS, HEAD_BYTES, media_type_of
from kuaichu.errors import Refused

THUMB_EDGES = (320, 1280)  # px, the longer side
THUMB_QUALITY = 80
SHORTEST_EDGE = 320  # px; a smaller picture shows nothing of a scene
DECODERS = 2  # at a time in one process, of which one may be large: a picture takes up to 8 bytes a pixel
LARGE_PIXELS = 16_000_000
MAX_PROFILE_BYTES = 8192
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_free_decoders = threading.BoundedSemaphore(DECODERS)
_large = threading.Lock()


@dataclass(frozen=True)
class Intake:
    """A photo's facts and its thumbnails: longer edge in px -> JPEG upright, without any metadata."""

    facts: PhotoFacts
    thumbnails: Mapping[int, bytes]


def inspect(source: bytes | Path, *, limits: Limits) -> Intake:
    """Look at a photo.

    Raises Refused: photo.empty, photo.too_large, photo.unknown_type, photo.damaged, photo.animated, photo.too_small,
    photo.too_many_pixels.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size == 0:
        raise Refused("photo.empty", "这张照片是空的，请再拍一张")
    if size > limits.max_bytes:
        raise Refused(
            "photo.too_large", "这张照片太大，最多 %(most)s MB，请直接用手机拍一张", most=limits.max_bytes >> 20
        )
    with _stream(source) as stream:
        media_type = media_type_of(stream.read(HEAD_BYTES))
        if not media_type:
            raise Refused("photo.unknown_type", "这个文件不是照片，请直接拍照，或从相册选 JPG、PNG、HEIC、WebP 照片")
        stream.seek(0)
        image = _open(stream, media_type)
        _check(image, limits)
        with _decoder(image):
            return _read(image, media_type)


@contextmanager
def _stream(source: bytes | Path) -> Iterator[BinaryIO]:
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        yield stream


@cache
def _know_heif() -> None:
    import pillow_heif  # a large library that most processes never need

    pillow_heif.register_heif_opener(thumbnails=False)


@contextmanager
def _decoder(image: Image.Image) -> Iterator[None]:
    """A turn to decode. JPEG needs none of the large ones: it shrinks while it is decoded."""
    is_large = image.width * image.height > LARGE_PIXELS and image.format not in ("JPEG", "MPO")
    with _large if is_large else nullcontext(), _free_decoders:
        yield


def _open(stream: BinaryIO, media_type: str) -> Image.Image:
    if media_type == "image/heic":
        _know_heif()
    try:
        return Image.open(stream, formats=(FORMATS[media_type],))
    except Image.DecompressionBombError as bomb:
        raise _too_many_pixels() from bomb
    except Exception as fault:
        raise _damaged() from fault


def _check(image: Image.Image, limits: Limits) -> None:
    if image.width * image.height > limits.max_pixels:
        raise _too_many_pixels()
    if min(image.size) < SHORTEST_EDGE:
        raise Refused("photo.too_small", "这张照片太小，看不清现场，请直接用手机拍一张")
    if image.format in ("PNG", "WEBP") and getattr(image, "is_animated", False):
        raise Refused("photo.animated", "这是动图，请拍一张照片")


def _read(image: Image.Image, media_type: str) -> Intake:
    width, height = image.size
    profile = image.info.get("icc_profile", b"") if image.mode == "RGB" else b""
    try:
        image.draft(None, (THUMB_EDGES[-1],) * 2)  # JPEG decodes to 1/2, 1/4 or 1/8 at a fraction of the cost
        image.load()
    except Exception as fault:
        raise _damaged() from fault
    claims, orientation = claims_of(image)
    image.thumbnail((THUMB_EDGES[-1],) * 2, reducing_gap=2.0)
    picture = _upright(_flat(image), orientation)
    if orientation >= 5:
        width, height = height, width
    facts = PhotoFacts(media_type, width, height, orientation, claims, hints_of(picture))
    return Intake(facts, {edge: _thumbnail(picture, edge, profile) for edge in THUMB_EDGES})


def _flat(image: Image.Image) -> Image.Image:
    """RGB on white, whatever the mode was."""
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")  # 16-bit grey
    if image.has_transparency_data:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image.convert("RGB")


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    return picture.transpose(_TURNS[orientation]) if orientation in _TURNS else picture


def _thumbnail(picture: Image.Image, edge: int, profile: bytes) -> bytes:
    small = picture.copy()
    small.thumbnail((edge, edge))
    small.info = {}  # Pillow would write a comment found in the original
    out = io.BytesIO()
    kept = profile if len(profile) <= MAX_PROFILE_BYTES else b""  # the colours of wide-gamut phones
    small.save(out, "JPEG", quality=THUMB_QUALITY, icc_profile=kept)
    return out.getvalue()


def _damaged() -> Refused:
    return Refused("photo.damaged", "这张照片没有传完整或者坏了，请再拍一张")


def _too_many_pixels() -> Refused:
    return Refused("photo.too_many_pixels", "这张照片的像素太多，打不开，请用手机相机的普通模式再拍一张")
