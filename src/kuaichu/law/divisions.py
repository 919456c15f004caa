"""Administrative division codes (GB/T 2260, six digits) and the chain city → province → nation."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kuaichu.law.errors import LawError
from kuaichu.law.reading import read_mapping

NATION = "000000"
_RUN_BY_PROVINCE = "90"

_PROVINCES = frozenset(
    str(code)
    for block in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for code in block
) | {"71", "81", "82"}


@lru_cache(maxsize=4096)
def chain(place: str) -> tuple[str, ...]:
    """The places whose settings apply at `place`, nearest first and the nation last.

    `330602` → 330602, 330600, 330000, 000000. Counties run by the province itself (`429005`) pass through its
    `429000`. Raises LawError for anything but six digits under a known province.
    """
    if place == NATION:
        return (NATION,)
    if len(place) != 6 or not place.isascii() or not place.isdigit() or place[:2] not in _PROVINCES:
        raise LawError(f"{place!r} is no six-digit place code of GB/T 2260")
    codes = (place, f"{place[:4]}00", f"{place[:2]}0000", NATION)
    return tuple(dict.fromkeys(codes))


def level(place: str) -> str:
    """`nation`, `province`, `city` or `county`. Counties run by the province itself (`429005`) set what cities do."""
    if place == NATION:
        return "nation"
    if place.endswith("0000"):
        return "province"
    return "city" if place.endswith("00") or place[2:4] == _RUN_BY_PROVINCE else "county"


@dataclass(frozen=True, slots=True)
class Place:
    """A place that this product holds settings for."""

    code: str
    zh: str
    en: str


@lru_cache(maxsize=1)
def known() -> dict[str, Place]:
    """Places with a folder of their own under `places/`, by code."""
    found = {}
    for path in sorted((Path(__file__).parent / "places").glob("*/place.yaml")):
        names = read_mapping(path)
        found[path.parent.name] = Place(path.parent.name, names["zh"], names["en"])
    return found
