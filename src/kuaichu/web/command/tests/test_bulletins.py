"""Bulletins at the desk, and the calls behind every number."""

import html
import io
import re
from datetime import datetime

import pytest
from openpyxl import load_workbook

from kuaichu.accounts.models import Agency, Person, Place, Role
from kuaichu.clock import BEIJING
from kuaichu.governance.models import Bulletin
from kuaichu.governance.tests.rows import call
from kuaichu.web.command.tests.conftest import BACKEND

THEN = datetime(2026, 10, 10, 12, tzinfo=BEIJING)


@pytest.fixture
def desk(client, superior):
    person = Person.objects.create_user("analyst", "x", name="沈观", role=Role.ANALYST, agency=superior)
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def october(place):
    first = call(received_at=THEN)
    call(received_at=THEN, repeat_of=first)
    call(received_at=THEN, category="order", subclass="parking", lon_wgs84=None, lat_wgs84=None)
    call(received_at=THEN, validity="duplicate", incident=first)


def made(desk) -> Bulletin:
    answer = desk.post("/command/bulletins/make/", {"kind": "month", "day": "2026-10-20"})
    assert answer.status_code == 302
    return Bulletin.objects.get()


def test_every_number_opens_as_many_calls(desk, october):
    page = desk.get(f"/command/bulletins/{made(desk).pk}/").content.decode()
    links = re.findall(r'<td class="num"><a href="([^"]+)">([\d,]+)</a>', page)
    assert len(links) > 20
    for href, shown in dict.fromkeys(links):
        listed = desk.get(html.unescape(href))
        assert listed.context["total"] == int(shown.replace(",", "")), href


def test_a_list_says_what_has_changed_since_and_what_the_reader_may_not_see(desk, october, client, unit):
    bulletin = made(desk)
    page = desk.get(f"/command/bulletins/{bulletin.pk}/").content.decode()
    href = html.unescape(re.findall(r'<td class="num"><a href="([^"]+)">3</a>', page)[0])
    assert "公布时数到" not in desk.get(href).content.decode()
    call(received_at=THEN, unit=unit)
    assert "公布时数到 3 起；之后有警情补录或更正，现在是 4 起" in desk.get(href).content.decode()
    leader = Person.objects.create_user("leader", "x", name="许迪", role=Role.LEADER, agency=unit)
    client.force_login(leader, backend=BACKEND)
    answer = client.get(href)
    assert answer.context["total"] == 1
    assert "全部 4 起，其中您辖区内 1 起" in answer.content.decode()


def test_a_bulletin_is_counted_again_from_its_page(desk, october):
    bulletin = made(desk)
    where = f"/command/bulletins/{bulletin.pk}/"
    assert desk.get(f"/command/runs/{bulletin.run_id}/").url == where
    again = desk.post(f"/command/runs/{bulletin.run_id}/repeat/", follow=True)
    assert again.redirect_chain[-1][0] == where
    assert "可复现 ✓" in again.content.decode()


def test_pdf_workbook_and_remarks(desk, october):
    where = f"/command/bulletins/{made(desk).pk}/"
    assert desk.get(where + "bulletin.pdf").content.startswith(b"%PDF")
    book = load_workbook(io.BytesIO(desk.get(where + "bulletin.xlsx").content))
    assert book.sheetnames[-1] == "指标口径"
    assert desk.post(where + "remark/", {"words": "早高峰增派"}).status_code == 302
    assert "早高峰增派" in desk.get(where).content.decode()
    refused = desk.post(where + "remark/", {"words": "字" * 4001})
    assert (refused.status_code, refused.content.decode().count("字" * 4001)) == (422, 1)


def test_a_list_says_its_condition_and_exports(desk, october):
    query = "since=2026-10-01T00:00:00%2B08:00&until=2026-11-01T00:00:00%2B08:00"
    page = desk.get(f"/command/list/?{query}&category=order&is_located=0").content.decode()
    assert "2026-10-01 至 2026-10-31" in page
    assert "无法定位" in page
    assert desk.get(f"/command/list/?{query}&validity=all").context["total"] == 4
    book = load_workbook(io.BytesIO(desk.get(f"/command/list/?{query}&format=xlsx").content))
    assert book.active.max_row == 2 + 3
    assert "没有警情" in desk.get("/command/list/?since=2020-01-01&until=2020-01-02").content.decode()
    assert desk.get("/command/list/?since=nonsense").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"kind": "month", "day": ""}, {"kind": "x", "day": "2026-10-01"}, {"kind": "day", "day": "2027-01-01"}]
)
def test_what_cannot_be_made_is_said_beside_the_form(desk, october, wrong):
    answer = desk.post("/command/bulletins/make/", wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Bulletin.objects.exists()


def test_another_place_has_no_part_in_it(desk, client, october):
    bulletin = made(desk)
    elsewhere = Place.objects.create(code="339800", name="邻市")
    agency = Agency.objects.create(code="N", kind="police", name="邻队", short_name="邻队", place=elsewhere)
    stranger = Person.objects.create_user("stranger", "x", name="邻", role=Role.ANALYST, agency=agency)
    client.force_login(stranger, backend=BACKEND)
    for tail in ("", "bulletin.pdf", "bulletin.xlsx"):
        assert client.get(f"/command/bulletins/{bulletin.pk}/{tail}").status_code == 404
    assert client.get("/command/list/?validity=all").context["total"] == 0


def test_definitions_show_last_months_values_with_their_lists(desk, october):
    page = desk.get("/command/figures/").content.decode()
    links = re.findall(r'<a href="(/command/list/[^"]+)">([\d,]+)</a>', page)
    assert len(links) == 12
    for href, shown in links:
        assert desk.get(html.unescape(href)).context["total"] == int(shown), href
    assert "= 33.33%" in page
