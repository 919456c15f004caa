"""GB 18030-2022: every character of a name must survive all three implementation levels.

Level 1: the one- and two-byte part and the four-byte part of the basic block; level 2: also what the table of common
characters holds beyond it; level 3: all encoded ideographs. Public services must meet level 3. The four-byte part maps
one to one onto Unicode, so nothing is looked up: a character has a place, and its level follows from its block.
"""

_IDEOGRAPHS = (  # block, first, last, as of GB 18030-2022 with its first amendment
    ("URO", 0x4E00, 0x9FFF),
    ("A", 0x3400, 0x4DBF),
    ("B", 0x20000, 0x2A6DF),
    ("C", 0x2A700, 0x2B739),
    ("D", 0x2B740, 0x2B81D),
    ("E", 0x2B820, 0x2CEA1),
    ("F", 0x2CEB0, 0x2EBE0),
    ("I", 0x2EBF0, 0x2EE5D),
    ("G", 0x30000, 0x3134A),
    ("H", 0x31350, 0x323AF),
)
_PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))


def gb18030(text: str) -> bytes:
    """The bytes a partner system in GB 18030 gets. Raises UnicodeEncodeError for lone surrogates only."""
    return text.encode("gb18030")


def from_gb18030(raw: bytes) -> str:
    """Raises UnicodeDecodeError for bytes that are no GB 18030."""
    return raw.decode("gb18030")


def ideograph_block(char: str) -> str:
    """`URO`, `A` … `I` for an ideograph, else empty."""
    point = ord(char)
    return next((name for name, first, last in _IDEOGRAPHS if first <= point <= last), "")


def level(text: str) -> int:
    """The least level (1 or 3) that a system must implement to keep `text`. Level 2 differs only inside level 3."""
    return 3 if any(ideograph_block(char) not in ("", "URO", "A") for char in text) else 1


def private_use(text: str) -> tuple[str, ...]:
    """Characters of older systems without a place of their own: keep them, and have somebody find the standard one."""
    return tuple(char for char in text if any(first <= ord(char) <= last for first, last in _PRIVATE))
