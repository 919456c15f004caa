"""Bulletins: counted from stored calls, kept, replaced, set as PDF and workbook with the same numbers."""

import io
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest
from openpyxl import load_workbook

from kuaichu import clock
from kuaichu.accounts.models import Person, Place
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import runs
from kuaichu.governance.bulletins import actions
from kuaichu.governance.bulletins.paper import pdf_of
from kuaichu.governance.bulletins.sheets import sheet_of
from kuaichu.governance.bulletins.workbook import workbook_of
from kuaichu.governance.models import Bulletin
from kuaichu.governance.tests.rows import call
from kuaichu.journal.models import Event

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
MONTH = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _at(settings, tmp_path):
    settings.FILES = tmp_path
    with clock.moved_to(NOW):
        yield


@pytest.fixture
def city(analyst):
    """October: 3 accidents (one a repeat), 2 order in two districts, a duplicate; 4 accidents a year before."""
    Place.objects.create(code="339902", name="东城区", parent_id="339900")
    then = datetime(2026, 10, 10, 12, tzinfo=clock.BEIJING)
    first = call(received_at=then)
    call(received_at=then, repeat_of=first)
    call(received_at=datetime(2026, 10, 31, 23, 59, tzinfo=clock.BEIJING))
    call(received_at=datetime(2026, 11, 1, tzinfo=clock.BEIJING))  # the next month's
    call(received_at=then, category="order", subclass="parking")
    call(received_at=then, category="order", subclass="parking", district="339903")
    call(received_at=then, validity="duplicate", incident=first)
    for _ in range(4):
        call(received_at=then - timedelta(days=365))
    return analyst


def texts(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_bounded() for page in document)


def test_page_pdf_and_workbook_say_the_same(city):
    sheet = sheet_of(actions.make(kind="month", day=MONTH, person=city))
    total, accident, order, _ = sheet.tables[0].lines
    assert [(line.now.value, line.last_year.value, line.year_on_year.text) for line in (total, accident, order)] == [
        (5, 4, "+25.00%"),
        (3, 4, "−25.00%"),
        (2, 0, "—"),
    ]
    assert sheet.tables[2].lines[0].now.value == 1
    assert sheet.repeat_rate.text == "20.00%"
    assert [line.name for line in sheet.tables[1].lines] == ["合计", "东城区", "339903"]
    assert sheet.others["duplicate"].now.value == 1
    assert "有效交通警情 5 起，同比上升 25.00%" in sheet.summary
    paper = texts(pdf_of(sheet)).replace("\r\n", "")
    assert "示范市交通警情月考核" in paper
    assert "−25.00%" in paper
    book = load_workbook(io.BytesIO(workbook_of(sheet, origin="https://kc.example.org")))
    page = book[book.sheetnames[1]]
    assert [cell.value for cell in page[3]] == ["合计", 5, 4, "+25.00%", 0, "—", "100.00%"]
    assert page["B3"].hyperlink.target.startswith("https://kc.example.org/command/list/?since=2026-10-01")


def test_a_month_that_still_runs_is_compared_with_as_many_days(city):
    for day in (3, 21):
        for month in (10, 11):
            call(received_at=datetime(2026, month, day, 12, tzinfo=clock.BEIJING))
    for month, day in ((10, 25), (11, 22)):  # later than yesterday's part of the month, and today
        call(received_at=datetime(2026, month, day, 9, tzinfo=clock.BEIJING))
    call(received_at=datetime(2025, 11, 21, 23, tzinfo=clock.BEIJING))
    call(received_at=datetime(2025, 11, 22, 1, tzinfo=clock.BEIJING))
    sheet = sheet_of(actions.make(kind="month", day=date(2026, 11, 20), person=city))
    assert [(span.first_on, span.last_on) for span in (sheet.now, sheet.last_year, sheet.previous)] == [
        (date(2026, 11, 1), date(2026, 11, 21)),
        (date(2025, 11, 1), date(2025, 11, 21)),
        (date(2026, 10, 1), date(2026, 10, 21)),
    ]
    total = sheet.tables[0].lines[0]
    assert (total.now.value, total.last_year.value, total.previous.value) == (3, 1, 6)
    assert sheet.summary.startswith("本期还没有结束，截至 2026-11-21")
    assert "截至 2026-11-21" in texts(pdf_of(sheet)).replace("\r\n", "")


def test_a_period_without_a_whole_day_has_no_bulletin(city):
    with pytest.raises(Refused, match=r"bulletin\.running"):
        actions.make(kind="day", day=date(2026, 11, 22), person=city)


def test_a_bulletin_is_replaced_and_repeats_to_the_bit(city):
    first = actions.make(kind="month", day=MONTH, person=city)
    actions.remark(bulletin_id=first.pk, person=city, words="早高峰增派警力")
    assert runs.repeat(first.run).is_reproduced
    call(received_at=datetime(2026, 10, 11, tzinfo=clock.BEIJING))
    assert not runs.repeat(first.run).is_same_input
    second = actions.make(kind="month", day=MONTH, person=city)
    first.refresh_from_db()
    assert (first.replaced_by, second.remarks) == (second, "早高峰增派警力")
    assert sheet_of(first).tables[0].lines[0].now.value == 5
    assert sheet_of(second).tables[0].lines[0].now.value == 6
    third = actions.make(kind="month", day=MONTH, person=city)
    assert list(Bulletin.objects.filter(replaced_by=None)) == [third]
    assert len({first.number, second.number, third.number}) == 3
    facts = [event.facts for event in Event.objects.filter(name="bulletin.remarked")]
    assert facts == [{"characters": 7}]


def test_who_may_and_what_is_refused(city, unit):
    leader = Person.objects.create_user("leader", "x", name="许迪", role="leader", agency=unit)
    with pytest.raises(Refused, match=r"bulletin\.not_yours"):
        actions.make(kind="day", day=MONTH, person=leader)
    with pytest.raises(Refused, match=r"bulletin\.future"):
        actions.make(kind="month", day=date(2026, 12, 1), person=city)
    with pytest.raises(Refused, match=r"bulletin\.unknown_kind"):
        actions.make(kind="year", day=MONTH, person=city)
    made = actions.make(kind="day", day=date(2026, 10, 10), person=city)
    with pytest.raises(Refused, match=r"bulletin\.long"):
        actions.remark(bulletin_id=made.pk, person=city, words="字" * 4001)
    (runs.Path(runs.django_settings.FILES) / made.run.result_path).write_text("{}")
    with pytest.raises(NotFound, match=r"run\.altered"):
        sheet_of(made)
