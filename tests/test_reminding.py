"""A payee without an account is reminded until there is one; a case never waits for it with no clock running."""

from datetime import timedelta

import pytest

from kuaichu import clock, wiring
from kuaichu.cases import deadlines
from kuaichu.cases.actions import save_payout_account
from kuaichu.cases.models import Deadline, Party
from kuaichu.claims.tests.factories import pay, ready_to_pay, settled_case
from kuaichu.journal.models import Event
from kuaichu.links.dispatch import run_due
from kuaichu.links.models import OutboxMessage
from kuaichu.web.driver import clocks

SAID = "还没有您的收款账户"


def running(case) -> list[str]:
    now = clock.now()
    return sorted(
        row.clock
        for row in Deadline.objects.filter(case=case, settled_at=None, fired_at=None, due_at__gt=now)
        if row.clock.startswith("payout.")
    )


@pytest.fixture
def case(unit, officer, insurers, adjusters):
    """E1: A's insurer pays both, B has named an account, A has not."""
    case = settled_case(unit, officer, insurers)
    Party.objects.filter(case=case, letter="B").update(payout_account_at=clock.now())
    Party.objects.filter(case=case, letter="A").update(payout_account="")
    for payment in ready_to_pay(case, adjusters, A=3600, B=4850):
        if payment.payee.letter == "B":
            pay(payment, adjusters)
    return case


def later(days: float) -> int:
    with clock.moved_by(timedelta(days=days)):
        deadlines.run_due(wiring.DUE)
        run_due(only=("sms",))
    return OutboxMessage.objects.filter(text__contains=SAID).count()


def test_the_payee_is_reminded_again_and_again_and_a_clock_always_runs(case):
    assert running(case) == ["payout.reminder"]
    assert [later(days) for days in (2, 4, 4.1, 17, 20, 40)] == [0, 1, 1, 1, 2, 3]
    with clock.moved_by(timedelta(days=40)):
        assert running(case) == ["payout.reminder_again"]
    text = OutboxMessage.objects.filter(text__contains=SAID).latest("at")
    assert text.phone_masked == "138****8005"
    assert "/money/" in text.text
    assert [event.facts for event in Event.objects.filter(name="payee.reminded")] == [{"letter": "A"}] * 3


def test_whoever_has_named_an_account_is_left_alone(case):
    save_payout_account(party_id=case.parties.get(letter="A").pk, number="6217000000000000004")
    assert (later(4), later(20)) == (0, 0)
    with clock.moved_by(timedelta(days=20)):
        assert running(case) == []


def test_a_payee_without_a_confirmed_phone_gets_no_text_and_the_clock_goes_on(case):
    Party.objects.filter(case=case).update(phone_confirmed_at=None)
    assert later(4) == 0
    with clock.moved_by(timedelta(days=4)):
        assert running(case) == ["payout.reminder_again"]


def test_a_payment_that_was_voided_is_no_reason(case):
    case.settlements.update(voided_at=clock.now())
    assert later(4) == 0
    with clock.moved_by(timedelta(days=4)):
        assert running(case) == []


def test_only_the_one_it_concerns_sees_the_clock_and_it_ends_with_the_account(case):
    a, b = (case.parties.get(letter=letter) for letter in "AB")
    assert "payout.reminder" in {item.clock for item in clocks.running(case, a)}
    assert "payout.reminder" not in {item.clock for item in clocks.running(case, b)}
    save_payout_account(party_id=a.pk, number="6217000000000000004")
    assert "payout.reminder" not in {item.clock for item in clocks.running(case, a)}
