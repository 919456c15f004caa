"""What would change the result: a few other facts, put to the rules again; only those with another result are told."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

from kuaichu.law.national.liability.grades import grades_text
from kuaichu.law.national.liability.judging import judge
from kuaichu.law.national.liability.reading_facts import STANDING, Conduct, read
from kuaichu.law.national.liability.shapes import Change, LiabilityFacts, PartyFacts, Verdict
from kuaichu.law.national.liability.table import WhatIf, table
from kuaichu.law.national.settlement.shapes import Grade

MOST_CHANGES = 4


def changes_of(
    facts: LiabilityFacts, conducts: tuple[Conduct, ...], verdict: Verdict, *, on: date, place: str
) -> tuple[Change, ...]:
    """Each question is put to the rules; only those with another result are told, the first few."""
    if len(conducts) != 2:
        return ()
    found: list[tuple[bool, int, str, Change]] = []
    for place_of, against in ((0, conducts[1]), (1, conducts[0])):
        for rank, (changed, zh, en) in enumerate(_alternatives(facts.parties[place_of], against)):
            readings = tuple(read(changed) if n == place_of else conducts[n] for n in (0, 1))
            answer = judge(readings, collision_form=facts.collision_form, on=on, place=place)
            if answer.grades != verdict.grades:
                found.append(
                    (answer.grades is None, rank, changed.letter, change(changed.letter, zh, en, answer.grades))
                )
    return tuple(change for *_, change in sorted(found, key=lambda row: row[:3])[:MOST_CHANGES])


def _alternatives(party: PartyFacts, against: Conduct) -> list[tuple[PartyFacts, str, str]]:
    """The same party without its one behaviour, or with one more fact worth asking because of the other side's."""
    options = []
    mine = read(party)
    if against.all and len(mine.all) == len(mine.listed) == 1:
        act = mine.acts[0]
        options.append((replace(party, situations=()), f"没有“{act.zh}”这一行为", f"did not do this ({act.en})"))
    for question in _questions_against(against.listed):
        is_new = question.situation not in party.situations and question.circumstance not in party.circumstances
        if is_new:
            options.append((_with(party, question), question.zh, question.en))
    return options


@lru_cache(maxsize=4096)
def _questions_against(listed: frozenset[str]) -> tuple[WhatIf, ...]:
    return tuple(question for question in table().what_ifs if question.against in listed)


def _with(party: PartyFacts, question: WhatIf) -> PartyFacts:
    """One more fact; one that moves can't have stood."""
    if question.circumstance:
        return replace(party, circumstances=(*party.circumstances, question.circumstance))
    kept = tuple(code for code in party.situations if code != "stopped")
    circumstances = tuple(code for code in party.circumstances if code not in STANDING)
    return replace(party, situations=(*kept, question.situation), circumstances=circumstances, is_stopped=None)


def change(letter: str, zh: str, en: str, grades: dict[str, Grade] | None) -> Change:
    """The sentence of one alternative."""
    if grades is None:
        return Change(f"如果 {letter} 方{zh}：要由民警认定", f"If {letter} {en}: an officer has to determine")
    result_zh, result_en = grades_text(grades)
    pairs = tuple(sorted(grades.items()))
    return Change(f"如果 {letter} 方{zh}：{result_zh}", f"If {letter} {en}: {result_en}", pairs)
