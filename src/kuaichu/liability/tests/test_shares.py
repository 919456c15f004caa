"""The usual shares between a car and a rider; and how what would change a proposal is stored."""

from datetime import date

import pytest

from kuaichu.cases.models import Party
from kuaichu.law.national.liability import Kind, LiabilityFacts, PartyFacts, propose
from kuaichu.liability.explaining import as_json
from kuaichu.liability.proposals import shares_by_law


@pytest.mark.parametrize(
    ("parked", "place", "share"), [({"A"}, "350900", 0), ((), "350900", 10), ({"A"}, "330600", 10)]
)
def test_a_parked_car_owes_what_the_place_says(parked, place, share):
    """Fujian's measures, Art. 52.5."""
    sides = [Party(letter="A", kind="motor"), Party(letter="B", kind="nonmotor")]
    grades = {"A": "none", "B": "full"}
    found = shares_by_law(sides, grades, parked=parked, on=date(2026, 3, 2), place=place)
    assert found == {"A": share, "B": 100 - share}


def test_what_would_change_it_is_stored_as_a_condition_and_its_liability():
    parties = (PartyFacts(letter="A", kind=Kind.MOTOR, situations=("A15",)), PartyFacts(letter="B", kind=Kind.MOTOR))
    proposal = propose(LiabilityFacts(parties=parties), on=date(2026, 3, 2), place="330600")
    stored = as_json(proposal, disputed=(), by_account={})["changes"]
    assert [(change["if_zh"], bool(change["grades"])) for change in stored] == [
        ("如果甲方没有“在有障碍的路段，障碍一侧未让行”这一行为", False),
        ("如果乙方被查明有列明的过错行为，比如违反交通信号灯", True),
        ("如果事故的基本事实无法查清：不作责任认定", False),
    ]
