"""A car and a rider: a place may ask that the car be liable and insured before the two agree between themselves."""

from contextlib import nullcontext

import pytest

from kuaichu.cases.tests.test_fasttrack import STRICT, law_of_strict
from kuaichu.errors import Refused
from kuaichu.law import engine
from kuaichu.liability.actions import choices
from kuaichu.liability.actions.determinations import Decision, determine
from kuaichu.liability.queries import grades_in_force
from tests import factories

pytestmark = pytest.mark.usefixtures("unit", "insurers")


@pytest.mark.parametrize(
    ("where", "grade", "is_insured", "is_refused"),
    [
        (factories.PLACE, "none", True, False),
        (STRICT, "none", True, True),
        (STRICT, "primary", False, True),
        (STRICT, "primary", True, False),
    ],
)
def test_the_car_is_liable_and_insured(officer, tmp_path, monkeypatch, where, grade, is_insured, is_refused):
    pair = factories.at_liability(officer)
    changed = law_of_strict(tmp_path / "law", "design")
    monkeypatch.setattr(engine, "the_law", lambda: changed)
    pair.parties["B"].kind = "nonmotor"
    pair.parties["B"].save()
    pair.parties["A"].insurer_id = pair.parties["A"].insurer_id if is_insured else None
    pair.parties["A"].save()
    pair.case.place_id = where
    with pytest.raises(Refused, match="rider_alone_liable") if is_refused else nullcontext():
        choices._require_liable_motor(pair.case, {"A": grade, "B": "full"})


def test_an_officer_finds_a_car_parked_lawfully(officer):
    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        choices.choose(party_id=party.pk, choice="police")
    grades = {"A": "full", "B": "none"}
    words = {"grades": grades, "facts_text": "甲方撞上停着的乙车。", "override_reason": "照片清楚"}
    with pytest.raises(Refused, match="parked"):
        determine(case_id=pair.case.pk, officer=officer, decision=Decision(**words, parked=frozenset("A")))
    determine(case_id=pair.case.pk, officer=officer, decision=Decision(**words, parked=frozenset("B")))
    determination = pair.case.determinations.get()
    assert determination.parked == ["B"]
    determination.instrument.state = "completed"
    determination.instrument.save()
    assert grades_in_force(pair.case.pk).parked == {"B"}
