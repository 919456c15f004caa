"""Licence classes: what a driving licence prints, and which other classes it allows (a table marked unsure)."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kuaichu.law.identifiers.errors import IdentifierError
from kuaichu.law.reading import read_mapping

_CLASS = re.compile(r"[A-Z]\d?")


@dataclass(frozen=True, slots=True)
class LicenceClass:
    """One class; `covers` without itself."""

    code: str
    zh: str
    en: str
    covers: frozenset[str]


@dataclass(frozen=True, slots=True)
class LicenceClasses:
    """What one licence says, in its own order: `A2E` is A2 and E."""

    codes: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.codes)

    @property
    def allowed(self) -> frozenset[str]:
        """Every class that may be driven, by the unsure table."""
        return frozenset(self.codes) | {code for one in self.codes for code in licence_classes()[one].covers}


@lru_cache(maxsize=1)
def licence_classes() -> dict[str, LicenceClass]:
    rows = read_mapping(Path(__file__).parent / "licences.yaml")["classes"]
    found = {code: LicenceClass(code, row["zh"], row["en"], frozenset(row["covers"])) for code, row in rows.items()}
    assert all(one.covers <= set(found) - {one.code} for one in found.values()), "licences.yaml: unknown class"
    return found


def parse_licence_classes(text: str) -> LicenceClasses:
    """`C1`, `A2E`, `a1 d`. Raises IdentifierError for anything that is no class."""
    folded = re.sub(r"[\s,，、/+]+", "", text).upper()
    codes = _CLASS.findall(folded)
    if not codes or "".join(codes) != folded or any(code not in licence_classes() for code in codes):
        known = "、".join(licence_classes())
        raise IdentifierError(
            "licence_class",
            f"准驾车型请照驾驶证填写，例如 C1；有：{known}",
            f"Please enter the class as on the licence, such as C1; there are: {', '.join(licence_classes())}",
        )
    return LicenceClasses(tuple(dict.fromkeys(codes)))
