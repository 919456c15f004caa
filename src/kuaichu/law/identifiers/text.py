"""Tidying of typed, pasted and machine-read text before it is judged."""

import unicodedata

MIDDLE_DOTS = "·•‧・･∙⋅●᛫⸱"
_DASHES = "-‐‑‒–—―−﹣－_"


def compact(text: str) -> str:
    """Full-width to half-width; spaces, dots, dashes and invisible characters removed. Letters keep their case."""
    narrow = unicodedata.normalize("NFKC", text)
    dropped = frozenset(MIDDLE_DOTS + _DASHES + ".")
    return "".join(
        char for char in narrow if char not in dropped and unicodedata.category(char) not in ("Zs", "Cc", "Cf")
    )


def compact_upper(text: str) -> str:
    return compact(text).upper()


def is_ascii_digits(text: str) -> bool:
    """True for 0-9 only: `str.isdigit` also takes ², ① and other scripts' digits."""
    return text.isascii() and text.isdigit()
