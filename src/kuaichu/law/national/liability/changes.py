"""What would change the result: a few other facts, put to the rules again; only those with another result are told.

First the questions worth asking in this very case (`what_if` of pairs.yaml), then what may be otherwise in any: a
special person was none, a behaviour was not established, another side was at fault too, the facts can't be found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from kuaichu.law.national.liability.chains import accidents_of
from kuaichu.law.national.liability.grades import grades_text
from kuaichu.law.national.liability.judging import judge, judge_facts
from kuaichu.law.national.liability.reading_facts import FAULTLESS, STANDING, Conduct, read
from kuaichu.law.national.liability.shapes import Change, LiabilityFacts, PartyFacts, Verdict
from kuaichu.law.national.liability.table import WhatIf, table
from kuaichu.law.national.liability.unfound import without_facts
from kuaichu.law.national.settlement.shapes import Grade
from kuaichu.law.values import mark_of

MOST_CHANGES = 3
_Grades = dict[str, Grade] | None
TO_OFFICER = ("要由民警认定", "an officer has to determine")
# A behaviour that every kind of party has, to try "at fault too" with.
_EXAMPLE = "signal"
_WITHOUT = {
    "drink": ("没有饮酒", "had not drunk"),
    "drugs": ("没有服用管制药品", "had taken no drugs"),
    "no_licence": ("有有效驾驶证", "has a valid licence"),
    "wrong_class": ("驾驶证准驾这种车", "has the licence for this vehicle"),
    "fled": ("没有逃逸", "did not flee"),
    "forged": ("没有破坏现场、毁灭证据", "did not touch scene or evidence"),
    "deliberate": ("不是故意的", "did not do it deliberately"),
}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What facts lead to: the grades of each accident (one, but for some chains), None where an officer decides."""

    accidents: tuple[_Grades, ...]
    certainty: str


@dataclass(frozen=True, slots=True)
class _Other:
    """Other facts, and the words for the one that is other."""

    facts: LiabilityFacts
    zh: str
    en: str


def changes_of(facts: LiabilityFacts, *, on: date, place: str) -> tuple[Change, ...]:
    """The nearest few, each really decided."""
    parties = sorted(facts.parties, key=lambda party: party.letter)
    if len(parties) != 2:
        return _changes(replace(facts, parties=tuple(parties)), on, place)
    alike = tuple(replace(party, damaged_parts=_alike(party.damaged_parts)) for party in parties)
    return _changes(replace(facts, parties=alike), on, place)


@lru_cache(maxsize=4096)
def _alike(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Fewest parts that say the same to every rule between two parties: front, rear, and which side alone."""
    sides = {side for part in parts for side in ("left", "right") if side in part}
    end = f"_{next(iter(sides))}" if len(sides) == 1 else ""
    ends = [f"{name}{end}" for name in ("front", "rear") if any(part.startswith(name) for part in parts)]
    return tuple(ends if ends and len(sides) < 2 else [*ends, *sorted(sides)])


@lru_cache(maxsize=8192)
def _changes(facts: LiabilityFacts, on: date, place: str) -> tuple[Change, ...]:
    """Kept, because many accidents differ in nothing that a rule looks at."""
    now = _outcome(facts, on=on, place=place)
    found = _asked(facts, now, on=on, place=place) if len(facts.parties) == 2 and facts.are_facts_found else []
    seen = {change.zh.partition("：")[0] for change in found}
    for other in _others(facts):
        if len(found) >= MOST_CHANGES:
            break
        if f"如果{other.zh}" in seen:
            continue
        then = _outcome(other.facts, on=on, place=place)
        if then.accidents != now.accidents:
            found.append(_change(other.zh, other.en, then))
    if len(found) < MOST_CHANGES and facts.are_facts_found and any(now.accidents):
        found.append(_unfound(facts, on=on, place=place))
    return tuple(found[:MOST_CHANGES])


def _asked(facts: LiabilityFacts, now: _Outcome, *, on: date, place: str) -> list[Change]:
    """Two parties: the questions worth asking here; those that an officer has to decide come last."""
    conducts = tuple(read(party) for party in facts.parties)
    found: list[tuple[bool, int, str, Change]] = []
    for place_of, against in ((0, conducts[1]), (1, conducts[0])):
        for rank, (changed, zh, en) in enumerate(_alternatives(facts.parties[place_of], against)):
            readings = tuple(read(changed) if n == place_of else conducts[n] for n in (0, 1))
            answer = judge(readings, collision_form=facts.collision_form, on=on, place=place)
            if (answer.grades,) != now.accidents:
                told = _change(f" {changed.letter} 方{zh}", f"{changed.letter} {en}", _of((answer,)))
                found.append((answer.grades is None, rank, changed.letter, told))
    return [told for *_, told in sorted(found, key=lambda row: row[:3])[:MOST_CHANGES]]


def _others(facts: LiabilityFacts) -> Iterator[_Other]:
    """What may be otherwise in any accident, the nearest first. Where the facts are not found: what may be found."""
    if not facts.are_facts_found:
        yield _Other(
            replace(facts, are_facts_found=True), "基本事实查清了，就是这样", "the facts are found to be these"
        )
        facts = replace(facts, are_facts_found=True)
    for party in facts.parties:
        for code in party.special:
            zh, en = _WITHOUT[code]
            changed = replace(party, special=tuple(each for each in party.special if each != code))
            yield _other(facts, changed, zh, en)
    for party in facts.parties:
        acts = read(party).acts
        if acts:
            names = "、".join(f"“{act.zh}”" for act in acts)
            changed = replace(party, situations=(), circumstances=_neutral(party.circumstances))
            en = "; ".join(act.en for act in acts)
            yield _other(facts, changed, f"没有{names}这{_some(len(acts))}行为", f"did not do this ({en})")
    for party in facts.parties:
        if not read(party).listed:
            row = table().acts[table().boxes[party.kind][_EXAMPLE]]
            changed = _with(party, WhatIf("", _EXAMPLE, "", "", ""))
            changed = replace(changed, circumstances=tuple(c for c in changed.circumstances if c != FAULTLESS))
            zh = f"被查明有列明的过错行为，比如{row.zh}"
            yield _other(facts, changed, zh, f"is found to have a listed behaviour, such as: {row.en}")

    for party in facts.parties:
        if not read(party).all and len(facts.parties) > 1 and FAULTLESS not in party.circumstances:
            changed = replace(party, circumstances=(*party.circumstances, FAULTLESS))
            yield _other(facts, changed, "被查明没有过错", "is found to be without fault")


def _other(facts: LiabilityFacts, changed: PartyFacts, zh: str, en: str) -> _Other:
    parties = tuple(changed if party.letter == changed.letter else party for party in facts.parties)
    return _Other(replace(facts, parties=parties), f" {changed.letter} 方{zh}", f"{changed.letter} {en}")


def _some(count: int) -> str:
    return "一" if count == 1 else "些"


def _neutral(circumstances: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for code in circumstances if table().acts[code].is_neutral)


def _outcome(facts: LiabilityFacts, *, on: date, place: str) -> _Outcome:
    if not facts.are_facts_found:
        return _Outcome((None,), "law")
    conducts = tuple(read(party) for party in facts.parties)
    if len(conducts) < 3 or not facts.impacts:
        return _of((judge_facts(facts, conducts, on=on, place=place),))
    accidents = accidents_of(conducts, facts.impacts)
    if accidents is None:
        return _Outcome((None,), "law")
    return _of(tuple(judge(each, collision_form=facts.collision_form, on=on, place=place) for each in accidents))


def _of(verdicts: tuple[Verdict, ...]) -> _Outcome:
    certainties = {verdict.steps[-1].certainty for verdict in verdicts if verdict.grades and verdict.steps}
    weakest = next((each for each in ("unsure", "practice") if each in certainties), "law")
    return _Outcome(tuple(verdict.grades for verdict in verdicts), weakest)


def _unfound(facts: LiabilityFacts, *, on: date, place: str) -> Change:
    """Only kinds and who did not report matter."""
    plain = tuple(
        PartyFacts(letter=party.letter, kind=party.kind, circumstances=_neutral(party.circumstances))
        for party in facts.parties
    )
    return _unfound_of(plain, on, place)


@lru_cache(maxsize=1024)
def _unfound_of(parties: tuple[PartyFacts, ...], on: date, place: str) -> Change:
    step, _shares = without_facts(tuple(read(party) for party in parties), on=on, place=place)
    en = f"{step.fact_en[0].lower()}{step.fact_en[1:]}"
    return Change(f"如果{step.fact_zh}：{step.effect_zh}", f"If {en}: {step.effect_en}", certainty=step.certainty)


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


def _change(zh: str, en: str, then: _Outcome) -> Change:
    """The sentence of one alternative, with 参考 where nobody has confirmed the rule that leads to it."""
    told = [_result(grades) for grades in then.accidents]
    if len(told) == 1:
        result_zh, result_en = told[0]
    else:
        result_zh = "；".join(f"第 {n} 起事故{text}" for n, (text, _) in enumerate(told, 1))
        result_en = "; ".join(f"accident {n}: {text}" for n, (_, text) in enumerate(told, 1))
    mark_zh, mark_en = mark_of(then.certainty) if then.certainty == "unsure" else ("", "")
    grades = then.accidents[0] if len(told) == 1 else None
    return Change(
        f"如果{zh}：{result_zh}" + (f"（{mark_zh}）" if mark_zh else ""),
        f"If {en}: {result_en}" + (f" ({mark_en})" if mark_en else ""),
        tuple(sorted(grades.items())) if grades else None,
        certainty=then.certainty,
        is_officer_needed=None in then.accidents,
    )


def _result(grades: _Grades) -> tuple[str, str]:
    return grades_text(grades) if grades else TO_OFFICER
