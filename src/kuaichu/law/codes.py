"""Code lists with their labels, from `national/codes.yaml`.

codes.options("weather")              -> (Code("1", "晴", "Clear"), ...)
codes.label("weather", "1", "zh")     -> 晴
"""

from dataclasses import dataclass
from functools import lru_cache

from kuaichu.law.citations import LAW_ROOT
from kuaichu.law.errors import LawError
from kuaichu.law.reading import read_mapping


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a list: stored as `code`, shown as `zh` or `en`. `national` is the nation's code, if it differs."""

    code: str
    zh: str
    en: str
    national: str = ""


@lru_cache(maxsize=1)
def lists() -> dict[str, dict[str, Code]]:
    """Every list by name; each by code, in the order of the form."""
    rows = read_mapping(LAW_ROOT / "national" / "codes.yaml")["lists"]
    return {name: {code: Code(code, *texts) for code, texts in entries.items()} for name, entries in rows.items()}


def options(name: str) -> tuple[Code, ...]:
    """Every code of a list. Raises LawError for an unknown list."""
    return tuple(_list(name).values())


def holds(name: str, code: str) -> bool:
    """Whether the list has this code. Raises LawError for an unknown list."""
    return code in _list(name)


def label(name: str, code: str, lang: str = "zh") -> str:
    """The text of one code in `zh` or `en` (any other language reads English). Raises LawError for an unknown code."""
    entry = _list(name).get(code)
    if entry is None:
        raise LawError(f"the list {name} has no code {code!r}")
    return entry.zh if lang.startswith("zh") else entry.en


def _list(name: str) -> dict[str, Code]:
    try:
        return lists()[name]
    except KeyError:
        raise LawError(f"there is no code list {name!r}") from None
