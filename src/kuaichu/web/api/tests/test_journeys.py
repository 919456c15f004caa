"""Whole journeys over the API: self-settlement to the paid claim, and a determination by an officer."""

import hashlib

import pytest

from kuaichu import worker
from kuaichu.cases.actions import attend
from kuaichu.claims.actions import confirm_payment
from kuaichu.dossier.actions.photos import ask_retake, pass_photos
from kuaichu.dossier.checking import check_case
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.journal.models import PersonalDataRead
from kuaichu.liability.actions import Decision, determine
from kuaichu.links.insurer.protocol import PaymentNews
from kuaichu.web.api.tests import stories
from kuaichu.web.api.tests.calling import Insurer
from tests import factories

pytestmark = pytest.mark.django_db
POLICY = {
    "is_valid": True,
    "has_ctpl": True,
    "tpl_limit_fen": 200_000_000,
    "tpl_deductible_percent": 0,
    "has_own_damage": True,
    "own_damage_deductible_percent": 0,
}


def test_two_parties_settle_and_are_paid(officer, adjusters):
    a = stories.screened()
    stories.place(a)
    b = stories.joined(a)
    assert a.read("/case")["others"][0]["letter"] == "B"
    stories.photograph(a)
    case = stories.party_of(a).case
    pass_photos(case_id=case.pk, officer=officer)
    assert b.read("/case")["may_leave_at"]
    for phone in (a, b):
        stories.give_details(phone)
    worker.run_until_idle()
    proposal = b.read("/case/proposal")
    assert (proposal["grades"], proposal["is_officer_needed"]) == ({"A": "full", "B": "none"}, False)
    assert proposal["reasons"][0]["articles"]
    for phone in (a, b):
        phone.do("/case/choice", {"choice": "agree"})
    for phone in (a, b):
        assert phone.read("/case")["next"]["page"] == "sign"
        stories.sign(phone)
    worker.run_until_idle()
    _check_file(a)
    _pay(case, adjusters, phones=(a, b))
    state = a.read("/case")
    assert (state["stage"], state["outcome"]) == ("closed", "paid")
    money = b.read("/case/money")
    assert money["payout_account_masked"] == "**** 0004"
    assert {line["is_done"] for line in money["payments"]} == {True}
    assert sum(line["amount_fen"] for line in money["payments"]) + money["borne_fen"] == 600_000
    assert check_case(stories.party_of(a).case).first_fault is None


def _check_file(phone):
    listed = phone.read("/case/instruments")["instruments"][0]
    assert (listed["state"], len(listed["signatures"])) == ("completed", 2)
    response = phone.get(listed["file"]["link"].removeprefix("/api/v1"))
    body = b"".join(response.streaming_content)
    assert hashlib.sha256(body).hexdigest() == listed["file"]["sha256"]


def _pay(case, adjusters, *, phones):
    """Both insurers over the API; their confirmation of the money by action, as their callback does."""
    systems = {adjuster.agency.code: (Insurer(adjuster.agency.code), adjuster) for adjuster in adjusters}
    claims = {}
    for code, (system, adjuster) in systems.items():
        listed = system.read("/insurer/claims")
        assert listed["total"] == 1
        claim_id = claims[code] = listed["claims"][0]["id"]
        system.do(f"/insurer/claims/{claim_id}/acceptance", {"report_number": f"R-{code}", "policy": POLICY})
        claim = system.read(f"/insurer/claims/{claim_id}")
        own = claim["vehicles"][0]["letter"]
        lines = [{"part": "front" if own == "A" else "rear", "work": "repair", "amount_fen": 300_000}]
        body = {"adjuster": adjuster.username, "letter": own, "lines": lines}
        assert system.do(f"/insurer/claims/{claim_id}/assessments", body)["total_fen"] == 300_000
    for phone in phones:
        phone.do("/case/payout-account", {"number": "6217000000000000004"})
    for code, (system, adjuster) in systems.items():
        settlement = system.read(f"/insurer/claims/{claims[code]}/settlement")
        assert settlement["loss_fen"] == settlement["paid_fen"] + settlement["borne_fen"] == 600_000
        decision = {"adjuster": adjuster.username, "version": settlement["version"]}
        if not settlement["own_fen"]:
            continue
        system.do(f"/insurer/claims/{claims[code]}/approval", decision)
        for payment in system.read(f"/insurer/claims/{claims[code]}/settlement")["payments"]:
            system.do(f"/insurer/payments/{payment['id']}/order", {"adjuster": adjuster.username})
            news = PaymentNews(True, payment["amount_fen"], "P1", "")
            confirm_payment(payment_id=payment["id"], agency_code=code, news=news)


def test_an_officer_determines_online_and_the_party_asks_for_a_review(officer):
    a = stories.screened()
    stories.place(a)
    b = stories.joined(a)
    stories.photograph(a)
    case = stories.party_of(a).case
    ask_retake(case_id=case.pk, officer=officer, slots={"impact": "blurred"})
    listed = a.read("/case/photos")
    assert (listed["photo_state"], listed["photos"][2]["retake_reason"]) == ("retake", "blurred")
    assert a.send_photo("impact", scene_jpeg(9)).status_code == 201
    a.do("/case/photos/submission")
    pass_photos(case_id=case.pk, officer=officer)
    stories.give_details(a, {"B": ["rear_end"]})
    stories.give_details(b, {"A": ["rear_end"]})
    worker.run_until_idle()
    assert a.read("/case/proposal")["is_officer_needed"] is True
    refused = a.post("/case/choice", {"choice": "agree"})
    assert (refused.status_code, refused.json()["code"]) == (409, "choice.officer_needed")
    for phone in (a, b):
        phone.do("/case/choice", {"choice": "police"})
    decision = Decision(
        grades={"A": "full", "B": "none"},
        shares={"A": 100, "B": 0},
        facts_text="甲方追尾乙方。",
        override_reason="照片清楚",
    )
    determine(case_id=case.pk, officer=officer, decision=decision)
    for phone in (a, b):
        stories.sign(phone)
    assert a.read("/case")["stage"] == "claims"
    b.do("/case/review", {"reason": "我不同意。"})
    assert a.read("/case")["review"]["state"] == "applied"
    b.do("/case/review/withdrawal")
    assert PersonalDataRead.objects.filter(stream=case.pk, page="api.instrument").count() == 2
    names = [entry["event"] for entry in a.read("/case/timeline?limit=100")["entries"]]
    assert names[0] == "case.reported"
    assert {"determination.issued", "review.applied"} <= set(names)


def test_the_officer_can_be_asked_to_come_and_guests_share_a_phone(officer):
    a = stories.screened()
    stories.place(a)
    guest = a.do("/case/parties", {"kind": "motor", "phone_mode": "none"})
    assert guest["letter"] == "B"
    a.do("/case/officer", {"reason": "asked"})
    a.do("/case/officer", {"reason": "asked"})
    state = a.read("/case")
    assert (state["stage"], state["next"]["page"]) == ("attendance", "officer")
    attend(case_id=stories.party_of(a).case.pk, officer=officer)
    entries = a.read("/case/timeline?limit=2")
    assert len(entries["entries"]) <= 2
    assert entries["next_after"] == 2
    assert factories.PLACE in state["case_number"]
