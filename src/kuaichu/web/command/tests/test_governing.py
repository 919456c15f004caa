"""Ledger of repeats, hot-spot files, task orders at the desk: what is shown, done and refused, for whom."""

import io
import re
from datetime import date, datetime, timedelta

import pytest
from openpyxl import load_workbook

from kuaichu import clock
from kuaichu.accounts.models import Agency, Person, Place, Role
from kuaichu.calls.models import RepeatChain
from kuaichu.clock import BEIJING
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.governance import actions
from kuaichu.governance.actions import Problem
from kuaichu.governance.figures import Period
from kuaichu.governance.models import HotSpotFile, TaskOrder
from kuaichu.governance.tests.rows import call
from kuaichu.web.command.tests.conftest import BACKEND, NOW

SPOT = {"lon_wgs84": 120.52, "lat_wgs84": 30.01}
PROBLEM = Problem(element="roads", level="orange", problem="标线磨损看不清", proposed_measure="重新施划标线")


@pytest.fixture
def leader(unit) -> Person:
    return Person.objects.create_user("leader", "x", name="许迪", role=Role.LEADER, agency=unit)


@pytest.fixture
def roads(place) -> Agency:
    return Agency.objects.create(code="DEP", kind="department", name="市政设施处", short_name="市政处", place=place)


@pytest.fixture
def stranger(db) -> Person:
    place = Place.objects.create(code="339800", name="邻市")
    agency = Agency.objects.create(code="X", kind="police", name="邻市支队", short_name="邻队", place=place)
    return Person.objects.create_user("far", "x", name="远", role=Role.ANALYST, agency=agency)


@pytest.fixture
def chain(unit) -> RepeatChain:
    first = call(
        unit=unit,
        category="order",
        subclass="parking",
        location="人民路菜场门口",
        caller_name="王小明",
        caller_phone="13800990001",
        received_at=NOW - timedelta(days=9),
    )
    for days in range(1, 8):
        call(
            unit=unit,
            repeat_of=first,
            category="order",
            subclass="parking",
            location="人民路菜场门口",
            received_at=NOW - timedelta(days=days),
        )
    return RepeatChain.objects.create(root=first, place_id="339900", calls=8, last_call_at=NOW - timedelta(days=1))


@pytest.fixture
def file(analyst, leader) -> HotSpotFile:
    for day, count in ((date(2026, 9, 10), 24), (date(2026, 10, 5), 6)):
        for minute in range(count):
            call(received_at=datetime(day.year, day.month, day.day, 12, minute, tzinfo=BEIJING), **SPOT)
            call(received_at=datetime(day.year, day.month, day.day, 13, minute, tzinfo=BEIJING))
    for minute in range(20):
        call(received_at=datetime(2026, 10, 6, 13, minute, tzinfo=BEIJING))
    before = Period(date(2026, 9, 1), date(2026, 9, 30))
    made = actions.open_file(
        person=analyst,
        name="人民路口",
        lon_wgs84=SPOT["lon_wgs84"],
        lat_wgs84=SPOT["lat_wgs84"],
        radius_m=200,
        before=before,
    )
    actions.adopt_plan(file_id=made.pk, person=analyst, leader_id=leader.pk, plan="早高峰定人守点")
    return made


@pytest.fixture
def order(analyst, roads) -> TaskOrder:
    return actions.issue(person=analyst, problem=PROBLEM, lead_id=roads.pk, call_ids=[call(location="人民路").pk])


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def sheet_of(answer) -> list[tuple]:
    return list(load_workbook(io.BytesIO(answer.content)).worksheets[0].values)


def test_empty_pages_say_what_to_do(desk):
    for page, words in (
        ("repeats/", "没有未销号的重复警情"),
        ("files/", "没有在办的热点档案"),
        ("files/?closed=1", "还没有销号的档案"),
        ("files/new/", "建档"),
        ("orders/", "没有在办的交办单"),
        ("orders/?closed=1", "还没有销号的交办单"),
        ("orders/new/", "签发"),
    ):
        answer = desk.get(f"/command/{page}")
        assert (answer.status_code, words in text_of(answer)) == (200, True), page


def test_the_ledger_shows_the_chain_with_masked_callers(desk, chain):
    words = text_of(desk.get("/command/repeats/"))
    assert "报了 8 次" in words
    assert "王*明 138****0001" in words
    assert "王小明" not in words
    assert "中间还有 3 次" in words
    assert "1 还没写原因" in words
    assert text_of(desk.get(f"/command/repeats/{chain.pk}/")).count("人民路菜场门口") == 9


def test_a_line_is_planned_and_closed_from_the_list(desk, chain, leader):
    given = {"cause": "slow_dispatch", "owner": leader.pk, "next_step": "=每晚巡一次", "due_on": "2026-11-25"}
    part = desk.post(f"/command/repeats/{chain.pk}/", given, headers={"HX-Request": "true"})
    assert part.content.decode().strip().startswith("<tbody")
    assert "出警慢" in text_of(part)
    chain.refresh_from_db()
    assert (chain.cause, chain.owner, str(chain.due_on)) == ("slow_dispatch", leader, "2026-11-25")
    with clock.moved_to(NOW + timedelta(days=5)):
        assert "逾期 2 天" in text_of(desk.get("/command/repeats/"))
        heads, row = sheet_of(desk.get("/command/repeats/?format=xlsx"))
        assert (row[heads.index("下一步")], row[heads.index("逾期（天）")]) == ("=每晚巡一次", 2)
    assert "没有符合条件" in text_of(desk.get("/command/repeats/?cause=unclear_duty"))
    answer = desk.post(f"/command/repeats/{chain.pk}/", {"act": "close", "note": "施划了禁停线"})
    assert answer["Location"] == f"/command/repeats/{chain.pk}/"
    assert "施划了禁停线" in text_of(desk.get("/command/repeats/?state=closed"))


def test_what_the_ledger_refuses_keeps_what_was_typed(desk, chain):
    wrong = desk.post(f"/command/repeats/{chain.pk}/", {"next_step": "约谈商户", "due_on": "2026-11-01"})
    assert wrong.status_code == 422
    assert "期限不能早于今天" in text_of(wrong)
    assert 'value="约谈商户"' in wrong.content.decode()
    wrong = desk.post(f"/command/repeats/{chain.pk}/", {"act": "close", "note": ""}, headers={"HX-Request": "true"})
    assert (wrong.status_code, "请写下问题是怎么解决的" in text_of(wrong)) == (422, True)
    assert desk.post(f"/command/repeats/{chain.pk}/", {"due_on": "x"}).status_code == 422


def test_the_form_on_a_page_of_its_own_is_sent_by_the_browser(desk, chain):
    """htmx sends nothing when the element that its answer goes into is not there."""
    url = f"/command/repeats/{chain.pk}/"
    assert "hx-target" not in desk.get(url).content.decode().partition('<form class="plan-form"')[2]
    assert f'hx-target="#chain-{chain.pk}"' in desk.get(url, headers={"HX-Request": "true"}).content.decode()
    again = desk.post(url, {"due_on": "x"})
    assert (again.status_code, "hx-target" in again.content.decode().partition("plan-form")[2]) == (422, False)


def test_two_who_plan_one_line_see_each_other_and_nothing_is_lost(desk, chain):
    def seen(page) -> str:
        return re.findall(r'name="seen" value="(\w+)"', page.content.decode())[0]

    url = f"/command/repeats/{chain.pk}/"
    mine = {"next_step": "约谈商户", "seen": seen(desk.get(url))}
    assert desk.post(url, {"next_step": "加装护栏", "seen": mine["seen"]}).status_code == 302
    wrong = desk.post(url, mine | {"due_on": "x"})
    assert (wrong.status_code, seen(wrong)) == (422, mine["seen"])  # another fault: still not seen
    wrong = desk.post(url, mine)
    assert (wrong.status_code, "刚刚有人改过" in text_of(wrong), "加装护栏" in text_of(wrong)) == (422, True, True)
    assert 'value="约谈商户"' in wrong.content.decode()
    chain.refresh_from_db()
    assert chain.next_step == "加装护栏"
    assert desk.post(url, mine | {"seen": seen(wrong)}).status_code == 302
    chain.refresh_from_db()
    assert chain.next_step == "约谈商户"


def test_a_file_is_opened_from_a_hot_spot(desk, unit):
    call(received_at=NOW - timedelta(days=2), **SPOT)
    where = "lon=120.520000&lat=30.010000&radius=180.4&name=人民路口&first=2026-11-01&last=2026-11-21&category=accident"
    page = desk.get(f"/command/files/new/?{where}").content.decode()
    for value in ("120.520000", "30.010000", "180", "人民路口", "2026-11-01", "2026-11-21"):
        assert f'value="{value}"' in page
    assert '<option value="accident" selected>' in page
    given = {"name": "人民路口", "lon": "120.52", "lat": "x", "radius": "180", "unit": unit.pk}
    given |= {"first": "2026-11-01", "last": "2026-11-21", "category": "accident"}
    wrong = desk.post("/command/files/new/", given)
    assert (wrong.status_code, 'value="人民路口"' in wrong.content.decode()) == (422, True)
    for change in ({"first": ""}, {"last": "2026-12-01"}, {"first": "2020-01-01"}, {"radius": "nan"}, {"name": ""}):
        assert desk.post("/command/files/new/", given | {"lat": "30.01"} | change).status_code == 422
    answer = desk.post("/command/files/new/", given | {"lat": "30.01"})
    made = HotSpotFile.objects.get()
    assert answer["Location"] == f"/command/files/{made.number}/"
    assert (made.before_count, made.unit) == (1, unit)


def test_a_file_shows_the_effect_in_plain_words(desk, file):
    path = f"/command/files/{file.number}/"
    assert "登记措施以后" in text_of(desk.get(path))
    desk.post(path + "measure/", {"words": "早高峰定岗", "from_on": "2026-10-01"})
    answer = desk.get(path)
    words, page = text_of(answer), answer.content.decode()
    assert "治理前平均每天 0.80 起，治理后 0.20 起" in words
    assert "前后各取 30 天：治理前 24 起，治理后 6 起（−75.00%）" in words
    assert "由 24 起到 26 起（+8.33%）" in words
    assert re.search(r"现在是原来的 0\.2\d 倍（95% 区间 0\.\d\d 到 0\.\d\d）", words)
    assert "治理有效，不是偶然" in words
    assert "均值回归" in words
    assert page.count('class="bar-day"') == 2
    assert "near=120.520000,30.010000,200.0" in page.replace("%2C", ",")


def test_a_file_from_plan_to_close(desk, file, order):
    path = f"/command/files/{file.number}/"
    wrong = desk.post(path + "measure/", {"words": "早高峰定岗", "from_on": "2026-09-01"})
    assert (wrong.status_code, "早高峰定岗" in wrong.content.decode()) == (422, True)
    desk.post(path + "measure/", {"words": "早高峰定岗", "from_on": "2026-10-01"})
    wrong = desk.post(path + "plan/", {"leader": "", "plan": "改用铁骑"})
    assert (wrong.status_code, "改用铁骑" in text_of(wrong)) == (422, True)
    measure = file.measures.get()
    assert desk.post(path + "end/", {"measure": measure.pk, "until_on": "2026-09-01"}).status_code == 422
    assert desk.post(path + "end/", {"measure": "9" * 30, "until_on": "2026-11-01"}).status_code == 404
    desk.post(path + "end/", {"measure": measure.pk, "until_on": "2026-11-01"})
    desk.post(path + "evaluate/")
    wrong = desk.post(path + "close/", {"conclusion": ""})
    assert (wrong.status_code, "请写明评估结论" in text_of(wrong)) == (422, True)
    desk.post(path + "close/", {"conclusion": "转入日常巡逻"})
    assert "转入日常巡逻" in text_of(desk.get(path))
    assert "人民路口" in text_of(desk.get("/command/files/?closed=1"))
    desk.post(path + "reopen/")
    file.refresh_from_db()
    assert file.state == "open"
    assert desk.post(path + "burn/").status_code == 404


def test_an_order_is_issued_from_a_file_and_from_a_chain(desk, file, chain, roads):
    page = desk.get(f"/command/orders/new/?file={file.number}").content.decode()
    assert "人民路口周围 200 米" in page
    assert len(re.search(r'<textarea id="calls"[^>]*>([^<]*)<', page)[1].split()) == 20
    page = desk.get(f"/command/orders/new/?chain={chain.pk}").content.decode()
    assert "同一诉求报警 8 次" in page
    given = {"element": "roads", "level": "orange", "problem": "缺禁停线", "proposed_measure": "施划禁停线"}
    given |= {"lead": roads.pk, "file": file.number, "calls": f"{chain.root.number}\nNONE-1"}
    wrong = desk.post("/command/orders/new/", given)
    assert (wrong.status_code, "没有找到这些警情：NONE-1" in text_of(wrong)) == (422, True)
    assert "缺禁停线" in wrong.content.decode()
    for change in ({"lead": ""}, {"level": ""}, {"due": "2026-11-01"}, {"due": "soon"}, {"problem": ""}):
        assert desk.post("/command/orders/new/", given | {"calls": ""} | change).status_code == 422, change
    answer = desk.post("/command/orders/new/", given | {"calls": chain.root.number, "due": "2026-11-30"})
    made = TaskOrder.objects.get()
    assert answer["Location"] == f"/command/orders/{made.number}/"
    assert made.due_at.astimezone(BEIJING) == datetime(2026, 11, 30, 23, 59, tzinfo=BEIJING)
    assert (made.file, made.calls.get()) == (file, chain.root)
    assert "缺禁停线" in text_of(desk.get(f"/command/files/{file.number}/"))


def test_an_order_is_checked_returned_and_closed(desk, order, roads):
    contact = Person.objects.create_user("roads", "x", name="冯路", role=Role.PARTNER, agency=roads)
    path = f"/command/orders/{order.number}/"
    assert "等牵头单位签收" in text_of(desk.get(path))
    assert "还剩 6 天" in text_of(desk.get("/command/orders/"))
    with clock.moved_to(order.due_at - timedelta(hours=5, minutes=-5)):
        assert "只剩 4 小时" in text_of(desk.get("/command/orders/"))
    with clock.moved_to(order.due_at + timedelta(hours=30)):
        words = text_of(desk.get("/command/orders/"))
        assert "逾期第 2 天" in words
        assert "逾期 1 张" in words
    actions.sign_for(order_id=order.pk, person=contact)
    actions.report(order_id=order.pk, person=contact, text="已施划", photo=scene_jpeg(1, (400, 400)))
    shown = desk.get(path).content.decode()
    picture = re.search(r'src="(/command/orders/[^"]+/photos/\d+/)"', shown)[1]
    assert desk.get(picture)["Content-Type"] == "image/jpeg"
    assert desk.get(f"{path}photos/999999/").status_code == 404
    wrong = desk.post(path + "check/", {"is_mended": "0", "words": ""})
    assert (wrong.status_code, "请写明退回的原因" in text_of(wrong)) == (422, True)
    assert desk.post(path + "check/", {"words": "x"}).status_code == 422
    desk.post(path + "check/", {"is_mended": "0", "words": "东侧没有划"})
    assert "退回整改" in text_of(desk.get("/command/orders/"))
    actions.report(order_id=order.pk, person=contact, text="补上了", photo=scene_jpeg(2, (400, 400)))
    desk.post(path + "check/", {"is_mended": "1", "words": ""})
    for points in ("99", "-1", "many", "nan"):
        assert desk.post(path + "close/", {"points": points, "words": "迟了"}).status_code == 422
    assert desk.post(path + "close/", {"points": "1", "words": ""}).status_code == 422
    desk.post(path + "close/", {"points": "1.5", "words": "第一次反馈不实"})
    order.refresh_from_db()
    assert (order.stage, order.deduction_points) == ("closed", 1.5)
    assert re.search(r"市政处 1 0 1 0 0 1\.5", text_of(desk.get("/command/orders/?closed=1")))
    heads, row = sheet_of(desk.get("/command/orders/?closed=1&format=xlsx"))
    assert (row[heads.index("编号")], row[heads.index("扣分")]) == (order.number, 1.5)
    assert desk.get(path + "order.pdf").content[:5] == b"%PDF-"


def test_another_place_and_other_people_find_nothing(client, desk, chain, file, order, stranger, officer):
    pages = ("repeats/", f"repeats/{chain.pk}/", f"files/{file.number}/", f"orders/{order.number}/")
    pages += (f"orders/{order.number}/order.pdf", "files/new/", "orders/new/", "files/", "orders/")
    assert {desk.get(f"/command/{page}").status_code for page in pages} == {200}
    client.force_login(officer, backend=BACKEND)
    assert {client.get(f"/command/{page}").status_code for page in pages} == {404}
    client.force_login(stranger, backend=BACKEND)
    assert [client.get(f"/command/{page}").status_code for page in pages[1:5]] == [404] * 4
    for act in (f"repeats/{chain.pk}/", f"files/{file.number}/evaluate/", f"orders/{order.number}/check/"):
        assert client.post(f"/command/{act}", {"is_mended": "1"}).status_code == 404


def test_a_lower_units_leader_sees_but_does_not_decide(client, leader, file, order, superior):
    other = Agency.objects.create(
        code="339900020000", kind="police", name="高新大队", short_name="高新大队", place_id="339900", superior=superior
    )
    person = Person.objects.create_user("other", "x", name="钱远", role=Role.LEADER, agency=other)
    client.force_login(person, backend=BACKEND)
    words = text_of(client.get(f"/command/files/{file.number}/"))
    assert "早高峰定人守点" in words
    assert "登记措施 做什么" not in words
    refused = client.post(f"/command/files/{file.number}/measure/", {"words": "x", "from_on": "2026-10-01"})
    assert (refused.status_code, file.measures.count()) == (422, 0)
    assert client.get("/command/orders/new/").status_code == 409
    assert client.post(f"/command/orders/{order.number}/check/", {"is_mended": "1"}).status_code == 404
    client.force_login(leader, backend=BACKEND)
    assert "登记措施 做什么" in text_of(client.get(f"/command/files/{file.number}/"))


def test_on_a_wall_there_is_nothing_of_callers_and_it_follows_by_itself(desk, chain):
    page = desk.get("/command/repeats/").content.decode()
    wall = desk.get("/command/repeats/?wall=1").content.decode()
    assert "138****0001" in page
    assert "138****0001" not in wall
    assert '<meta http-equiv="refresh" content="60">' in wall
    assert 'http-equiv="refresh"' not in page
    for name in ("files", "orders"):
        assert "退出大屏" in desk.get(f"/command/{name}/?wall=1").content.decode()


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def test_a_form_that_is_sent_twice_makes_one_order_and_one_file(desk, roads, unit):
    order = {
        "element": "roads",
        "level": "blue",
        "problem": "标线磨损",
        "proposed_measure": "重划",
        "lead": str(roads.pk),
    }
    given = hidden(desk.get("/command/orders/new/").content.decode()) | order
    first, again = (desk.post("/command/orders/new/", given) for _ in range(2))
    assert (first.status_code, first.url) == (302, again.url)
    assert TaskOrder.objects.count() == 1
    other = hidden(desk.get("/command/orders/new/").content.decode()) | order
    assert desk.post("/command/orders/new/", other).url != first.url
    spot = {"name": "路口", "lon": "120.5", "lat": "30.0", "radius": "200", "first": "2026-10-01", "last": "2026-10-31"}
    given = hidden(desk.get("/command/files/new/").content.decode()) | spot | {"unit": str(unit.pk)}
    first, again = (desk.post("/command/files/new/", given) for _ in range(2))
    assert (first.status_code, first.url) == (302, again.url)
    assert HotSpotFile.objects.count() == 1


def test_the_ledgers_lines_without_a_cause_can_be_asked_for(desk, chain):
    assert '<a href="?cause=none"><b>1</b>' in desk.get("/command/repeats/").content.decode()
    assert [line.chain for line in desk.get("/command/repeats/?cause=none").context["lines"]] == [chain]
