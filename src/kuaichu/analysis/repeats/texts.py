"""Words of a call made comparable: plates packed into whole numbers, road names cut out of an address, classes,
phones.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b

from rapidfuzz.distance import Levenshtein

NONE = 0
PLATE_CHARACTERS = 8
SHORTEST_PLATE = 3
UNKNOWN = {"无", "无牌", "未知", "不详", "不明", "未悬挂", "无号牌", "NONE", "NULL", "NAN", "UNKNOWN"}
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼警学港澳挂使领试超临"
_CODES = {character: code for code, character in enumerate(_ALPHABET, 1)}
_NOT_PLATE = re.compile(r"[^0-9A-Z一-鿿]")
_SERIAL = str.maketrans("OI", "01")

_NOTE = re.compile(r"[(（\[【].*?[)）\]】]")
_NUMBERED = re.compile(
    r"(?<![0-9A-Z])([GSXYC]?)(\d{2,4})(?:国道|省道|县道|乡道|线|高速)|(?<![0-9A-Z])([GSXYC])(\d{1,4})(?!\d)"
)
_NAMED = re.compile(
    r"([一-鿿]{1,7}?)(大道|大街|公路|高速|环线|路|街|道|巷|弄|桥|隧道|立交)(?![东西南北中]?(?:路(?!口)|街|大?道|桥))"
)
_JOIN = re.compile(r"^(?:.*?(?:[与和跟及近到往至、在从由]|交叉口|路口|附近|方向|口|上|处|[区县市镇]))?(.+)$")
_DISTRICT = re.compile(r"^(?:.*?[区县市镇])?(.+)$")
_SECTION = re.compile(r"^(.{2,})[东西南北中]$")
_TOO_DIFFERENT = re.compile(r"[东西南北中前后上下左右内外新老大小一二三四五六七八九十0-9]")
LONG_ENOUGH = 3  # characters of a name in which one wrong character may be forgiven


def pack_plate(text: str) -> int:
    """Up to eight characters, one byte each, the last in the lowest byte; 0 when there is none.

    Serial O and I are read as 0 and 1 (plates have neither), separators are dropped, width and case do not matter.
    """
    text = _NOT_PLATE.sub("", unicodedata.normalize("NFKC", text).upper())
    if len(text) < SHORTEST_PLATE or text in UNKNOWN:
        return NONE
    text = text[-PLATE_CHARACTERS:]
    head = 2 if not text[0].isascii() else 0
    packed = 0
    for character in text[:head] + text[head:].translate(_SERIAL):
        packed = packed << 8 | _CODES.get(character, 128 + ord(character) % 127)
    return packed - (1 << 64) if packed >= 1 << 63 else packed


def phone_key(text: str, secret: bytes = b"") -> int:
    """A whole number for a phone or its hash; 0 when there is none. With a secret nobody can find the phone by
    trying.
    """
    text = text.strip()
    if not text or text.upper() in UNKNOWN:
        return NONE
    digits = re.sub(r"[^\d]", "", text)
    if len(digits) >= 7 and not re.search(r"[^\d+\-() ]", text):
        text = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    number = int.from_bytes(blake2b(text.encode(), digest_size=8, key=secret[:64]).digest(), "big", signed=True)
    return number or 1


def road_names(text: str) -> tuple[str, ...]:
    """At most two road names of an address, in order of the text, without kind (路, 街, 大道) and section (东, 西).

    "人民东路１２８号" gives ("人民",); "解放路与人民路交叉口" gives ("解放", "人民"); "G104国道" and "104国道" give ("104",).
    """
    text = _NOTE.sub("", unicodedata.normalize("NFKC", text).upper())
    found: list[str] = []
    for match in _NUMBERED.finditer(text):
        found.append((match[2] or match[4]).lstrip("0"))
    for match in _NAMED.finditer(_NUMBERED.sub(" ", text)):
        name = _stem(match[1], match[2], is_first=match.start() == 0)
        if name and name not in found:
            found.append(name)
    return tuple(found[:2])


def _stem(before: str, kind: str, *, is_first: bool) -> str:
    cut = (_DISTRICT if is_first else _JOIN).match(before)
    stem = cut[1] if cut and len(cut[1]) >= 1 else before
    if len(stem) == 1 and len(before) > 1:  # 东区路 is no 路 of a 区; 和平路 no 平路 beside something
        stem = before[-2:]
    section = _SECTION.match(stem)
    stem = section[1] if section else stem
    return stem if len(stem) >= 2 else (stem + kind if stem else "")


class Words:
    """Numbers for road names and classes, given in order of first appearance; the same texts in the same order give
    the same.

    `aliases`: other names of roads, as the city knows them, e.g. {"104国道": "人民路"}.
    """

    def __init__(self, aliases: Mapping[str, str] | None = None) -> None:
        self.aliases = {
            first[0]: second[0]
            for alias, name in (aliases or {}).items()
            if (first := road_names(alias)) and (second := road_names(name))
        }
        self._roads: dict[str, int] = {}
        self._near: dict[str, list[str]] = {}
        self._classes: dict[str, int] = {}
        self._texts: dict[str, tuple[int, int]] = {}

    def roads(self, text: str) -> tuple[int, int]:
        """Two numbers of roads, -1 for none."""
        known = self._texts.get(text)
        if known is None:
            numbers = [self._road(name) for name in road_names(text)]
            first, second = [*numbers, -1, -1][:2]
            known = first, second
            if len(self._texts) > 200_000:
                self._texts.clear()
            self._texts[text] = known
        return known

    def _road(self, name: str) -> int:
        name = self.aliases.get(name, name)
        number = self._roads.get(name)
        if number is None:
            near = self._near_name(name)
            number = self._roads[near] if near else len(set(self._roads.values()))
            self._roads[name] = number
            for key in {name[:2], name[-2:]}:
                self._near.setdefault(key, []).append(name)
        return number

    def _near_name(self, name: str) -> str | None:
        """A known name with one character wrong; never across numbers and directions, which tell roads apart."""
        if len(name) < LONG_ENOUGH or name.isascii():
            return None
        for key in (name[:2], name[-2:]):
            for known in self._near.get(key, ()):
                if len(known) < LONG_ENOUGH or Levenshtein.distance(known, name, score_cutoff=1) != 1:
                    continue
                odd = "".join(set(known) ^ set(name))
                if not _TOO_DIFFERENT.search(odd):
                    return known
        return None

    @contextmanager
    def unremembered(self) -> Iterator[None]:
        """Names first heard of in here are forgotten at the end."""
        roads, classes = len(self._roads), len(self._classes)
        try:
            yield
        finally:
            if len(self._roads) > roads:
                self._texts.popitem()  # the one text of a call; what it means hangs on its names
            while len(self._roads) > roads:
                name, _ = self._roads.popitem()
                for key in {name[:2], name[-2:]}:
                    self._near[key].pop()
            while len(self._classes) > classes:
                self._classes.popitem()

    def kind(self, text: str) -> int:
        """The number of a class from 1, -1 for none."""
        text = unicodedata.normalize("NFKC", text).strip()
        if not text:
            return -1
        return self._classes.setdefault(text, len(self._classes) + 1)

    @property
    def types(self) -> int:
        """More than the largest number of a class."""
        return len(self._classes) + 2

    def snapshot(self) -> dict[str, list[list[str | int]]]:
        roads: Iterable[tuple[str, int]] = self._roads.items()
        return {
            "aliases": [list(pair) for pair in self.aliases.items()],
            "roads": [list(pair) for pair in roads],
            "classes": [list(pair) for pair in self._classes.items()],
        }

    @classmethod
    def restore(cls, saved: Mapping[str, list[list[str | int]]]) -> "Words":
        words = cls()
        words.aliases = {str(alias): str(name) for alias, name in saved["aliases"]}
        words._classes = {str(name): int(number) for name, number in saved["classes"]}
        for name, number in saved["roads"]:
            words._roads[str(name)] = int(number)
            for key in {str(name)[:2], str(name)[-2:]}:
                words._near.setdefault(key, []).append(str(name))
        return words
