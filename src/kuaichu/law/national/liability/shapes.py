"""What goes into a liability proposal and what comes out."""

from dataclasses import dataclass

from kuaichu.law.citations import Citation
from kuaichu.law.errors import LawError
from kuaichu.law.national.settlement.shapes import Grade, Kind

# Persons about whom the law has rules of their own.
UNFIT = frozenset({"drink", "drugs", "no_licence", "wrong_class"})
SPECIAL = UNFIT | {"fled", "forged", "deliberate"}


class LiabilityError(LawError):
    """The facts can't be read: an unknown code (with the nearest known ones), no party, a letter twice."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """One party. `situations`: codes of the ten boxes (code list `situation`) or of listed behaviours (A14, C02).

    `damaged_parts`: code list `damaged_part`. `is_stopped` None: nobody said. `circumstances`: codes of pairs.yaml such
    as parked_illegally, no_tail_lights, speeding. `special`: codes of `SPECIAL`.
    """

    letter: str
    kind: Kind
    situations: tuple[str, ...] = ()
    damaged_parts: tuple[str, ...] = ()
    is_stopped: bool | None = None
    circumstances: tuple[str, ...] = ()
    special: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """One collision of a chain: who ran or was pushed into whom, and as the how-manieth (None: not known).

    `parts`: (letter, code of `damaged_part`) of what this impact damaged.
    """

    hitter: str
    hit: str
    order: int | None = None
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiabilityFacts:
    """`collision_form`: code list `collision_form`, empty when not chosen. `impacts`: for three and more parties.

    `are_facts_found` False: after investigation the basic facts can't be found (令146 Art. 67).
    """

    parties: tuple[PartyFacts, ...]
    collision_form: str = ""
    impacts: tuple[Impact, ...] = ()
    are_facts_found: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonStep:
    """Fact → rule → articles → effect. `letter` is the party it is about, empty for the combination of all."""

    letter: str
    rule: str
    fact_zh: str
    fact_en: str
    effect_zh: str
    effect_en: str
    citations: tuple[Citation, ...]
    cause_codes: tuple[str, ...] = ()
    certainty: str = "law"

    @property
    def zh(self) -> str:
        return f"{self.fact_zh}：{self.effect_zh}"

    @property
    def en(self) -> str:
        return f"{self.fact_en}: {self.effect_en}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say about one accident: a grade for every party, or None and why an officer decides."""

    grades: dict[str, Grade] | None
    officer_code: str
    steps: tuple[ReasonStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyProposal:
    """`grade` and `share_percent` (usual share of compensation) are None where an officer decides alone.

    `share_mark_zh/en`: a word to print beside the share, such as 参考 for a figure that the place has not confirmed.
    """

    letter: str
    grade: Grade | None
    share_percent: int | None
    share_mark_zh: str
    share_mark_en: str
    steps: tuple[ReasonStep, ...]
    cause_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One other fact that would give another result, found by asking the rules. `grades` None: an officer decides, or
    there are several accidents. `certainty` is that of the rule which leads there.
    """

    zh: str
    en: str
    grades: tuple[tuple[str, Grade], ...] | None = None
    certainty: str = "law"
    is_officer_needed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedPart:
    """Who answers for the damage of one part: the accident (number from 0) whose impact did it; None: more than one."""

    letter: str
    part: str
    accident: int | None
    impacts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal, never a determination: people agree to it or an officer decides.

    `is_officer_needed`: no grade is proposed; `officer_zh/en` say why. `accidents`: for a chain that is several
    accidents in law, the proposal for each, in order; otherwise empty. `impacts`: of such an accident, those it is made
    of. `damaged_parts`: who answers for which part.
    `compensation`: where no liability can be found but the place says who pays, percent by letter.
    """

    parties: tuple[PartyProposal, ...]
    steps: tuple[ReasonStep, ...]
    is_officer_needed: bool
    officer_code: str = ""
    officer_zh: str = ""
    officer_en: str = ""
    changes_if: tuple[Change, ...] = ()
    accidents: tuple["Proposal", ...] = ()
    impacts: tuple[Impact, ...] = ()
    damaged_parts: tuple[DamagedPart, ...] = ()
    compensation: tuple[tuple[str, int], ...] = ()

    def grade_of(self, letter: str) -> Grade | None:
        return next(party.grade for party in self.parties if party.letter == letter)
