"""Reading JSON strictly: every complaint names its field. Unknown fields are refused, a typo must not change money."""

import re
from collections.abc import Collection, Iterable, Set
from datetime import date
from fractions import Fraction
from typing import Any

from kuaichu.law import divisions
from kuaichu.law.errors import LawError
from kuaichu.law.interface.errors import InputError, unknown

MOST_FEN = 10**13
MOST_PARTIES = 30
MOST_LOSSES = 300
_MOST_TEXT = 64
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Json = dict[str, Any]


def at(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def mapping(given: Any, path: str, known: Set[str]) -> Json:
    """An object with known fields only."""
    if type(given) is not dict:
        raise InputError("not_an_object", path, "这里要一个 JSON 对象 / a JSON object is needed here")
    if not given.keys() <= known:
        key = next(key for key in given if key not in known)
        raise unknown(at(path, str(key)), str(key), known, code="unknown_field")
    return given


def known_mapping(obj: Json, key: str, known: Set[str]) -> Json:
    """A top-level object with known fields; missing or null is empty."""
    given = obj.get(key)
    return {} if given is None else mapping(given, key, known)


def free_mapping(obj: Json, key: str, path: str) -> Json:
    """An object whose fields the caller judges; missing or null is empty."""
    given = obj.get(key)
    return {} if given is None else mapping(given, at(path, key), given.keys() if type(given) is dict else frozenset())


def rows(obj: Json, key: str, path: str, *, most: int, is_needed: bool = False) -> list[Any]:
    """A list; missing or null is empty unless needed."""
    given = obj.get(key)
    if given is None and not is_needed:
        return []
    if type(given) is not list:
        raise InputError("not_a_list", at(path, key), "这里要一个列表 / a list is needed here")
    if len(given) > most:
        raise InputError("too_many", at(path, key), f"最多 {most} 项 / at most {most}")
    return given


def text(obj: Json, key: str, path: str, default: str | None = None) -> str:
    """A short text; `default` None: it must be there."""
    given = obj.get(key)
    if given is None and default is not None:
        return default
    if type(given) is not str or not given.strip() or len(given) > _MOST_TEXT:
        raise InputError("not_a_text", at(path, key), f"这里要 1 至 {_MOST_TEXT} 个字 / a text is needed here")
    return given


def choice(obj: Json, key: str, path: str, known: Collection[str], default: str | None = None) -> str:
    """One of the known codes."""
    found = text(obj, key, path, default)
    if found not in known and found != default:
        raise unknown(at(path, key), found, known)
    return found


def choices(obj: Json, key: str, path: str, known: Collection[str]) -> tuple[str, ...]:
    """A list of known codes, each once."""
    if not obj.get(key) and type(obj.get(key)) in (list, type(None)):
        return ()
    given = rows(obj, key, path, most=MOST_PARTIES)
    for place, code in enumerate(given):
        if type(code) is not str or code not in known:
            raise unknown(f"{at(path, key)}[{place}]", str(code), known)
    return tuple(dict.fromkeys(given))


def yes_no(obj: Json, key: str, path: str, default: bool = False) -> bool:
    given = obj.get(key)
    if given is None:
        return default
    if type(given) is not bool:
        raise InputError("not_a_yes_no", at(path, key), "这里要 true 或 false / true or false is needed here")
    return given


def whole(obj: Json, key: str, path: str, *, default: int | None = None, least: int = 0, most: int = MOST_FEN) -> int:
    """A whole number within bounds; `default` None: it must be there. Fen are whole: 12.5 is refused."""
    given = obj.get(key)
    if given is None and default is not None:
        return default
    if type(given) is not int:
        raise InputError("not_a_whole_number", at(path, key), "这里要整数（金额用分） / a whole number (fen) is needed")
    if not least <= given <= most:
        raise InputError("out_of_bounds", at(path, key), f"应在 {least} 至 {most} 之间 / from {least} to {most}")
    return given


def percent(obj: Json, key: str, path: str) -> Fraction | None:
    """0 to 100, whole or decimal, kept exact; None when left out."""
    given = obj.get(key)
    if given is None:
        return None
    if type(given) not in (int, float) or not 0 <= given <= 100:
        raise InputError("not_a_percent", at(path, key), "这里要 0 至 100 / a number from 0 to 100 is needed")
    return Fraction(repr(given))


def day(obj: Json, key: str, path: str) -> date:
    given = obj.get(key)
    if type(given) is not str or not _DAY.fullmatch(given):
        raise InputError("not_a_day", at(path, key), "这里要像 2026-03-01 的日期 / a day like 2026-03-01 is needed")
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InputError("not_a_day", at(path, key), "没有这一天 / there is no such day") from None


def place(obj: Json, key: str = "place", path: str = "") -> str:
    """Six digits under a known province, or 000000 for the nation alone."""
    given = text(obj, key, path)
    try:
        divisions.chain(given)
    except LawError:
        raise unknown(at(path, key), given, [divisions.NATION, *divisions.known()], code="unknown_place") from None
    return given


def one_of_ids(obj: Json, key: str, path: str, ids: Iterable[str]) -> str:
    """The id of a party."""
    known = list(ids)
    found = text(obj, key, path)
    if found not in known:
        raise unknown(at(path, key), found, known, code="unknown_party")
    return found
