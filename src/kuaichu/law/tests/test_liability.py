"""Proposals of liability: worked cases, every listed row, symmetry, and what a proposal tells people."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuaichu.law import LawError, codes
from kuaichu.law.engine import Law, the_law
from kuaichu.law.national.liability import (
    Grade,
    Impact,
    Kind,
    LiabilityError,
    LiabilityFacts,
    PartyFacts,
    propose,
)
from kuaichu.law.national.liability.table import table
from kuaichu.law.reading import read_mapping

EXAMPLES = Path(__file__).parents[1] / "examples" / "liability"
ON, PLACE = date(2026, 11, 22), "339900"
_OTHER_FIELDS = {
    "form",
    "expect",
    "rule",
    "impacts",
    "accidents",
    "parties",
    "place",
    "from",
    "found",
    "compensation",
} | {"cites"}


def party(letter, row) -> PartyFacts:
    fields: dict[str, Any] = {"do": row} if isinstance(row, list) else row
    return PartyFacts(
        letter=letter,
        kind=Kind(fields.get("kind", "motor")),
        situations=tuple(fields.get("do", ())),
        damaged_parts=tuple(fields.get("parts", ())),
        is_stopped=fields.get("stopped"),
        circumstances=tuple(fields.get("circumstances", ())),
        special=tuple(fields.get("special", ())),
    )


def facts_of(case) -> LiabilityFacts:
    rows = case.get("parties") or {key: row for key, row in case.items() if key not in _OTHER_FIELDS}
    return LiabilityFacts(
        parties=tuple(party(letter, row) for letter, row in rows.items()),
        collision_form=case.get("form", ""),
        impacts=tuple(Impact(*row) for row in case.get("impacts", ())),
        are_facts_found=case.get("found", True),
    )


CASES = [
    pytest.param(case, id=name) for path in sorted(EXAMPLES.glob("*.yaml")) for name, case in read_mapping(path).items()
]


def outcome(proposal):
    if proposal.is_officer_needed:
        assert all(one.grade is None and one.share_percent is None for one in proposal.parties)
        assert proposal.officer_zh
        assert proposal.officer_en
        return {"officer": proposal.officer_code}
    return {one.letter: str(one.grade) for one in proposal.parties}


@pytest.mark.parametrize("case", CASES)
def test_worked_cases(case):
    days = [day for day in the_law().change_days() if day >= case.get("from", date(2018, 5, 1))]
    for on in [*days, ON]:
        proposal = propose(facts_of(case), on=on, place=case.get("place", PLACE))
        assert outcome(proposal) == case["expect"], on
    if "rule" in case:
        assert case["rule"] in {step.rule for step in proposal.steps}
    if "compensation" in case:
        assert dict(proposal.compensation) == case["compensation"]
    if "cites" in case:
        named = [c.article for step in proposal.steps for c in step.citations if c.act == "beijing_measures"]
        assert named == ([case["cites"]] if case["cites"] else [])
    if "accidents" in case:
        assert [outcome(part) for part in proposal.accidents] == case["accidents"]


def two(a=(), b=(), kind_a=Kind.MOTOR, kind_b=Kind.MOTOR, **fields) -> LiabilityFacts:
    first = PartyFacts(letter="A", kind=kind_a, situations=tuple(a))
    return LiabilityFacts(parties=(first, PartyFacts(letter="B", kind=kind_b, situations=tuple(b))), **fields)


@pytest.mark.parametrize("code", [code for code, act in table().acts.items() if act.is_listed])
def test_every_row_alone(code):
    """One side has the listed behaviour, the other none: full and none, unless the row says that an officer decides."""
    act = table().acts[code]
    proposal = propose(two([code], kind_a=act.kind), on=ON, place=PLACE)
    if act.officer_alone:
        assert outcome(proposal) == {"officer": act.officer_alone}
        return
    assert outcome(proposal) == {"A": "full", "B": "none"}
    assert proposal.parties[0].cause_codes == act.cause_codes
    assert proposal.steps[0].citations == act.citations
    assert proposal.steps[0].citations[0].zh
    assert proposal.steps[-1].citations[0].article == {"A41": "61(1).1", "A51": "61(1).2"}.get(code, "60.1")


def test_the_ten_boxes_are_those_of_the_form():
    boxes = {code.code for code in codes.options("situation")}
    assert table().box_codes == boxes


def test_shares_come_from_the_law_of_day_and_place():
    assert [one.share_percent for one in propose(two(["rear_end"]), on=ON, place=PLACE).parties] == [100, 0]
    both = propose(two(["signal"], ["wrong_way"]), on=ON, place=PLACE)
    assert [one.share_percent for one in both.parties] == [50, 50]
    rider = propose(two(["not_yielding"], ["wrong_way"], kind_b=Kind.NONMOTOR), on=ON, place=PLACE)
    assert [one.grade for one in rider.parties] == [Grade.SECONDARY, Grade.PRIMARY]
    assert [(one.share_percent, one.share_mark_zh) for one in rider.parties] == [(40, "参考"), (60, "参考")]


def test_a_proposal_explains_itself():
    proposal = propose(two(["rear_end"]), on=ON, place=PLACE)
    assert [step.zh for step in proposal.steps] == [
        "A 方未保持安全车距，追尾前车：有过错",
        "只有 A 方有列明的过错行为：A 方全部责任，B 方无责任",
    ]
    assert proposal.steps[0].citations[0].zh == "《道路交通安全法》第四十三条"
    assert proposal.parties[0].steps == proposal.steps[:1]
    assert [change.zh for change in proposal.changes_if][:2] == [
        "如果 B 方当时在倒车：A 方无责任，B 方全部责任",
        "如果 B 方当时溜车：A 方无责任，B 方全部责任",
    ]
    assert proposal.changes_if[0].en == "If B was reversing: A no liability, B full liability"


def test_both_listed_tells_what_one_less_would_change():
    proposal = propose(two(["signal"], ["wrong_way"]), on=ON, place=PLACE)
    assert [change.zh for change in proposal.changes_if] == [
        "如果 A 方没有“违反交通信号灯”这一行为：A 方无责任，B 方全部责任",
        "如果 B 方没有“逆向行驶”这一行为：A 方全部责任，B 方无责任",
        "如果事故的基本事实无法查清：不作责任认定",
    ]


def test_every_listed_behaviour_tells_what_would_change_it():
    for code, act in table().acts.items():
        if act.kind is None or act.officer_alone == "appraise":
            continue  # before the appraisal nothing else leads to a grade
        facts = two([code], kind_a=act.kind)
        told = propose(facts, on=ON, place=PLACE).changes_if
        assert 1 <= len(told) <= 3, code
        assert len({change.zh for change in told}) == len(told)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (two(), "如果 A 方被查明有列明的过错行为，比如违反交通信号灯：A 方全部责任，B 方无责任"),
        (two(["A15"]), "如果 B 方被查明有列明的过错行为，比如违反交通信号灯：A 方同等责任，B 方同等责任"),
        (two(["A15"]), "如果 A 方没有“在有障碍的路段，障碍一侧未让行”这一行为：要由民警认定"),
        (two(are_facts_found=False), "如果 B 方被查明有列明的过错行为，比如违反交通信号灯：A 方无责任，B 方全部责任"),
        (two(["A15"], are_facts_found=False), "如果基本事实查清了，就是这样：A 方全部责任，B 方无责任"),
    ],
)
def test_what_may_be_otherwise_in_any_accident(facts, said):
    """B16 and B17 too: nothing listed, and nothing found."""
    assert said in [change.zh for change in propose(facts, on=ON, place=PLACE).changes_if]


def test_special_persons_and_several_accidents_tell_what_would_change_it():
    def told(parties, **fields):
        changes = propose(LiabilityFacts(parties=parties, **fields), on=ON, place=PLACE).changes_if
        return [change.zh for change in changes]

    a, b, c = (PartyFacts(letter=letter, kind=Kind.MOTOR) for letter in "ABC")
    assert told((replace(a, special=("fled",)), b))[0] == "如果 A 方没有逃逸：要由民警认定"
    faultless = [replace(each, circumstances=("no_fault",)) for each in (a, b)]
    assert told(tuple(faultless))[0].endswith("：A 方全部责任，B 方无责任")
    chain = told(
        (a, replace(b, situations=("A01",)), replace(c, situations=("A01",))),
        impacts=(Impact("B", "A", 1), Impact("C", "B", 2)),
    )
    assert "；第 2 起事故B 方无责任，C 方全部责任" in chain[0]


def test_a_change_by_an_unsure_rule_is_marked():
    left = PartyFacts(letter="A", kind=Kind.MOTOR, situations=("lane_change",), damaged_parts=("front_right",))
    facts = LiabilityFacts(parties=(left, PartyFacts(letter="B", kind=Kind.MOTOR)))
    told = propose(facts, on=ON, place="330600").changes_if
    assert [change.zh.endswith("（参考）") for change in told if change.certainty == "unsure"] == [True]


def test_a_car_parked_lawfully_owes_what_its_province_says():
    """Fujian's measures, Art. 52.5."""
    rider = PartyFacts(letter="B", kind=Kind.NONMOTOR, situations=("C21",))
    for circumstances, share in (((), 0), (("parked_lawfully",), 0), (("stopped_in_traffic",), 10)):
        car = PartyFacts(letter="A", kind=Kind.MOTOR, circumstances=circumstances)
        found = propose(LiabilityFacts(parties=(car, rider)), on=ON, place="350900")
        assert {each.letter: each.share_percent for each in found.parties} == {"A": share, "B": 100 - share}
    elsewhere = propose(LiabilityFacts(parties=(car, rider)), on=ON, place="330600")
    assert elsewhere.parties[0].share_percent == 10


def test_changes_can_be_left_out():
    assert propose(two(["rear_end"]), on=ON, place=PLACE, with_changes=False).changes_if == ()


def test_a_place_where_the_left_one_yields_leaves_two_lane_changers_to_an_officer(tmp_path, monkeypatch):
    root = Path(__file__).parents[1]
    (tmp_path / "national").mkdir()
    (tmp_path / "sources.yaml").write_text((root / "sources.yaml").read_text("utf-8"), "utf-8")
    for name in ("liability.yaml", "settlement.yaml"):
        (tmp_path / "national" / name).write_text((root / "national" / name).read_text("utf-8"), "utf-8")
    (tmp_path / "places" / PLACE).mkdir(parents=True)
    (tmp_path / "places" / PLACE / "liability.yaml").write_text(
        "values:\n  liability.left_yields_when_both_change:\n    - {since: 2018-05-01, amount: true, "
        "source: demo_rules, certainty: design, checked_on: 2026-11-22}\n",
        "utf-8",
    )
    there = Law(tmp_path)
    monkeypatch.setattr("kuaichu.law.value", there.value)
    proposal = propose(two(["lane_change"], ["lane_change"]), on=ON, place=PLACE)
    assert outcome(proposal) == {"officer": "place_rule"}


def test_unknown_codes_name_the_nearest():
    with pytest.raises(LiabilityError, match="rear_end"):
        propose(two(["rearend"]), on=ON, place=PLACE)
    with pytest.raises(LiabilityError, match="unknown damaged part"):
        propose(
            LiabilityFacts(parties=(PartyFacts(letter="A", kind=Kind.MOTOR, damaged_parts=("roof",)),)),
            on=ON,
            place=PLACE,
        )


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (LiabilityFacts(parties=()), "parties"),
        (two(collision_form="77"), "unknown_form"),
        (two(impacts=(Impact("A", "Z", 1),)), "impacts"),
        (two(impacts=(Impact("A", "A", 1),)), "impacts"),
    ],
)
def test_unreadable_facts_are_refused(facts, code):
    with pytest.raises(LiabilityError) as caught:
        propose(facts, on=ON, place=PLACE)
    assert caught.value.code == code


def test_before_the_provisions_there_is_no_answer():
    with pytest.raises(LawError):
        propose(two(["rear_end"]), on=date(2017, 1, 1), place=PLACE)


situations = st.lists(
    st.sampled_from([*sorted(table().box_codes), "A34", "A35", "A39", "A44", "C03", "C08"]), max_size=2, unique=True
)
some_facts = st.builds(
    lambda kind, do, stopped, circumstances, parts: PartyFacts(
        letter="x",
        kind=kind,
        situations=tuple(do),
        is_stopped=stopped,
        circumstances=tuple(circumstances),
        damaged_parts=tuple(parts),
    ),
    st.sampled_from([Kind.MOTOR, Kind.MOTOR, Kind.NONMOTOR, Kind.PEDESTRIAN]),
    situations,
    st.sampled_from([None, None, True, False]),
    st.lists(st.sampled_from([code for code, act in table().acts.items() if not act.is_listed]), max_size=1),
    st.lists(st.sampled_from(["front", "rear", "left"]), max_size=1),
)


@given(some_facts, some_facts, st.sampled_from(["", "1", "2", "7"]))
@settings(max_examples=150, deadline=None)
def test_swapping_the_parties_swaps_the_result(one, other, form):
    def result(first, second):
        parties = (replace(one, letter=first), replace(other, letter=second))
        found = propose(LiabilityFacts(parties=parties, collision_form=form), on=ON, place=PLACE)
        grades = None if found.is_officer_needed else (found.grade_of(first), found.grade_of(second))
        return grades, found.officer_code, len(found.changes_if)

    assert result("A", "B") == result("B", "A")


@given(some_facts, some_facts)
@settings(max_examples=80, deadline=None)
def test_grades_always_fit_together_and_the_order_of_parties_does_not_matter(one, other):
    parties = (replace(one, letter="A"), replace(other, letter="B"))
    found = propose(LiabilityFacts(parties=parties), on=ON, place=PLACE)
    assert found == propose(LiabilityFacts(parties=parties[::-1]), on=ON, place=PLACE)
    assert found.is_officer_needed == bool(found.officer_code)
    if not found.is_officer_needed:
        pair = {str(one.grade) for one in found.parties}
        assert pair in ({"full", "none"}, {"primary", "secondary"}, {"equal"}, {"none"})
        assert sum(one.share_percent or 0 for one in found.parties) == (0 if pair == {"none"} else 100)
        assert found.steps
