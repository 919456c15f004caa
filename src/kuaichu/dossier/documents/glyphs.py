"""Which characters the document fonts can draw, and what is printed for one that they cannot: never an empty box."""

import os
import struct
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
GETA = "〓"  # 〓, the sign that Chinese and Japanese printers have always set for a sort they lack
EXTRA_FONTS_VARIABLE = "KUAICHU_EXTRA_FONTS"
_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_SUFFIXES = {".ttf", ".otf", ".ttc"}


def extra_font_folder() -> Path | None:
    """The optional folder with fonts for rarer characters, from KUAICHU_EXTRA_FONTS; None when unset or absent."""
    folder = Path(os.environ.get(EXTRA_FONTS_VARIABLE) or os.devnull)
    return folder if folder.is_dir() else None


def missing_glyphs(text: str) -> tuple[str, ...]:
    """The characters of `text` that no document font draws, in order of appearance, each once."""
    coverage = _coverage(extra_font_folder())
    return tuple(char for char in dict.fromkeys(text) if not _is_drawable(char, coverage))


def substituted(text: str, missing: tuple[str, ...]) -> str:
    """`text` with every character of `missing` as 〓, numbered when there are several kinds."""
    for index, char in enumerate(missing):
        text = text.replace(char, GETA if len(missing) == 1 else GETA + _number(index))
    return text


def footnote(missing: tuple[str, ...]) -> str:
    """The line that says what each 〓 stands for; empty when nothing is missing."""
    parts = []
    for index, char in enumerate(missing):
        sign = GETA if len(missing) == 1 else GETA + _number(index)
        parts.append(f"{sign} = U+{ord(char):04X}（字库外字）")
    return "；".join(parts)


def _number(index: int) -> str:
    return _NUMBERS[index] if index < len(_NUMBERS) else f"({index + 1})"


def _is_drawable(char: str, coverage: tuple[tuple[tuple[int, int], ...], ...]) -> bool:
    code = ord(char)
    is_blank = unicodedata.category(char) in ("Cc", "Zs", "Zl", "Zp")
    return is_blank or any(_covers(ranges, code) for ranges in coverage)


def _covers(ranges: tuple[tuple[int, int], ...], code: int) -> bool:
    place = bisect_right(ranges, (code, 0x7FFFFFFF)) - 1
    return place >= 0 and ranges[place][0] <= code <= ranges[place][1]


@cache
def _coverage(extra: Path | None) -> tuple[tuple[tuple[int, int], ...], ...]:
    paths = [FONTS / "kuaichu-song.ttf", FONTS / "kuaichu-song-latin.ttf"]
    if extra is not None:
        paths += sorted(path for path in extra.iterdir() if path.suffix.lower() in _SUFFIXES)
    return tuple(font_ranges(path.read_bytes()) for path in paths)


def font_ranges(data: bytes) -> tuple[tuple[int, int], ...]:
    """Sorted code point ranges of a TrueType or OpenType file (a collection's first face): cmap formats 4 and 12."""
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    tables = struct.unpack_from(">H", data, start + 4)[0]
    for index in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * index)
        if tag == b"cmap":
            return tuple(sorted(set(_cmap_ranges(data, offset))))
    return ()


def _cmap_ranges(data: bytes, offset: int) -> list[tuple[int, int]]:
    count = struct.unpack_from(">H", data, offset + 2)[0]
    places = {offset + struct.unpack_from(">I", data, offset + 8 + 8 * index)[0] for index in range(count)}
    formats = {struct.unpack_from(">H", data, place)[0]: place for place in places}
    if 12 in formats:
        place = formats[12]
        groups = struct.unpack_from(">I", data, place + 12)[0]
        rows = struct.iter_unpack(">III", data[place + 16 : place + 16 + 12 * groups])
        return [(first, last) for first, last, glyph in rows if glyph or last > first]
    if 4 in formats:
        place = formats[4]
        segments = struct.unpack_from(">H", data, place + 6)[0] // 2
        ends = struct.unpack_from(f">{segments}H", data, place + 14)
        starts = struct.unpack_from(f">{segments}H", data, place + 16 + 2 * segments)
        return [(first, last) for first, last in zip(starts, ends, strict=True) if first != 0xFFFF]
    return []
