"""More that must hold for every accident: sides, chains, names, answers in any order, later never earlier."""

import json
from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kuaichu.law import QUESTIONS, Track
from kuaichu.law.engine import the_law
from kuaichu.law.interface import InputError, decide, due, screen, settle
from kuaichu.law.national.clocks import table as clocks
from kuaichu.law.national.liability.table import table
from kuaichu.law.tests.test_properties import (
    ACTS,
    MIRROR,
    NO_SIDES,
    PAIRS,
    PARTS,
    days,
    result,
    two_with_losses,
    with_liability,
)

# Traffic keeps to the right (道交法 35), so these name a side themselves: passing somebody who turns left (A20),
# overtaking on the right (A25), yielding to the right (A34, C11), turning right or left (A36, A38, A40, A48, C12).
# Seen in a mirror they would be other acts or none at all: the mirror says nothing about them, and they are left out.
SIDED = frozenset({"A20", "A25", "A34", "A36", "A38", "A40", "A48", "C11", "C12"})
EVEN = sorted(set(ACTS) - SIDED)
LANES = {"left": "right", "right": "left"}


def test_which_acts_name_a_side_is_known():
    """A new act with left or right in its words has to be thought about here."""
    named = {code for code, act in table().acts.items() if {"左", "右"} & set(act.zh)} - {"left_lane", "right_lane"}
    assert named == SIDED


@st.composite
def scenes(draw):
    """Two motor vehicles with lanes and damaged parts, where no rule of the place looks at sides."""
    parties = []
    for letter in "AB":
        lane = draw(st.sampled_from([None, "left", "right"]))
        doing = draw(st.lists(st.sampled_from(EVEN), max_size=2, unique=True))
        facts = {"lane": lane} if lane else {}
        parties.append({"id": letter, "kind": "motor", "behaviours": doing, "facts": facts})
    parts = {letter: draw(st.sampled_from(PARTS)) for letter in "AB"}
    impacts = [{"hitter": "A", "hit": "B", "order": 1, "parts": parts}]
    return {"on": draw(days), "place": draw(st.sampled_from(NO_SIDES)), "parties": parties, "impacts": impacts}


@given(scenes())
@settings(max_examples=80, deadline=None)
def test_left_and_right_exchanged_in_parts_and_lanes_changes_nothing(scene):
    """The acts that keep to a side (`SIDED`) are excluded, and so is the province whose rule asks who came from the
    left: there the mirror swaps the roles (test_properties).
    """
    mirrored = json.loads(json.dumps(scene))
    for party in mirrored["parties"]:
        if "lane" in party["facts"]:
            party["facts"]["lane"] = LANES[party["facts"]["lane"]]
    parts = mirrored["impacts"][0]["parts"]
    mirrored["impacts"][0]["parts"] = {letter: part.translate(MIRROR) for letter, part in parts.items()}
    assert result(decide(mirrored)) == result(decide(scene))


@st.composite
def chains(draw):
    letters = "ABCD"[: draw(st.integers(3, 4))]
    doing = st.lists(st.sampled_from(["A01", "A14", "A03", "A56"]), max_size=1)
    parties = [{"id": letter, "kind": "motor", "behaviours": draw(doing)} for letter in letters]
    pairs = st.tuples(st.sampled_from(letters), st.sampled_from(letters)).filter(lambda pair: pair[0] != pair[1])
    impacts = [
        {"hitter": hitter, "hit": hit, "order": order, "parts": {hitter: "front", hit: "rear"}}
        for order, (hitter, hit) in enumerate(draw(st.lists(pairs, min_size=1, max_size=4)), 1)
    ]
    return {"on": "2026-03-01", "place": "000000", "parties": parties, "impacts": impacts}


def told(answer, names):
    """Everything that a chain says of liability, with the parties renamed."""

    def renamed(grades):
        return grades and {names[letter]: grade for letter, grade in grades.items()}

    accidents = [(row["impacts"], renamed(row["liability"])) for row in answer.get("accidents", [])]
    parts = sorted(
        (names[row["party"]], row["part"], row["impacts"], json.dumps(renamed(row["liability"]), sort_keys=True))
        for row in answer.get("damaged_parts", [])
    )
    return renamed(answer["liability"]), answer["officer_decides"], accidents, parts


@given(chains(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_names_and_the_order_of_lists_do_not_matter_in_a_chain(chain, random):
    letters = [party["id"] for party in chain["parties"]]
    names = dict(zip(letters, random.sample(letters, len(letters)), strict=True))
    other = chain | {
        "parties": [party | {"id": names[party["id"]]} for party in chain["parties"]],
        "impacts": [
            row
            | {"hitter": names[row["hitter"]], "hit": names[row["hit"]]}
            | {"parts": {names[letter]: part for letter, part in row["parts"].items()}}
            for row in chain["impacts"]
        ],
    }
    random.shuffle(other["parties"])
    random.shuffle(other["impacts"])
    assert told(decide(other), {letter: letter for letter in letters}) == told(decide(chain), names)


SWAP = {"A": "B", "B": "A"}


@given(two_with_losses(), st.sampled_from(PAIRS))
@settings(max_examples=80, deadline=None)
def test_names_do_not_matter_in_a_settlement(accident, pair):
    asked = with_liability(accident, pair)
    swapped = asked | {"parties": [party | {"id": SWAP[party["id"]]} for party in asked["parties"]]}

    def lines(obj, names):
        rows = settle(obj)["lines"]
        return sorted((names[x["payer"]], x["cover"], names[x["payee"]], x["loss"], x["amount_fen"]) for x in rows)

    assert lines(swapped, SWAP) == lines(asked, {"A": "A", "B": "B"})


@given(two_with_losses(), st.sampled_from(PAIRS))
@settings(max_examples=60, deadline=None)
def test_a_settlement_is_the_same_on_every_day_between_two_changes(accident, pair):
    law, on = the_law(), date.fromisoformat(accident["on"])
    first = law.period(on)
    assume(first >= date(2018, 5, 1))
    asked = with_liability(accident, pair)
    assert settle(asked | {"on": first.isoformat()}) == settle(asked)


_SEVERITY = [track.value for track in Track]
answers = st.fixed_dictionaries({}, optional={item.code: st.sampled_from(item.choices) for item in QUESTIONS})


@given(answers, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_answers_does_not_matter_and_one_more_never_loosens(given_answers, random):
    shuffled = random.sample(sorted(given_answers), len(given_answers))
    asked = {"on": "2026-03-01", "place": "330600"}
    whole = screen(asked | {"answers": given_answers})
    assert screen(asked | {"answers": {code: given_answers[code] for code in shuffled}}) == whole
    for code in shuffled[:1]:
        fewer = screen(asked | {"answers": {key: said for key, said in given_answers.items() if key != code}})
        if whole["complete"] and fewer["complete"]:
            assert _SEVERITY.index(whole["track"]) >= _SEVERITY.index(fewer["track"])


@given(st.sampled_from(sorted(clocks())), st.datetimes(datetime(2019, 1, 2), datetime(2027, 6, 1)), st.integers(0, 400))
@settings(max_examples=120, deadline=None)
def test_who_starts_later_is_never_due_earlier(clock, start, hours):
    def end(moment):
        try:
            return due({"clock": clock, "started_at": moment.replace(tzinfo=UTC).isoformat(), "place": "330600"})
        except InputError as error:
            return error.code

    first, second = end(start), end(start + timedelta(hours=hours))
    assume(not isinstance(first, str) and not isinstance(second, str))
    assert datetime.fromisoformat(first["too_late_at"]) <= datetime.fromisoformat(second["too_late_at"])
