"""Callbacks of insurers: signed JSON (see `links.signing`), one effect per Idempotency-Key.

    POST payments/<payment id>            {"state": "paid" | "failed", "amount_fen", "partner_reference", "reason_code"}
    POST claims/<claim id>/report-number  as the reply to a notice (see `links.insurer.protocol`)

200 {"state": "taken" | "repeated"}; 400 nonsense; 401 signature; 404 not theirs; 409 refused, with `code`.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kuaichu.claims import actions
from kuaichu.claims.models import Claim
from kuaichu.errors import NotFound, Refused
from kuaichu.links.actions import take_in
from kuaichu.links.insurer import protocol
from kuaichu.links.reading import Nonsense
from kuaichu.links.signing import KEY_HEADER, BadSignature, check
from kuaichu.web.audience import audience

MAX_BODY_BYTES = 64 * 1024
MAX_KEY = 60


class Signed:
    """A message whose signature holds: who sent it, its key and its JSON."""

    def __init__(self, agency_code: str, key: str, message: Any) -> None:
        self.agency_code = agency_code
        self.key = f"in:{agency_code}:{key}"
        self.message = message


def signed(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """Let only signed messages through; expected refusals become JSON."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> JsonResponse:
        if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
            return JsonResponse({"code": "message.too_long"}, status=413)
        try:
            agency_code = check(request.headers, request.body)
        except BadSignature as fault:
            return JsonResponse({"code": fault.code}, status=401)
        key = request.headers.get(KEY_HEADER, "")
        if not 0 < len(key) <= MAX_KEY:
            return JsonResponse({"code": "key.missing"}, status=400)
        try:
            return view(Signed(agency_code, key, json.loads(request.body)), **kwargs)
        except (ValueError, Nonsense) as fault:
            field = fault.field if isinstance(fault, Nonsense) else "body"
            return JsonResponse({"code": "message.nonsense", "field": field}, status=400)
        except NotFound as refusal:
            return JsonResponse({"code": refusal.code}, status=404)
        except Refused as refusal:
            return JsonResponse({"code": refusal.code, "message": str(refusal.message)}, status=409)

    return guarded


@csrf_exempt
@audience("partner")
@require_POST
@signed
def payment_news(signed: Signed, payment_id: UUID) -> JsonResponse:
    """What became of an ordered payment."""
    news = protocol.read_payment_news(signed.message)
    facts = {"state": "paid" if news.is_paid else "failed", "amount_fen": news.amount_fen}
    try:
        with transaction.atomic():
            is_new = _take_in(signed, "payment.confirm", payment_id, facts)
            if is_new:
                actions.confirm_payment(payment_id=payment_id, agency_code=signed.agency_code, news=news)
    except Refused as refusal:
        if refusal.code == "payment.wrong_amount":
            actions.flag_payment(payment_id=payment_id, agency_code=signed.agency_code, code="amount_differs")
        raise
    return JsonResponse({"state": "taken" if is_new else "repeated"})


@csrf_exempt
@audience("partner")
@require_POST
@signed
def report_number(signed: Signed, claim_id: UUID) -> JsonResponse:
    """The late answer to a notice."""
    acceptance = protocol.read_acceptance(signed.message)
    if not Claim.objects.filter(pk=claim_id, insurer__code=signed.agency_code).exists():
        raise NotFound("claim.unknown", "没有找到这笔理赔")
    with transaction.atomic():
        is_new = _take_in(signed, "claim.accept", claim_id, {"report_number": acceptance.report_number})
        if is_new:
            actions.accept(claim_id=claim_id, acceptance=acceptance)
    return JsonResponse({"state": "taken" if is_new else "repeated"})


def _take_in(signed: Signed, operation: str, subject_id: UUID, facts: dict[str, Any]) -> bool:
    return take_in(
        kind="insurer",
        vendor=signed.agency_code,
        operation=operation,
        subject_id=str(subject_id),
        key=signed.key,
        reply=facts,
    )
