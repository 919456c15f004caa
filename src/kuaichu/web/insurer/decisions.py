"""What adjusters decide: parse, act, show the claim again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kuaichu.claims import actions
from kuaichu.errors import NotFound, Refused
from kuaichu.web.audience import audience
from kuaichu.web.insurer import assessing, pages


@audience("insurer")
@require_POST
def assess(request: HttpRequest, claim_id: UUID, letter: str) -> HttpResponse:
    """Save the loss assessment of one vehicle, or add or remove a row of its form."""
    person = pages.adjuster_of(request)
    claim = pages.claim_for(person, claim_id)
    party = claim.case.parties.filter(letter=letter).first()
    if party is None:
        raise NotFound("party.unknown", "没有找到这一方")
    sheet = assessing.typed(request.POST)
    wish = request.POST.get("do")
    if wish not in ("save", "no_loss"):
        return pages.show_claim(request, claim_id, sheets={letter: sheet})
    try:
        lines = [] if wish == "no_loss" else assessing.lines_of(sheet)
        if wish == "save" and not lines:
            raise Refused("assessment.empty", "请至少填一行；车辆没有损失的，请点“确认无损失”")
        actions.record_assessment(party_id=party.pk, adjuster=person, lines=lines)
    except NotFound:
        raise
    except Refused as refusal:
        sheet = assessing.with_faults(sheet, refusal)
        return pages.show_claim(request, claim_id, sheets={letter: sheet}, status=409)
    messages.success(request, gettext("定损已保存"))
    return pages.back_to(claim_id)


@audience("insurer")
@require_POST
def approve(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Approve the settlement that the page showed."""
    version = _version(request)
    return pages.decide(
        request,
        claim_id,
        lambda person: actions.approve(claim_id=claim_id, adjuster=person, version=version),
        done="已核赔，可以付款了",
    )


@audience("insurer")
@require_POST
def settle(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Nothing to pay: the claim ends."""
    version = _version(request)
    return pages.decide(
        request,
        claim_id,
        lambda person: actions.settle_unpaid(claim_id=claim_id, adjuster=person, version=version),
        done="这笔理赔已办结",
    )


@audience("insurer")
@require_POST
def pay(request: HttpRequest, claim_id: UUID, payment_id: UUID) -> HttpResponse:
    """Have a payment made."""
    return pages.decide(
        request,
        claim_id,
        lambda person: actions.order_payment(payment_id=payment_id, adjuster=person),
        done="付款已下达，到账后自动确认",
    )


@audience("insurer")
@require_POST
def refuse(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Refuse the claim with a reason."""
    reason = request.POST.get("reason", "")
    return pages.decide(
        request,
        claim_id,
        lambda person: actions.refuse(claim_id=claim_id, adjuster=person, reason=reason),
        done="已拒赔，通知正在发给当事人",
    )


@audience("insurer")
@require_POST
def send_again(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Send a failed notice to the insurer's own system again."""
    return pages.decide(
        request,
        claim_id,
        lambda person: actions.send_notice_again(claim_id=claim_id, adjuster=person),
        done="正在重新发送",
    )


@audience("insurer")
@require_POST
def recheck(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Say what was done after liability was determined anew."""
    note = request.POST.get("note", "")
    return pages.decide(
        request,
        claim_id,
        lambda person: actions.close_recheck(claim_id=claim_id, adjuster=person, note=note),
        done="复查已记下",
    )


def _version(request: HttpRequest) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() else 0
