"""A finger-drawn signature: checked, kept as strokes, drawn as a picture for the document."""

import io
from itertools import pairwise
from typing import Any

from PIL import Image, ImageDraw

from kuaichu.errors import Refused

WIDTH, HEIGHT = 1000, 400
MAX_STROKES = 80
MAX_POINTS = 4000
LEAST_LENGTH = 300  # units of ink: a tap or a dash is no signature
_SCALE = 0.6

Stroke = list[tuple[int, int]]


def checked(raw: Any) -> list[Stroke]:
    """The strokes as sent by the page: lists of [x, y] in a 1000 x 400 field.

    Raises Refused: signature.unreadable (not of that form, too long), signature.empty (hardly any ink).
    """
    unreadable = Refused("signature.unreadable", "签名没有保存成功，请重新签一次")
    if not isinstance(raw, list) or len(raw) > MAX_STROKES:
        raise unreadable
    try:
        strokes = [[(_bounded(x, WIDTH), _bounded(y, HEIGHT)) for x, y in stroke] for stroke in raw]
    except (TypeError, ValueError, OverflowError):
        raise unreadable from None
    if sum(len(stroke) for stroke in strokes) > MAX_POINTS:
        raise unreadable
    if _ink(strokes) < LEAST_LENGTH:
        raise Refused("signature.empty", "请在框里写下您的姓名")
    return strokes


def _bounded(value: Any, top: int) -> int:
    return min(max(int(value), 0), top)


def _ink(strokes: list[Stroke]) -> float:
    return sum(
        ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 for stroke in strokes for (ax, ay), (bx, by) in pairwise(stroke)
    )


def picture(strokes: list[Stroke]) -> bytes:
    """The signature as a small PNG, black on transparent."""
    size = (round(WIDTH * _SCALE), round(HEIGHT * _SCALE))
    image = Image.new("LA", size, (0, 0))
    draw = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(x * _SCALE, y * _SCALE) for x, y in stroke]
        draw.line(points, fill=(0, 255), width=5, joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
