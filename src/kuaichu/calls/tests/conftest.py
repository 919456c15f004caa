"""A call-taker, a squadron with its leader, and a memory that is empty before every test."""

import pytest

from kuaichu.accounts.models import Agency, AgencyKind, Person, Place, Role
from kuaichu.calls import recent


@pytest.fixture(autouse=True)
def _empty_memory():
    recent.forget_all()


@pytest.fixture
def taker(superior):
    return _person("calls", Role.CALL_TAKER, superior)


@pytest.fixture
def second_taker(superior):
    return _person("calls2", Role.CALL_TAKER, superior)


@pytest.fixture
def squadron(unit):
    district = Place.objects.create(code="339902", name="东城区", parent_id="339900")
    return Agency.objects.create(
        code="339900010100",
        kind=AgencyKind.POLICE,
        name="迎春中队",
        short_name="迎春中队",
        place=district,
        superior=unit,
    )


@pytest.fixture
def squadron_leader(squadron):
    return _person("squadron", Role.LEADER, squadron)


def _person(username, role, agency):
    return Person.objects.create_user(username, "correct-horse-1", name=username, role=role, agency=agency)
