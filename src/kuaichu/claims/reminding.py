"""Money that waits for an account: whoever is to get it and has named none is reminded by text message."""

from typing import Any
from uuid import UUID

from kuaichu import clock
from kuaichu.cases import deadlines
from kuaichu.cases.locking import lock_case
from kuaichu.cases.models import Case, Deadline, Party
from kuaichu.cases.tokens import party_token
from kuaichu.claims.models import Payment
from kuaichu.claims.states import PaymentState
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM
from kuaichu.links import actions as links
from kuaichu.links.models import Exchange
from kuaichu.origin import public_origin

FIRST, AGAIN = deadlines.REMINDERS


def remind_later(case: Case, payees: list[UUID]) -> None:
    """Start the clock for those of `payees` who have named no account yet; the caller holds the case's lock."""
    for payee in Party.objects.filter(pk__in=payees, payout_account_at__isnull=True):
        deadlines.start(case, FIRST, started_at=clock.now(), subject=str(payee.pk))


def remind_no_more(case: Case, payee: UUID) -> None:
    """The money is on its way."""
    deadlines.settle(case, FIRST, AGAIN, subject=str(payee))


def account_missing(deadline: Deadline) -> None:
    """The clock ran out: remind, and start it again. Nothing once the account is there, or nothing is to be paid."""
    case = lock_case(deadline.case_id)
    payee = Party.objects.get(pk=UUID(deadline.subject))
    if payee.payout_account_at is not None or not _is_owed(payee):
        remind_no_more(case, payee.pk)
        return
    if payee.phone_confirmed_at is not None:
        record("payee.reminded", stream=case.pk, actor=SYSTEM, letter=payee.letter)
        links.queue(
            kind="sms",
            vendor="default",
            operation="account.remind",
            subject_id=str(payee.pk),
            key=f"account.remind:{deadline.pk}",
            stream=case.pk,
        )
    deadlines.start(case, AGAIN, started_at=clock.now(), subject=deadline.subject)


def reminder(exchange: Exchange) -> dict[str, Any]:
    """account.remind: where to name an account. No amount and no name: a stranger may see the phone."""
    payee = Party.objects.get(pk=UUID(exchange.subject_id))
    link = f"{public_origin()}/c/{party_token(payee.pk)}/money/"
    text = f"【快处】有一笔赔款要付给您，还没有您的收款账户。请点开填写：{link} 请不要转发。"
    return {"phone": payee.phone, "text": text, "stream": str(payee.case_id)}


def _is_owed(payee: Party) -> bool:
    owed = Payment.objects.filter(payee=payee, settlement__voided_at__isnull=True)
    return owed.exclude(state=PaymentState.CONFIRMED).exists()
