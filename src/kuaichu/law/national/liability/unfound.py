"""When the basic facts can't be found: no liability, and who pays where a place's statute says it (B17).

令146 Art. 67: the police issue a statement (道路交通事故证明). Some places let a party that could have reported and kept
the scene and did not bear the loss, and share equally what stays unclear; each such rule is for motor vehicles among
themselves or for riders and pedestrians among themselves. Between the two kinds a place may make a motor vehicle pay
that did not report, under conditions that a person has to judge: these are said, and no share is computed.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kuaichu import law
from kuaichu.law.citations import Citation
from kuaichu.law.national.liability.reading_facts import Conduct
from kuaichu.law.national.liability.shapes import ReasonStep
from kuaichu.law.national.settlement.rounding import split
from kuaichu.law.national.settlement.shapes import Kind
from kuaichu.law.values import Value

_STATEMENT = Citation("handling", "67")
_FAILED = "did_not_report"
_BEYOND = ("；交强险以外的损失由{listed}承担", "; beyond the compulsory insurance: {listed}")
_WHOLE = ("；损失由{listed}承担", "; the loss is borne by {listed}")  # riders have no compulsory insurance
_ON_CONDITION = (
    "；如果没有证据证明非机动车、行人有违法行为，也没有证据证明机动车已经采取必要处置措施，"
    "交强险以外的损失由 {letter} 方承担，是否这样由民警或者法院判断",
    "; beyond the compulsory insurance {letter} pays if there is no proof that the rider or pedestrian broke the rules"
    " and that the driver took the necessary measures; an officer or a court judges that",
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a place says: the value, in which words, and whom it makes pay (nobody: an officer or a court judges)."""

    value: Value
    words: tuple[str, str]
    letters: tuple[str, ...]


def without_facts(
    conducts: tuple[Conduct, ...], *, on: date, place: str
) -> tuple[ReasonStep, tuple[tuple[str, int], ...]]:
    """The step to tell, and percent by letter (empty where the place says nothing)."""
    rule = _rule(conducts, on=on, place=place)
    letters = rule.letters if rule else ()
    shares = dict(zip(letters, split(100, [Fraction(1)] * len(letters)), strict=True)) if letters else {}
    all_shares = tuple((conduct.letter, shares.get(conduct.letter, 0)) for conduct in conducts) if letters else ()
    failed = "、".join(_failed(conducts))
    listed = "、".join(f"{letter} 方 {percent}%" for letter, percent in all_shares)
    listed_en = ", ".join(f"{letter} {percent}%" for letter, percent in all_shares)
    step = ReasonStep(
        letter="",
        rule="B17",
        fact_zh="事故的基本事实无法查清",
        fact_en="The basic facts can't be found",
        effect_zh="不作责任认定" + (rule.words[0].format(listed=listed, letter=failed) if rule else ""),
        effect_en="no liability is determined"
        + (rule.words[1].format(listed=listed_en, letter=failed) if rule else ""),
        citations=(_STATEMENT, rule.value.citation) if rule else (_STATEMENT,),
        certainty=rule.value.certainty if rule else "law",
    )
    return step, all_shares


def _rule(conducts: tuple[Conduct, ...], *, on: date, place: str) -> _Rule | None:
    """The rule of the place for these kinds of parties, or None: then nothing is said beyond Art. 67."""

    def asked(key: str) -> Value | None:
        found = law.find(f"unfound_facts.{key}", on=on, place=place)
        return found if found and found.is_yes else None

    failed = _failed(conducts)
    letters = tuple(sorted(conduct.letter for conduct in conducts))
    motors = [conduct.letter for conduct in conducts if conduct.facts.kind is Kind.MOTOR]
    are_riders_there = any(conduct.facts.kind is Kind.NONMOTOR for conduct in conducts)
    if len(conducts) < 2:
        return None
    if motors and len(motors) < len(conducts):
        value = asked("motor_who_did_not_report_pays_nonmotor")
        is_meant = len(conducts) == 2 and failed == tuple(motors)
        return _Rule(value, _ON_CONDITION, ()) if value and is_meant else None
    if not motors and not are_riders_there:
        return None
    name, words = ("", _BEYOND) if motors else ("nonmotor_", _WHOLE)
    if failed:
        value = asked(f"{name}who_did_not_report_pays")
        return _Rule(value, words, failed) if value else None
    value = asked(f"{name}equal_split") if len(conducts) == 2 else None  # 双方
    return _Rule(value, words, letters) if value else None


def _failed(conducts: tuple[Conduct, ...]) -> tuple[str, ...]:
    return tuple(sorted(conduct.letter for conduct in conducts if _FAILED in conduct.facts.circumstances))
