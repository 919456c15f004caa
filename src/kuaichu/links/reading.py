"""Reading what a partner answered, field by field: whatever does not follow the protocol is nonsense."""

import re
from datetime import date
from typing import Any

_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Nonsense(Exception):
    """The message does not follow the protocol. `field` names what is wrong, never its value."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def must_be(value: Any, field: str, kind: type) -> None:
    """Exactly this type: a bool is no whole number."""
    if type(value) is not kind:
        raise Nonsense(field)


def flag(holder: dict[str, Any], field: str) -> bool:
    """True or false."""
    must_be(holder.get(field), field, bool)
    return bool(holder[field])


def whole(holder: dict[str, Any], field: str, *, most: int) -> int:
    """A whole number from 0."""
    must_be(holder.get(field), field, int)
    if not 0 <= holder[field] <= most:
        raise Nonsense(field)
    return int(holder[field])


def matching(holder: dict[str, Any], field: str, pattern: re.Pattern[str]) -> str:
    """A text that is this pattern from end to end."""
    text = holder.get(field)
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise Nonsense(field)
    return text


def reference(holder: dict[str, Any], field: str) -> str:
    """A partner's own number for something."""
    return matching(holder, field, _REFERENCE)


def words(holder: dict[str, Any], field: str, *, most: int) -> str:
    """A text for people, of at most so many characters; it may be empty."""
    text = holder.get(field)
    if not isinstance(text, str) or len(text) > most or not text.isprintable():
        raise Nonsense(field)
    return text.strip()


def day_or_none(holder: dict[str, Any], field: str) -> date | None:
    """YYYY-MM-DD; None for an empty text."""
    if holder.get(field) == "":
        return None
    text = matching(holder, field, _DAY)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Nonsense(field) from None
