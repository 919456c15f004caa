"""What the desk's pages say, for whom, and that every number leads to its calls."""

import html
import json
import re
from datetime import datetime, timedelta

import numpy as np
import pytest

from kuaichu.accounts.models import Agency, Person, Place, Role
from kuaichu.calls.models import Call
from kuaichu.clock import BEIJING
from kuaichu.governance import events, maps
from kuaichu.governance.models import Run
from kuaichu.governance.tests.rows import MAP as FOLDER
from kuaichu.governance.tests.rows import call, changed
from kuaichu.web.command import today
from kuaichu.web.command.tests.conftest import BACKEND, NOW

WEEK = "first=2026-11-16&last=2026-11-22"


@pytest.fixture
def town(db, place):
    for name in ("boundary", "roads"):
        maps.take(place_code="339900", path=FOLDER / f"{name}.geojson")


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def picture(answer) -> tuple[dict, np.ndarray]:
    length = int.from_bytes(answer.content[:4], "little")
    header = json.loads(answer.content[4 : 4 + length])
    values = np.frombuffer(answer.content[4 + length :], "<u2").reshape(header["height"], header["width"])
    return header, values * header["scale"]


@pytest.mark.parametrize("page", ["", "?wall=1", "map/", "hotspots/", "hotspots/?kind=segments", "clusters/", "hours/"])
def test_without_calls_every_page_says_so(desk, page):
    answer = desk.get(f"/command/{page}")
    assert answer.status_code == 200
    assert "还没有警情" in text_of(answer)


def test_the_day_is_counted_and_compared(desk, unit):
    for hour, fields in (
        (9, {"unit": unit}),
        (10, {"category": "order", "subclass": "parking"}),
        (11, {"status": "closed"}),
        (12, {"validity": "duplicate"}),
        (13, {"validity": "invalid"}),
        (14, {"lon_wgs84": None, "lat_wgs84": None, "status": "transferred"}),
    ):
        call(received_at=NOW.replace(hour=hour, minute=0), **fields)
    call(received_at=NOW - timedelta(days=1, hours=1))  # the same hours of yesterday
    call(received_at=NOW - timedelta(days=1) + timedelta(hours=1))  # later than that
    for _ in range(5):
        call(received_at=NOW.replace(year=2025, hour=1))
    words = text_of(desk.get("/command/"))
    assert "有效警情 4 5 −20.00% 1 +300.00%" in words
    assert "事故 3 5 −40.00% 1 +200.00%" in words
    assert "秩序 1 0 — 0 —" in words
    assert "1 已处理" in words
    assert "1 已移交" in words
    assert "1 无法定位" in words
    assert "1 同一事件多人报（不计）" in words
    assert "1 无效（不计）" in words
    assert "城区大队 1 0" in words


def test_the_wall_names_the_last_calls_whenever_they_were_entered(desk):
    call(received_at=NOW - timedelta(hours=1), location="刚才的路口")
    call(received_at=NOW - timedelta(days=2), location="补录的路口")
    words = text_of(desk.get("/command/?wall=1"))
    assert words.index("刚才的路口") < words.index("补录的路口")
    assert re.search(r" 13:30 (\S+ )?刚才的路口", words)
    assert re.search(r" 11-20 14:30 (\S+ )?补录的路口", words)
    for _ in range(today.LATEST):
        call(received_at=NOW - timedelta(days=3))
    assert "刚才的路口" in text_of(desk.get("/command/?wall=1"))


def test_numbers_are_asked_for_again_only_when_something_changed(desk):
    call(received_at=NOW - timedelta(hours=1))
    first = desk.get("/command/numbers/")
    assert desk.get("/command/numbers/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    call(received_at=NOW - timedelta(hours=1))
    second = desk.get("/command/numbers/", headers={"If-None-Match": first["ETag"]})
    assert "有效警情 2" in text_of(second)


def test_a_number_leads_to_its_calls(desk):
    call(received_at=NOW - timedelta(hours=1), category="order", subclass="parking")
    page = desk.get("/command/").content.decode()
    link = re.search(r'<th scope="row">秩序</th>\s*<td class="num big"><a href="([^"]+)">1</a>', page)
    assert link
    assert link[1].startswith("/command/list/?since=2026-11-22T00")
    assert "category=order" in link[1]
    assert "validity=valid" in link[1]


def opens_what_it_says(desk, page: str, pattern: str, *, least: int) -> None:
    """Every figure of the page opens a list of just so many calls."""
    links = dict.fromkeys(re.findall(pattern, page))
    assert len(links) >= least
    for href, shown in links:
        assert desk.get(html.unescape(href)).context["total"] == int(shown.replace(",", "")), href


def test_every_number_of_the_day_opens_as_many_calls(desk, superior, unit, squadron):
    first = call(received_at=NOW - timedelta(hours=3), unit=squadron)
    call(received_at=NOW - timedelta(hours=2), unit=squadron, repeat_of=first)
    call(received_at=NOW - timedelta(hours=2), unit=unit)
    call(received_at=NOW - timedelta(days=1, hours=1), unit=squadron)
    call(received_at=NOW.replace(year=2025, hour=1))
    call(received_at=NOW.replace(year=2025, hour=23))  # later than now: not the same hours
    page = desk.get("/command/").content.decode()
    figures = r'<td class="num(?: big)?"><a href="(/command/list/[^"]+)">(\d+)</a></td>'
    opens_what_it_says(desk, page, figures, least=15)
    assert "城区大队 3 1 1" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_every_hour_of_the_week_opens_its_calls(desk):
    for hour in (8, 8, 17):
        call(received_at=datetime(2026, 11, 18, hour, 30, tzinfo=BEIJING))
    page = desk.get("/command/hours/").content.decode()
    squares = r'<a href="([^"]+hour=\d+)" tabindex="-1"><g><title>[^<]+共 (\d+) 起</title>'
    opens_what_it_says(desk, page, squares, least=168)
    opens_what_it_says(desk, page, r'<a href="([^"]+weekday=\d)"><text[^>]+>(\d+)</text>', least=7)


def test_a_mean_is_taken_over_the_days_that_have_calls(desk):
    for days in range(14):
        call(received_at=NOW - timedelta(days=days, hours=1))
    words = text_of(desk.get("/command/hours/?first=2026-08-31&last=2026-11-22"))
    assert "只有 2026-11-09 至 2026-11-22 有警情资料，平均数按这些天算" in words
    assert "平均每周 1.0 起" in words
    assert "两段时间的警情资料不一样全" in words


def test_the_picture_holds_the_period_and_the_class(desk, town):
    call(received_at=NOW - timedelta(days=1), lon_wgs84=120.52, lat_wgs84=30.01)
    call(received_at=NOW - timedelta(days=1), lon_wgs84=None, lat_wgs84=None)
    call(received_at=NOW - timedelta(days=1), category="order")
    call(received_at=NOW - timedelta(days=9))
    header, values = picture(desk.get(f"/command/map/heat/?{WEEK}&category=accident"))
    assert (header["count"], header["unlocated"], max(header["width"], header["height"])) == (2, 1, 384)
    row, column = np.unravel_index(values.argmax(), values.shape)
    west, south, east, north = header["box"]
    assert west + (column + 0.5) * (east - west) / header["width"] == pytest.approx(120.52, abs=0.0006)
    assert north - (row + 0.5) * (north - south) / header["height"] == pytest.approx(30.01, abs=0.0006)
    assert values.max() == pytest.approx(2 / (np.pi * 0.4**2), rel=0.02)
    assert picture(desk.get(f"/command/map/heat/?{WEEK}&category=order"))[0]["count"] == 1


def test_the_same_picture_is_not_sent_twice(desk, town):
    call(received_at=NOW - timedelta(days=1))
    first = desk.get(f"/command/map/heat/?{WEEK}")
    assert desk.get(f"/command/map/heat/?{WEEK}", headers={"If-None-Match": first["ETag"]}).status_code == 304
    call(received_at=NOW - timedelta(days=1))
    assert desk.get(f"/command/map/heat/?{WEEK}", headers={"If-None-Match": first["ETag"]}).status_code == 200


def live(desk, mark: str, query: str = WEEK):
    return desk.get(f"/command/live/?{query}&after={mark}")


def news(desk, known: dict, query: str = WEEK) -> dict:
    """As the page takes it: what the picture's header names already is left out (PostgreSQL may name it once more)."""
    body = live(desk, known["mark"], query).json()
    body["new"] = [each for each in body["new"] if each[0] not in known["calls"]]
    body["calls"] = [each for each in body["calls"] if each["id"] not in known["calls"]]
    body["changed"] = [each for each in body["changed"] if each[0] not in known["changes"]]
    return body


def test_a_new_call_comes_as_a_stamp_and_a_name(desk, town):
    with events.kept():
        call(received_at=NOW - timedelta(days=2))
        known = picture(desk.get(f"/command/map/heat/?{WEEK}"))[0]
        mark = known["mark"]
        assert news(desk, known) == {"mark": mark, "reload": False, "new": [], "changed": [], "calls": []}
        quiet = live(desk, mark)
        again = desk.get(f"/command/live/?{WEEK}&after={mark}", headers={"If-None-Match": quiet["ETag"]})
        assert again.status_code == 304
        place = {"lon_wgs84": 120.51, "location": "人民路口"}
        new = call(received_at=NOW, caller_name="王小明", caller_phone="13800138000", **place)
        other = call(received_at=NOW, category="order", lon_wgs84=None, lat_wgs84=None)
        body = news(desk, known, f"{WEEK}&category=accident")
    assert body["new"] == [[new.pk, 120.51, 30.0]]
    assert [each["id"] for each in body["calls"]] == [new.pk, other.pk]
    assert body["calls"][0]["where"] == "人民路口"
    assert "138" not in json.dumps(body["calls"])
    assert body["mark"] == f"{other.pk}.{mark.partition('.')[2]}"


def test_a_correction_takes_the_old_stamp_away(desk, town):
    with events.kept():
        one = call(received_at=NOW - timedelta(days=2))
        known = picture(desk.get(f"/command/map/heat/?{WEEK}&category=accident"))[0]
        changed(one, category="order")
        lost, gained, neither = (
            news(desk, known, f"{WEEK}&category={code}") for code in ("accident", "order", "other")
        )
        known |= {"mark": lost["mark"], "changes": [each[0] for each in lost["changed"]]}
        changed(one, validity="invalid")
        invalid = news(desk, known, f"{WEEK}&category=order")
    assert [each[1:] for each in lost["changed"]] == [[one.pk, [[120.5, 30.0]], []]]
    assert [each[1:] for each in gained["changed"]] == [[one.pk, [], [[120.5, 30.0]]]]
    assert [each[1:] for each in neither["changed"]] == [[one.pk, [], []]]
    assert [each[1:] for each in invalid["changed"]] == [[one.pk, [[120.5, 30.0]], []]]


def test_a_page_that_is_too_far_behind_starts_anew(desk, town):
    one = call()
    changed(one, category="order")
    with events.kept():
        assert live(desk, f"{one.pk}.0").json()["reload"] is True


def test_layers_come_from_the_places_own_files(desk, place):
    assert desk.get("/command/map/layers/roads/").status_code == 404
    maps.take(place_code="339900", path=FOLDER / "roads.geojson")
    answer = desk.get("/command/map/layers/roads/")
    assert len(answer.json()["features"]) == 40
    assert desk.get("/command/map/layers/roads/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert desk.get("/command/map/layers/other/").status_code == 404


def test_a_tile_server_is_let_in_only_when_there_is_one(desk, settings):
    assert "tiles.example" not in desk.get("/command/map/")["Content-Security-Policy"]
    settings.MAP_TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
    policy = desk.get("/command/map/")["Content-Security-Policy"]
    assert "img-src 'self' https://tiles.example.org data: blob:;" in policy
    assert "script-src 'self';" in policy


def spot(count: int = 40) -> None:
    random = np.random.default_rng(3)
    for lon, lat in random.normal((120.51, 30.005), 0.001, (count, 2)):
        call(received_at=NOW - timedelta(days=2), lon_wgs84=lon, lat_wgs84=lat)
    for lon, lat in random.uniform((120.43, 29.95), (120.57, 30.05), (60, 2)):
        call(received_at=NOW - timedelta(days=20), lon_wgs84=lon, lat_wgs84=lat)


def test_hot_spots_are_ranked_kept_and_repeated(desk, town):
    spot()
    answer = desk.post(
        "/command/runs/", {"kind": "hot_spots", "first": "2026-10-01", "last": "2026-11-22"}, follow=True
    )
    words, page = text_of(answer), answer.content.decode()
    assert "100 起有效警情" in words
    assert "有把握" in words
    run = Run.objects.get()
    opens_what_it_says(desk, page, f'<a href="(/command/list/[^"]*run={run.pk}[^"]*)">(\\d+)</a>', least=4)
    assert "可复现 ✓" in text_of(desk.post(f"/command/runs/{run.pk}/repeat/", follow=True))
    call(received_at=NOW - timedelta(days=2))
    assert "警情已有变化" in text_of(desk.post(f"/command/runs/{run.pk}/repeat/", follow=True))
    assert "100 起有效警情" in text_of(desk.get("/command/hotspots/"))


def test_segments_and_clusters_have_pages(desk, town):
    spot()
    for kind, word in (("segments", "按长度应有"), ("scan", "平时应有")):
        answer = desk.post("/command/runs/", {"kind": kind, "first": "2026-10-01", "last": "2026-11-22"}, follow=True)
        assert word in text_of(answer)


def test_an_unknown_analysis_is_refused(desk):
    assert desk.post("/command/runs/", {"kind": "bulletin"}).status_code == 409
    assert desk.get("/command/runs/00000000-0000-0000-0000-000000000001/").status_code == 404


@pytest.fixture
def squadron(unit, place) -> Agency:
    district = Place.objects.create(code="339902", name="东城区", parent=place)
    return Agency.objects.create(
        code="339900010100", kind="police", name="迎春中队", short_name="迎春中队", place=district, superior=unit
    )


def test_a_squadron_sees_its_own_calls_and_may_look_at_the_district(client, desk, town, squadron):
    call(received_at=NOW - timedelta(hours=1), unit=squadron)
    call(received_at=NOW - timedelta(hours=1), district="339902")
    call(received_at=NOW - timedelta(hours=1), district="339903")
    desk.post("/command/runs/", {"kind": "hot_spots", "first": "2026-11-01", "last": "2026-11-22"})
    leader = Person.objects.create_user("squadron", "x", name="许迪", role=Role.LEADER, agency=squadron)
    client.force_login(leader, backend=BACKEND)
    assert "迎春中队辖区" in text_of(client.get("/command/"))
    assert picture(client.get(f"/command/map/heat/?{WEEK}"))[0]["count"] == 1
    assert picture(client.get(f"/command/map/heat/?{WEEK}&wide=1"))[0]["count"] == 2
    assert "看全区" in text_of(client.get("/command/map/"))
    assert client.get(f"/command/runs/{Run.objects.get().pk}/").status_code == 200
    assert client.post("/command/runs/", {"kind": "hot_spots"}).status_code == 409


def test_a_squadron_sees_of_a_city_run_what_lies_among_its_own_calls(client, desk, town, squadron):
    spot()
    spot_of_others = Call.objects.filter(received_at__gt=NOW - timedelta(days=3)).values_list("pk", flat=True)
    desk.post("/command/runs/", {"kind": "hot_spots", "first": "2026-10-01", "last": "2026-11-22"})
    leader = Person.objects.create_user("squadron", "x", name="许迪", role=Role.LEADER, agency=squadron)
    client.force_login(leader, backend=BACKEND)
    page = client.get("/command/hotspots/")
    assert page.context["rows"] == []
    for pk in list(spot_of_others)[:25]:
        changed(Call.objects.get(pk=pk), unit=squadron)
    page = client.get("/command/hotspots/")
    assert "这里只列您辖区内有警情的" in text_of(page)
    first = page.context["rows"][0]
    listed = client.get(first["link"])
    assert 0 < listed.context["total"] <= 25 < first["count"]
    assert f"全部 {first['count']} 起，其中您辖区内 {listed.context['total']} 起" in text_of(listed)


def test_the_hours_of_the_week_are_beijings(desk):
    call(received_at=datetime(2026, 11, 18, 23, 30, tzinfo=BEIJING))  # a Wednesday
    page = desk.get("/command/hours/").content.decode()
    assert "最忙的是周三 23 时" in page
    assert "周三 23:00–24:00，共 1 起" in page


def test_other_people_find_no_desk(client, officer, adjusters):
    for person in (officer, adjusters[0]):
        client.force_login(person, backend=BACKEND)
        assert client.get("/command/").status_code == 404
