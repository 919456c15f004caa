"""The planning page: for whom, what it says without data, what it keeps of a wrong form, and its tables."""

import csv
import io
import re
from datetime import datetime, timedelta

import numpy as np
import pytest
from openpyxl import load_workbook

from kuaichu.accounts.models import Agency, Person, Place, Role
from kuaichu.calls.models import Call
from kuaichu.clock import BEIJING
from kuaichu.governance.models import Run
from kuaichu.governance.tests.rows import call, squadron
from kuaichu.web.command.tests.conftest import BACKEND, NOW

FORM = {"first": "2026-11-02", "last": "2026-11-15", "category": "accident", "pattern": "same"}
WHERE = "/command/planning/"


@pytest.fixture
def two_weeks(place) -> None:
    """Forty accidents on each of fourteen days, three at every hour by day."""
    values = {key: value for key, value in vars(call()).items() if key not in {"_state", "id", "number"}}
    rng = np.random.default_rng(3)
    monday = datetime(2026, 11, 2, tzinfo=BEIJING)
    rows = []
    for number in range(14 * 40):
        at = monday + timedelta(days=number % 14, hours=7 + number // 14 % 13, minutes=int(rng.integers(60)))
        where = {"lon_wgs84": 120.5 + rng.normal(0, 0.02), "lat_wgs84": 30 + rng.normal(0, 0.02)}
        rows.append(Call(**(values | where | {"received_at": at}), number=f"P{number}"))
    Call.objects.all().delete()
    Call.objects.bulk_create(rows)


def signed_in(client, role: str, agency: Agency):
    person = Person.objects.create_user(f"{role}-{agency.code}", "x", name="某", role=role, agency=agency)
    client.force_login(person, backend=BACKEND)
    return client


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def made(desk, **given) -> Run:
    answer = desk.post(f"{WHERE}make/", FORM | given)
    assert answer.status_code == 302, text_of(answer)
    run = Run.objects.latest("started_at")
    assert answer["Location"] == f"{WHERE}{run.pk}/"
    return run


def test_an_empty_city_says_so(desk):
    assert "还没有警情" in text_of(desk.get(WHERE))
    call(received_at=NOW - timedelta(days=3))
    words = text_of(desk.get(WHERE))
    assert "还没有测算过" in words
    wrong = desk.post(f"{WHERE}make/", FORM)
    assert (wrong.status_code, "这段时间没有警情" in text_of(wrong)) == (422, True)
    assert Run.objects.count() == 0


def test_the_page_shows_the_plan_and_where_its_numbers_come_from(desk, two_weeks):
    run = made(desk, seat_s="3", week_hours="35", pattern="weekend")
    page = desk.get(f"{WHERE}{run.pk}/?day=5")
    words = text_of(page)
    answer = page.context["plan"].answer
    assert "2026-11-02 至 2026-11-15，14 天，有效警情 560 起；按每天 40.0 起测算。" in words
    assert f"{answer['riders']['most']} 名骑手，最忙的时段" in words
    assert "周六，逐小时" in words
    assert re.search(r"坐席办一起 3 分钟 您填的", words)
    assert re.search(r"当事人自己操作 4\.5 分钟 假设", words)
    assert "周一至周五" in words
    assert '<option value="weekend" selected>' in page.content.decode()
    assert 'name="seat_s" value="3"' in page.content.decode()
    assert text_of(desk.get(WHERE)) == text_of(desk.get(f"{WHERE}{run.pk}/")), "the newest plan opens by itself"


def test_every_count_opens_as_many_calls(desk, two_weeks):
    page = desk.get(f"{WHERE}{made(desk).pk}/?day=0").content.decode()
    links = re.findall(r'<td class="num"><a href="([^"]+weekday=0&amp;hour=\d+)">(\d+)</a>', page)
    assert len(links) == 24
    for href, count in (links[8], links[19], links[3]):
        assert desk.get(href.replace("&amp;", "&")).context["total"] == int(count), href


def test_a_wrong_form_loses_nothing(desk, two_weeks):
    given = FORM | {"last": "2026-11-22", "promise_s": "999", "seat_s": "二", "own_median_s": "6.5", "category": "all"}
    answer = desk.post(f"{WHERE}make/", given)
    page, words = answer.content.decode(), text_of(answer)
    assert answer.status_code == 422
    for message in ("今天还没过完，请选到昨天为止", "请填 1 到 240 之间的数", "请填一个数字"):
        assert message in words
    for typed in ('value="999"', 'value="二"', 'value="6.5"', 'value="2026-11-22"', '<option value="all" selected>'):
        assert typed in page
    for change in ({"first": "", "last": ""}, {"first": "2026-11-16"}, {"pattern": "x"}, {"first": "1900-01-01"}):
        assert desk.post(f"{WHERE}make/", FORM | change).status_code == 422, change
    assert desk.post(f"{WHERE}make/", FORM | {"category": "order"}).status_code == 422, "no such calls"
    assert Run.objects.count() == 0


def test_what_can_not_be_done_is_said(desk, two_weeks):
    words = text_of(desk.get(f"{WHERE}{made(desk, own_median_s='14', reach_s='1').pk}/"))
    assert "加坐席也做不到：没有人排队时" in words
    assert "加骑手也做不到" in words
    assert "班可以这样排" not in words


def test_the_table_leaves_as_workbook_and_as_csv(desk, two_weeks):
    run = made(desk)
    answer = desk.get(f"{WHERE}{run.pk}/plan.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    book = load_workbook(io.BytesIO(desk.get(f"{WHERE}{run.pk}/plan.xlsx").content))
    cells = list(book.worksheets[0].values)
    assert (len(rows), len(cells), rows[0]) == (169, 169, list(cells[0]))
    assert sum(int(row[2]) for row in rows[1:]) == 560
    at = rows[0].index("要骑手")
    riders = desk.get(f"{WHERE}{run.pk}/").context["plan"].riders["count"]
    assert (
        [int(row[at]) for row in rows[1:]] == [row[at] for row in cells[1:]] == [each for row in riders for each in row]
    )


def test_a_plan_is_repeated(desk, two_weeks):
    run = made(desk)
    words = text_of(desk.post(f"{WHERE}{run.pk}/repeat/", follow=True))
    assert "可复现 ✓ 用同样的 560 条警情" in words
    call(received_at=datetime(2026, 11, 3, 8, tzinfo=BEIJING))
    assert "警情已有变化" in text_of(desk.post(f"{WHERE}{run.pk}/repeat/", follow=True))


def test_a_lost_result_keeps_nobody_from_another_plan(desk, two_weeks, settings):
    run = made(desk)
    (settings.FILES / run.result_path).unlink()
    words = text_of(desk.get(WHERE))
    assert "这次分析的结果文件不在了，请重新分析" in words
    assert "还没有测算过" in words
    assert desk.get(f"{WHERE}{run.pk}/").status_code == 404


def test_days_that_were_not_imported_are_told(desk, two_weeks):
    Call.objects.filter(received_at__date="2026-11-10").delete()
    words = text_of(desk.get(f"{WHERE}{made(desk, first='2026-10-01').pk}/"))
    assert "2026-11-02 至 2026-11-15，14 天" in words
    assert "选的时段里，只有这些天有警情" in words
    assert "其中 1 天一起也没有，可能漏导" in words


def test_for_whom(client, two_weeks, analyst, superior, unit):
    run = made(signed_in(client, Role.LEADER, superior))
    assert client.get(WHERE).status_code == 200
    below = signed_in(client, Role.LEADER, unit)
    page = below.get(WHERE)
    assert (page.status_code, 'name="seat_s"' in page.content.decode()) == (200, False)
    assert "还没有测算过" in text_of(page), "the plan saw calls that are not theirs"
    for path in ("", "plan.xlsx", "plan.csv"):
        assert below.get(f"{WHERE}{run.pk}/{path}").status_code == 404
    assert below.post(f"{WHERE}{run.pk}/repeat/").status_code == 404
    assert below.post(f"{WHERE}make/", FORM).status_code in (403, 409, 422)
    assert Run.objects.count() == 1
    for role, agency in ((Role.OFFICER, squadron(unit)), (Role.ANALYST, stranger_agency())):
        assert signed_in(client, role, agency).get(f"{WHERE}{run.pk}/").status_code == 404
    client.logout()
    assert client.get(WHERE).status_code == 302


def stranger_agency() -> Agency:
    place = Place.objects.create(code="339800", name="邻市")
    return Agency.objects.create(code="X", kind="police", name="邻市支队", short_name="邻队", place=place)


def test_in_english(desk, two_weeks):
    run = made(desk)
    words = text_of(desk.get(f"{WHERE}{run.pk}/?lang=en"))
    assert "What is measured and what is assumed" in words
    assert "assumed the median of people's own time" in words.replace("&#x27;", "'")
