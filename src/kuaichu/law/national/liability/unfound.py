"""When the basic facts can't be found: no liability, and who pays where a place's statute says it (B17).

令146 Art. 67: the police issue a statement (道路交通事故证明). Some places let a party that could have reported and kept
the scene and did not bear the loss beyond the compulsory insurance, and share equally what stays unclear.
"""

from datetime import date
from fractions import Fraction

from kuaichu import law
from kuaichu.law.citations import Citation
from kuaichu.law.national.liability.reading_facts import Conduct
from kuaichu.law.national.liability.shapes import ReasonStep
from kuaichu.law.national.settlement.rounding import split
from kuaichu.law.national.settlement.shapes import Kind

_STATEMENT = Citation("handling", "67")
_FAILED = "did_not_report"


def without_facts(
    conducts: tuple[Conduct, ...], *, on: date, place: str
) -> tuple[ReasonStep, tuple[tuple[str, int], ...]]:
    """The step to tell, and percent by letter (empty where the place says nothing)."""
    failed = sorted(conduct.letter for conduct in conducts if _FAILED in conduct.facts.circumstances)
    are_alike = len({conduct.facts.kind is Kind.MOTOR for conduct in conducts}) == 1 and len(conducts) > 1
    by_failure = law.find("unfound_facts.who_did_not_report_pays", on=on, place=place)
    equally = law.find("unfound_facts.equal_split", on=on, place=place)
    letters, citations, certainty = [], [_STATEMENT], "law"
    if failed and are_alike and by_failure and by_failure.is_yes:
        letters, certainty = failed, by_failure.certainty
        citations.append(by_failure.citation)
    elif not failed and are_alike and equally and equally.is_yes:
        letters, certainty = sorted(conduct.letter for conduct in conducts), equally.certainty
        citations.append(equally.citation)
    parts = split(100, [Fraction(1)] * len(letters)) if letters else []
    shares = dict(zip(letters, parts, strict=True))
    all_shares = tuple((conduct.letter, shares.get(conduct.letter, 0)) for conduct in conducts) if letters else ()
    listed = "、".join(f"{letter} 方 {percent}%" for letter, percent in all_shares)
    step = ReasonStep(
        letter="",
        rule="B17",
        fact_zh="事故的基本事实无法查清",
        fact_en="The basic facts can't be found",
        effect_zh="不作责任认定" + (f"；交强险以外的损失由{listed}承担" if listed else ""),
        effect_en="no liability is determined" + (f"; beyond the compulsory insurance: {listed}" if listed else ""),
        citations=tuple(citations),
        certainty=certainty,
    )
    return step, all_shares
