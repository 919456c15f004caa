"""One accident: from what each did to a grade for each, or to the reason why an officer decides.

Handling Provisions (公安部令第146号) Art. 60: (1) one side's fault caused it: full; (2) several sides' fault: primary,
equal, secondary by effect and gravity; (3) nobody's fault: none. The practice of published city standards makes it
computable: a listed behaviour on one side and none on the other gives full and none, on both sides equal.
"""

from datetime import date

from kuaichu import law
from kuaichu.law.citations import Citation
from kuaichu.law.national.liability.reading_facts import Conduct, contradiction
from kuaichu.law.national.liability.shapes import ReasonStep, Verdict
from kuaichu.law.national.liability.table import Pair, table
from kuaichu.law.national.settlement.shapes import Grade, Kind

_ONE_SIDE = Citation("handling", "60.1")
_BOTH_SIDES = Citation("handling", "60.2")
_OTHER_GRADE = {
    Grade.FULL: Grade.NONE,
    Grade.PRIMARY: Grade.SECONDARY,
    Grade.EQUAL: Grade.EQUAL,
    Grade.SECONDARY: Grade.PRIMARY,
}
grade_names: dict[Grade, tuple[str, str]] = {
    Grade.FULL: ("全部责任", "full liability"),
    Grade.PRIMARY: ("主要责任", "primary liability"),
    Grade.EQUAL: ("同等责任", "equal liability"),
    Grade.SECONDARY: ("次要责任", "secondary liability"),
    Grade.NONE: ("无责任", "no liability"),
}


def judge(conducts: tuple[Conduct, ...], *, collision_form: str, on: date, place: str) -> Verdict:
    """Any number of parties in one accident; the order of the parties does not matter."""
    conducts = tuple(sorted(conducts, key=lambda conduct: conduct.letter))
    reason = contradiction(conducts, collision_form)
    if reason:
        return _officer(reason, conducts)
    if len(conducts) == 1:
        return _alone(conducts[0])
    acting = [conduct for conduct in conducts if conduct.all]
    if not acting:
        return _standing(conducts)
    if len(acting) == 1:
        return _one_side(acting[0], conducts)
    if len(conducts) > 2:
        return _officer("several", conducts)
    return _both_sides(conducts[0], conducts[1], on=on, place=place)


def _alone(conduct: Conduct) -> Verdict:
    """A single-vehicle accident: its driver, full (Art. 60.1)."""
    step = _combined("A45", "没有其他当事人", "There is no other party", {conduct.letter: Grade.FULL}, _ONE_SIDE)
    return Verdict({conduct.letter: Grade.FULL}, "", (*_act_steps((conduct,)), step))


def _standing(conducts: tuple[Conduct, ...]) -> Verdict:
    """Nobody ticked anything: who ran into one that demonstrably stood is liable (A44, C21), else an officer decides."""
    moving = [conduct for conduct in conducts if not conduct.is_standing_proven]
    if len(conducts) != 2 or len(moving) != 1 or moving[0].facts.kind is Kind.PEDESTRIAN or moving[0].is_standing:
        return _officer("nothing", conducts)
    row = table().acts["A44" if moving[0].facts.kind is Kind.MOTOR else "C21"]
    other = next(conduct for conduct in conducts if conduct is not moving[0])
    grades = {moving[0].letter: Grade.FULL, other.letter: Grade.NONE}
    step = ReasonStep(
        letter=moving[0].letter,
        rule=row.code,
        fact_zh=f"{moving[0].letter} 方{row.zh}",
        fact_en=f"{moving[0].letter} {row.en}",
        effect_zh="有过错",
        effect_en="at fault",
        citations=row.citations,
        cause_codes=row.cause_codes,
        certainty=row.certainty,
    )
    fact_zh, fact_en = f"只有 {moving[0].letter} 方有过错", f"Only {moving[0].letter} is at fault"
    return Verdict(grades, "", (step, _combined(row.code, fact_zh, fact_en, grades, _ONE_SIDE)))


def _one_side(actor: Conduct, conducts: tuple[Conduct, ...]) -> Verdict:
    """Art. 60.1: only one side did something. Circumstances alone, and rows marked so, are for an officer."""
    weighed = [act.officer_alone for act in actor.acts if act.officer_alone]
    if not actor.listed or weighed:
        return _officer(weighed[0] if weighed else "weigh", conducts)
    grades = {conduct.letter: Grade.FULL if conduct is actor else Grade.NONE for conduct in conducts}
    steps = _act_steps(conducts) + _premises(actor, conducts)
    fact_zh, fact_en = f"只有 {actor.letter} 方有列明的过错行为", f"Only {actor.letter} has a listed behaviour"
    return Verdict(grades, "", (*steps, _combined("60.1", fact_zh, fact_en, grades, _ONE_SIDE)))


def _premises(actor: Conduct, conducts: tuple[Conduct, ...]) -> tuple[ReasonStep, ...]:
    """Who stood is taken to have stood lawfully; say so, because it would change the result."""
    return tuple(
        ReasonStep(
            letter=conduct.letter,
            rule="B12",
            fact_zh=f"{conduct.letter} 方当时停着",
            fact_en=f"{conduct.letter} was standing",
            effect_zh="按依法停车处理；如果是违法停车，责任会变",
            effect_en="taken as lawful; parked against the rules would change the result",
            citations=(Citation("road_safety_law", "56"),),
            certainty="practice",
        )
        for conduct in conducts
        if conduct is not actor and conduct.is_standing and not conduct.is_standing_proven
    )


def _both_sides(a: Conduct, b: Conduct, *, on: date, place: str) -> Verdict:
    """Art. 60.2: a known pair first; both listed and both motor vehicles: equal; anything else is weighed by a person."""
    for pair in table().pairs:
        for first, second in ((a, b), (b, a)):
            if first.listed & pair.first and second.all & pair.second:
                is_whole = first.all <= pair.first and second.all <= pair.second
                return _by_pair(pair, first, second, is_whole=is_whole, on=on, place=place)
    reasons = sorted(act.officer_alone for act in (*a.acts, *b.acts) if act.officer_alone)
    if reasons or a.weighing or b.weighing:
        return _officer(reasons[0] if reasons else "weigh", (a, b))
    if a.facts.kind is b.facts.kind is Kind.MOTOR:
        grades = {a.letter: Grade.EQUAL, b.letter: Grade.EQUAL}
        return _equal(a, b, grades)
    return _with_rider(a, b)


def _by_pair(pair: Pair, first: Conduct, second: Conduct, *, is_whole: bool, on: date, place: str) -> Verdict:
    both = (first, second)
    if pair.officer:
        return _officer(pair.officer, both)
    if not is_whole:
        return _officer("weigh", both)
    if pair.place_rule and law.value(pair.place_rule, on=on, place=place).is_yes:
        return _officer("place_rule", both)
    if pair.grade is Grade.FULL and second.facts.is_stopped is False:
        return _officer("moving", both)
    assert pair.grade is not None
    grades = {first.letter: pair.grade, second.letter: _OTHER_GRADE[pair.grade]}
    steps = _act_steps(both)
    citation = _ONE_SIDE if pair.grade is Grade.FULL else _BOTH_SIDES
    if pair.grade is Grade.FULL:  # the second only seemed to be at fault
        steps = _act_steps((first,))
    return Verdict(grades, "", (*steps, _combined(pair.code, pair.zh, pair.en, grades, citation, "practice")))


def _equal(a: Conduct, b: Conduct, grades: dict[str, Grade]) -> Verdict:
    step = _combined("B01", "双方都有列明的过错行为", "Both have a listed behaviour", grades, _BOTH_SIDES, "practice")
    return Verdict(grades, "", (*_act_steps((a, b)), step))


def _with_rider(a: Conduct, b: Conduct) -> Verdict:
    """A rider's row may say its grade against a motor side at fault; otherwise the split is for an officer."""
    said = [conduct for conduct in (a, b) for act in conduct.acts if act.with_both]
    marks = {act.with_both for conduct in said for act in conduct.acts if act.with_both}
    if len(said) != 1 or marks != {Grade.PRIMARY.value} or len(said[0].listed) != 1:
        return _officer("weigh", (a, b))
    other = b if said[0] is a else a
    if other.facts.kind is not Kind.MOTOR:
        return _officer("weigh", (a, b))
    grades = {said[0].letter: Grade.PRIMARY, other.letter: Grade.SECONDARY}
    fact_zh, fact_en = "双方都有过错，非机动车一方作用更大", "Both are at fault, the rider's act weighs more"
    step = _combined(next(iter(said[0].listed)), fact_zh, fact_en, grades, _BOTH_SIDES, "practice")
    return Verdict(grades, "", (*_act_steps((a, b)), step))


def _officer(code: str, conducts: tuple[Conduct, ...]) -> Verdict:
    return Verdict(None, code, _act_steps(conducts))


def _act_steps(conducts: tuple[Conduct, ...]) -> tuple[ReasonStep, ...]:
    return tuple(
        ReasonStep(
            letter=conduct.letter,
            rule=act.code,
            fact_zh=f"{conduct.letter} 方{act.zh}",
            fact_en=f"{conduct.letter} {act.en}",
            effect_zh="有过错" if act.is_listed else "可能影响责任",
            effect_en="at fault" if act.is_listed else "may weigh",
            citations=act.citations,
            cause_codes=act.cause_codes,
            certainty=act.certainty,
        )
        for conduct in sorted(conducts, key=lambda conduct: conduct.letter)
        for act in conduct.acts
    )


def _combined(
    rule: str, fact_zh: str, fact_en: str, grades: dict[str, Grade], citation: Citation, certainty: str = "law"
) -> ReasonStep:
    zh, en = grades_text(grades)
    return ReasonStep(
        letter="",
        rule=rule,
        fact_zh=fact_zh,
        fact_en=fact_en,
        effect_zh=zh,
        effect_en=en,
        citations=(citation,),
        certainty=certainty,
    )


def grades_text(grades: dict[str, Grade]) -> tuple[str, str]:
    """A 方全部责任，B 方无责任."""
    ordered = sorted(grades.items())
    zh = "，".join(f"{letter} 方{grade_names[grade][0]}" for letter, grade in ordered)
    return zh, ", ".join(f"{letter} {grade_names[grade][1]}" for letter, grade in ordered)
