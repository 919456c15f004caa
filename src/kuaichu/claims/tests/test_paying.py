"""Payment: accounts, double taps, wrong or repeated news, refusal, liability determined anew."""

import pytest
from django.db import IntegrityError, transaction

from kuaichu.accounts.models import Person, Role
from kuaichu.cases import matters
from kuaichu.cases.states import Stage
from kuaichu.claims import actions
from kuaichu.claims.models import Claim, Payment, Settlement
from kuaichu.claims.tests.factories import (
    EQUAL,
    FULL,
    PRIMARY,
    accept_all,
    assess,
    claims_of,
    complete,
    confirm,
    determine,
    pay,
    ready_to_pay,
    settled_case,
    settlement_of,
)
from kuaichu.errors import NotFound, Refused
from kuaichu.links.dispatch import run_due
from kuaichu.links.models import Exchange, OutboxMessage


@pytest.fixture
def payments(unit, officer, insurers, adjusters) -> list[Payment]:
    """E1: A's insurer pays A and B."""
    return ready_to_pay(settled_case(unit, officer, insurers), adjusters, A=3600, B=4850)


def test_without_an_account_nothing_is_paid(unit, officer, insurers, adjusters):
    case = settled_case(unit, officer, insurers, card="")
    payment = ready_to_pay(case, adjusters, A=3600, B=4850)[0]
    with pytest.raises(Refused) as refusal:
        actions.order_payment(payment_id=payment.pk, adjuster=adjusters[0])
    assert (refusal.value.code, refusal.value.params) == ("payment.no_account", {"who": "甲方"})
    assert not Exchange.objects.filter(operation="payment.order").exists()


def test_a_double_tap_orders_and_confirms_once(payments, adjusters):
    first, second = payments
    for _ in range(2):
        actions.order_payment(payment_id=first.pk, adjuster=adjusters[0])
    assert Exchange.objects.filter(operation="payment.order").count() == 1
    assert (confirm(first), confirm(first)) == (True, False)
    actions.order_payment(payment_id=first.pk, adjuster=adjusters[0])
    first.refresh_from_db()
    assert (first.state, first.attempts) == ("confirmed", 1)
    assert claims_of(first.claim.case)["A"].state == "approved"
    pay(second, adjusters)
    assert claims_of(first.claim.case)["A"].state == "paid"


def test_news_that_does_not_fit_is_refused(payments, adjusters):
    payment = payments[0]
    with pytest.raises(Refused) as refusal:
        confirm(payment)
    assert refusal.value.code == "payment.not_ordered"
    actions.order_payment(payment_id=payment.pk, adjuster=adjusters[0])
    with pytest.raises(Refused) as refusal:
        confirm(payment, amount_fen=payment.amount_fen + 1)
    assert refusal.value.code == "payment.wrong_amount"
    payment.claim.insurer.code = "INS-B"
    with pytest.raises(NotFound):
        confirm(payment)
    payment.refresh_from_db()
    assert payment.state == "ordered"


def test_a_failed_payment_is_ordered_again(payments, adjusters):
    payment = payments[0]
    actions.order_payment(payment_id=payment.pk, adjuster=adjusters[0])
    confirm(payment, is_paid=False, reason_code="account.closed")
    payment.refresh_from_db()
    assert (payment.state, payment.problem_code) == ("failed", "account.closed")
    actions.order_payment(payment_id=payment.pk, adjuster=adjusters[0])
    confirm(payment)
    payment.refresh_from_db()
    assert (payment.state, payment.problem_code, payment.attempts) == ("confirmed", "", 2)


def test_an_order_of_unknown_fate_is_repeated_with_its_own_key(payments, adjusters):
    """The insurer may have paid although we heard nothing: a second key could pay twice."""
    payment = actions.order_payment(payment_id=payments[0].pk, adjuster=adjusters[0])
    assert payment.exchange_id
    Exchange.objects.filter(pk=payment.exchange_id).update(state="failed", error_code="network.timeout")
    Payment.objects.filter(pk=payment.pk).update(state="failed")
    again = actions.order_payment(payment_id=payment.pk, adjuster=adjusters[0])
    assert (again.exchange_id, again.attempts) == (payment.exchange_id, 1)
    assert Exchange.objects.get(pk=payment.exchange_id).state == "queued"


def test_an_open_review_stops_approval_and_money(payments, adjusters):
    case = payments[0].claim.case
    matters.open_matter(case, "review", subject="1")
    with pytest.raises(Refused) as refusal:
        actions.order_payment(payment_id=payments[0].pk, adjuster=adjusters[0])
    assert refusal.value.code == "claim.review_open"
    matters.settle_matter(case, "review", subject="1", outcome="upheld")
    actions.order_payment(payment_id=payments[0].pk, adjuster=adjusters[0])


def test_a_new_determination_before_payment_computes_anew(payments, officer, adjusters):
    case = payments[0].claim.case
    determine(case, officer, EQUAL)
    complete(case)
    settlement = settlement_of(case)
    assert settlement.version == 2
    assert {claim.state for claim in claims_of(case).values()} == {"assessed"}
    assert {claim.instrument_id for claim in claims_of(case).values()} == {settlement.instrument_id}
    assert case.matters.filter(kind="claim", settled_at__isnull=True).count() == 2
    with pytest.raises(Refused) as refusal:
        actions.order_payment(payment_id=payments[0].pk, adjuster=adjusters[0])
    assert refusal.value.code == "payment.void"


def test_a_new_determination_after_payment_waits_for_a_person(payments, officer, adjusters):
    case = payments[0].claim.case
    for payment in payments:
        pay(payment, adjusters)
    case.refresh_from_db()
    assert case.stage == Stage.CLOSED
    type(case).objects.filter(pk=case.pk).update(stage=Stage.CLAIMS, closed_at=None)
    determine(case, officer, EQUAL)
    complete(case)
    assert Settlement.objects.count() == 1
    for claim in claims_of(case).values():
        assert claim.flagged_at is not None
        adjuster = next(person for person in adjusters if person.agency_id == claim.insurer_id)
        with pytest.raises(Refused):
            actions.close_recheck(claim_id=claim.pk, adjuster=adjuster, note=" ")
        actions.close_recheck(claim_id=claim.pk, adjuster=adjuster, note="已与双方联系，差额退回")
    case.refresh_from_db()
    assert (case.stage, case.outcome) == (Stage.CLOSED, "paid")


def test_refusal_has_reasons_a_notice_and_makes_the_party_uninsured(unit, officer, insurers, adjusters, wired):
    case = complete(settled_case(unit, officer, insurers, liability=FULL))
    accept_all(case)
    assess(case, adjusters, A=100, B=1000)
    claim = claims_of(case)["A"]
    with pytest.raises(Refused) as refusal:
        actions.refuse(claim_id=claim.pk, adjuster=adjusters[0], reason="  ")
    assert refusal.value.code == "refusal.no_reason"
    actions.refuse(claim_id=claim.pk, adjuster=adjusters[0], reason="保险期间已届满。")
    actions.refuse(claim_id=claim.pk, adjuster=adjusters[0], reason="再点一次")
    lines = {(line.payer_party and line.payer_party.letter, line.cover) for line in settlement_of(case).lines.all()}
    assert ("A", "party") in lines
    assert case.deadlines.filter(clock="claim.refusal_notice", settled_at__isnull=True).count() == 1
    Exchange.objects.filter(kind="insurer").delete()
    run_due()
    claim.refresh_from_db()
    assert claim.refusal_sent_at is not None
    assert claim.refusal_reason == "保险期间已届满。"
    assert "不赔" in OutboxMessage.objects.get().text
    assert not case.deadlines.filter(clock="claim.refusal_notice", settled_at__isnull=True).exists()


def test_when_every_insurer_refuses_the_case_closes(unit, officer, insurers, adjusters):
    case = complete(settled_case(unit, officer, insurers))
    for claim, adjuster in zip(claims_of(case).values(), adjusters, strict=True):
        actions.refuse(claim_id=claim.pk, adjuster=adjuster, reason="保单无效。")
    case.refresh_from_db()
    assert (case.stage, case.outcome) == (Stage.CLOSED, "settled")


def test_a_foreign_adjuster_finds_nothing(payments, adjusters):
    claim = payments[0].claim
    foreign = adjusters[1]
    for attempt in (
        lambda: actions.approve(claim_id=claim.pk, adjuster=foreign, version=1),
        lambda: actions.settle_unpaid(claim_id=claim.pk, adjuster=foreign, version=1),
        lambda: actions.refuse(claim_id=claim.pk, adjuster=foreign, reason="x"),
        lambda: actions.order_payment(payment_id=payments[0].pk, adjuster=foreign),
        lambda: actions.send_notice_again(claim_id=claim.pk, adjuster=foreign),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_a_claim_with_money_to_pay_can_not_be_settled_as_unpaid(unit, officer, insurers, adjusters):
    case = complete(settled_case(unit, officer, insurers, liability=PRIMARY))
    accept_all(case)
    version = assess(case, adjusters, A=5000, B=8000).version
    with pytest.raises(Refused) as refusal:
        actions.settle_unpaid(claim_id=claims_of(case)["A"].pk, adjuster=adjusters[0], version=version)
    assert refusal.value.code == "claim.has_to_pay"


def test_the_database_keeps_the_books_itself(payments):
    payment = payments[0]
    broken = (
        lambda: Payment.objects.filter(pk=payment.pk).update(amount_fen=0),
        lambda: Payment.objects.create(
            settlement=payment.settlement, claim=payment.claim, payee=payment.payee, amount_fen=1
        ),
        lambda: Settlement.objects.filter(pk=payment.settlement_id).update(paid_fen=1),
        lambda: Claim.objects.create(
            case=payment.claim.case,
            party=payment.claim.party,
            insurer=payment.claim.insurer,
            instrument=payment.claim.instrument,
            opened_at=payment.claim.opened_at,
        ),
        lambda: Payment.objects.filter(pk=payment.pk).update(state="confirmed"),
    )
    for attempt in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_a_person_of_no_insurer_may_not_assess(payments, unit, place):
    officer = Person.objects.create_user("o9", "x" * 12, name="周民", role=Role.OFFICER, agency=unit)
    with pytest.raises(NotFound):
        actions.record_assessment(party_id=payments[0].payee_id, adjuster=officer, lines=[])
