"""What a sealed agreement or determination must say: what its parties told, and what the law of the day makes of it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from kuaichu.law import value
from kuaichu.law.national.liability import Kind, LiabilityFacts, PartyFacts, propose
from kuaichu.law.national.liability.grades import grade_names
from simulator.city import CHINA
from simulator.people import Record

SIDES = {"A": "甲方", "B": "乙方"}
AGREEMENT, DETERMINATION = "agreement", "determination"
PERIODS = {"review.apply": "起{}个工作日内", "mediation.apply": "起{}个工作日内", "suit.limitation": "为{}年"}
PAIRS = ({"full", "none"}, {"primary", "secondary"}, {"equal"}, {"none"})  # of two sides


def differences(kind: str, page: Mapping[str, Any], record: Record) -> Iterator[str]:
    """Each place where the page of a document (`/case/instruments/{id}`) says otherwise than it must."""
    local = record.occurred_at.astimezone(CHINA)
    told = {"事故时间": f"{local:%Y年%m月%d日 %H时%M分}", "事故地点": record.location}
    is_whole = kind == AGREEMENT  # an officer may decide without what somebody who is gone never told
    yield from _unlike("", told, _rows(page["rows"]), is_whole=is_whole)
    blocks = {block["title"]: _rows(block["rows"]) for block in page["blocks"]}
    for letter, side in SIDES.items():
        person = record.people[letter]
        said = {"姓名": person.name, "身份证": person.document_number, "保险凭证号": person.policy_number}
        there = blocks.get(side, {})
        said["号牌号码"], there["号牌号码"] = person.plate, there.get("号牌号码", "").replace("·", "")
        yield from _unlike(side, said, there, is_whole=is_whole)
    liability = {letter: blocks.get(side, {}).get("责任", "") for letter, side in SIDES.items()}
    if kind == AGREEMENT:
        due = {letter: grade_names[grade][0] for letter, grade in _grades(record, local.date()).items()}
        if liability != due:
            yield f"law {due}, agreed {liability}"
    if kind == DETERMINATION:
        if {code for code, text in _codes().items() if text in liability.values()} not in PAIRS:
            yield f"no two sides share as {liability}"
        text = "".join(line for block in page["blocks"] for line in block["paragraphs"])
        for name, words in PERIODS.items():
            period = words.format(value(name, on=local.date(), place=record.place).number)
            if period not in text:
                yield f"{name}: “{period}” is not there"


def _grades(record: Record, on: date) -> dict[str, Any]:
    """The law's proposal for what both told."""
    scene = record.scene
    facts = LiabilityFacts(
        parties=tuple(
            PartyFacts(
                letter=letter,
                kind=Kind("motor"),
                situations=tuple(sorted(scene[letter.lower()])),
                damaged_parts=(scene["parts"]["AB".index(letter)],),
            )
            for letter in SIDES
        ),
        collision_form=scene["form"],
    )
    return {party.letter: party.grade for party in propose(facts, on=on, place=record.place).parties}


def _codes() -> dict[str, str]:
    return {grade.value: names[0] for grade, names in grade_names.items()}


def _rows(rows: Any) -> dict[str, str]:
    return {row["label"]: row["text"] for row in rows}


def _unlike(where: str, told: Mapping[str, str], there: Mapping[str, str], *, is_whole: bool) -> Iterator[str]:
    """The labels alone: what people are called is not for a report."""
    for label, text in told.items():
        shown = there.get(label, "")
        if shown != text and (shown or is_whole):
            yield f"{where}{label} differs"
