"""What an insurer's system may do; every decision names the adjuster who answers for it."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from kuaichu.claims import actions
from kuaichu.claims.models import Payment
from kuaichu.errors import NotFound
from kuaichu.links.insurer import protocol
from kuaichu.web.api import schemas_insurer as insurer
from kuaichu.web.api.callers import adjuster_of
from kuaichu.web.api.insurer_reading import agency_of, claim_of, payment_of
from kuaichu.web.api.routing import changes
from kuaichu.web.api.words import Done

router = Router(tags=["insurer"])


@changes(router, "/claims/{claim_id}/acceptance", gives=Done, summary="受理报案 · report number and policy")
def accept_claim(request: HttpRequest, claim_id: UUID, payload: insurer.Acceptance) -> Done:
    """The first answer counts; a second changes nothing."""
    claim = claim_of(request, claim_id)
    policy = protocol.Policy(**payload.policy.model_dump())
    actions.accept(claim_id=claim.pk, acceptance=protocol.Acceptance(payload.report_number, policy))
    return Done()


@changes(router, "/claims/{claim_id}/assessments", gives=insurer.Assessed, status=201, summary="定损 · assess a loss")
def assess_loss(request: HttpRequest, claim_id: UUID, payload: insurer.Assessment) -> insurer.Assessed:
    """The vehicle of one party; again until the first insurer has approved."""
    claim = claim_of(request, claim_id)
    adjuster = adjuster_of(agency_of(request), payload.adjuster)
    party = claim.case.parties.filter(letter=payload.letter).first()
    if party is None:
        raise NotFound("party.unknown", "没有这一方当事人")
    lines = [actions.LossLine(**line.model_dump()) for line in payload.lines]
    row = actions.record_assessment(party_id=party.pk, adjuster=adjuster, lines=lines)
    return insurer.Assessed(letter=payload.letter, version=row.version, total_fen=row.total_fen)


@changes(router, "/claims/{claim_id}/approval", gives=insurer.Approved, summary="核赔 · approve what is to be paid")
def approve_claim(request: HttpRequest, claim_id: UUID, payload: insurer.Approval) -> insurer.Approved:
    """Of the settlement version that was looked at; an outdated one is refused."""
    claim = claim_of(request, claim_id)
    adjuster = adjuster_of(agency_of(request), payload.adjuster)
    approval = actions.approve(claim_id=claim.pk, adjuster=adjuster, version=payload.version)
    claim.refresh_from_db(fields=["state"])
    return insurer.Approved(state=claim.state, amount_fen=approval.amount_fen)


@changes(router, "/claims/{claim_id}/settled", gives=Done, summary="无需赔付，结案 · nothing to pay")
def settle_unpaid_claim(request: HttpRequest, claim_id: UUID, payload: insurer.Approval) -> Done:
    """Ends a claim that pays nothing by this version of the settlement."""
    claim = claim_of(request, claim_id)
    adjuster = adjuster_of(agency_of(request), payload.adjuster)
    actions.settle_unpaid(claim_id=claim.pk, adjuster=adjuster, version=payload.version)
    return Done()


@changes(router, "/claims/{claim_id}/refusal", gives=Done, summary="拒赔 · refuse with a reason")
def refuse_claim(request: HttpRequest, claim_id: UUID, payload: insurer.Refusal) -> Done:
    """The insured reads the reason."""
    claim = claim_of(request, claim_id)
    adjuster = adjuster_of(agency_of(request), payload.adjuster)
    actions.refuse(claim_id=claim.pk, adjuster=adjuster, reason=payload.reason)
    return Done()


@changes(router, "/payments/{payment_id}/order", gives=insurer.Payment, summary="支付 · order a payment")
def order_payment(request: HttpRequest, payment_id: UUID, payload: insurer.PaymentOrder) -> insurer.Payment:
    """The order goes to the insurer's payment address with the account; it confirms by callback."""
    agency = agency_of(request)
    if not Payment.objects.filter(pk=payment_id, claim__insurer=agency).exists():
        raise NotFound("payment.unknown", "没有找到这笔付款")
    row = actions.order_payment(payment_id=payment_id, adjuster=adjuster_of(agency, payload.adjuster))
    return payment_of(row)
