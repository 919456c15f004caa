"""State by state: which page a link leads to, who is let in, what is said when something is refused."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from kuaichu import clock
from kuaichu.cases import actions
from kuaichu.cases.models import Case, Party
from kuaichu.cases.states import Stage
from kuaichu.cases.tokens import party_token, token_digest
from kuaichu.claims.models import Claim
from kuaichu.claims.tests.factories import EQUAL, complete, determine, pay, ready_to_pay, settled_case
from kuaichu.dossier.actions.photos import submit_photos
from kuaichu.liability.actions import choose
from kuaichu.web.driver.tests.phone import Phone
from tests import factories

pytestmark = pytest.mark.django_db
SMALL_ENOUGH = 20_000
OWN_PAGES = (
    *("", "safety/", "screening/", "screening/injured/", "result/", "place/", "invite/", "photos/", "photos/impact/"),
    *("wait/", "leave/", "hand-over/", "officer/", "phone/", "particulars/", "account/", "proposal/", "sign/"),
    *("timeline/", "money/", "review/"),
)


def every_page_answers(token: str, *, client: Client | None = None) -> None:
    """No page of a party ever crashes, wherever the case stands."""
    client = client or Client()
    for page in OWN_PAGES:
        response = client.get(f"/c/{token}/{page}", follow=True)
        assert response.status_code == 200, page
        assert b'<html lang="zh-CN">' in response.content


def device_of(party: object) -> Client:
    client = Client()
    client.cookies["kc_device"] = actions.bind_device(party_id=party.pk)  # type: ignore[attr-defined]
    return client


def test_every_page_answers_at_every_stage(unit, insurers, officer) -> None:
    new = factories.new_case()
    every_page_answers(new.token)
    kept = factories.screened(injured="yes")
    every_page_answers(kept.token)
    pair = factories.two_parties()
    every_page_answers(pair.tokens["A"])
    every_page_answers(pair.tokens["B"])
    factories.pass_photos(pair, officer)
    every_page_answers(pair.tokens["B"])


def test_every_page_answers_after_the_details(unit, insurers, officer) -> None:
    from kuaichu.liability.actions import choose

    pair = factories.at_liability(officer)
    clients = {letter: device_of(party) for letter, party in pair.parties.items()}
    every_page_answers(pair.tokens["A"], client=clients["A"])
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="agree")
    every_page_answers(pair.tokens["B"], client=clients["B"])
    factories.sign_all(pair.refresh())
    every_page_answers(pair.tokens["A"], client=clients["A"])
    page = clients["A"].get(f"/c/{pair.tokens['A']}/timeline/?lang=en").content.decode()
    assert '<html lang="en">' in page


def test_wrong_and_expired_links(unit) -> None:
    new = factories.new_case()
    assert Client().get("/c/nonsense/").status_code == 404
    assert Client().get("/c/nonsense/state").status_code == 404
    long_ago = clock.now() - timedelta(days=40)
    Case.objects.filter(pk=new.case.pk).update(stage="closed", outcome="settled", closed_at=long_ago)
    new.party.link_expires_at = clock.now()
    new.party.save(update_fields=["link_expires_at"])
    page = Phone().open(f"/c/{new.token}/")
    assert page.status == 409
    assert "这个链接已过期" in page.text
    assert Client().get(f"/c/{new.token}/state").status_code == 409


def test_other_device_proves_the_phone_first(unit, insurers, officer) -> None:
    pair = factories.at_liability(officer)
    party = pair.parties["A"]
    actions.bind_device(party_id=party.pk)
    stranger = Phone().open(f"/c/{pair.tokens['A']}/particulars/")
    assert stranger.page == "device"
    assert "138****8001" in stranger.text
    assert factories.PEOPLE["A"].document_number not in stranger.text
    stranger.send("what", press="")
    stranger.send("code", code="000000" if factories.newest_code(party) != "000000" else "111111")
    assert (stranger.status, stranger.page) == (422, "device")
    stranger.send("code", code=factories.newest_code(party))
    assert stranger.page == "proposal"
    cookie = stranger.client.cookies["kc_device"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_one_browser_holds_several_parties(unit, insurers, officer) -> None:
    pair = factories.at_liability(officer)
    phone = Phone()
    for letter in "AB":
        actions.bind_device(party_id=pair.parties[letter].pk)
        phone.open(f"/c/{pair.tokens[letter]}/").send("what").send(
            "code", code=factories.newest_code(pair.parties[letter])
        )
    assert phone.open(f"/c/{pair.tokens['A']}/").page == "proposal"


def test_state_is_cheap_and_says_nothing_personal(unit, insurers, officer, django_assert_max_num_queries) -> None:
    pair = factories.at_liability(officer)
    client, address = Client(), f"/c/{pair.tokens['A']}/state"
    with django_assert_max_num_queries(3):
        first = client.get(address)
    assert set(first.json()) == {"version", "step", "photos", "may_leave"}
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    from kuaichu.liability.actions import choose

    choose(party_id=pair.parties["B"].pk, choice="agree")
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_nobody_looks_at_the_photos(unit, insurers, officer) -> None:
    from kuaichu.dossier.actions.photos import receive_photo
    from kuaichu.dossier.tests.pictures import scene_jpeg

    pair = factories.two_parties()
    for number, slot in enumerate(("scene_front", "scene_rear", "impact")):
        receive_photo(party_id=pair.parties["A"].pk, slot=slot, data=scene_jpeg(number))
    submit_photos(party_id=pair.parties["A"].pk)
    phone = Phone().open(f"/c/{pair.tokens['A']}/")
    assert "没有答复" in phone.text
    with clock.moved_by(timedelta(minutes=10)):
        phone.open(phone.url)
        assert "等得有点久了" in phone.text
        phone.send("reason")
    assert phone.page == "officer"
    case = Case.objects.get()
    assert (case.stage, case.officer_request_reason) == (Stage.ATTENDANCE, "no_answer")


def test_fields_say_what_is_wrong_and_lose_nothing(unit, insurers, officer) -> None:
    pair = factories.two_parties()
    factories.pass_photos(pair, officer)
    party = pair.parties["A"]
    factories.confirm_phone(party)
    phone = Phone()
    phone.client = device_of(party)
    phone.open(f"/c/{pair.tokens['A']}/particulars/")
    phone.send(
        "document_number", name="王小明", document_number="339999196010181348", plate="浙O12345", policy_number=""
    )
    assert phone.status == 422
    page = phone.response.content.decode()
    assert 'value="王小明"' in page
    assert 'value="339999196010181348"' in page
    assert 'id="document_number-error"' in page
    assert 'aria-describedby="plate-error"' in page
    assert "保险公司" in phone.text


def test_an_account_needs_an_answer_on_every_screen(unit, insurers, officer) -> None:
    pair = factories.two_parties()
    phone = Phone().open(f"/c/{pair.tokens['B']}/account/")
    phone.send("asked")
    assert "请先选一项" in phone.text
    phone.send("asked", s_B=["-"])
    assert "甲方当时怎么了" in phone.text
    phone.open(phone.url.split("?")[0] + "?s_B=nonsense&s_A=rear_end")
    assert "您当时怎么了" in phone.text


def test_join_with_wrong_code_is_limited(unit) -> None:
    phone = Phone().open("/join/")
    statuses = [phone.send("code", code=f"{number:06d}").status for number in range(14)]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    assert "操作太频繁" in phone.text


def test_invitation_by_link_needs_a_tap_and_works_once(unit) -> None:
    first = factories.screened()
    invitation = actions.invite(party_id=first.party.pk)
    phone = Phone().open(f"/j/{invitation.token}/")
    assert first.case.parties.count() == 1
    phone.send("kind", kind="nonmotor")
    assert phone.page == "safety"
    assert first.case.parties.get(letter="B").kind == "nonmotor"
    assert phone.again().page == "safety"  # the same shown form: the second tap
    assert "已经用过" in Phone().open(f"/j/{invitation.token}/").send("kind").text
    assert first.case.parties.count() == 2


def test_sample_buttons_are_for_the_demonstration(unit, insurers, officer, settings) -> None:
    pair = factories.two_parties()
    settings.DEMO = False
    assert Client().post(f"/c/{pair.tokens['A']}/photos/samples/").status_code == 404
    assert "示例" not in Phone().open(f"/c/{pair.tokens['A']}/photos/").text
    settings.DEMO = True
    phone = Phone().open(f"/c/{pair.tokens['A']}/photos/").send("samples/")
    assert "照片够了" in phone.text
    factories.confirm_phone(pair.parties["A"])
    phone.client = device_of(pair.parties["A"])
    phone.open(f"/c/{pair.tokens['A']}/particulars/?example=1").send("document_number")
    assert phone.status == 200
    assert phone.page != "particulars", phone.text


def test_file_of_another_case_is_not_found(unit, insurers, officer) -> None:
    from kuaichu.dossier.models import InstrumentFile
    from kuaichu.dossier.queries import instruments_of

    pair = factories.at_claims(officer)
    view = instruments_of(pair.case.pk)[0]
    row = InstrumentFile.objects.create(
        instrument=view.instrument, edition="signed", sha256="0" * 64, size=1, sealed_at=clock.now()
    )
    other = factories.new_case()
    assert Client().get(f"/c/{other.token}/files/{row.pk}/").status_code == 404


def test_first_page_is_small(unit) -> None:
    page = Client().get("/start/").content.decode()
    size = len(gzip.compress(page.encode()))
    for path in re.findall(r'(?:href|src)="/static/([^"]+)"', page):
        size += len(gzip.compress((Path(settings.ROOT) / "web" / "static" / path).read_bytes()))
    assert size < SMALL_ENOUGH, size


def test_pages_carry_no_inline_script_or_style(unit, insurers, officer) -> None:
    pair = factories.two_parties()
    for page in ("", "invite/", "photos/", "place/", "safety/"):
        text = Client().get(f"/c/{pair.tokens['A']}/{page}", follow=True).content.decode()
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*src=)", text), page


def test_a_form_that_is_sent_twice_makes_one_case_and_one_party(unit):
    first = Phone().open("/start/").send("report/")
    url = first.url
    assert first.again().url == url
    assert Case.objects.count() == 1
    invitation = actions.invite(party_id=Party.objects.get(token_digest=token_digest(first.token)).pk)
    second = Phone().open("/join/").send("code", code=invitation.code)
    url = second.url
    assert second.again().url == url
    assert Party.objects.count() == 2
    assert "已经用过" in Phone().open("/join/").send("code", code=invitation.code).text
    assert Party.objects.count() == 2


def test_the_first_page_leads_back_to_the_open_case_of_this_browser(unit):
    phone = Phone().open("/start/")
    assert "接着办上次的案件" not in phone.text
    phone.send("report/")
    back = f"/c/{phone.token}/"
    assert phone.client.cookies["kc_last"]["httponly"]
    phone.open("/start/")
    assert back in phone.links
    Case.objects.update(stage="closed", outcome="withdrawn", closed_at=clock.now())
    assert back not in phone.open("/start/").links
    phone.client.cookies["kc_last"] = "nonsense"
    assert phone.open("/start/").status == 200


def test_money_that_was_paid_before_a_new_determination_is_not_called_done(unit, officer, insurers, adjusters):
    payments = ready_to_pay(settled_case(unit, officer, insurers), adjusters, A=3600, B=4850)
    for payment in payments:
        pay(payment, adjusters)
    case = Case.objects.get()
    Case.objects.update(stage=Stage.CLAIMS, closed_at=None)
    case.refresh_from_db()
    determine(case, officer, EQUAL)
    complete(case)
    phone = Phone()
    party = case.parties.get(letter="A")
    phone.client = device_of(party)
    for page in ("money/", "timeline/"):
        text = phone.open(f"/c/{party_token(party.pk)}/{page}").text
        assert "责任已重新认定，保险公司正在复查" in text
        assert "按新的认定算" in text
        assert "到账了" not in text
        assert "办完了" not in text
    Claim.objects.update(flagged_at=None, recheck_note="差额退回")
    assert "赔款到账了" in phone.open(f"/c/{party_token(party.pk)}/money/").text


def test_pages_answer_to_head(unit):
    new = factories.screened()
    for path in ("/start/", "/", "/verify/", f"/c/{new.token}/state", f"/c/{new.token}/place/"):
        answer = Client().head(path, follow=True)
        assert (answer.status_code, answer.content) == (200, b""), path


def test_english_reads_beside_the_chinese_paper(officer, insurers):
    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="agree")
    client = device_of(pair.parties["A"])
    page = client.get(f"/c/{pair.tokens['A']}/sign/?lang=en", follow=True).content.decode()
    assert "The Chinese text is what you sign" in page
    labels = re.findall(r'<span class="small" lang="en">([^<]*)</span>', page)
    assert {"Time", "Policy number", "Facts of the accident"} <= set(labels)
    assert all(label.isascii() for label in labels), labels
