"""The tables of `behaviours.yaml` and `pairs.yaml`, read once and checked."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from kuaichu.law.citations import Citation
from kuaichu.law.errors import LawError
from kuaichu.law.national.liability.shapes import LiabilityError
from kuaichu.law.national.settlement.shapes import Grade, Kind
from kuaichu.law.reading import read_mapping

_ACTS = {
    "law": "road_safety_law",
    "rules": "road_safety_rules",
    "handling": "handling",
}
_FOLDER = Path(__file__).parent
OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Act:
    """A listed behaviour, or a circumstance that weighs (`is_listed` False; neutral ones don't even weigh)."""

    code: str
    kind: Kind | None
    zh: str
    en: str
    citations: tuple[Citation, ...]
    cause_codes: tuple[str, ...]
    is_listed: bool = True
    is_neutral: bool = False
    officer_alone: str = ""
    with_both: str = ""
    certainty: str = "law"


@dataclass(frozen=True, slots=True)
class Pair:
    """Who bears more when both contributed. The second must have one of `second` and all of `second_too`.

    `if_moving`: why an officer decides when the second is said to have moved.
    """

    code: str
    first: frozenset[str]
    second: frozenset[str]
    second_too: frozenset[str]
    grade: Grade | None
    officer: str = ""
    zh: str = ""
    en: str = ""
    place_rule: str = ""
    if_moving: str = ""
    certainty: str = "practice"

    @property
    def seconds(self) -> frozenset[str]:
        return self.second | self.second_too


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A question worth asking when the other side has the behaviour `against`."""

    against: str
    situation: str
    circumstance: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Table:
    acts: dict[str, Act]
    boxes: dict[Kind, dict[str, str]]
    pairs: tuple[Pair, ...]
    officer: dict[str, tuple[str, str]]
    what_ifs: tuple[WhatIf, ...]
    box_codes: frozenset[str]
    circumstances: frozenset[str]  # what weighs or explains without being a listed behaviour

    def counterpart(self, code: str, kind: Kind) -> str:
        """The row of another kind of party for the same box of the form (A06 of a rider is C02), or empty."""
        boxes = {box for of_kind in self.boxes.values() for box, row in of_kind.items() if row == code}
        return next((row for box, row in self.boxes.get(kind, {}).items() if box in boxes), "")

    def act(self, code: str) -> Act:
        """Raises LiabilityError, naming the nearest known codes."""
        found = self.acts.get(code)
        if found is None:
            known = sorted([*self.acts, *self.box_codes])
            near = ", ".join(get_close_matches(code, known, n=3, cutoff=0.3)) or ", ".join(sorted(self.box_codes))
            raise LiabilityError(
                "unknown_code", f"没有这个情形代码，相近的有：{near}", f"unknown code; nearest: {near}"
            )
        return found


@lru_cache(maxsize=1)
def table() -> Table:
    """Raises LawError for a pair or question that names an unknown code."""
    behaviours, pairs = read_mapping(_FOLDER / "behaviours.yaml"), read_mapping(_FOLDER / "pairs.yaml")
    acts = {
        code: _act(code, row, Kind(kind))
        for kind in ("motor", "nonmotor", "pedestrian")
        for code, row in behaviours[kind].items()
    }
    acts |= {code: _act(code, row, None) for code, row in pairs["circumstances"].items()}
    officer = {code: (row["zh"], row["en"]) for code, row in pairs["officer"].items()}
    found = Table(
        acts=acts,
        boxes={Kind(kind): boxes for kind, boxes in behaviours["situations"].items()},
        pairs=tuple(_pair(code, row) for code, row in pairs["pairs"].items()),
        officer=officer,
        what_ifs=tuple(
            WhatIf(row["against"], row.get("situation", ""), row.get("circumstance", ""), row["zh"], row["en"])
            for row in pairs["what_if"]
        ),
        box_codes=frozenset(code for boxes in behaviours["situations"].values() for code in boxes)
        | {"stopped", "other"},
        circumstances=frozenset(pairs["circumstances"]),
    )
    _check(found)
    return found


def _act(code: str, row: dict[str, Any], kind: Kind | None) -> Act:
    is_alone_weighed = row.get("alone") == OFFICER
    return Act(
        code=code,
        kind=kind,
        zh=row["zh"],
        en=row["en"],
        citations=tuple(_citation(text) for text in row["articles"]),
        cause_codes=tuple(row["causes"]),
        is_listed=kind is not None,
        is_neutral=row.get("is_neutral", False),
        officer_alone=row["why"] if is_alone_weighed else "",
        with_both=row.get("with_both", ""),
        certainty=row.get("certainty", "law"),
    )


def _citation(text: str) -> Citation:
    act, article = text.split(" ")
    return Citation(_ACTS[act], article)


def _pair(code: str, row: dict[str, Any]) -> Pair:
    grade = Grade(row["grade"]) if "grade" in row else None
    texts = {name: row.get(name, "") for name in ("officer", "zh", "en", "place_rule", "if_moving")}
    first, second, too = (frozenset(row.get(name, ())) for name in ("first", "second", "second_too"))
    return Pair(code, first, second, too, grade, **texts, certainty=row.get("certainty", "practice"))


def _check(found: Table) -> None:
    reasons = {act.officer_alone for act in found.acts.values()} | {pair.officer for pair in found.pairs}
    codes = {code for pair in found.pairs for code in pair.first | pair.seconds}
    codes |= {row.against for row in found.what_ifs} | {row.circumstance for row in found.what_ifs}
    codes |= {code for boxes in found.boxes.values() for code in boxes.values()}
    unknown = (codes - {""} - set(found.acts)) | (reasons - {""} - set(found.officer))
    if unknown:
        raise LawError(f"liability: unknown {', '.join(sorted(unknown))}")
