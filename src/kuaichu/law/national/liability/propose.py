"""The proposal of liability: grades with reasons, or why an officer decides; and what would change it."""

from dataclasses import replace
from datetime import date

from kuaichu import law
from kuaichu.law.national.liability.chains import accidents_of
from kuaichu.law.national.liability.judging import grades_text, judge
from kuaichu.law.national.liability.reading_facts import STANDING, Conduct, check, read
from kuaichu.law.national.liability.shapes import (
    Change,
    LiabilityFacts,
    PartyFacts,
    PartyProposal,
    Proposal,
    Verdict,
)
from kuaichu.law.national.liability.table import WhatIf, table
from kuaichu.law.national.settlement.shapes import Grade, Kind
from kuaichu.law.values import Value

_MOST_CHANGES = 4


def propose(facts: LiabilityFacts, *, on: date, place: str, with_changes: bool = True) -> Proposal:
    """A proposal for the day and place of the accident; equal when the parties swap letters.

    Raises LiabilityError for facts that can't be read (unknown codes name the nearest), LawError before the
    provisions were in force. `with_changes` False leaves out what would change it, for batches.
    """
    check(facts)
    conducts = tuple(read(party) for party in facts.parties)
    if len(conducts) > 2 and facts.impacts:
        return _chain(facts, conducts, on=on, place=place)
    verdict = judge(conducts, collision_form=facts.collision_form, on=on, place=place)
    proposal = _proposal(verdict, facts.parties, on=on, place=place)
    if not with_changes:
        return proposal
    return replace(proposal, changes_if=_changes(facts, conducts, verdict, on=on, place=place))


def _chain(facts: LiabilityFacts, conducts: tuple[Conduct, ...], *, on: date, place: str) -> Proposal:
    accidents = accidents_of(conducts, facts.impacts)
    if accidents is None:
        return _proposal(Verdict(None, "order", ()), facts.parties, on=on, place=place)
    parts = []
    for accident in accidents:
        verdict = judge(accident, collision_form=facts.collision_form, on=on, place=place)
        parts.append(_proposal(verdict, tuple(conduct.facts for conduct in accident), on=on, place=place))
    if len(parts) == 1:
        return parts[0]
    whole = _proposal(Verdict(None, "two_accidents", ()), facts.parties, on=on, place=place)
    steps = tuple(step for part in parts for step in part.steps)
    return replace(whole, accidents=tuple(parts), steps=steps)


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
    """The usual shares of compensation: between motor vehicles by grade, towards a rider or pedestrian by place."""
    motors = [party.letter for party in parties if party.kind is Kind.MOTOR]
    others = [party.letter for party in parties if party.kind is not Kind.MOTOR]
    if len(motors) == len(others) == 1:
        motor = law.value(f"share_to_nonmotor.{grades[motors[0]]}", on=on, place=place)
        return {motors[0]: (motor.number, motor), others[0]: (100 - motor.number, motor)}
    found = {letter: law.value(f"share.{grade}", on=on, place=place) for letter, grade in grades.items()}
    return {letter: (value.number, value) for letter, value in found.items()}


def _changes(
    facts: LiabilityFacts, conducts: tuple[Conduct, ...], verdict: Verdict, *, on: date, place: str
) -> tuple[Change, ...]:
    """Each question is put to the rules; only those with another result are told, the first few."""
    if verdict.grades is None or len(conducts) != 2:
        return ()
    found: list[tuple[bool, int, str, Change]] = []
    for place_of, against in ((0, conducts[1]), (1, conducts[0])):
        for rank, (changed, zh, en) in enumerate(_alternatives(facts.parties[place_of], against)):
            readings = tuple(read(changed) if n == place_of else conducts[n] for n in (0, 1))
            answer = judge(readings, collision_form=facts.collision_form, on=on, place=place)
            if answer.grades != verdict.grades:
                found.append((answer.grades is None, rank, changed.letter, _change(changed.letter, zh, en, answer)))
    return tuple(change for *_, change in sorted(found, key=lambda row: row[:3])[:_MOST_CHANGES])


def _alternatives(party: PartyFacts, against: Conduct) -> list[tuple[PartyFacts, str, str]]:
    """The same party without its one behaviour, or with one more fact worth asking because of the other side's."""
    options = []
    mine = read(party)
    if against.all and len(mine.all) == len(mine.listed) == 1:
        act = mine.acts[0]
        options.append((replace(party, situations=()), f"没有“{act.zh}”这一行为", f"did not do this ({act.en})"))
    for question in table().what_ifs:
        is_new = question.situation not in party.situations and question.circumstance not in party.circumstances
        if question.against in against.listed and is_new:
            options.append((_with(party, question), question.zh, question.en))
    return options


def _with(party: PartyFacts, question: WhatIf) -> PartyFacts:
    """One more fact; one that moves can't have stood."""
    if question.circumstance:
        return replace(party, circumstances=(*party.circumstances, question.circumstance))
    kept = tuple(code for code in party.situations if code != "stopped")
    circumstances = tuple(code for code in party.circumstances if code not in STANDING)
    return replace(party, situations=(*kept, question.situation), circumstances=circumstances, is_stopped=None)


def _change(letter: str, zh: str, en: str, answer: Verdict) -> Change:
    if answer.grades is None:
        return Change(f"如果 {letter} 方{zh}：要由民警认定", f"If {letter} {en}: an officer has to determine")
    result_zh, result_en = grades_text(answer.grades)
    return Change(f"如果 {letter} 方{zh}：{result_zh}", f"If {letter} {en}: {result_en}")
