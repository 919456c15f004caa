"""The whole journey on two phones without any script: links and plain forms only."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kuaichu.cases.models import Case, Party
from kuaichu.cases.states import Stage
from kuaichu.dossier.actions.photos import ask_retake, pass_photos
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.web.driver.tests.phone import Phone
from tests.factories import PEOPLE, PHONES, harmless_answer, newest_code

pytestmark = pytest.mark.django_db
SLOTS = ("scene_front", "scene_rear", "impact")


def party(phone: Phone) -> Party:
    from kuaichu.cases.tokens import token_digest

    return Party.objects.get(token_digest=token_digest(phone.token))


def report() -> Phone:
    phone = Phone()
    phone.open("/start/").send("report/")
    assert phone.page == "safety"
    return phone


def screen(phone: Phone, **answers: str) -> Phone:
    phone.open(next(link for link in phone.links if link.endswith("/screening/")))
    while "/screening/" in phone.url:
        phone.send(0, press=answers.get(phone.page, harmless_answer(phone.page)))
    assert phone.page == "result"
    return phone


def locate(phone: Phone) -> Phone:
    phone.open("../place/").send("location", location="人民路与解放路路口", weather="3")
    assert phone.page == "invite", phone.text
    return phone


def photograph(phone: Phone, *, offset: int = 0, slots: tuple[str, ...] = SLOTS) -> Phone:
    for number, slot in enumerate(slots):
        phone.open(f"/c/{phone.token}/photos/{slot}/")
        phone.send("photo", files={"photo": SimpleUploadedFile("x.jpg", scene_jpeg(number + offset), "image/jpeg")})
        assert phone.page == "photos", phone.text
    phone.send("submit/")
    assert phone.page == "wait", phone.text
    return phone


def join(code: str) -> Phone:
    phone = Phone()
    phone.open("/join/").send("code", code=code)
    assert phone.page == "safety", phone.text
    return phone


def tell_phone(phone: Phone) -> Phone:
    me = party(phone)
    phone.open(f"/c/{phone.token}/phone/").send("phone", phone=PHONES[me.letter])
    phone.send("code", code=newest_code(me))
    assert phone.page == "particulars", phone.text
    return phone


def tell_particulars(phone: Phone) -> Phone:
    typed = PEOPLE[party(phone).letter]
    phone.open(f"/c/{phone.token}/particulars/").send(
        "document_number",
        name=typed.name,
        document_kind=typed.document_kind,
        document_number=typed.document_number,
        vehicle_kind=typed.vehicle_kind,
        plate_kind=typed.plate_kind,
        plate=typed.plate,
        insurer_code=typed.insurer_code,
        policy_number=typed.policy_number,
    )
    assert phone.page != "particulars", phone.text
    return phone


def tell_account(phone: Phone, *, a: list[str], b: list[str]) -> Phone:
    me, token = party(phone), phone.token
    sides: dict[str, Any] = {"s_A": a, "s_B": b}
    order = ("s_A", "s_B") if me.letter == "A" else ("s_B", "s_A")
    phone.open(f"/c/{phone.token}/account/")
    for name in order:
        phone.send(name, **{name: sides[name]})
    phone.send("part", part=["front" if me.letter == "A" else "rear"])
    phone.send("form", form="1")
    phone.send("statement", statement="前车刹车，后车没刹住")
    assert (phone.page, phone.token) != ("account", token), phone.text
    return phone


def sign(phone: Phone) -> Phone:
    phone.open(f"/c/{phone.token}/").send("what")
    assert phone.page == "sign"
    me = party(phone)
    return phone.send("typed_name", typed_name=me.name, code=newest_code(me), has_read="1")


@pytest.fixture
def at_leave(unit, insurers, officer) -> tuple[Phone, Phone, Case]:
    """Two phones, photos passed."""
    a = locate(screen(report()))
    digits = a.response.context["digits"].replace(" ", "")
    b = join(digits)
    photograph(a)
    case = Case.objects.get()
    pass_photos(case_id=case.pk, officer=officer)
    return a, b, case


def test_self_settlement_without_scripts(at_leave) -> None:
    a, b, case = at_leave
    for phone in (a, b):
        phone.open(f"/c/{phone.token}/wait/?for=check")
        assert phone.page == "leave"
        assert "可以离开了" in phone.text
        tell_phone(phone)
        tell_particulars(phone)
        tell_account(phone, a=["rear_end"], b=["-"])
    b.open(f"/c/{b.token}/")
    assert b.page == "proposal"
    assert "全部责任" in b.text
    assert "第四十三条" in b.text
    a.open(f"/c/{a.token}/").send("choice", press="agree")
    assert "您选了：同意" in a.text
    b.open(f"/c/{b.token}/").send("choice", press="agree")
    assert b.page == "sign"
    assert PEOPLE["A"].document_number in b.text
    sign(a)
    assert a.page == "wait"
    assert "等乙方签字" in a.text
    sign(b)
    assert b.page == "timeline", b.text
    case.refresh_from_db()
    assert case.stage == Stage.CLAIMS
    a.open(f"/c/{a.token}/money/").send("number", number="6217000000000030")
    assert "**** 0030" in a.text


def test_online_determination_and_review(at_leave, officer) -> None:
    from kuaichu.liability.actions import Decision, determine

    a, b, case = at_leave
    for phone, said in ((a, (["rear_end"], ["-"])), (b, (["-"], ["reversing"]))):
        tell_particulars(tell_phone(phone))
        tell_account(phone, a=said[0], b=said[1])
    a.open(f"/c/{a.token}/")
    assert a.page == "proposal"
    a.send("choice", press="police")
    b.open(f"/c/{b.token}/").send("choice", press="police")
    assert b.page == "wait"
    assert "民警正在认定责任" in b.text
    determine(
        case_id=case.pk,
        officer=officer,
        decision=Decision(
            grades={"A": "full", "B": "none"},
            shares={"A": 100, "B": 0},
            facts_text="甲方追尾乙方。",
            override_reason="照片显示追尾",
        ),
    )
    b.open(b.url)
    assert b.page == "sign"
    assert "不表示同意" in b.text
    sign(b)
    sign(a)
    assert a.page == "timeline", a.text
    a.open(f"/c/{a.token}/review/").send("reason", reason="我没有追尾，是对方倒车。")
    assert "复核申请" in a.text
    a.send("withdraw", press="withdraw")
    assert "申请人已撤回" in a.text


def test_split_choice_leads_to_an_officer(at_leave) -> None:
    a, b, case = at_leave
    for phone in (a, b):
        tell_particulars(tell_phone(phone))
        tell_account(phone, a=["rear_end"], b=["-"])
    a.open(f"/c/{a.token}/").send("choice", press="agree")
    b.open(f"/c/{b.token}/").send("choice", press="police")
    assert "你们选的不一样" in b.text
    b.open(f"/c/{b.token}/officer/?reason=disagreement").send("reason")
    assert b.page == "officer"
    assert "已请民警到场" in b.text
    case.refresh_from_db()
    assert (case.stage, case.officer_request_reason) == (Stage.ATTENDANCE, "disagreement")
    assert a.open(f"/c/{a.token}/").page == "officer"


def test_retake_says_why(unit, insurers, officer) -> None:
    a = locate(screen(report()))
    photograph(a)
    case = Case.objects.get()
    ask_retake(case_id=case.pk, officer=officer, slots={"impact": "too_dark"})
    a.open(f"/c/{a.token}/")
    assert a.page == "photos"
    assert "请补拍几张" in a.text
    assert "太暗了，请换个角度再拍一张" in a.text
    photograph(a, offset=7, slots=("impact",))
    assert "民警正在看照片" in a.text


def test_keep_the_scene_and_take_it_back(unit) -> None:
    phone = screen(report(), injured="yes")
    assert "请保护好现场" in phone.text
    assert phone.links.index("tel:120") < phone.links.index("tel:122")
    assert phone.open(f"/c/{phone.token}/").page == "result"
    phone.send(0)
    assert phone.page == "injured"


def test_leave_and_call_says_so(unit, officer) -> None:
    phone = locate(screen(report(), facility="yes"))
    photograph(phone)
    pass_photos(case_id=Case.objects.get().pk, officer=officer)
    phone.open(f"/c/{phone.token}/wait/?for=check")
    assert "请打 122" in phone.text


def test_alone_then_guest_on_the_same_phone(unit, insurers, officer) -> None:
    a = locate(screen(report()))
    photograph(a)
    pass_photos(case_id=Case.objects.get().pk, officer=officer)
    tell_particulars(tell_phone(a))
    assert a.page == "invite"
    a.send("shared", press="shared")
    guest = a.token
    assert a.page == "phone", a.text
    assert "乙方" in a.text
    tell_particulars(tell_phone(a))
    tell_account(a, a=["rear_end"], b=["-"])
    assert a.token != guest, "the phone goes back to its owner"
    assert a.page == "account"
    tell_account(a, a=["rear_end"], b=["-"])
    assert a.page == "proposal"
    a.send("choice", press="agree")
    assert a.page == "hand-over"
    a.open(next(link for link in a.links if guest in link)).send("choice", press="agree")
    assert a.page == "sign", a.text


def with_guest_without_phone(officer, *, contact: str) -> tuple[Phone, str, str]:
    """One phone, a rider without one: at the proposal. The phone, the tokens of its owner and of the rider."""
    a = locate(screen(report()))
    a.send("none", press="none", kind="nonmotor")
    assert a.page == "photos"
    photograph(a)
    pass_photos(case_id=Case.objects.get().pk, officer=officer)
    tell_particulars(tell_phone(a))
    tell_account(a, a=["not_yielding"], b=["-"])
    assert a.page == "hand-over"
    host = a.token
    a.open(next(link for link in a.links if "/c/" in link and host not in link))
    assert a.page == "particulars"
    guest = a.token
    a.send("contact", name="王二", document_number=PEOPLE["B"].document_number, vehicle_kind="F6", contact=contact)
    assert "停着没动" in a.text
    assert "开关车门" not in a.text, "a bicycle has no doors"
    tell_account(a, a=["not_yielding"], b=["-"])
    assert a.page == "proposal", a.text
    return a, host, guest


def test_party_with_a_fixed_line_cannot_sign_online(unit, insurers, officer) -> None:
    a, host, guest = with_guest_without_phone(officer, contact="057588880000")
    assert "不能在线签协议" in a.text
    for token in (host, guest):
        a.open(f"/c/{token}/proposal/").send("choice", press="agree")
    a.open(f"/c/{guest}/sign/")
    assert "没有能收验证码的手机" in a.text
    assert f"/c/{guest}/officer/" in a.links


def test_party_without_a_phone_signs_with_a_code_to_its_contact(unit, insurers, officer) -> None:
    a, host, guest = with_guest_without_phone(officer, contact=PHONES["C"])
    assert "不能在线签协议" not in a.text
    for token in (host, guest):
        a.open(f"/c/{token}/proposal/").send("choice", press="agree")
    a.open(f"/c/{guest}/sign/")
    assert "到您留的联系电话" in a.text
    sign(a)
    assert "签了字" in a.open(f"/c/{host}/timeline/").text


def test_double_taps(at_leave) -> None:
    a, b, case = at_leave
    tell_phone(a)
    assert a.again().page == "particulars"
    tell_particulars(a)
    a.again()
    assert a.status == 200
    tell_account(a, a=["rear_end"], b=["-"])
    a.again()
    assert a.status == 200
    tell_particulars(tell_phone(b))
    tell_account(b, a=["rear_end"], b=["-"])
    b.again()
    assert b.page == "proposal"
    for phone in (a, b):
        phone.open(f"/c/{phone.token}/").send("choice", press="agree")
    assert b.again().page == "sign"
    sign(a)
    assert a.again().page == "wait"
    sign(b)
    assert b.again().page == "timeline"
    case.refresh_from_db()
    assert case.stage == Stage.CLAIMS


def test_second_tap_on_add_adds_one(unit) -> None:
    a = locate(screen(report()))
    a.send("shared", press="shared")
    a.again()
    assert Case.objects.get().parties.count() == 2
