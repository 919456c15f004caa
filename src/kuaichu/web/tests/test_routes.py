"""Every route against every wrong role; every case route against a foreign unit's case."""

import uuid
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from kuaichu.accounts.models import Agency, AgencyKind, Person, Role
from tests import factories

BACKEND = "kuaichu.accounts.backends.StaffBackend"
ALLOWED = {
    "police": {"officer", "reviewer"},
    "reviewer": {"reviewer"},
    "insurer": {"adjuster"},
    "calls": {"officer", "call_taker", "analyst", "leader"},
    "command": {"analyst", "leader"},
    "orders": {"leader", "partner"},
    "admin": {"admin"},
    "staff": {"officer", "reviewer", "adjuster", "admin", "call_taker", "analyst", "leader", "partner"},
}
SAMPLES = {"uuid": str(uuid.UUID(int=1)), "int": "320", "str": "x", "slug": "x", "path": "x"}


def routes(patterns: list, prefix: str = "/") -> Iterator[tuple[str, str]]:
    """Addresses with samples in place of their parameters, and their audiences (library views are left out)."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + sampled(pattern))
        elif mark := getattr(pattern.callback, "audience", ""):
            yield prefix + sampled(pattern), mark


def sampled(pattern: URLPattern | URLResolver, **values: str) -> str:
    text = str(pattern.pattern)
    for name, converter in getattr(pattern.pattern, "converters", {}).items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        sample = values.get(name, SAMPLES.get(kind, "x"))
        text = text.replace(f"<{kind}:{name}>", sample).replace(f"<{name}>", sample)
    return text.removeprefix("^").removesuffix("$").removesuffix("\\Z")


@pytest.fixture
def people(officer, reviewer, adjusters, admin_person, unit) -> dict[str, Person]:
    department = Agency.objects.create(
        code="DEP", kind=AgencyKind.DEPARTMENT, name="处", short_name="处", place_id="339900"
    )
    more = dict.fromkeys(("call_taker", "analyst", "leader"), unit) | {"partner": department}
    return {"officer": officer, "reviewer": reviewer, "adjuster": adjusters[0], "admin": admin_person} | {
        role: Person.objects.create_user(role, "x", name=role, role=role, agency=agency)
        for role, agency in more.items()
    }


def staff_routes() -> list[tuple[str, str]]:
    return [(where, mark) for where, mark in routes(get_resolver().url_patterns) if mark in ALLOWED]


def test_anonymous_people_are_sent_to_sign_in(client, db):
    found = {where: client.get(where) for where, _ in staff_routes()}
    assert len(found) > 15
    wrong = {
        where: got.status_code
        for where, got in found.items()
        if not got.get("Location", "").startswith("/staff/sign-in/")
    }
    assert wrong == {}


@pytest.mark.parametrize("role", sorted(ALLOWED["staff"]))
def test_wrong_roles_find_nothing(client, people, role):
    client.force_login(people[role], backend=BACKEND)
    found = {}
    for where, mark in staff_routes():
        if role not in ALLOWED[mark]:
            found[where] = {client.get(where).status_code, client.post(where).status_code}
    assert found != {}
    assert {where: codes for where, codes in found.items() if codes != {404}} == {}


def case_routes(case_id: str) -> Iterator[str]:
    patterns = next(
        pattern.url_patterns
        for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLResolver) and str(pattern.pattern) == "police/"
    )
    for pattern in patterns:
        if "case_id" in getattr(pattern.pattern, "converters", {}):
            yield "/police/" + sampled(pattern, case_id=case_id)


def test_foreign_cases_do_not_exist(client, place, officer, insurers):
    pair = factories.two_parties()
    agency = Agency.objects.create(code="OTHER", kind=AgencyKind.POLICE, name="邻队", short_name="邻队", place=place)
    neighbours = [
        Person.objects.create_user(role.value, "x", name="邻", role=role, agency=agency)
        for role in (Role.OFFICER, Role.REVIEWER)
        if not Person.objects.filter(username=role.value).exists()
    ]
    for neighbour in neighbours:
        client.force_login(neighbour, backend=BACKEND)
        found = {
            where: {client.get(where).status_code, client.post(where).status_code}
            for where in case_routes(str(pair.case.pk))
        }
        assert len(found) > 8
        assert {where: codes for where, codes in found.items() if not codes <= {404, 405}} == {}


def test_admin_is_for_administrators_and_reference_tables(client, people):
    assert client.get("/admin/")["Location"] == "/staff/sign-in/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/staff/sign-in/")
    client.force_login(people["officer"], backend=BACKEND)
    assert client.get("/admin/login/").status_code == 404
    client.force_login(people["admin"], backend=BACKEND)
    assert client.get("/admin/").status_code == 200
    for table in ("place", "agency", "person"):
        assert client.get(f"/admin/accounts/{table}/").status_code == 200
    assert client.get("/admin/cases/case/").status_code == 404
    officer = people["officer"]
    assert client.get(f"/admin/accounts/person/{officer.pk}/change/").status_code == 200
    assert client.get("/admin/accounts/person/add/").status_code == 200
    assert client.post(f"/admin/accounts/person/{officer.pk}/delete/").status_code == 403
    new = {"password1": "brand-new-pass-9", "password2": "brand-new-pass-9", "usable_password": "true"}
    assert client.post(f"/admin/accounts/person/{officer.pk}/password/", new).status_code == 302
    officer.refresh_from_db()
    assert officer.check_password("brand-new-pass-9")
