"""One accident: from what each did to a grade for each, or to the reason why an officer decides.

Handling Provisions (公安部令第146号) Art. 60: (1) one side's fault caused it: full; (2) several sides' fault: primary,
equal, secondary by effect and gravity; (3) nobody's fault: none. The practice of published city standards makes it
computable: a listed behaviour on one side and none on the other gives full and none, on both sides equal.
"""

from dataclasses import replace
from datetime import date
from functools import lru_cache

from kuaichu import law
from kuaichu.law.citations import Citation
from kuaichu.law.national.liability.grades import BOTH_SIDES, ONE_SIDE, combined, grade_names, grades_text, other_grade
from kuaichu.law.national.liability.persons import by_person, unfit_bears_more, unfit_steps
from kuaichu.law.national.liability.reading_facts import RUNNING_INTO, Conduct, contradiction
from kuaichu.law.national.liability.shapes import LiabilityFacts, ReasonStep, Verdict
from kuaichu.law.national.liability.table import Pair, table
from kuaichu.law.national.settlement.shapes import Grade, Kind
from kuaichu.law.values import Value

__all__ = ["grade_names", "grades_text", "judge", "judge_facts"]

_BORROWED = "C04"


def judge(conducts: tuple[Conduct, ...], *, collision_form: str, on: date, place: str) -> Verdict:
    """Any number of parties in one accident; the order of the parties does not matter."""
    conducts = tuple(sorted(conducts, key=lambda conduct: conduct.letter))
    reason = contradiction(conducts, collision_form)
    if reason:
        return _officer(reason, conducts)
    found = by_person(conducts) or unfit_bears_more(conducts, on=on, place=place)
    if found:
        return replace(found, steps=(*_act_steps(conducts), *found.steps))
    if len(conducts) == 1:
        return _alone(conducts[0])
    acting = [conduct for conduct in conducts if conduct.all]
    if not acting:
        return _standing(conducts)
    if len(acting) == 1:
        return _one_side(acting[0], conducts)
    if len(conducts) > 2:
        return _blocked_lane(conducts) or _officer("several", conducts)
    return _both_sides(conducts[0], conducts[1], on=on, place=place)


def judge_facts(facts: LiabilityFacts, conducts: tuple[Conduct, ...], *, on: date, place: str) -> Verdict:
    """Who is said to have run into the other must not have been the one that was hit, unless the other moved back."""
    hitters = {impact.hitter for impact in facts.impacts}
    for conduct in conducts if hitters and len(conducts) == 2 else ():
        other = next(each for each in conducts if each is not conduct)
        if conduct.letter not in hitters and conduct.listed & RUNNING_INTO and not other.listed & {"A03", "A04"}:
            return Verdict(None, "contradiction", ())
    return judge(conducts, collision_form=facts.collision_form, on=on, place=place)


def _alone(conduct: Conduct) -> Verdict:
    """A single-vehicle accident: its driver, full (Art. 60.1)."""
    grades = {conduct.letter: Grade.FULL}
    step = combined("A45", ("没有其他当事人", "There is no other party"), grades, ONE_SIDE)
    return Verdict(grades, "", (*_act_steps((conduct,)), *unfit_steps((conduct,)), step))


def _standing(conducts: tuple[Conduct, ...]) -> Verdict:
    """Nobody ticked anything: who ran into one that provably stood is liable (A44, C21), else an officer decides."""
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
    fact = (f"只有 {moving[0].letter} 方有过错", f"Only {moving[0].letter} is at fault")
    return Verdict(grades, "", (step, combined(row.code, fact, grades, ONE_SIDE)))


def _one_side(actor: Conduct, conducts: tuple[Conduct, ...]) -> Verdict:
    """Art. 60.1: only one side did something. Circumstances alone, and rows marked so, are for an officer."""
    reasons = [act.officer_alone for act in actor.acts if act.officer_alone]
    if all(other.is_proven_faultless for other in conducts if other is not actor):
        reasons = [reason for reason in reasons if reason != "weigh"]  # nothing is left to weigh it against
    if not actor.listed or reasons:
        return _officer(reasons[0] if reasons else "weigh", conducts)
    grades = {conduct.letter: Grade.FULL if conduct is actor else Grade.NONE for conduct in conducts}
    steps = _act_steps(conducts) + unfit_steps(conducts) + _premises(actor, conducts)
    fact = (f"只有 {actor.letter} 方有列明的过错行为", f"Only {actor.letter} has a listed behaviour")
    return Verdict(grades, "", (*steps, combined("60.1", fact, grades, ONE_SIDE)))


def _blocked_lane(conducts: tuple[Conduct, ...]) -> Verdict | None:
    """C04 with the one who blocked the rider's lane: motor primary, blocker secondary, rider none (条例 70(2))."""
    rider = [conduct for conduct in conducts if conduct.all == {_BORROWED}]
    hitter = [conduct for conduct in conducts if conduct.all and conduct.all <= {"A01", "Y00"}]
    blocker = [conduct for conduct in conducts if conduct.all == {"parked_illegally"}]
    if len(conducts) != 3 or not len(rider) == len(hitter) == len(blocker) == 1:
        return None
    grades = {hitter[0].letter: Grade.PRIMARY, blocker[0].letter: Grade.SECONDARY, rider[0].letter: Grade.NONE}
    fact = (
        "非机动车因本车道被违法停车占用依法借道，机动车未减速让行",
        "A rider lawfully left a lane blocked by a parked car; the motor vehicle did not yield",
    )
    borrowed = Citation("road_safety_rules", "70(2)")
    step = combined(_BORROWED, fact, grades, borrowed, BOTH_SIDES, certainty="practice")
    return Verdict(grades, "", (*_act_steps(conducts), step))


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
    """Art. 60.2: a known pair first; both listed and both motor vehicles: equal; anything else a person weighs."""
    found = _pair_of(a.listed, a.all, b.listed, b.all)
    if found:
        pair, is_a_first = found
        first, second = (a, b) if is_a_first else (b, a)
        is_whole = first.all <= pair.first and second.all <= pair.seconds
        return _by_pair(pair, first, second, is_whole=is_whole, on=on, place=place)
    said = _with_rider(a, b)
    if said:
        return said
    reasons = sorted(act.officer_alone for act in (*a.acts, *b.acts) if act.officer_alone)
    if reasons or a.weighing or b.weighing:
        return _officer(reasons[0] if reasons else "weigh", (a, b))
    if a.facts.kind is b.facts.kind is Kind.MOTOR:
        return _equal(a, b)
    return _officer("weigh", (a, b))


@lru_cache(maxsize=8192)
def _pair_of(
    listed_a: frozenset[str], all_a: frozenset[str], listed_b: frozenset[str], all_b: frozenset[str]
) -> tuple[Pair, bool] | None:
    """The first pair that fits in either direction, and whether A is its first."""
    for pair in table().pairs:
        if listed_a & pair.first and all_b & pair.second and pair.second_too <= all_b:
            return pair, True
        if listed_b & pair.first and all_a & pair.second and pair.second_too <= all_a:
            return pair, False
    return None


def _by_pair(pair: Pair, first: Conduct, second: Conduct, *, is_whole: bool, on: date, place: str) -> Verdict:
    both = (first, second)
    if pair.officer:
        return _officer(pair.officer, both)
    if not is_whole:
        return _officer("weigh", both)
    local = law.value(pair.place_rule, on=on, place=place) if pair.place_rule else None
    if local and local.is_yes:
        return _left_yields(both, local)
    if pair.if_moving and second.facts.is_stopped is False:
        return _officer(pair.if_moving, both)
    assert pair.grade is not None
    grades = {first.letter: pair.grade, second.letter: other_grade[pair.grade]}
    steps = _act_steps(both)
    citation = ONE_SIDE if pair.grade is Grade.FULL else BOTH_SIDES
    if pair.grade is Grade.FULL and pair.code == "B10":  # the second only seemed to be at fault
        steps = _act_steps((first,))
    return Verdict(
        grades, "", (*steps, combined(pair.code, (pair.zh, pair.en), grades, citation, certainty=pair.certainty))
    )


def _left_yields(both: tuple[Conduct, Conduct], rule: Value) -> Verdict:
    """B02 where the place lets the left one yield when both merge into the middle: the left one bears more.

    Whether more is primary or full no text says, so the grade is marked unsure. Who was left must be known.
    """
    left = [conduct for conduct in both if conduct.side == "left"]
    right = [conduct for conduct in both if conduct.side == "right"]
    if not (len(left) == len(right) == 1 or (len(left) == 1 and len(right) == 0) or (len(right) == 1 and not left)):
        return _officer("place_rule", both)
    yielding = left[0] if left else next(conduct for conduct in both if conduct is not right[0])
    other = next(conduct for conduct in both if conduct is not yielding)
    grades = {yielding.letter: Grade.PRIMARY, other.letter: Grade.SECONDARY}
    letter = yielding.letter
    fact = (
        f"左右两侧同时变入中间车道，{letter} 方在左侧，应当让右侧车道的车先变更",
        f"Both merged into the middle lane; {letter} came from the left and had to yield",
    )
    step = combined("B02", fact, grades, rule.citation, BOTH_SIDES, certainty="unsure")
    return Verdict(grades, "", (*_act_steps(both), step))


def _equal(a: Conduct, b: Conduct) -> Verdict:
    grades = {a.letter: Grade.EQUAL, b.letter: Grade.EQUAL}
    fact = ("双方都有列明的过错行为", "Both have a listed behaviour")
    return Verdict(grades, "", (*_act_steps((a, b)), combined("B01", fact, grades, BOTH_SIDES, certainty="practice")))


def _with_rider(a: Conduct, b: Conduct) -> Verdict | None:
    """Between a motor side and a rider or pedestrian, a row may say its own grade when the other contributed too."""
    if (a.facts.kind is Kind.MOTOR) is (b.facts.kind is Kind.MOTOR):
        return None
    said = [conduct for conduct in (a, b) if any(act.with_both for act in conduct.acts)]
    if len(said) != 1 or len(said[0].all) != 1:
        return None
    other = b if said[0] is a else a
    if any(act.officer_alone for act in other.acts):
        return None
    grade = Grade(said[0].acts[0].with_both)
    grades = {said[0].letter: grade, other.letter: other_grade[grade]}
    fact = (
        f"双方都有过错，{said[0].letter} 方的行为作用更大",
        f"Both are at fault, what {said[0].letter} did weighs more",
    )
    step = combined(said[0].acts[0].code, fact, grades, BOTH_SIDES, certainty="practice")
    return Verdict(grades, "", (*_act_steps((a, b)), step))


def _officer(code: str, conducts: tuple[Conduct, ...]) -> Verdict:
    return Verdict(None, code, _act_steps(conducts))


def _act_steps(conducts: tuple[Conduct, ...]) -> tuple[ReasonStep, ...]:
    ordered = sorted(conducts, key=lambda conduct: conduct.letter)
    return tuple(_act_step(conduct.letter, act.code) for conduct in ordered for act in conduct.acts)


@lru_cache(maxsize=4096)
def _act_step(letter: str, code: str) -> ReasonStep:
    act = table().acts[code]
    return ReasonStep(
        letter=letter,
        rule=act.code,
        fact_zh=f"{letter} 方{act.zh}",
        fact_en=f"{letter} {act.en}",
        effect_zh="有过错" if act.is_listed else "可能影响责任",
        effect_en="at fault" if act.is_listed else "may weigh",
        citations=act.citations,
        cause_codes=act.cause_codes,
        certainty=act.certainty,
    )
