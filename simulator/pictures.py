"""Photos of the simulated scenes: drawn, never of anybody. Each is another file, as every photo is."""

import io
from functools import cache
from random import Random

import numpy as np
from PIL import Image

SIZE = (640, 480)
QUALITY = 82
SCENES = 64


def scene_jpeg(dice: Random) -> bytes:
    """One of `SCENES` drawings as a JPEG of some 40 KB, with a comment that makes it another file."""
    drawn = _drawn(dice.randrange(SCENES))
    comment = dice.randbytes(16)
    return drawn[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + drawn[2:]


@cache
def _drawn(number: int) -> bytes:
    """A road, a sky and two coloured boxes with grain."""
    rng = np.random.default_rng(number)
    width, height = SIZE
    field = np.empty((height, width, 3), np.float64)
    field[: height // 2] = (150, 175, 200)
    field[height // 2 :] = (95, 95, 98)
    for at in (0.18, 0.52):
        left, top = int(width * at), int(height * 0.42)
        field[top : top + 150, left : left + 180] = rng.uniform(30, 225, 3)
        field[top + 100 : top + 118, left + 60 : left + 120] = (20, 60, 190)
    field += rng.normal(0, 14, field.shape)
    out = io.BytesIO()
    Image.fromarray(np.clip(field, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
