"""What the national platform says, on the officer's page of the case."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kuaichu import clock
from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.links.adapters import PermanentError
from kuaichu.links.dispatch import run_due
from kuaichu.links.models import Exchange
from kuaichu.records import reactions
from kuaichu.records.models import VehicleCheck
from kuaichu.records.tests.conftest import gateway, platform
from kuaichu.records.tests.factories import FOUND, RECORDED, UNKNOWN, close, given, reopen, told_case

__all__ = ["gateway", "platform"]


@pytest.fixture
def case(unit, officer, insurers, client):
    client.force_login(officer, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return told_case(unit, officer, insurers)


@pytest.fixture
def read(client, case):
    return lambda: client.get(f"/police/cases/{case.pk}/").content.decode()


def ask(case, gateway, **answer):
    gateway.answer = answer or dict(FOUND)
    for party in case.parties.all():
        reactions.look_up(given(party))
    run_due()


def test_what_the_platform_says_stands_beside_what_was_told(case, read, platform, gateway):
    ask(case, gateway, **{**FOUND, "insurer": "", "inspected_until": "", "insured_until": ""})
    page = read()
    assert page.count("平台登记的车辆") == 2
    assert "小型客车 <span" in page
    assert "平台没有说明" in page
    assert "tag--warn" not in page.partition("平台登记的车辆")[2].partition("陈述")[0]


def test_what_differs_is_marked_in_words(case, read, platform, gateway):
    yesterday = (clock.local_day(case.occurred_at) - timedelta(days=1)).isoformat()
    ask(case, gateway, **{**FOUND, "inspected_until": yesterday, "insured_until": yesterday, "insurer": "远方保险"})
    page = read()
    assert page.count("事故当天已过期") == 4
    assert page.count("和当事人说的保险公司不一样") == 2


def test_one_who_said_uninsured_and_is_insured(case, read, platform, gateway):
    case.parties.update(insurer=None)
    ask(case, gateway)
    assert read().count("当事人说未投保，平台上有保险") == 2


def test_an_unknown_vehicle_and_one_that_is_still_asked(case, read, platform, gateway):
    ask(case, gateway, **UNKNOWN)
    assert read().count("平台查不到这辆车") == 2
    VehicleCheck.objects.update(state="waiting", answered_at=None)
    assert read().count("正在向综合应用平台核对") == 2


def test_a_question_that_failed_is_tried_again_from_the_page(case, client, read, platform, gateway):
    gateway.answer = PermanentError("partner.422")
    reactions.look_up(given(case.parties.first()))
    run_due()
    assert "没有核对上" in read()
    assert "向综合应用平台核对车辆" in read()
    key = f"exchange-{Exchange.objects.get(kind='national').pk}"
    assert client.post(f"/police/cases/{case.pk}/retry/", {"key": key}).status_code == 302
    assert "正在向综合应用平台核对" in read()
    gateway.answer = dict(FOUND)
    run_due()
    assert "小型客车" in read()


def test_the_record_and_its_number(case, read, platform, gateway):
    assert "综合应用平台登记" not in read()
    reactions.file_record(close(case))
    assert "等综合应用平台答复" in read()
    run_due()
    page = read()
    assert page.count(RECORDED["djbh"]) == 2  # in the column of documents and in the timeline
    assert "综合应用平台已登记" in page


def test_a_record_that_was_refused_says_where_to_send_it_again(case, client, read, platform, gateway):
    gateway.answer = PermanentError("partner.422")
    reactions.file_record(close(case))
    run_due()
    page = read()
    assert "没有登记上，在“异常”里可以再发一次" in page
    assert "报综合应用平台登记" in page
    key = f"exchange-{Exchange.objects.get(kind='national').pk}"
    client.post(f"/police/cases/{case.pk}/retry/", {"key": key})
    assert "等综合应用平台答复" in read()
    Exchange.objects.all().delete()
    reopen(case)
    assert "再次结案时会重新登记" in read()


def test_the_driver_hears_nothing_of_it(case, client, platform, gateway):
    from kuaichu.cases.tokens import party_token

    ask(case, gateway)
    reactions.file_record(close(case))
    run_due()
    party = case.parties.get(letter="A")
    page = client.get(f"/c/{party_token(party.pk)}/timeline/").content.decode()
    assert "平台登记" not in page
    assert "综合应用平台" not in page


def test_a_platform_that_is_away_has_a_name(case, client, gateway, place):
    from kuaichu.links.models import PartnerLine

    Agency.objects.create(code="N", kind=AgencyKind.NATIONAL, name="前置机", short_name="前置机", place=place)
    now = clock.now()
    PartnerLine.objects.create(kind="national", partner="N", silences=9, away_since=now, next_probe_at=now)
    assert "<strong>前置机</strong>" in client.get("/police/?queue=exceptions").content.decode()


def test_two_more_statements_however_many_vehicles(case, client, platform, gateway):
    def statements():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/police/cases/{case.pk}/").status_code == 200
        return [query["sql"] for query in caught if "records_" in query["sql"]]

    assert len(statements()) == 2
    ask(case, gateway)
    reactions.file_record(close(case))
    assert len(statements()) == 2
