"""Pictures made on the spot, sharp and bright enough to pass every check, and never two alike."""

import io
import random

from PIL import Image, ImageDraw

EXIF, GPS = 0x8769, 0x8825


def scene(number: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A road with cars of blocks: many edges, light, and different for each number."""
    rng = random.Random(number)
    picture = Image.new("RGB", size, (196, 204, 210))
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        left, top = rng.randrange(size[0]), rng.randrange(size[1])
        box = (left, top, left + rng.randrange(10, 120), top + rng.randrange(10, 90))
        draw.rectangle(box, fill=tuple(rng.randrange(256) for _ in range(3)), outline="black")
    return picture


def scene_jpeg(number: int = 0, size: tuple[int, int] = (640, 480), **options: object) -> bytes:
    """`scene` as a JPEG of some tens of kilobytes."""
    return encoded(scene(number, size), "JPEG", quality=85, **options)


def encoded(picture: Image.Image, form: str, **options: object) -> bytes:
    """The picture as the bytes of a file."""
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def exif(*, top: dict | None = None, detail: dict | None = None, gps: dict | None = None) -> bytes:
    """EXIF from numbered tags, for the `exif` option of `encoded`."""
    made = Image.Exif()
    made.update(top or {})
    made.get_ifd(EXIF).update(detail or {})
    made.get_ifd(GPS).update(gps or {})
    return made.tobytes()
