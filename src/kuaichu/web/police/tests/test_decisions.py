"""Decisions: what is taken, what is refused beside the form, two officers at once, and the next case."""

import json
import re

import pytest

from kuaichu.cases import actions
from kuaichu.dossier.models import Photo
from kuaichu.liability.actions import apply_for_review, choose
from kuaichu.liability.models import Determination, Proposal, Review
from kuaichu.liability.tests.test_impacts import three
from kuaichu.web.police.tests.test_desk import hand_in
from tests import factories

pytestmark = pytest.mark.usefixtures("unit", "insurers")
BACKEND = "kuaichu.accounts.backends.StaffBackend"


@pytest.fixture
def desk(client, officer):
    client.force_login(officer, backend=BACKEND)
    return client


@pytest.fixture
def online(officer):
    """Both asked for a determination; A ran into B, and they agree on that."""
    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="police")
    return pair.refresh()


def seen(pair):
    return [str(key) for key in Photo.objects.filter(case=pair.case).values_list("pk", flat=True)]


def form(pair, **fields):
    return {"queue": "online", "version": pair.case.version, "facts_text": "甲车追尾乙车。"} | fields


def test_passing_photos_opens_the_next_case(desk):
    first, second = hand_in(factories.two_parties()), hand_in(factories.two_parties())
    answer = desk.post(f"/police/cases/{first.case.pk}/photos/pass/", {"queue": "photos", "seen": seen(first)})
    assert answer["Location"] == f"/police/cases/{second.case.pk}/?queue=photos"
    assert first.refresh().case.photo_state == "passed"
    last = desk.post(f"/police/cases/{second.case.pk}/photos/pass/", {"queue": "photos", "seen": seen(second)})
    assert last["Location"] == "/police/?queue=photos"


def test_retake_needs_a_reason_and_names_the_photo(desk):
    pair = hand_in(factories.two_parties())
    address = f"/police/cases/{pair.case.pk}/photos/retake/"
    refused = desk.post(address, {"seen": seen(pair), "retake_impact": ""})
    assert (refused.status_code, "请选择哪张照片需要重拍" in refused.content.decode()) == (409, True)
    assert desk.post(address, {"seen": seen(pair), "retake_impact": "blurred"}).status_code == 302
    states = dict(Photo.objects.filter(case=pair.case).values_list("slot", "check_state"))
    assert states == {"scene_front": "passed", "scene_rear": "passed", "impact": "retake"}
    assert pair.refresh().case.photo_state == "retake"


def test_photos_that_were_not_seen_are_not_passed(desk):
    pair = hand_in(factories.two_parties())
    for posted in (seen(pair)[:2], ["nonsense"], []):
        assert desk.post(f"/police/cases/{pair.case.pk}/photos/pass/", {"seen": posted}).status_code == 409
    assert pair.refresh().case.photo_state == "submitted"


def test_second_officer_sees_what_happened(client, officer, second_officer):
    pair = hand_in(factories.two_parties())
    photos = seen(pair)
    for person, status in ((officer, 302), (second_officer, 409)):
        client.force_login(person, backend=BACKEND)
        answer = client.post(f"/police/cases/{pair.case.pk}/photos/pass/", {"seen": photos})
        assert answer.status_code == status
    assert "已由同事处理" in answer.content.decode()
    assert "当事人正在填写信息" in answer.content.decode()


def test_confirming_the_proposal(desk, online):
    page = desk.get(f"/police/cases/{online.case.pk}/?queue=online").content.decode()
    assert "系统建议" in page
    assert 'value="full" checked data-proposed' in page
    answer = desk.post(f"/police/cases/{online.case.pk}/determination/", form(online, grade_A="full", grade_B="none"))
    assert answer.status_code == 302
    made = Determination.objects.get()
    assert (made.grades, made.is_override) == ({"A": "full", "B": "none"}, False)


SENSELESS = [
    ({}, "请为每一方选择责任"),
    ({"grade_A": "full"}, "请为每一方选择责任"),
    ({"grade_A": "full", "grade_B": "none", "facts_text": " "}, "请写明事故事实"),
    ({"grade_A": "equal", "grade_B": "equal"}, "请写明理由"),
    ({"grade_A": "full", "grade_B": "equal", "override_reason": "因为", "conduct_B": "倒车"}, "各方责任对不上"),
    ({"grade_A": "primary", "grade_B": "none", "override_reason": "因为"}, "各方责任对不上"),
    ({"grade_A": "most", "grade_B": "none", "override_reason": "因为"}, "请选择责任等级"),
    ({"grade_A": "full", "grade_B": "none", "share_A": "-5"}, "比例请填"),
    ({"grade_A": "equal", "grade_B": "equal", "override_reason": "因为", "conduct_B": " "}, "请写明过错行为"),
]


def test_senseless_determinations_are_refused_and_nothing_typed_is_lost(desk, online):
    for fields, message in SENSELESS:
        typed = form(online, **{"facts_text": "原话保留"} | fields)
        answer = desk.post(f"/police/cases/{online.case.pk}/determination/", typed)
        assert answer.status_code == 409, fields
        assert message in answer.content.decode()
        assert typed["facts_text"].strip() in answer.content.decode()
    assert not Determination.objects.exists()


def test_a_car_beside_a_rider_may_be_found_parked(desk, online):
    online.case.parties.filter(letter="A").update(kind="nonmotor")
    text = desk.get(f"/police/cases/{online.case.pk}/").content.decode()
    assert 'name="parked_B"' in text
    assert 'name="parked_A"' not in text
    fields = form(
        online, grade_A="full", grade_B="none", conduct_A="撞上停着的车", override_reason="照片清楚", parked_B="1"
    )
    assert desk.post(f"/police/cases/{online.case.pk}/determination/", fields).status_code == 302
    assert Determination.objects.get().parked == ["B"]


def test_override_with_reason(desk, online):
    fields = form(
        online, grade_A="equal", grade_B="equal", override_reason="乙方同时倒车", conduct_B="倒车时未确认后方"
    )
    assert desk.post(f"/police/cases/{online.case.pk}/determination/", fields).status_code == 302
    made = Determination.objects.get()
    assert (made.is_override, made.override_reason) == (True, "乙方同时倒车")
    acts = {item["letter"]: item["act_text"] for item in json.loads(made.instrument.content)["findings"]}
    assert acts["乙"] == "倒车时未确认后方"
    assert "追尾" in acts["甲"]  # the machine's own words, where the officer wrote none


def test_what_a_party_did_wrong_is_prefilled_and_kept_after_a_refusal(desk, online):
    page = desk.get(f"/police/cases/{online.case.pk}/?queue=online").content.decode()
    field = re.search(r'name="conduct_A" value="([^"]*)"', page)
    assert field is not None
    assert "追尾" in field[1]
    assert 'name="conduct_B" value=""' in page
    fields = form(online, grade_A="equal", grade_B="equal", conduct_A="我的话", override_reason="因为")
    answer = desk.post(f"/police/cases/{online.case.pk}/determination/", fields).content.decode()
    assert 'name="conduct_A" value="我的话"' in answer
    assert 'id="conduct_B-error"' in answer
    assert 'id="conduct_A-error"' not in answer


def test_determination_on_an_older_state_is_refused(desk, online):
    fields = form(online, grade_A="full", grade_B="none") | {"version": online.case.version - 1}
    answer = desk.post(f"/police/cases/{online.case.pk}/determination/", fields)
    assert (answer.status_code, "案件有了变化" in answer.content.decode()) == (409, True)
    assert not Determination.objects.exists()


def test_refusal_to_sign_is_noted(desk, online):
    desk.post(f"/police/cases/{online.case.pk}/determination/", form(online, grade_A="full", grade_B="none"))
    address = f"/police/cases/{online.case.pk}/refusal/"
    for letter in "AB":
        version = online.refresh().case.version
        assert desk.post(address, {"letter": letter, "version": version, "note": "当场表示不签"}).status_code == 302
    assert online.refresh().case.stage == "claims"
    again = desk.post(address, {"letter": "A", "version": online.case.version})
    assert (again.status_code, "已经签过字" in again.content.decode()) == (409, True)


def test_field_case_is_taken_up_and_handed_back(desk, officer):
    pair = factories.two_parties()
    actions.request_officer(party_id=pair.parties["A"].pk)
    base = f"/police/cases/{pair.case.pk}/"
    assert desk.post(f"{base}attend/", {}).status_code == 302
    assert "已有民警接手" in desk.get(base).content.decode()
    assert desk.post(f"{base}resume/", {"version": pair.refresh().case.version, "queue": "field"}).status_code == 302
    assert pair.refresh().case.stage == "evidence"


@pytest.mark.parametrize(("verb", "outcome"), [("transfer", "transferred"), ("settle", "settled")])
def test_field_case_ends(desk, verb, outcome):
    pair = factories.two_parties()
    actions.request_officer(party_id=pair.parties["A"].pk)
    assert (
        desk.post(f"/police/cases/{pair.case.pk}/{verb}/", {"version": pair.refresh().case.version}).status_code == 302
    )
    assert (pair.refresh().case.stage, pair.case.outcome) == ("closed", outcome)


def test_determination_on_the_spot(desk, officer):
    pair = factories.at_liability(officer)
    actions.request_officer(party_id=pair.parties["A"].pk)
    actions.attend(case_id=pair.case.pk, officer=officer)
    pair.refresh()
    assert "当场出具认定书" in desk.get(f"/police/cases/{pair.case.pk}/").content.decode()
    desk.post(f"/police/cases/{pair.case.pk}/determination/", form(pair, grade_A="full", grade_B="none"))
    assert pair.refresh().case.stage == "signing"


def test_review_is_decided_by_another(client, officer, reviewer, online):
    client.force_login(officer, backend=BACKEND)
    client.post(f"/police/cases/{online.case.pk}/determination/", form(online, grade_A="full", grade_B="none"))
    factories.sign_all(online)
    apply_for_review(party_id=online.parties["A"].pk, reason="对方急刹车")
    fields = {"version": online.refresh().case.version, "outcome": "upheld", "conclusion": "事实清楚，维持。"}
    address = f"/police/cases/{online.case.pk}/review/"
    assert client.post(address, fields).status_code == 404
    client.force_login(reviewer, backend=BACKEND)
    assert "对方急刹车" in client.get(f"/police/cases/{online.case.pk}/?queue=reviews").content.decode()
    assert client.post(address, fields | {"conclusion": ""}).status_code == 409
    assert client.post(address, fields).status_code == 302
    assert Review.objects.get().state == "upheld"


def test_the_officer_sees_every_step_with_its_article_and_what_would_change_it(desk, online):
    page = desk.get(f"/police/cases/{online.case.pk}/?queue=online").content.decode()
    why = page[page.index("为什么") : page.index('class="determine"')]
    assert "甲方未保持安全车距，追尾前车" in why
    assert "《中华人民共和国道路交通安全法》第四十三条" in why
    assert "后车应当与前车保持足以采取紧急制动措施的安全距离" in why, "the article opens"
    assert '<p class="effect">甲方全部责任，乙方无责任</p>' in why
    alternatives = why[why.index("什么会改变结论") :]
    assert alternatives.count("<li>如果") >= 2
    assert '<span class="verdict">甲方 <strong>' in alternatives
    assert "参考" not in why, "between two cars the usual share is the law's"


def test_the_order_of_impacts_gives_each_accident_its_proposal(desk, officer):
    pair = three(officer)
    address = f"/police/cases/{pair.case.pk}/?queue=online"
    assert desk.get(address).content.decode().count('name="impact"') == 4
    posted = {"queue": "online", "version": pair.case.version, "impact": ["BA", "CB", "", ""]}
    answer = desk.post(f"/police/cases/{pair.case.pk}/impacts/", posted)
    assert answer["Location"] == address
    page = desk.get(address).content.decode()
    assert "第 1 起" in page
    assert "第 2 起" in page
    assert "这是先后两起事故，分别认定" in page
    assert "分别认定：乙方撞甲方：甲方无责任，乙方全部责任；" in page
    stale = desk.post(f"/police/cases/{pair.case.pk}/impacts/", posted)
    assert (stale.status_code, "案件有了变化" in stale.content.decode()) == (409, True)


def test_when_they_tell_it_differently_the_officer_sees_what_follows_from_each(desk, officer):
    pair = factories.at_liability(officer, {"A": (), "B": ("rear_end",)})
    actions.reopen_details(party_id=pair.parties["B"].pk)
    told = actions.Account(situations={"A": ("rear_end",)}, damaged_parts=("front",), collision_form="1")
    actions.give_account(party_id=pair.parties["B"].pk, account=told)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="police")
    page = desk.get(f"/police/cases/{pair.case.pk}/?queue=online").content.decode()
    assert "如果甲方说的属实" in page
    assert "如果乙方说的属实" in page


def test_proposals_stored_before_their_steps_were_kept_still_show(desk, online):
    row = Proposal.objects.get(case=online.case)
    kept = ("grades", "shares", "is_officer_needed", "officer_reason", "tentative_grades")
    old = {name: row.result[name] for name in kept}
    article = {"zh": "《中华人民共和国道路交通安全法》第四十三条", "en": "Art. 43", "gist_zh": "", "gist_en": ""}
    reason = {
        "letter": "A",
        "rule": "A01",
        "act": "甲方追尾",
        "zh": "甲方追尾：有过错",
        "en": "",
        "articles": [article],
    }
    row.result = old | {"reasons": [reason], "changes": [{"zh": "如果乙方倒车：同等责任", "en": ""}]}
    row.save()
    page = desk.get(f"/police/cases/{online.case.pk}/?queue=online").content.decode()
    assert '<p class="article">《中华人民共和国道路交通安全法》第四十三条</p>' in page
    assert "如果乙方倒车：同等责任" in page
