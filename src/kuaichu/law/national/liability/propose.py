"""The proposal of liability: grades with reasons, or why an officer decides; and what would change it."""

from dataclasses import replace
from datetime import date

from kuaichu import law
from kuaichu.law.national.liability.chains import accidents_of, impacts_by_accident, parts_of
from kuaichu.law.national.liability.changes import changes_of
from kuaichu.law.national.liability.judging import judge, judge_facts
from kuaichu.law.national.liability.reading_facts import Conduct, check, read
from kuaichu.law.national.liability.shapes import (
    LiabilityFacts,
    PartyFacts,
    PartyProposal,
    Proposal,
    ReasonStep,
    Verdict,
)
from kuaichu.law.national.liability.table import table
from kuaichu.law.national.liability.unfound import without_facts
from kuaichu.law.national.settlement.shapes import Grade, Kind
from kuaichu.law.national.settlement.towards import share_to_nonmotor
from kuaichu.law.values import Value

_SINCE_PROVISIONS = "liability.left_yields_when_both_change"


def propose(facts: LiabilityFacts, *, on: date, place: str, with_changes: bool = True) -> Proposal:
    """A proposal for the day and place of the accident; equal when the parties swap letters.

    Raises LiabilityError for facts that can't be read (unknown codes name the nearest), LawError before the
    provisions were in force. `with_changes` False leaves out what would change it, for batches.
    """
    check(facts)
    conducts = tuple(read(party) for party in facts.parties)
    law.value(_SINCE_PROVISIONS, on=on, place=place)  # refuses days before the provisions, and wrong places
    if not facts.are_facts_found:
        proposal = _without_facts(facts, conducts, on=on, place=place)
    elif len(conducts) > 2 and facts.impacts:
        proposal = _chain(facts, conducts, on=on, place=place)
    else:
        verdict = judge_facts(facts, conducts, on=on, place=place)
        proposal = _of_one_accident(facts, verdict, on=on, place=place)
    return replace(proposal, changes_if=changes_of(facts, on=on, place=place)) if with_changes else proposal


def _of_one_accident(facts: LiabilityFacts, verdict: Verdict, *, on: date, place: str) -> Proposal:
    if verdict.officer_code == "appraise":
        verdict = _with_place_on_appraisal(verdict, on=on, place=place)
    proposal = _proposal(verdict, facts.parties, on=on, place=place)
    return replace(proposal, damaged_parts=parts_of(facts.impacts)) if facts.impacts else proposal


def _with_place_on_appraisal(verdict: Verdict, *, on: date, place: str) -> Verdict:
    """Some provinces say in words that an e-bike above the standard is appraised first."""
    rule = law.find("liability.overstandard_ebike_appraised_first", on=on, place=place)
    if rule is None or not rule.is_yes:
        return verdict
    step = ReasonStep(
        letter="",
        rule="C22",
        fact_zh="电动自行车不符合国家标准",
        fact_en="The e-bike is above the national standard",
        effect_zh="可以先鉴定属于机动车还是非机动车，再定责",
        effect_en="its nature may be appraised first, then liability follows it",
        citations=(rule.citation,),
        certainty=rule.certainty,
    )
    return replace(verdict, steps=(*verdict.steps, step))


def _without_facts(facts: LiabilityFacts, conducts: tuple[Conduct, ...], *, on: date, place: str) -> Proposal:
    step, shares = without_facts(conducts, on=on, place=place)
    whole = _proposal(Verdict(None, "facts_not_found", (step,)), facts.parties, on=on, place=place)
    return replace(whole, compensation=shares)


def _chain(facts: LiabilityFacts, conducts: tuple[Conduct, ...], *, on: date, place: str) -> Proposal:
    accidents = accidents_of(conducts, facts.impacts)
    if accidents is None:
        return _proposal(Verdict(None, "order", ()), facts.parties, on=on, place=place)
    parts = []
    for accident, impacts in zip(accidents, impacts_by_accident(facts.impacts), strict=True):
        verdict = judge(accident, collision_form=facts.collision_form, on=on, place=place)
        part = _proposal(verdict, tuple(conduct.facts for conduct in accident), on=on, place=place)
        parts.append(replace(part, impacts=impacts))
    damaged = parts_of(facts.impacts)
    if len(parts) == 1:
        return replace(parts[0], damaged_parts=damaged)
    whole = _proposal(Verdict(None, "two_accidents", ()), facts.parties, on=on, place=place)
    steps = tuple(step for part in parts for step in part.steps)
    return replace(whole, accidents=tuple(parts), steps=steps, damaged_parts=damaged)


def _proposal(verdict: Verdict, parties: tuple[PartyFacts, ...], *, on: date, place: str) -> Proposal:
    shares = _shares(verdict.grades, parties, on=on, place=place) if verdict.grades else {}
    zh, en = table().officer[verdict.officer_code] if verdict.officer_code else ("", "")
    ordered = sorted(parties, key=lambda party: party.letter)
    return Proposal(
        parties=tuple(_party(party.letter, verdict, shares.get(party.letter)) for party in ordered),
        steps=verdict.steps,
        is_officer_needed=verdict.grades is None,
        officer_code=verdict.officer_code,
        officer_zh=zh,
        officer_en=en,
    )


def _party(letter: str, verdict: Verdict, share: tuple[int, Value] | None) -> PartyProposal:
    steps = tuple(step for step in verdict.steps if step.letter == letter)
    return PartyProposal(
        letter=letter,
        grade=verdict.grades[letter] if verdict.grades else None,
        share_percent=share[0] if share else None,
        share_mark_zh=share[1].mark_zh if share else "",
        share_mark_en=share[1].mark_en if share else "",
        steps=steps,
        cause_codes=tuple(dict.fromkeys(code for step in steps for code in step.cause_codes)),
    )


def _shares(
    grades: dict[str, Grade], parties: tuple[PartyFacts, ...], *, on: date, place: str
) -> dict[str, tuple[int, Value]]:
    """The usual shares of compensation: between motor vehicles by grade, towards a rider or pedestrian by place.

    None where nobody is at fault: who then pays is no question of shares.
    """
    if set(grades.values()) == {Grade.NONE}:
        return {}
    motors = [party.letter for party in parties if party.kind is Kind.MOTOR]
    others = [party.letter for party in parties if party.kind is not Kind.MOTOR]
    if len(motors) == len(others) == 1:
        is_parked = grades[motors[0]] is Grade.NONE and _stood_parked(parties)
        motor = share_to_nonmotor(str(grades[motors[0]]), is_parked=is_parked, on=on, place=place)
        return {motors[0]: (motor.number, motor), others[0]: (100 - motor.number, motor)}
    found = {letter: law.value(f"share.{grade}", on=on, place=place) for letter, grade in grades.items()}
    return {letter: (value.number, value) for letter, value in found.items()}


def _stood_parked(parties: tuple[PartyFacts, ...]) -> bool:
    """Whether the one motor vehicle is said to have been parked lawfully, in words or by what the other did (C21)."""
    motor = next(party for party in parties if party.kind is Kind.MOTOR)
    if "parked_lawfully" in motor.circumstances:
        return True
    return "stopped_in_traffic" not in motor.circumstances and any("C21" in party.situations for party in parties)
