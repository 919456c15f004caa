"""Payment: ordered by a person through the insurer's own system, confirmed back by it."""

from typing import Any
from uuid import UUID

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases import matters
from kuaichu.cases.locking import save_case
from kuaichu.cases.models import Case
from kuaichu.cases.states import Stage
from kuaichu.claims.actions.approving import outcome_of
from kuaichu.claims.actions.common import end_claim, lock_claim, require_no_review, require_open
from kuaichu.claims.models import Claim, Payment
from kuaichu.claims.reminding import remind_no_more
from kuaichu.claims.states import PaymentState, require_move
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.links import actions as links
from kuaichu.links.insurer.protocol import PaymentNews, read_order
from kuaichu.links.models import Exchange, ExchangeState


@transaction.atomic
def order_payment(*, payment_id: UUID, adjuster: Person) -> Payment:
    """Have the insurer's system pay. Ordering what is ordered or confirmed changes nothing.

    Raises NotFound, Refused: payment.no_account, payment.void, claim.review_open, case.moved_on.
    """
    case, claim, payment = _lock_payment(payment_id, adjuster=adjuster)
    if payment.state in (PaymentState.ORDERED, PaymentState.CONFIRMED):
        return payment
    require_open(case)
    require_no_review(case)
    if payment.settlement.voided_at is not None:
        raise Refused("payment.void", "赔款已重新计算，这一笔不再支付")
    if not payment.payee.payout_account:
        raise Refused("payment.no_account", "%(who)s还没有填写收款账号，填好后才能付款", who=payment.payee.title)
    _queue(case, claim, payment)
    payment.state = PaymentState.ORDERED
    payment.problem_code = ""
    payment.ordered_by, payment.ordered_at = adjuster, clock.now()
    payment.save()
    remind_no_more(case, payment.payee_id)
    save_case(case)
    record(
        "payment.ordered",
        stream=case.pk,
        actor=Actor("staff", str(adjuster.pk)),
        subject=f"payment:{payment.pk}",
        payee=payment.payee.letter,
        amount_fen=payment.amount_fen,
        attempt=payment.attempts,
    )
    return payment


def _queue(case: Case, claim: Claim, payment: Payment) -> None:
    """A new message, unless nobody knows what became of the last: then the same one again, which has one effect."""
    last = payment.exchange
    if last is not None and last.state == ExchangeState.FAILED and not _was_turned_down(last):
        links.retry(exchange_id=last.pk)
        return
    payment.attempts += 1
    payment.exchange = links.queue(
        kind="insurer",
        vendor=claim.insurer.vendor or "default",
        partner=claim.insurer.code,
        operation="payment.order",
        subject_id=str(payment.pk),
        key=f"payment.order:{payment.pk}:{payment.attempts}",
        stream=case.pk,
    )


def _was_turned_down(exchange: Exchange) -> bool:
    return exchange.error_code.startswith("partner.4")


def take_order(exchange: Exchange, reply: dict[str, Any]) -> None:
    """Reply to payment.order: the insurer's own reference. The confirmation may have been faster."""
    reference = read_order(reply)
    case, _, payment = _lock_payment(UUID(exchange.subject_id))
    if payment.partner_reference:
        return
    payment.partner_reference = reference
    payment.save(update_fields=["partner_reference"])
    save_case(case)


def note_order_failed(exchange: Exchange) -> None:
    """The order could not be delivered (FAILURES of payment.order): the desk offers to order again."""
    code = Exchange.objects.values_list("error_code", flat=True).get(pk=exchange.pk)
    case, claim, payment = _lock_payment(UUID(exchange.subject_id))
    if payment.state == PaymentState.ORDERED:
        _fail(case, claim, payment, code)


@transaction.atomic
def confirm_payment(*, payment_id: UUID, agency_code: str, news: PaymentNews) -> bool:
    """Take the insurer's news of a payment in. False when nothing was new.

    Raises NotFound (no such payment of this insurer), Refused: payment.not_ordered, payment.wrong_amount.
    """
    case, claim, payment = _lock_payment(payment_id, agency_code=agency_code)
    if payment.state == PaymentState.PLANNED:
        raise Refused("payment.not_ordered", "这笔款还没有下达支付")
    if news.amount_fen != payment.amount_fen:
        raise Refused("payment.wrong_amount", "确认的金额与应付金额不一致")
    if payment.state == PaymentState.CONFIRMED:
        return False
    if not news.is_paid:
        if payment.state == PaymentState.ORDERED:
            _fail(case, claim, payment, news.reason_code or "partner.unpaid")
        return payment.state == PaymentState.FAILED
    payment.state = PaymentState.CONFIRMED
    payment.problem_code = ""
    payment.partner_reference = news.partner_reference
    payment.confirmed_at = clock.now()
    payment.save()
    save_case(case)
    record(
        "payment.confirmed",
        stream=case.pk,
        actor=Actor("partner", str(claim.insurer_id)),
        subject=f"payment:{payment.pk}",
        payee=payment.payee.letter,
        amount_fen=payment.amount_fen,
    )
    _finish_if_paid(case, claim, payment)
    return True


@transaction.atomic
def flag_payment(*, payment_id: UUID, agency_code: str, code: str) -> None:
    """Remember on the desk that the insurer's news did not fit; the payment itself stays as it is."""
    case, claim, payment = _lock_payment(payment_id, agency_code=agency_code)
    if payment.problem_code == code:
        return
    payment.problem_code = code
    payment.save(update_fields=["problem_code"])
    save_case(case)
    actor = Actor("partner", str(claim.insurer_id))
    record("payment.flagged", stream=case.pk, actor=actor, subject=f"payment:{payment.pk}", code=code)


def _fail(case: Case, claim: Claim, payment: Payment, code: str) -> None:
    payment.state = PaymentState.FAILED
    payment.problem_code = code[:60]
    payment.save(update_fields=["state", "problem_code"])
    save_case(case)
    actor = Actor("partner", str(claim.insurer_id))
    record("payment.failed", stream=case.pk, actor=actor, subject=f"payment:{payment.pk}", code=payment.problem_code)


def _finish_if_paid(case: Case, claim: Claim, payment: Payment) -> None:
    open_payments = Payment.objects.filter(claim=claim, settlement=payment.settlement).exclude(
        state=PaymentState.CONFIRMED
    )
    if payment.settlement.voided_at is not None or open_payments.exists():
        return
    end_claim(case, claim, require_move("pay", state=claim.state, who="partner"))
    record(
        "claim.paid",
        stream=case.pk,
        actor=Actor("partner", str(claim.insurer_id)),
        subject=f"claim:{claim.pk}",
        letter=claim.party.letter,
    )
    if case.stage == Stage.CLAIMS:
        matters.close_if_done(case, outcome=outcome_of(case))


def _lock_payment(
    payment_id: UUID, *, adjuster: Person | None = None, agency_code: str = ""
) -> tuple[Case, Claim, Payment]:
    claim_id = Payment.objects.filter(pk=payment_id).values_list("claim_id", flat=True).first()
    if claim_id is None:
        raise NotFound("payment.unknown", "没有找到这笔付款")
    case, claim = lock_claim(claim_id, adjuster=adjuster)
    if agency_code and claim.insurer.code != agency_code:
        raise NotFound("payment.unknown", "没有找到这笔付款")
    payment = Payment.objects.select_related("settlement", "payee", "exchange").get(pk=payment_id)
    return case, claim, payment
