"""POST /calls: a call of another system, stored once, with its class and what it may be about."""

import json
from datetime import timedelta

import pytest

from kuaichu import clock
from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.calls import recent
from kuaichu.calls.models import Call
from kuaichu.law.identifiers.coordinates import gcj02_from_wgs84
from kuaichu.web.api.tests.calling import Caller, Insurer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_memory():
    recent.forget_all()


@pytest.fixture
def hotline(place) -> Insurer:
    """The system of another department."""
    Agency.objects.create(code="DEP-12345", kind=AgencyKind.DEPARTMENT, name="热线", short_name="热线", place=place)
    return Insurer("DEP-12345")


def body(number="HL-1", **more):
    plain = {
        "number": number,
        "place_code": "339900",
        "received_at": (clock.now() - timedelta(minutes=2)).isoformat(),
        "content": "小区门口有车堵住出口，请帮忙挪车",
        "location": "滨河路98号门前",
        "caller_phone": "13800990001",
        "lon": 120.5012,
        "lat": 29.9987,
    }
    return plain | more


def test_a_call_is_stored_classed_and_linked(hotline, unit):
    first = hotline.do("/calls", body(unit_code=unit.code))
    assert (first["number"], first["subclass"], first["links"]) == ("HL-1", "parking", [])
    row = Call.objects.get()
    assert (row.source, row.owner, row.unit, row.caller_phone) == ("partner", None, unit, "13800990001")
    second = hotline.do("/calls", body("HL-2"))
    assert [(link["number"], link["notion"]) for link in second["links"]] == [("HL-1", "same_matter")]
    assert "同一个电话报过" in second["links"][0]["evidence"]


def test_the_same_call_again_is_refused_and_the_same_key_answers_the_same(hotline):
    sent = body()
    first = hotline.post("/calls", sent, key="one-key-for-one-call-0001")
    again = hotline.post("/calls", sent, key="one-key-for-one-call-0001")
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    other = hotline.post("/calls", body())
    assert (other.status_code, other.json()["code"]) == (409, "call.number_taken")
    assert Call.objects.count() == 1


def test_gcj02_is_converted_on_the_way_in(hotline):
    lon, lat = gcj02_from_wgs84(120.5012, 29.9987)
    hotline.do("/calls", body(lon=lon, lat=lat, datum="gcj02"))
    assert Call.objects.get().lon_wgs84 == pytest.approx(120.5012, abs=1e-8)


def test_what_cannot_be_is_refused_beside_its_field(hotline):
    for fields, status, code in (
        ({"lon": 29.9, "lat": 120.5}, 422, "form.invalid"),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, 422, "form.invalid"),
        ({"received_at": "2026-11-01T08:00:00"}, 422, "request.invalid"),
        ({"subclass": "nonsense"}, 422, "form.invalid"),
        ({"place_code": "110000"}, 422, "place.foreign"),
        ({"unit_code": "none"}, 422, "unit.unknown"),
        ({"weather": "1"}, 422, "request.invalid"),
    ):
        answer = hotline.post("/calls", body(**fields))
        assert (answer.status_code, answer.json()["code"]) == (status, code), fields
        assert "13800990001" not in json.dumps(answer.json())
    assert not Call.objects.exists()


def test_nobody_else_may_send(insurers):
    assert Caller().post("/calls", body()).status_code == 401
    answer = Insurer("INS-A").post("/calls", body())
    assert (answer.status_code, answer.json()["code"]) == (401, "agency.unknown")
