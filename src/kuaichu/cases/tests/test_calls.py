"""A case reported online stands among the calls: once, kept up to date, closed with the case."""

from datetime import timedelta

import pytest

from kuaichu import clock
from kuaichu.calls.models import Call, CallChange
from kuaichu.cases import actions
from kuaichu.cases.models import Case
from kuaichu.cases.reactions import close_call, enter_call, forget_call
from kuaichu.journal.dispatch import run_waiting
from kuaichu.journal.models import Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(unit) -> Case:
    new = factories.new_case()
    _located(new.party.pk)
    return new.case


def _located(party_id, location="人民路与解放路路口", lon=120.5012, lat=29.9987):
    actions.record_occurrence(
        party_id=party_id,
        occurrence=actions.Occurrence(
            occurred_at=clock.now() - timedelta(minutes=5), location=location, weather="1", lon_wgs84=lon, lat_wgs84=lat
        ),
    )


def test_time_and_place_make_the_call(case, unit):
    run_waiting()
    call = Call.objects.get()
    assert (call.number, call.case_number, call.source, call.unit) == (case.number, case.number, "online", unit)
    assert (call.category, call.subclass, call.status, call.owner) == ("accident", "two_cars", "received", None)
    assert (call.lon_wgs84, call.location, call.position) == (120.5012, "人民路与解放路路口", "exact")
    assert call.received_at == case.created_at


def test_a_second_run_changes_nothing_and_a_correction_follows(case):
    event = Event.objects.get(name="occurrence.recorded")
    enter_call(event)
    enter_call(event)
    assert (Call.objects.count(), CallChange.objects.count()) == (1, 0)
    _located(case.parties.get().pk, location="滨河路98号门前", lon=120.5061)
    run_waiting()
    call = Call.objects.get()
    assert (call.location, call.lon_wgs84, call.version) == ("滨河路98号门前", 120.5061, 2)
    assert CallChange.objects.filter(call=call).count() == 1


def test_the_call_closes_with_the_case_and_once(case):
    run_waiting()
    event = Event.objects.filter(stream=case.pk).first()
    close_call(event)
    close_call(event)
    call = Call.objects.get()
    assert (call.status, call.version) == ("closed", 2)
    assert call.closed_at is not None


def test_a_report_that_was_given_up_does_not_count_and_says_nothing(case):
    run_waiting()
    event = Event.objects.filter(stream=case.pk).first()
    forget_call(event)
    forget_call(event)
    call = Call.objects.get()
    assert (call.validity, call.location, call.lon_wgs84, call.phone_index) == ("invalid", "", None, "")
    assert call.version == 2
