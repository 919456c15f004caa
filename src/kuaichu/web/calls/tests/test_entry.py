"""Typing a call: judged while it is typed, stored once, nothing lost by a refusal, placed by the roads it names."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kuaichu import clock
from kuaichu.calls.models import Call, CallImport, CallLink
from kuaichu.calls.tests.factories import call
from kuaichu.governance import maps
from kuaichu.web.calls import locating, queues
from tests.conftest import PLACE

pytestmark = pytest.mark.usefixtures("unit")
SAID = {"caller_phone": "138 0099 0001", "content": "小区门口有辆车堵住了出口，麻烦帮忙挪车", "plates": "浙D·0Z12A"}


def key_of(desk):
    return re.search(r'name="form_key" value="([^"]+)"', desk.get("/calls/").content.decode()).group(1)


@pytest.fixture
def streets(place, tmp_path):
    """Two streets that cross, and one that touches neither."""
    lines = {
        "中兴路": [[120.49, 29.99], [120.50, 29.99], [120.51, 29.99]],
        "解放路": [[120.50, 29.98], [120.50, 29.99], [120.50, 30.00]],
        "学府街": [[120.60, 29.98], [120.61, 29.98]],
    }
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "LineString", "coordinates": points}}
        for name, points in lines.items()
    ]
    path = tmp_path / "roads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    maps.take(place_code=PLACE, path=path)


def test_stored_once_with_class_owner_and_number(desk, taker):
    form = SAID | {"form_key": key_of(desk), "injured": "1", "is_hit_and_run": "1"}
    for _ in range(2):
        answer = desk.post("/calls/", form)
        assert answer.status_code == 302
    stored = Call.objects.get()
    assert answer["Location"] == f"/calls/?taken={stored.number}"
    assert (stored.subclass, stored.classed_by, stored.owner, stored.injured) == ("parking", "text", taker, 1)
    assert (stored.caller_phone, stored.plates, stored.is_hit_and_run) == ("13800990001", "浙D0Z12A", True)
    assert stored.number[-6:] in desk.get(answer["Location"]).content.decode()


def test_another_call_from_the_same_form_is_another_call(desk):
    form = SAID | {"form_key": key_of(desk)}
    desk.post("/calls/", form)
    desk.post("/calls/", form | {"content": "两车追尾"})
    assert Call.objects.count() == 2


def test_the_call_began_with_the_first_key_and_a_person_may_say_the_class(desk):
    begun = clock.now() - timedelta(seconds=25)
    desk.post("/calls/", SAID | {"received_at": begun.isoformat().replace("+00:00", "Z"), "subclass": "blocking"})
    stored = Call.objects.get()
    assert stored.received_at == begun
    assert (stored.subclass, stored.classed_by) == ("blocking", "person")
    desk.post("/calls/", SAID | {"received_at": "2031-01-01T00:00:00Z"})
    assert Call.objects.latest("pk").received_at <= clock.now()


def test_a_refusal_keeps_everything_typed(desk):
    form = {"caller_phone": "13800990001", "caller_name": "王小明", "plates": "浙D0Z12A", "injured": "两", "unit": ""}
    answer = desk.post("/calls/", form)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert Call.objects.count() == 0
    for value in form.values():
        assert f'value="{value}"' in text
    assert "请写下报警内容" in text
    assert "人数不对" in text


def test_judged_while_typing_without_writing(desk, taker):
    earlier = call(taker)
    text = desk.post("/calls/judge/", SAID).content.decode()
    assert 'data-subclass="parking"' in text
    assert "<mark" in text
    assert earlier.number[-6:] in text
    assert "同一个电话报过" in text
    assert f"link_same_matter_{earlier.pk}" in text
    assert Call.objects.count() == 1
    assert CallLink.objects.count() == 0
    again = desk.post("/calls/judge/", SAID | {f"link_same_matter_{earlier.pk}": "yes"}).content.decode()
    assert re.search(r'value="yes"[^>]* checked', again)
    assert "有了电话" in desk.post("/calls/judge/", {"content": " "}).content.decode()


def test_answers_given_while_typing_are_kept(desk, taker):
    earlier = call(taker)
    desk.post("/calls/", SAID | {f"link_same_matter_{earlier.pk}": "yes"})
    later = Call.objects.latest("pk")
    assert later.repeat_of == earlier
    assert CallLink.objects.get(call=later, notion="same_matter").state == "confirmed"


@pytest.mark.usefixtures("streets")
def test_words_become_places(desk):
    assert [spot.label for spot in locating.spots(PLACE, "中兴路")] == ["中兴路与解放路路口", "中兴路"]
    assert locating.spots(PLACE, "中兴路与解放")[0].label == "中兴路与解放路路口"
    assert [spot.position for spot in locating.spots(PLACE, "学府")] == ["approximate"]
    assert locating.certain(PLACE, "中兴路学府街") is None
    assert "data-certain" in desk.post("/calls/spots/", {"location": "解放路中兴路口"}).content.decode()
    desk.post("/calls/", SAID | {"location": "解放路和中兴路路口往东"})
    stored = Call.objects.get()
    assert (stored.lon_wgs84, stored.lat_wgs84) == pytest.approx((120.50, 29.99))
    assert (stored.position, stored.road) == ("exact", "解放路")
    assert desk.get("/calls/map/roads/").status_code == 200


def test_a_place_without_a_map_is_taken_as_words(desk):
    assert locating.spots("338899", "中兴路") == []
    desk.post("/calls/", SAID | {"location": "菜场后门", "lon": "x", "lat": "29.9"})
    stored = Call.objects.get()
    assert (stored.location, stored.lon_wgs84, stored.position) == ("菜场后门", None, "none")


@pytest.mark.django_db(transaction=True)
def test_a_small_file_is_imported_and_its_faults_come_back(desk):
    rows = "接警编号,报警时间,报警内容\nA1,2026-03-01 10:00:00,两车追尾\nA2,不是时间,挪车\n"
    refused = desk.post("/calls/import/", {"file": SimpleUploadedFile("calls.pdf", b"x")})
    assert refused.status_code == 409
    answer = desk.post("/calls/import/", {"file": SimpleUploadedFile("calls.csv", rows.encode())})
    assert answer.status_code == 302, answer.content.decode()
    run = CallImport.objects.get()
    assert (run.rows_new, run.rows_faulty) == (1, 1)
    text = desk.get("/calls/import/").content.decode()
    assert f"/calls/import/{run.pk}/faults.csv" in text
    back = desk.get(f"/calls/import/{run.pk}/faults.csv").content.decode("utf-8-sig")
    assert "不是时间" in back


def test_one_matter_is_answered_once(desk, taker):
    """Two earlier calls are proposed; once one is confirmed the other asks for nothing more."""
    earlier = clock.now() - timedelta(hours=5)
    first, second = call(taker), call(taker, caller_phone="13900990002", received_at=earlier)
    scope = queues.scope_of(taker)
    before = len(queues.links(scope))
    desk.post("/calls/", SAID)
    later = Call.objects.latest("pk")
    links = CallLink.objects.filter(call=later, notion="same_matter")
    assert {link.earlier_id for link in links} == {first.pk, second.pk}
    assert [row.number for row in queues.links(scope)].count(later.number) == 1
    desk.post(f"/calls/links/{links[0].pk}/", {"answer": "yes"})
    assert len(queues.links(scope)) == queues.counts(scope)["links"] == before
    assert "不用再答" in desk.get(f"/calls/{later.number}/").content.decode()
