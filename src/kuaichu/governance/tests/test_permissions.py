"""Who sees which calls."""

import pytest

from kuaichu.accounts.models import Agency, Person, Place, Role
from kuaichu.governance.permissions import (
    Scope,
    may_run_analyses,
    may_see_whole_place,
    may_widen_to_district,
    scope_of,
    subtree,
)


@pytest.fixture
def squadron(unit, place) -> Agency:
    district = Place.objects.create(code="339902", name="东城区", parent=place)
    return Agency.objects.create(
        code="339900010100", kind="police", name="迎春中队", short_name="迎春中队", place=district, superior=unit
    )


def person(agency: Agency, role: Role) -> Person:
    return Person.objects.create_user(f"{role}-{agency.code}", "x", name="人", role=role, agency=agency)


def test_the_highest_unit_sees_the_place(superior, squadron):
    for role in (Role.ANALYST, Role.LEADER):
        someone = person(superior, role)
        assert scope_of(someone) == scope_of(someone, is_widened=True) == Scope("339900")
        assert (may_see_whole_place(someone), may_run_analyses(someone)) == (True, True)
        assert not may_widen_to_district(someone)


def test_a_brigade_sees_itself_and_its_squadrons(unit, squadron):
    someone = person(unit, Role.LEADER)
    assert scope_of(someone) == Scope("339900", unit_ids=frozenset({unit.pk, squadron.pk}))
    assert not may_widen_to_district(someone)  # it stands in no single district
    assert scope_of(someone, is_widened=True) == scope_of(someone)


def test_a_squadrons_leader_sees_it_and_may_look_at_the_district(squadron):
    leader = person(squadron, Role.LEADER)
    assert scope_of(leader) == Scope("339900", unit_ids=frozenset({squadron.pk}))
    assert scope_of(leader, is_widened=True) == Scope("339900", district="339902")
    assert not may_run_analyses(leader)


def test_a_squadrons_analyst_may_not_look_further(squadron):
    analyst = person(squadron, Role.ANALYST)
    assert scope_of(analyst, is_widened=True) == Scope("339900", unit_ids=frozenset({squadron.pk}))
    assert may_run_analyses(analyst)


def test_a_department_below_a_police_unit_is_not_its_squadron(superior, unit, place):
    Agency.objects.create(code="DEP", kind="department", name="市政", short_name="市政", place=place, superior=unit)
    assert subtree(superior) == {superior.pk, unit.pk}
