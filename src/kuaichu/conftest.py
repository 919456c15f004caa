"""What every room's tests may start from: a place, a police unit with its superior, two insurers and their people."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from kuaichu.accounts.models import Agency, AgencyKind, Person, Place, Role

PLACE = "339900"


@pytest.fixture(autouse=True)
def _clean_home(settings: Any) -> None:
    """Files of a test go to a folder of the process, in memory where there is one: no test waits for a disk."""
    settings.FILES = Path(os.environ["KUAICHU_HOME"]) / f"files-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(autouse=True)
def _no_memory_of_other_tests() -> None:
    """Calls in memory belong to rows that the last test has taken back."""
    recent = sys.modules.get("kuaichu.calls.recent")
    if recent is not None:
        recent.forget_all()


@pytest.fixture
def place(db: None) -> Place:
    return Place.objects.get_or_create(
        code=PLACE, defaults={"name": "示范市", "name_en": "Demo City", "lon_wgs84": 120.5, "lat_wgs84": 29.9}
    )[0]


@pytest.fixture
def superior(place: Place) -> Agency:
    return Agency.objects.create(
        code="339900000000",
        kind=AgencyKind.POLICE,
        name="示范市公安局交通警察支队",
        short_name="支队",
        place_id="339900",
    )


@pytest.fixture
def analyst(superior: Agency) -> Person:
    return Person.objects.create_user("analyst", "x", name="沈观", role=Role.ANALYST, agency=superior)


@pytest.fixture
def unit(place: Place, superior: Agency) -> Agency:
    return Agency.objects.create(
        code="339900010000",
        kind=AgencyKind.POLICE,
        name="示范市公安局交通警察支队城区大队",
        short_name="城区大队",
        place=place,
        superior=superior,
    )


@pytest.fixture
def insurers(place: Place) -> list[Agency]:
    return [
        Agency.objects.create(
            code=code,
            kind=AgencyKind.INSURER,
            name=name,
            short_name=short,
            place=place,
            vendor="open",
            endpoint="http://127.0.0.1:9/none",
        )
        for code, name, short in (
            ("INS-A", "安行财产保险股份有限公司", "安行保险"),
            ("INS-B", "顺途财产保险股份有限公司", "顺途保险"),
        )
    ]


def _person(username: str, name: str, role: Role, agency: Agency, number: str = "") -> Person:
    return Person.objects.create_user(
        username, "correct-horse-1", name=name, role=role, agency=agency, officer_number=number
    )


@pytest.fixture
def officer(unit: Agency) -> Person:
    return _person("officer", "周民", Role.OFFICER, unit, "330001")


@pytest.fixture
def second_officer(unit: Agency) -> Person:
    return _person("officer2", "吴警", Role.OFFICER, unit, "330002")


@pytest.fixture
def reviewer(superior: Agency) -> Person:
    return _person("reviewer", "郑核", Role.REVIEWER, superior, "330003")


@pytest.fixture
def adjusters(insurers: list[Agency]) -> list[Person]:
    return [_person(f"adjuster{n}", f"理赔{n}", Role.ADJUSTER, agency) for n, agency in enumerate(insurers, start=1)]


@pytest.fixture
def admin_person(db: None) -> Person:
    return Person.objects.create_superuser("admin", "correct-horse-1", name="管理员")
