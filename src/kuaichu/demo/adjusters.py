"""What the adjusters of one case can do now, as jobs: assess, approve, order the payment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kuaichu.accounts.models import Person, Role
from kuaichu.cases.models import Case
from kuaichu.claims import actions
from kuaichu.claims.actions import LossLine
from kuaichu.claims.models import Claim, Payment, Settlement
from kuaichu.claims.states import ClaimState, PaymentState

Losses = Mapping[str, Sequence[LossLine]]  # by letter


@dataclass(frozen=True)
class Job:
    """`kind` is assess, approve or pay; `key` stays the same as long as the job waits."""

    kind: str
    key: str
    do: Callable[[], object]


def jobs(case: Case, losses: Losses) -> list[Job]:
    """Everything that waits for an adjuster; when done, more may wait."""
    found: list[Job] = []
    claims = list(Claim.objects.filter(case=case).select_related("insurer", "party"))
    for claim in claims:
        if claim.state == ClaimState.ACCEPTED and not claim.party.assessments.exists():
            found.append(Job("assess", f"assess {claim.pk}", _assess(claim, losses[claim.party.letter])))
    settlement = Settlement.objects.filter(case=case, voided_at__isnull=True).order_by("-version").first()
    if settlement is None:
        return found
    for claim in claims:
        if claim.state == ClaimState.ASSESSED and settlement.lines.filter(payer_claim=claim).exists():
            found.append(Job("approve", f"approve {claim.pk}", _approve(claim, settlement.version)))
        for payment in Payment.objects.filter(claim=claim, state__in=[PaymentState.PLANNED, PaymentState.FAILED]):
            if payment.payee.payout_account:
                found.append(Job("pay", f"pay {payment.pk}", _pay(claim, payment)))
    return found


def _assess(claim: Claim, lines: Sequence[LossLine]) -> Callable[[], object]:
    return lambda: actions.record_assessment(party_id=claim.party_id, adjuster=_adjuster(claim), lines=lines)


def _approve(claim: Claim, version: int) -> Callable[[], object]:
    return lambda: actions.approve(claim_id=claim.pk, adjuster=_adjuster(claim), version=version)


def _pay(claim: Claim, payment: Payment) -> Callable[[], object]:
    return lambda: actions.order_payment(payment_id=payment.pk, adjuster=_adjuster(claim))


def _adjuster(claim: Claim) -> Person:
    return Person.objects.filter(agency=claim.insurer, role=Role.ADJUSTER)[0]
