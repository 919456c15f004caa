"""decide: facts of one accident as JSON → liability as JSON."""

from datetime import date
from functools import lru_cache
from typing import Any

from kuaichu.law.engine import the_law
from kuaichu.law.errors import LawError
from kuaichu.law.interface import reading as read
from kuaichu.law.interface.errors import InputError, not_held
from kuaichu.law.interface.facts import FIELDS, facts_of
from kuaichu.law.interface.revision import law_revision
from kuaichu.law.interface.writing import articles
from kuaichu.law.national.liability import LiabilityError, LiabilityFacts, Proposal, propose
from kuaichu.law.national.liability.chains import parts_of
from kuaichu.law.national.liability.shapes import Change, DamagedPart, ReasonStep
from kuaichu.law.national.liability.table import table

Json = dict[str, Any]
_TERMS = ("liability.", "unfound_facts.", "share.", "share_to_nonmotor.")
_terms: dict[tuple[date, str], tuple[date, str]] = {}
_first_asked: dict[tuple[Any, ...], tuple[date, str]] = {}


def decide(obj: Any) -> Json:
    """Liability of everybody, or that an officer decides and why. Raises InputError. Not to be changed by the
    caller.
    """
    given = read.mapping(obj, "", FIELDS)
    on, place = read.day(given, "on", ""), read.place(given)
    ignored: list[str] = []
    facts, impacts = facts_of(given, ignored)
    try:
        answer = dict(_decided(facts, *_same_terms(on, place)))
    except LiabilityError as error:
        raise InputError(error.code, "", f"{error.zh} / {error.en}") from None
    except LawError:
        raise not_held("on") from None
    if impacts:
        _add_parts(answer, parts_of(impacts))
    if ignored:
        answer["ignored"] = ignored
    return answer


@lru_cache(maxsize=16384)
def _decided(facts: LiabilityFacts, on: date, place: str) -> Json:
    """The answer but for the parts. Kept, because batches ask the same few hundred constellations again and again."""
    return _answer(propose(facts, on=on, place=place))


def _same_terms(on: date, place: str) -> tuple[date, str]:
    """A day and place with the very same values for this question, the first such that was asked for."""
    law = the_law()
    asked = (law.period(on), place)
    found = _terms.get(asked)
    if found is None:
        keys = sorted(key for key in law.definitions if key.startswith(_TERMS))
        values = tuple(law.find(key, on=on, place=place) for key in keys)
        found = _terms[asked] = _first_asked.setdefault(values, (on, place)) if any(values) else (on, place)
    return found


def _answer(found: Proposal) -> Json:
    """`officer_decides` False with no liability: several accidents in law, each with its own under `accidents`."""
    is_separate = bool(found.accidents) and not any(part.is_officer_needed for part in found.accidents)
    answer: Json = {
        "liability": None if found.is_officer_needed else _grades(found),
        "officer_decides": found.is_officer_needed and not is_separate,
        "steps": [_step(step) for step in found.steps],
        "changes_if": [_change(change) for change in found.changes_if],
        "law_revision": law_revision(),
    }
    if answer["officer_decides"]:
        answer["reason"] = {"code": found.officer_code, "zh": found.officer_zh, "en": found.officer_en}
    elif not found.is_officer_needed:
        answer["share_percent"] = {party.letter: party.share_percent for party in found.parties}
        answer["cause_codes"] = {party.letter: list(party.cause_codes) for party in found.parties if party.cause_codes}
        mark = next((party.share_mark_zh for party in found.parties if party.share_mark_zh), "")
        if mark:
            answer["share_mark"] = mark
    if found.accidents:
        answer["accidents"] = [
            {
                "impacts": [impact.order for impact in part.impacts],
                "liability": None if part.is_officer_needed else _grades(part),
                "officer_decides": part.is_officer_needed,
            }
            for part in found.accidents
        ]
    if found.compensation:
        answer["compensation_percent"] = dict(found.compensation)
    return answer


def _grades(found: Proposal) -> dict[str, str]:
    return {party.letter: party.grade.value for party in found.parties if party.grade is not None}


def _add_parts(answer: Json, parts: tuple[DamagedPart, ...]) -> None:
    """Who answers for which part. A part that two accidents damaged has to be divided by an officer."""
    if not parts:
        return
    accidents = answer.get("accidents")
    answer["damaged_parts"] = [
        {
            "party": part.letter,
            "part": part.part,
            "impacts": list(part.impacts),
            "liability": _of_part(part, accidents, answer["liability"]),
        }
        for part in parts
    ]
    if accidents and any(part.accident is None for part in parts):
        zh, en = table().officer["two_accidents"]
        answer["officer_decides"] = True
        answer["reason"] = {"code": "two_accidents", "zh": zh, "en": en}


def _of_part(part: DamagedPart, accidents: list[Json] | None, whole: Json | None) -> Json | None:
    if not accidents:
        return whole
    return None if part.accident is None else accidents[part.accident]["liability"]


def _step(step: ReasonStep) -> Json:
    row: Json = {
        "fact": step.fact_zh,
        "rule": step.rule,
        "articles": articles(step.citations),
        "effect": step.effect_zh,
        "fact_en": step.fact_en,
        "effect_en": step.effect_en,
        "certainty": step.certainty,
    }
    if step.letter:
        row["party"] = step.letter
    return row


def _change(change: Change) -> Json:
    grades = None if change.grades is None else {letter: grade.value for letter, grade in change.grades}
    return {
        "zh": change.zh,
        "en": change.en,
        "liability": grades,
        "officer_decides": change.is_officer_needed,
        "certainty": change.certainty,
    }
