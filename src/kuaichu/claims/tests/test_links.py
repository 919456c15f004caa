"""Notices and orders through the real adapter to twins of every temper."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db.models import Q

from kuaichu import clock
from kuaichu.claims import actions, messages
from kuaichu.claims.models import Payment
from kuaichu.claims.tests.factories import claims_of, complete, confirm, ready_to_pay, settled_case
from kuaichu.errors import Refused
from kuaichu.links import registry
from kuaichu.links.dispatch import LEASE, MAX_TRIES, run_due
from kuaichu.links.insurer.twin import FAILING, NONSENSE, REFUSING, STEADY, Temper, TwinInsurer
from kuaichu.links.models import Exchange
from kuaichu.links.twin_server import running


class Mailbox:
    """Callbacks that the twins would make."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, dict]] = []

    def __call__(self, url: str, agency_code: str, message: dict, delay_s: float) -> None:
        self.messages.append((url, agency_code, message))


@contextmanager
def insurers_with(insurers, *tempers: Temper):
    """Both insurers served by twins; yields the twins and their mailbox."""
    mailbox = Mailbox()
    twins = [
        TwinInsurer(agency.code, temper, call_back=mailbox) for agency, temper in zip(insurers, tempers, strict=True)
    ]
    with running(*twins) as server:
        for agency in insurers:
            agency.endpoint = server.origin
            agency.save()
        yield twins, mailbox


def run_all(rounds: int = 2 * MAX_TRIES) -> None:
    """The worker's rounds, the clock moved past every pause and the longest outage that is waited for."""
    for number in range(rounds):
        due = Exchange.objects.filter(direction="out").filter(Q(state="queued") | Q(state="sending")).exists()
        if not due:
            return
        with clock.moved_by(timedelta(hours=12 * number + 1)):
            run_due()


@pytest.fixture
def case(unit, officer, insurers):
    return settled_case(unit, officer, insurers)


def test_both_insurers_hear_of_the_claim_and_answer(case, insurers, wired):
    with insurers_with(insurers, STEADY, STEADY) as (twins, _):
        complete(case)
        complete(case)
        run_due()
    claims = claims_of(case)
    assert {claim.state for claim in claims.values()} == {"accepted"}
    assert all(claim.report_number.startswith("R") and claim.has_ctpl for claim in claims.values())
    assert [list(twin.effects.values()) for twin in twins] == [["claims"], ["claims"]]
    assert Exchange.objects.count() == 2
    assert case.deadlines.filter(clock="claim.decide", settled_at__isnull=True).count() == 2


def test_nothing_is_sent_before_the_document_is_sealed(case, insurers, wired):
    files = list(case.instruments.get().files.all())
    case.instruments.get().files.all().delete()
    complete(case)
    assert not Exchange.objects.exists()
    files[0].save(force_insert=True)
    from kuaichu.claims.reactions import notify_when_sealed
    from kuaichu.journal.models import Event

    notify_when_sealed(Event(stream=case.pk))
    assert Exchange.objects.count() == 2


def test_a_notice_carries_what_an_insurer_needs(case, insurers, wired):
    complete(case)
    exchange = Exchange.objects.get(subject_id=str(claims_of(case)["A"].pk))
    body = messages.claim_notice(exchange)["body"]
    assert body["liability"] == {"grade": "full", "share_percent": 100}
    assert body["insured"]["policy_number"] == "PDZA202633990000012345"
    document = body["documents"][0]
    assert document["kind"] == "determination"
    assert document["verify_url"].endswith(f"/verify/{case.instruments.get().verify_code}/")
    assert "李𬱟" not in json.dumps(body, ensure_ascii=False)


def test_busy_and_slow_insurers_get_it_once(case, insurers, wired):
    busy = Temper(busy_share=1.0, busy_most=2)
    with insurers_with(insurers, busy, Temper(delay_s=(0.25, 0.25))) as (twins, _):
        complete(case)
        run_all()
    assert claims_of(case)["A"].state == "accepted"
    assert twins[0].effects == dict.fromkeys(twins[0].effects, "claims")
    assert [len(twin.effects) for twin in twins] == [1, 1]
    slow = Exchange.objects.get(subject_id=str(claims_of(case)["B"].pk))
    assert (slow.state, slow.error_code) == ("failed", "network.timeout")
    assert claims_of(case)["B"].notify_failed_at is not None


def test_a_late_answer_comes_by_callback(case, insurers, wired, client):
    with insurers_with(insurers, Temper(late_share=1.0, twice_share=1.0), STEADY) as (_, mailbox):
        complete(case)
        run_due()
    claim = claims_of(case)["A"]
    assert claim.state == "notified"
    assert [url.rsplit("/api/", 1)[1] for url, _, _ in mailbox.messages] == [
        f"v1/partner/claims/{claim.pk}/report-number"
    ] * 2


def test_a_notice_that_was_never_answered_can_be_sent_again(case, insurers, adjusters, wired):
    with insurers_with(insurers, Temper(late_share=1.0), STEADY) as (twins, _):
        complete(case)
        claim = claims_of(case)["A"]
        with pytest.raises(Refused) as refusal:
            actions.send_notice_again(claim_id=claim.pk, adjuster=adjusters[0])
        assert refusal.value.code == "notice.on_its_way"
        run_due()
        twins[0].temper = STEADY
        actions.send_notice_again(claim_id=claim.pk, adjuster=adjusters[0])
        run_due()
    assert claims_of(case)["A"].state == "accepted"


@pytest.mark.parametrize("temper", [NONSENSE, REFUSING, FAILING])
def test_an_insurer_that_never_helps_leaves_a_retry_at_the_desk(temper, case, insurers, adjusters, wired):
    with insurers_with(insurers, temper, STEADY) as (twins, _):
        complete(case)
        run_all()
        claim = claims_of(case)["A"]
        assert (claim.state, claim.notify_failed_at is not None) == ("notified", True)
        twins[0].temper = STEADY
        twins[0]._answers.clear()
        actions.send_notice_again(claim_id=claim.pk, adjuster=adjusters[0])
        run_all()
    claim = claims_of(case)["A"]
    assert (claim.state, claim.notify_failed_at) == ("accepted", None)
    with pytest.raises(Refused) as refusal:
        actions.send_notice_again(claim_id=claim.pk, adjuster=adjusters[0])
    assert refusal.value.code == "notice.answered"


def test_a_worker_killed_between_sending_and_the_reply_pays_once(case, insurers, adjusters, wired):
    """The lease runs out, the same message goes again with the same key: one effect there, one here."""
    payment = ready_to_pay(case, adjusters, A=0, B=4850)[0]
    Exchange.objects.all().delete()
    with insurers_with(insurers, STEADY, STEADY) as (twins, mailbox):
        payment = actions.order_payment(payment_id=payment.pk, adjuster=adjusters[0])
        exchange = Exchange.objects.get()
        registry.tables().adapters["insurer"]().send(
            vendor=exchange.vendor,
            operation=exchange.operation,
            message=messages.payment_order(exchange),
            key=exchange.key,
        )
        Exchange.objects.update(state="sending", claimed_until=clock.now() + LEASE, attempts=1)
        assert run_due() == 0
        with clock.moved_by(LEASE * 2):
            assert run_due() == 1
    assert list(twins[0].effects.values()) == ["payments"]
    assert len(mailbox.messages) == 1
    payment.refresh_from_db()
    assert payment.partner_reference.startswith("P")
    assert payment.state == "ordered"


def test_a_refused_order_fails_and_is_tried_anew(case, insurers, adjusters, wired):
    payment = ready_to_pay(case, adjusters, A=0, B=4850)[0]
    Exchange.objects.all().delete()
    with insurers_with(insurers, REFUSING, STEADY) as (twins, _):
        actions.order_payment(payment_id=payment.pk, adjuster=adjusters[0])
        run_due()
        payment.refresh_from_db()
        assert (payment.state, payment.problem_code) == ("failed", "partner.422")
        twins[0].temper = STEADY
        actions.order_payment(payment_id=payment.pk, adjuster=adjusters[0])
        run_due()
    payment.refresh_from_db()
    assert (payment.state, payment.attempts) == ("ordered", 2)


def test_a_confirmation_faster_than_the_reply(case, insurers, adjusters, wired):
    payment = ready_to_pay(case, adjusters, A=0, B=4850)[0]
    Exchange.objects.all().delete()
    with insurers_with(insurers, STEADY, STEADY):
        actions.order_payment(payment_id=payment.pk, adjuster=adjusters[0])
        confirm(payment)
        run_due()
    payment = Payment.objects.get(pk=payment.pk)
    assert (payment.state, payment.partner_reference) == ("confirmed", "P1")
