"""The desk over HTTP: a claim from the sheet to the money, forms without scripts, foreign claims, both languages."""

import pytest
from django.test import Client

from kuaichu.claims.models import Assessment, Payment
from kuaichu.claims.tests.factories import (
    EQUAL,
    accept_all,
    assess,
    claims_of,
    complete,
    confirm,
    ready_to_pay,
    settled_case,
)
from kuaichu.journal.models import PersonalDataRead
from kuaichu.links.models import Exchange


@pytest.fixture
def desks(adjusters) -> list[Client]:
    made = []
    for adjuster in adjusters:
        client = Client()
        client.force_login(adjuster, backend="kuaichu.accounts.backends.StaffBackend")
        made.append(client)
    return made


@pytest.fixture
def case(unit, officer, insurers):
    return complete(settled_case(unit, officer, insurers))


def url(claim, step: str = "") -> str:
    return f"/insurer/claims/{claim.pk}/{step}"


def rows(*typed: tuple[str, str, str, str], do: str = "save") -> dict[str, str]:
    fields = ("part", "item", "work", "amount")
    post = {f"line-{n}-{field}": value for n, row in enumerate(typed) for field, value in zip(fields, row, strict=True)}
    return post | {"do": do}


def test_from_the_sheet_to_the_money(case, desks, adjusters):
    accept_all(case)
    claims = claims_of(case)
    first = desks[0].post(url(claims["A"], "assess/A/"), rows(("front", "", "repair", "3,600")), follow=True)
    assert "定损已保存" in first.content.decode()
    desks[1].post(url(claims["B"], "assess/B/"), rows(("rear", "", "replace", "４８５０"), ("left", "", "repair", "")))
    page = desks[0].get(url(claims["A"])).content.decode()
    assert "8,450.00" in page
    assert "分文不差" in page
    assert "《民法典》第一千二百一十三条" in page
    assert "乙方没有责任" in page
    response = desks[0].post(url(claims["A"], "approve/"), {"version": "1"})
    assert response.url == url(claims["A"]) + "?queue=pay"
    for payment in Payment.objects.all():
        desks[0].post(url(claims["A"], f"payments/{payment.pk}/"))
        payment.refresh_from_db()
        assert payment.state == "ordered"
        confirm(payment)
    page = desks[0].get(url(claims["A"]) + "?queue=done").content.decode()
    assert page.count("已到账") == 2
    assert "赔付完成" in page


def test_rows_are_added_and_removed_without_scripts(case, desks):
    claim = claims_of(case)["A"]
    typed = (("front", "保险杠", "replace", "100"), ("left", "车门", "paint", "abc"))
    page = desks[0].post(url(claim, "assess/A/"), rows(*typed, do="add")).content.decode()
    assert 'name="line-2-amount"' in page
    assert 'value="保险杠"' in page
    page = desks[0].post(url(claim, "assess/A/"), rows(*typed, do="remove-0")).content.decode()
    assert 'value="保险杠"' not in page
    assert 'value="车门"' in page
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ([("front", "", "repair", "12.345")], "请保留两位小数"),
        ([("front", "", "repair", "-1")], "金额不能小于 0"),
        ([("front", "", "repair", "一百")], "请填写金额"),
        ([("", "", "repair", "100")], "每一行都要选部位或写明项目"),
        ([("front", "灯", "repair", "0")], "金额都要大于 0"),
        ([("front", "", "repair", "")], "请至少填一行"),
        ([("front", "", "melt", "1")], "请选择维修方式"),
        ([("wheel", "", "repair", "1")], "请选择受损部位"),
    ],
)
def test_a_bad_sheet_is_refused_and_kept(typed, message, case, desks):
    good = [("rear", "尾灯", "paint", "5")] if typed[0][3] else []
    response = desks[0].post(url(claims_of(case)["A"], "assess/A/"), rows(*good, *typed))
    page = response.content.decode()
    assert response.status_code == 409
    assert message in page
    assert typed[0][3] in page
    assert not Assessment.objects.exists()


def test_a_vehicle_without_loss(case, desks):
    desks[0].post(url(claims_of(case)["A"], "assess/A/"), {"do": "no_loss"})
    assert Assessment.objects.get().total_fen == 0


def test_foreign_claims_photos_and_files_do_not_exist(case, desks, unit, officer, insurers):
    claim, foreign = claims_of(case)["A"], claims_of(case)["B"]
    file = case.instruments.get().files.get()
    nothing = "00000000-0000-4000-8000-000000000000"
    assert desks[0].get(url(claim)).status_code == 200
    for path in ("", f"photos/{nothing}/320/", f"files/{file.pk}/"):
        assert desks[0].get(url(foreign, path)).status_code == 404
    for path in ("approve/", "settle/", "refuse/", "send-again/", "recheck/", f"payments/{nothing}/", "assess/B/"):
        assert desks[0].post(url(foreign, path), rows()).status_code == 404
    assert desks[0].post(url(claim, "assess/B/"), rows(("rear", "", "repair", "1"))).status_code == 404
    other = complete(settled_case(unit, officer, insurers))
    other_file = other.instruments.get().files.get()
    assert desks[0].get(url(claim, f"files/{other_file.pk}/")).status_code == 404
    assert Client().get(url(claim)).status_code == 302


def test_the_other_side_is_masked_and_reading_is_remembered(case, desks, adjusters):
    page = desks[0].get(url(claims_of(case)["A"])).content.decode()
    assert "王小明" in page
    assert "李𬱟" not in page
    assert "李*" in page
    read = PersonalDataRead.objects.get()
    assert (read.actor_id, read.stream, read.page) == (str(adjusters[0].pk), case.pk, "insurer.claim")


def test_an_old_page_can_not_approve_new_figures(case, desks, adjusters):
    accept_all(case)
    assess(case, adjusters, A=100, B=200)
    assess(case, adjusters, B=300)
    claim = claims_of(case)["A"]
    response = desks[0].post(url(claim, "approve/"), {"version": "1"})
    assert (response.status_code, "刚刚重新计算过" in response.content.decode()) == (409, True)
    assert desks[0].post(url(claim, "approve/"), {"version": "x"}).status_code == 409
    assert claims_of(case)["A"].state == "assessed"


def test_payment_waits_for_an_account(unit, officer, insurers, adjusters, desks):
    case = settled_case(unit, officer, insurers, card="")
    payment = ready_to_pay(case, adjusters, A=0, B=100)[0]
    assert "还没有填写收款账号" in desks[0].get(url(payment.claim)).content.decode()
    response = desks[0].post(url(payment.claim, f"payments/{payment.pk}/"))
    assert (response.status_code, "乙方还没有填写收款账号" in response.content.decode()) == (409, True)


def test_a_failed_notice_can_be_sent_again(case, desks):
    claim = claims_of(case)["A"]
    Exchange.objects.filter(subject_id=str(claim.pk)).update(state="failed", error_code="partner.503")
    type(claim).objects.filter(pk=claim.pk).update(notify_failed_at=claim.opened_at)
    assert "重新发送" in desks[0].get(url(claim)).content.decode()
    assert desks[0].post(url(claim, "send-again/"), follow=True).status_code == 200
    assert Exchange.objects.get(subject_id=str(claim.pk)).state == "queued"


def test_refusal_needs_a_reason_and_shows_it(case, desks):
    claim = claims_of(case)["A"]
    assert desks[0].post(url(claim, "refuse/"), {"reason": " "}).status_code == 409
    page = desks[0].post(url(claim, "refuse/"), {"reason": "保险期间已届满。"}, follow=True).content.decode()
    assert "保险期间已届满。" in page
    assert "同意赔付" not in page


def test_the_pulse_is_quiet_until_something_moves(case, desks):
    claim = claims_of(case)["A"]
    case.refresh_from_db()
    address = f"/insurer/pulse/?queue=assess&claim={claim.pk}&version={case.version}"
    first = desks[0].get(address)
    assert "data-moved" not in first.content.decode()
    assert desks[0].get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    accept_all(case)
    assert "data-moved" in desks[0].get(address).content.decode()


def test_every_page_in_english_too(case, desks, adjusters, unit, officer, insurers):
    accept_all(case)
    own_pay = complete(settled_case(unit, officer, insurers, liability=EQUAL))
    accept_all(own_pay)
    assess(own_pay, adjusters, A=1000, B=900)
    for address in ("/insurer/", "/insurer/search/?q=浙D", url(claims_of(case)["A"]), url(claims_of(own_pay)["A"])):
        for language in ("zh-hans", "en"):
            assert desks[0].get(f"{address}{'&' if '?' in address else '?'}lang={language}").status_code == 200
    assert "Not all have agreed to it" in desks[0].get(url(claims_of(own_pay)["A"])).content.decode()
