"""decide: facts of one accident as JSON → liability as JSON."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from kuaichu.law import codes
from kuaichu.law.engine import the_law
from kuaichu.law.errors import LawError
from kuaichu.law.interface import reading as read
from kuaichu.law.interface.errors import InputError, unknown
from kuaichu.law.interface.revision import law_revision
from kuaichu.law.interface.writing import articles
from kuaichu.law.national.liability import Impact, Kind, LiabilityError, LiabilityFacts, PartyFacts, Proposal, propose
from kuaichu.law.national.liability.shapes import SPECIAL, Change, DamagedPart, ReasonStep
from kuaichu.law.national.liability.table import table

Json = dict[str, Any]
_FIELDS = frozenset(
    {"on", "place", "parties", "impacts", "collision_form", "facts_found", "each_pays_own_agreed", "id"}
)
# The last three belong to settle: one accident may be given to both commands.
_PARTY = frozenset({"id", "kind", "behaviours", "special", "facts", "liability", "share_percent", "cover", "losses"})
_IMPACT = frozenset({"hitter", "hit", "order", "parts", "losses", "liability"})
_KINDS = tuple(kind.value for kind in Kind)


def decide(obj: Any) -> Json:
    """Liability of everybody, or that an officer decides and why. Raises InputError."""
    given = read.mapping(obj, "", _FIELDS)
    on, place = read.day(given, "on", ""), read.place(given)
    ignored: list[str] = []
    rows = read.rows(given, "parties", "", most=read.MOST_PARTIES, is_needed=True)
    parties = tuple(_party(row, f"parties[{number}]", ignored) for number, row in enumerate(rows))
    ids = [party.letter for party in parties]
    check_ids(ids)
    impacts = tuple(impacts_of(given, ids))
    facts = LiabilityFacts(
        parties=_with_parts(parties, impacts),
        collision_form=read.choice(given, "collision_form", "", _forms(), ""),
        impacts=impacts,
        are_facts_found=read.yes_no(given, "facts_found", "", True),
    )
    try:
        answer = dict(_decided(facts, the_law().period(on), place))
    except LiabilityError as error:
        raise InputError(error.code, "", f"{error.zh} / {error.en}") from None
    except LawError as error:
        raise InputError("not_in_force", "on", str(error)) from None
    if ignored:
        answer["ignored"] = ignored
    return answer


@lru_cache(maxsize=4096)
def _decided(facts: LiabilityFacts, on: date, place: str) -> Json:
    """The answer for facts already read. Nothing changes within a period of the law, so its first day stands for all."""
    return _answer(propose(facts, on=on, place=place))


def check_ids(ids: list[str]) -> None:
    """Raises InputError for no party or an id twice."""
    if not ids:
        raise InputError("parties", "parties", "至少要有一方 / at least one party")
    for number, letter in enumerate(ids):
        if letter in ids[:number]:
            raise InputError("id_twice", f"parties[{number}].id", "这个代号已经用过 / this id stands twice")


def impacts_of(given: Json, ids: list[str]) -> Iterable[Impact]:
    """The impacts in the order of the list; `order` null or left out: not known, but one impact alone is the first."""
    rows = read.rows(given, "impacts", "", most=read.MOST_PARTIES * 2)
    for number, row in enumerate(rows):
        path = f"impacts[{number}]"
        fields = read.mapping(row, path, _IMPACT)
        hitter, hit = (read.one_of_ids(fields, key, path, ids) for key in ("hitter", "hit"))
        if hitter == hit:
            raise InputError("impact", f"{path}.hit", "不能撞自己 / nobody runs into itself")
        order = fields.get("order")
        if order is not None:
            order = read.whole(fields, "order", path, least=0, most=1000)
        parts = fields.get("parts")
        parts = {} if parts is None else read.mapping(parts, f"{path}.parts", frozenset(ids))
        yield Impact(hitter, hit, 1 if order is None and len(rows) == 1 else order, tuple(_parts(parts, path)))


def _parts(parts: Json, path: str) -> Iterable[tuple[str, str]]:
    """Parts by their code (front_right) or their Chinese name (右前角), one or a list of them for each party."""
    names = _part_names()
    for letter, given in parts.items():
        for name in given if type(given) is list else [given]:
            code = names.get(name) if type(name) is str else None
            if code is None:
                raise unknown(f"{path}.parts.{letter}", str(name), names)
            yield letter, code


def _party(row: Any, path: str, ignored: list[str]) -> PartyFacts:
    fields = read.mapping(row, path, _PARTY)
    letter, kind = read.text(fields, "id", path), read.choice(fields, "kind", path, _KINDS)
    done = read.choices(fields, "behaviours", path, _behaviours())
    known = table().circumstances
    facts = read.free_mapping(fields, "facts", path)
    circumstances = [code for code in done if code in known]
    circumstances += read.choices(facts, "circumstances", f"{path}.facts", known)
    for key in facts:
        if key in known:
            circumstances += [key] if read.yes_no(facts, key, f"{path}.facts") else []
        elif key not in {"circumstances", "stopped", "lane", "damaged_parts"}:
            ignored.append(f"{path}.facts.{key}")
    lane = read.choice(facts, "lane", f"{path}.facts", ("left", "right"), "")
    circumstances += [f"{lane}_lane"] if lane else []
    return PartyFacts(
        letter=letter,
        kind=Kind(kind),
        situations=tuple(code for code in done if code not in known),
        damaged_parts=tuple(part for _, part in _parts({letter: facts.get("damaged_parts", [])}, f"{path}.facts")),
        is_stopped=read.yes_no(facts, "stopped", f"{path}.facts") if facts.get("stopped") is not None else None,
        circumstances=tuple(dict.fromkeys(circumstances)),
        special=read.choices(fields, "special", path, SPECIAL),
    )


def _with_parts(parties: tuple[PartyFacts, ...], impacts: tuple[Impact, ...]) -> tuple[PartyFacts, ...]:
    """Between two parties the damaged parts of impacts are those of the parties; in a chain they belong to impacts."""
    if len(parties) != 2 or not impacts:
        return parties
    found = {party.letter: list(party.damaged_parts) for party in parties}
    for impact in impacts:
        for letter, part in impact.parts:
            found[letter].append(part)
    return tuple(replace(party, damaged_parts=tuple(dict.fromkeys(found[party.letter]))) for party in parties)


@lru_cache(maxsize=1)
def _behaviours() -> frozenset[str]:
    return frozenset(table().acts) | table().box_codes


@lru_cache(maxsize=1)
def _forms() -> tuple[str, ...]:
    return tuple(code.code for code in codes.options("collision_form"))


@lru_cache(maxsize=1)
def _part_names() -> dict[str, str]:
    options = codes.options("damaged_part")
    return {code.zh: code.code for code in options} | {code.code: code.code for code in options}


def _answer(found: Proposal) -> Json:
    """`officer_decides` False with no liability: several accidents in law, each with its own under `accidents`."""
    is_officer_needed = found.is_officer_needed and not _are_separate(found)
    answer: Json = {
        "liability": None
        if found.is_officer_needed
        else {party.letter: party.grade.value for party in found.parties if party.grade is not None},
        "officer_decides": is_officer_needed,
        "steps": [_step(step) for step in found.steps],
        "changes_if": [_change(change) for change in found.changes_if],
        "law_revision": law_revision(),
    }
    if is_officer_needed:
        answer["reason"] = {"code": found.officer_code, "zh": found.officer_zh, "en": found.officer_en}
    elif not found.is_officer_needed:
        answer["share_percent"] = {party.letter: party.share_percent for party in found.parties}
        answer["cause_codes"] = {party.letter: list(party.cause_codes) for party in found.parties if party.cause_codes}
        mark = next((party.share_mark_zh for party in found.parties if party.share_mark_zh), "")
        if mark:
            answer["share_mark"] = mark
    if found.accidents:
        answer["accidents"] = [
            {"liability": _answer(part)["liability"], "officer_decides": part.is_officer_needed}
            for part in found.accidents
        ]
    if found.damaged_parts:
        answer["damaged_parts"] = [_part(part, found) for part in found.damaged_parts]
    if found.compensation:
        answer["compensation_percent"] = dict(found.compensation)
    return answer


def _are_separate(found: Proposal) -> bool:
    """Several accidents, each decided, and no part that more than one of them damaged: nothing is left to a person."""
    return (
        bool(found.accidents)
        and not any(part.is_officer_needed for part in found.accidents)
        and all(part.accident is not None for part in found.damaged_parts)
    )


def _part(part: DamagedPart, found: Proposal) -> Json:
    """Who answers for this part; null where two accidents damaged it, which an officer has to divide."""
    of = found.accidents[part.accident] if found.accidents and part.accident is not None else found
    is_open = part.accident is None or of.is_officer_needed
    grades = {each.letter: each.grade.value for each in of.parties if each.grade is not None}
    return {
        "party": part.letter,
        "part": part.part,
        "impacts": list(part.impacts),
        "liability": None if is_open else grades,
    }


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
    return {"zh": change.zh, "en": change.en, "liability": grades, "officer_decides": grades is None}
