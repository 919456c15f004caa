"""The names of the five grades, and the step in which an accident's facts become grades."""

from kuaichu.law.citations import Citation
from kuaichu.law.national.liability.shapes import ReasonStep
from kuaichu.law.national.settlement.shapes import Grade

ONE_SIDE = Citation("handling", "60.1")
BOTH_SIDES = Citation("handling", "60.2")
NOBODY = Citation("handling", "60.3")
other_grade = {
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


def grades_text(grades: dict[str, Grade]) -> tuple[str, str]:
    """A 方全部责任，B 方无责任."""
    ordered = sorted(grades.items())
    zh = "，".join(f"{letter} 方{grade_names[grade][0]}" for letter, grade in ordered)
    return zh, ", ".join(f"{letter} {grade_names[grade][1]}" for letter, grade in ordered)


def combined(
    rule: str, fact: tuple[str, str], grades: dict[str, Grade], *citations: Citation, certainty: str = "law"
) -> ReasonStep:
    """The last step: what all facts together lead to."""
    zh, en = grades_text(grades)
    return ReasonStep(
        letter="",
        rule=rule,
        fact_zh=fact[0],
        fact_en=fact[1],
        effect_zh=zh,
        effect_en=en,
        citations=citations,
        certainty=certainty,
    )
