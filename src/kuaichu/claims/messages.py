"""The messages to insurers and insured, built at the moment of sending: exchanges hold ids only."""

from typing import Any
from uuid import UUID

from kuaichu import clock, law
from kuaichu.cases.tokens import party_token
from kuaichu.claims.actions.opening import sealed_instrument
from kuaichu.claims.models import Claim, Payment
from kuaichu.dossier.queries import photos_of
from kuaichu.liability.queries import grades_in_force
from kuaichu.links.adapters import PermanentError
from kuaichu.links.models import Exchange
from kuaichu.origin import public_origin


def claim_notice(exchange: Exchange) -> dict[str, Any]:
    """claim.notify: who was insured, what happened, who is liable, and where every document can be checked."""
    claim = Claim.objects.select_related("case", "party", "insurer").get(pk=UUID(exchange.subject_id))
    party, case = claim.party, claim.case
    grades = grades_in_force(case.pk)
    if grades is None:
        raise PermanentError("liability.reopened")
    return _to_insurer(
        claim,
        {
            "claim_id": str(claim.pk),
            "case_number": case.number,
            "callback_url": f"{public_origin()}/api/v1/partner/claims/{claim.pk}/report-number",
            "insured": {
                "name": party.name,
                "document_number": party.document_number,
                "phone": party.phone,
                "plate": party.plate,
                "plate_kind": party.plate_kind,
                "policy_number": party.policy_number,
            },
            "accident": {
                "occurred_at": case.occurred_at.isoformat() if case.occurred_at else "",
                "place_code": case.place_id,
                "location": case.location,
                "lon_wgs84": case.lon_wgs84,
                "lat_wgs84": case.lat_wgs84,
            },
            "liability": {"grade": grades.grades[party.letter], "share_percent": grades.shares.get(party.letter, 0)},
            "damaged_parts": party.damaged_parts,
            "documents": _documents(claim),
        },
    )


def _documents(claim: Claim) -> list[dict[str, Any]]:
    """The sealed instrument with its public address, and the photos by digest (they are seen at the insurer's desk)."""
    instrument, file = sealed_instrument(claim)
    documents = [
        {
            "kind": instrument.kind,
            "number": instrument.number,
            "sha256": file.sha256 if file else "",
            "verify_url": f"{public_origin()}/verify/{instrument.verify_code}/",
        }
    ]
    photos = [{"kind": "photo", "slot": photo.slot, "sha256": photo.sha256} for photo in photos_of(claim.case_id)]
    return documents + photos


def payment_order(exchange: Exchange) -> dict[str, Any]:
    """payment.order: how much to whom on which account."""
    payment = Payment.objects.select_related("claim__insurer", "claim__case", "payee").get(pk=UUID(exchange.subject_id))
    claim, payee = payment.claim, payment.payee
    if not payee.payout_account:
        raise PermanentError("payment.no_account")
    return _to_insurer(
        claim,
        {
            "payment_id": str(payment.pk),
            "claim_id": str(claim.pk),
            "report_number": claim.report_number,
            "case_number": claim.case.number,
            "payee_name": payee.name,
            "payee_account": payee.payout_account,
            "amount_fen": payment.amount_fen,
            "currency": "CNY",
            "callback_url": f"{public_origin()}/api/v1/partner/payments/{payment.pk}",
        },
    )


def _to_insurer(claim: Claim, body: dict[str, Any]) -> dict[str, Any]:
    return {"agency": claim.insurer.code, "endpoint": claim.insurer.endpoint, "body": body}


def refusal_notice(exchange: Exchange) -> dict[str, Any]:
    """notice.send: that the insurer will not pay, and where its reasons stand."""
    claim = Claim.objects.select_related("party", "insurer", "case").get(pk=UUID(exchange.subject_id))
    link = f"{public_origin()}/c/{party_token(claim.party_id)}/money/"
    citation = law.value(
        "claim.refusal_notice", on=clock.local_day(claim.refused_at or clock.now()), place=claim.case.place_id
    ).citation
    text = f"【快处】{claim.insurer.short_name}决定不赔，理由写在这里：{link} 依据{citation.zh}。您可以向保险公司申诉或起诉。"
    return {"phone": claim.party.phone, "text": text, "stream": str(claim.case_id)}
