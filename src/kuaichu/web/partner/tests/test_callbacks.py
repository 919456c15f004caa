"""Callbacks over HTTP: signatures, replay, repeats, nonsense, foreign and wrong ones."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from kuaichu import clock
from kuaichu.claims import actions
from kuaichu.claims.models import Payment
from kuaichu.claims.tests.factories import claims_of, complete, ready_to_pay, settled_case
from kuaichu.links.models import Exchange
from kuaichu.links.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, WINDOW_S, signed_headers

pytestmark = pytest.mark.urls("kuaichu.web.partner.tests.urls")
POLICY = {
    "is_valid": True,
    "has_ctpl": True,
    "tpl_limit_fen": 100_000_000,
    "tpl_deductible_percent": 0,
    "has_own_damage": False,
    "own_damage_deductible_percent": 0,
}


def post(path: str, message: object, *, agency: str = "INS-A", key: str = "k1", **changes: str):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    headers = signed_headers(agency_code=agency, body=body, key=key) | changes
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/api/v1/partner/{path}", body, content_type="application/json", headers=headers)


@pytest.fixture
def payment(unit, officer, insurers, adjusters) -> Payment:
    payment = ready_to_pay(settled_case(unit, officer, insurers), adjusters, A=0, B=4850)[0]
    return actions.order_payment(payment_id=payment.pk, adjuster=adjusters[0])


def news(payment: Payment, **changes: object) -> dict[str, object]:
    return {"state": "paid", "amount_fen": payment.amount_fen, "partner_reference": "P77"} | changes


def test_a_confirmation_closes_the_case_and_a_repeat_changes_nothing(payment):
    path = f"payments/{payment.pk}"
    assert post(path, news(payment)).json() == {"state": "taken"}
    assert post(path, news(payment)).json() == {"state": "repeated"}
    assert post(path, news(payment), key="k2").json() == {"state": "taken"}
    payment.refresh_from_db()
    assert (payment.state, payment.partner_reference) == ("confirmed", "P77")
    case = payment.claim.case
    case.refresh_from_db()
    assert (case.stage, case.outcome) == ("closed", "paid")


def test_bad_signatures_and_replays_are_turned_away(payment):
    path, message = f"payments/{payment.pk}", news(payment)
    assert post(path, message, **{SIGNATURE_HEADER: "0" * 64}).json() == {"code": "signature.wrong"}
    assert post(path, message, **{SIGNATURE_HEADER: ""}).status_code == 401
    assert post(path, message, **{TIMESTAMP_HEADER: "soon"}).json() == {"code": "signature.missing"}
    body = json.dumps(message).encode()
    headers = signed_headers(agency_code="INS-A", body=body, key="k1")
    with clock.moved_by(timedelta(seconds=WINDOW_S + 5)):
        response = Client().post(f"/api/v1/partner/{path}", body, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()) == (401, {"code": "signature.old"})
    payment.refresh_from_db()
    assert payment.state == "ordered"


def test_another_insurer_and_unknown_payments_get_the_same_answer(payment):
    foreign = post(f"payments/{payment.pk}", news(payment), agency="INS-B")
    unknown = post("payments/00000000-0000-4000-8000-000000000000", news(payment))
    assert (
        (foreign.status_code, foreign.json())
        == (unknown.status_code, unknown.json())
        == (
            404,
            {"code": "payment.unknown"},
        )
    )
    assert not Exchange.objects.filter(direction="in").exists()


def test_a_wrong_amount_is_refused_and_shown_at_the_desk(payment):
    for _ in range(2):
        response = post(f"payments/{payment.pk}", news(payment, amount_fen=1))
        assert (response.status_code, response.json()["code"]) == (409, "payment.wrong_amount")
    payment.refresh_from_db()
    assert (payment.state, payment.problem_code) == ("ordered", "amount_differs")


@pytest.mark.parametrize(
    "message",
    [b"", b"{", b"[]", {"state": "lost"}, {"state": "paid", "amount_fen": "4850.00", "partner_reference": "P"}],
)
def test_nonsense_is_named(message, payment):
    response = post(f"payments/{payment.pk}", message)
    assert (response.status_code, response.json()["code"]) == (400, "message.nonsense")


def test_a_late_report_number(unit, officer, insurers):
    case = complete(settled_case(unit, officer, insurers))
    claim = claims_of(case)["A"]
    answer = {"state": "accepted", "report_number": "R1", "policy": POLICY}
    path = f"claims/{claim.pk}/report-number"
    assert post(path, answer, agency="INS-B").status_code == 404
    assert post(path, answer | {"policy": {}}).status_code == 400
    assert post(path, answer).json() == {"state": "taken"}
    assert post(path, answer | {"report_number": "R2"}, key="k2").status_code == 200
    claim.refresh_from_db()
    assert (claim.state, claim.report_number, claim.tpl_limit_fen) == ("accepted", "R1", 100_000_000)


def test_a_key_is_needed_and_reading_is_not_offered(payment):
    assert post(f"payments/{payment.pk}", news(payment), key="").json() == {"code": "key.missing"}
    assert Client().get(f"/api/v1/partner/payments/{payment.pk}").status_code == 405
