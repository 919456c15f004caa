"""Task orders as departments and units see them: sign for, report with a photo, nothing twice, nothing of others."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kuaichu import clock
from kuaichu.accounts.models import Agency, Person, Role
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.governance import actions
from kuaichu.governance.actions import Problem
from kuaichu.governance.tests.rows import call

BACKEND = "kuaichu.accounts.backends.StaffBackend"
PROBLEM = Problem(element="roads", level="orange", problem="标线磨损看不清", proposed_measure="重新施划标线")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES = tmp_path


def department(code: str, name: str) -> Person:
    agency = Agency.objects.create(code=code, kind="department", name=name, short_name=name, place_id="339900")
    return Person.objects.create_user(code, "x", name=f"{name}联络员", role=Role.PARTNER, agency=agency)


@pytest.fixture
def contact(place) -> Person:
    return department("DEP-1", "市政处")


@pytest.fixture
def helper(place) -> Person:
    return department("DEP-2", "迎春街道")


@pytest.fixture
def order(analyst, contact, helper):
    about = call(location="人民路", caller_name="王小明", caller_phone="13800990001")
    return actions.issue(
        person=analyst,
        problem=PROBLEM,
        lead_id=contact.agency_id,
        helper_ids=[helper.agency_id],
        call_ids=[about.pk],
    )


@pytest.fixture
def phone(client, contact):
    client.force_login(contact, backend=BACKEND)
    return client


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def photo(seed: int = 1) -> SimpleUploadedFile:
    return SimpleUploadedFile("p.jpg", scene_jpeg(seed, (400, 400)), "image/jpeg")


def test_without_orders_the_page_says_so(phone):
    assert "现在没有等您办的" in text_of(phone.get("/orders/"))
    assert "还没有销号的交办单" in text_of(phone.get("/orders/?closed=1"))


def test_sign_for_and_report_with_a_photo(phone, order, analyst):
    path = f"/orders/{order.number}/"
    words = text_of(phone.get("/orders/"))
    assert "等您办的 1 张" in words
    assert "还剩 6 天" in words
    page = text_of(phone.get(path))
    assert "人民路" in page
    assert "王小明" not in page
    assert "1380099" not in page
    assert phone.post(path + "report/", {"words": "x", "photo": photo()}).status_code == 422  # not signed for yet
    assert phone.post(path + "sign-for/")["Location"] == path
    assert phone.post(path + "sign-for/").status_code == 422
    assert phone.post(path + "report/", {"words": "已重新施划", "photo": photo()})["Location"] == path
    shown = phone.get(path).content.decode()
    assert "等核验的时间不算逾期" in shown
    picture = re.search(r'src="(/orders/[^"]+/photos/\d+/)"', shown)[1]
    assert phone.get(picture).content[:2] == b"\xff\xd8"
    actions.check(order_id=order.pk, person=analyst, is_mended=False, text="东侧没有划")
    assert "被退回了，原因： 东侧没有划" in text_of(phone.get(path))
    again = phone.post(path + "report/", {"words": "东侧补上了", "photo": photo()})
    assert (again.status_code, "请拍一张新的" in text_of(again), "照片已收到" in text_of(again)) == (422, True, False)
    phone.post(path + "report/", {"words": "东侧补上了", "photo": photo(2)})
    actions.check(order_id=order.pk, person=analyst, is_mended=True, text="")
    actions.close_order(order_id=order.pk, person=analyst)
    assert order.number in phone.get("/orders/?closed=1").content.decode()
    assert "现在没有等您办的" in text_of(phone.get("/orders/"))


def test_nothing_is_lost_when_a_report_is_refused(phone, order, contact):
    actions.sign_for(order_id=order.pk, person=contact)
    path = f"/orders/{order.number}/report/"
    no_photo = phone.post(path, {"words": "已重新施划"})
    assert (no_photo.status_code, "请附一张整改后的照片" in text_of(no_photo)) == (422, True)
    assert "已重新施划</textarea>" in no_photo.content.decode()
    bad = phone.post(path, {"words": "已重新施划", "photo": SimpleUploadedFile("p.jpg", b"not a photo", "image/jpeg")})
    assert (bad.status_code, "已重新施划</textarea>" in bad.content.decode()) == (422, True)
    no_words = phone.post(path, {"words": " ", "photo": photo()})
    assert (no_words.status_code, "照片已收到" in text_of(no_words)) == (422, True)
    kept = re.search(r'name="kept" value="([^"]+)"', no_words.content.decode())[1]
    assert phone.post(path, {"words": "已重新施划", "kept": kept[:-1] + "?"}).status_code == 422
    assert phone.post(path, {"words": "已重新施划", "kept": kept}).status_code == 302
    assert order.steps.get(action="report").photo_digest


def test_late_ones_are_named_first(phone, order):
    with clock.moved_by(timedelta(days=9, hours=1)):
        words = text_of(phone.get("/orders/"))
    assert "有 1 张已经逾期" in words
    assert "逾期第 3 天" in words


def test_helpers_read_and_others_find_nothing(client, order, helper, officer, analyst, adjusters, unit):
    path = f"/orders/{order.number}/"
    client.force_login(helper, backend=BACKEND)
    assert "由市政处牵头签收和反馈" in text_of(client.get(path))
    assert client.post(path + "sign-for/").status_code == 404
    assert client.post(path + "report/", {"words": "x", "photo": photo()}).status_code == 404
    outsider = department("DEP-3", "公路局")
    leader = Person.objects.create_user("leader", "x", name="许迪", role=Role.LEADER, agency=unit)
    for person in (outsider, leader):
        client.force_login(person, backend=BACKEND)
        assert client.get("/orders/").status_code == 200
        assert client.get(path).status_code == 404
    for person in (officer, analyst, adjusters[0]):
        client.force_login(person, backend=BACKEND)
        assert (client.get("/orders/").status_code, client.get(path).status_code) == (404, 404)
