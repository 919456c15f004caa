"""Persons about whom the law has rules of their own, asked before anything else (令146 Arts. 60, 61, 67).

Deliberately caused: the others bear none (60, second paragraph). Fled, or destroyed or forged the scene: full (61);
for flight an officer may reduce it where another is proved at fault too, never where evidence was destroyed. Nobody
at fault: none for all (60.3). Drink, drugs or licence beside another's fault: by the place's rule, else an officer.
"""

from datetime import date

from kuaichu import law
from kuaichu.law.citations import Citation
from kuaichu.law.national.liability.grades import BOTH_SIDES, NOBODY, combined
from kuaichu.law.national.liability.reading_facts import Conduct
from kuaichu.law.national.liability.shapes import ReasonStep, Verdict
from kuaichu.law.national.settlement.shapes import Grade

_DELIBERATE = Citation("handling", "60(2)")
_FLED = Citation("handling", "61(1).1")
_FORGED = Citation("handling", "61(1).2")
_NO_REDUCTION = Citation("handling", "61(2)")
_KEEP_SCENE = {
    "drink": ("X4", "13(1).2", "有饮酒嫌疑", "is suspected of drink"),
    "drugs": ("X4", "13(1).2", "有服用管制药品嫌疑", "is suspected of drugs"),
    "no_licence": ("X3", "13(1).1", "没有有效驾驶证", "has no valid licence"),
    "wrong_class": ("X3", "13(1).1", "驾驶证不准驾驶这种车", "has no licence for this vehicle"),
}


def by_person(conducts: tuple[Conduct, ...]) -> Verdict | None:
    """The verdict that one of these persons brings by itself, or None."""
    for found in (_deliberate(conducts), _evaded(conducts), _faultless(conducts)):
        if found:
            return found
    return None


def unfit_steps(conducts: tuple[Conduct, ...]) -> tuple[ReasonStep, ...]:
    """Drink, drugs or licence: said with every result, because it bars the fast track (13(1))."""
    return tuple(
        ReasonStep(
            letter=conduct.letter,
            rule=rule,
            fact_zh=f"{conduct.letter} 方{zh}",
            fact_en=f"{conduct.letter} {en}",
            effect_zh="不适用快处，由民警到场处理",
            effect_en="not for the fast track; an officer handles it",
            citations=(Citation("handling", article),),
        )
        for conduct in conducts
        for code in sorted(conduct.special & set(_KEEP_SCENE))
        for rule, article, zh, en in (_KEEP_SCENE[code],)
    )


def unfit_bears_more(conducts: tuple[Conduct, ...], *, on: date, place: str) -> Verdict | None:
    """B13: one side drunk or unlicensed, the other with a listed behaviour: primary where the place says so."""
    unfit = [conduct for conduct in conducts if conduct.is_unfit]
    if not unfit:
        return None
    acting = [conduct for conduct in conducts if conduct.all]
    if acting and acting == unfit and len(unfit) == 1:
        return None  # the only fault is its own: full by 60.1
    others = [conduct for conduct in conducts if not conduct.is_unfit]
    rule = law.find("liability.unfit_bears_more", on=on, place=place)
    is_simple = len(conducts) == 2 and len(unfit) == 1 and bool(others[0].listed)
    if rule is None or not rule.is_yes or not is_simple:
        return Verdict(None, "special", unfit_steps(conducts))
    grades = {unfit[0].letter: Grade.PRIMARY, others[0].letter: Grade.SECONDARY}
    fact = (
        f"{others[0].letter} 方有列明的过错行为，{unfit[0].letter} 方饮酒、吸毒或者没有相应驾驶证",
        "One has a listed behaviour, the other is unfit to drive",
    )
    last = combined("B13", fact, grades, BOTH_SIDES, rule.citation, certainty=rule.certainty)
    return Verdict(grades, "", (*unfit_steps(conducts), last))


def _deliberate(conducts: tuple[Conduct, ...]) -> Verdict | None:
    found = [conduct for conduct in conducts if "deliberate" in conduct.special]
    if not found:
        return None
    if len(found) > 1:
        return Verdict(None, "deliberate", ())
    grades = _one_full(found[0], conducts)
    fact = (f"有证据证明事故是 {found[0].letter} 方故意造成的", f"{found[0].letter} caused it deliberately")
    return Verdict(grades, "", (combined("X9", fact, grades, _DELIBERATE),))


def _evaded(conducts: tuple[Conduct, ...]) -> Verdict | None:
    forged = [c for c in conducts if "A51" in c.listed or "forged" in c.special]
    fled = [c for c in conducts if "A41" in c.listed or "fled" in c.special]
    evading = {conduct.letter: conduct for conduct in (*forged, *fled)}
    if not evading:
        return None
    if len(evading) > 1:
        return Verdict(None, "evaded", ())
    conduct = next(iter(evading.values()))
    if not forged and any(other.all for other in conducts if other is not conduct):
        return Verdict(None, "fled", ())
    grades = _one_full(conduct, conducts)
    letter = conduct.letter
    if forged:
        fact = (f"{letter} 方破坏、伪造现场或者毁灭证据", f"{letter} destroyed or forged the scene or evidence")
        return Verdict(grades, "", (combined("A51", fact, grades, _FORGED, _NO_REDUCTION),))
    fact = (f"{letter} 方在事故后逃逸", f"{letter} fled after the accident")
    return Verdict(grades, "", (combined("A41", fact, grades, _FLED),))


def _faultless(conducts: tuple[Conduct, ...]) -> Verdict | None:
    """B16: all are found to be without fault."""
    if not all(conduct.is_proven_faultless and not conduct.all for conduct in conducts):
        return None
    grades = {conduct.letter: Grade.NONE for conduct in conducts}
    fact = ("各方都没有过错，属于交通意外", "Nobody is at fault; it was an accident in the strict sense")
    return Verdict(grades, "", (combined("B16", fact, grades, NOBODY),))


def _one_full(conduct: Conduct, conducts: tuple[Conduct, ...]) -> dict[str, Grade]:
    return {other.letter: Grade.FULL if other is conduct else Grade.NONE for other in conducts}
