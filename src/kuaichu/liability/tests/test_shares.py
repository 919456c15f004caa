"""The usual shares between a car and a rider."""

from datetime import date

import pytest

from kuaichu.cases.models import Party
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
