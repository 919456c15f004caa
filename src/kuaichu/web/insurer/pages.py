"""What the pages of the insurer's desk share: who asks, which claim, and everything the page shows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kuaichu import clock, law
from kuaichu.accounts.models import Agency, Person
from kuaichu.cases.models import Deadline
from kuaichu.claims import queries
from kuaichu.claims.models import Claim
from kuaichu.claims.permissions import may_handle_claim
from kuaichu.claims.states import ClaimState, Work
from kuaichu.dossier.queries import instruments_of, photos_of
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.web.insurer import assessing

PAGE = "insurer.claim"
SHOWN = "name,phone,policy_number"


def adjuster_of(request: HttpRequest) -> Person:
    """The signed-in person (the audience guard has let nobody else in)."""
    assert isinstance(request.user, Person)
    return request.user


def agency_of(request: HttpRequest) -> Agency:
    """The adjuster's insurer."""
    agency = adjuster_of(request).agency
    assert agency is not None
    return agency


def claim_for(person: Person, claim_id: UUID) -> Claim:
    """The claim for an adjuster of its insurer. Raises NotFound for everybody else."""
    claim = Claim.objects.select_related("case__place", "party", "insurer", "refused_by").filter(pk=claim_id).first()
    if claim is None or not may_handle_claim(person, claim):
        raise NotFound("claim.unknown", "没有找到这笔理赔")
    return claim


def desk_context(request: HttpRequest, *, rows: list[queries.QueueRow] | None = None) -> dict[str, Any]:
    """The tabs and the queue column."""
    agency = agency_of(request)
    name = request.POST.get("queue") or request.GET.get("queue", "")
    queue = queries.BY_NAME.get(name, queries.QUEUES[0])
    waiting = queries.counts(agency)
    return {
        "queue": queue,
        "rows": queries.rows(agency, queue) if rows is None else rows,
        "tabs": [(tab, waiting[tab.name]) for tab in queries.QUEUES],
        "waiting": waiting,
        "served_at": clock.now(),
    }


def show_claim(
    request: HttpRequest,
    claim_id: UUID,
    *,
    refusal: Refused | None = None,
    sheets: dict[str, assessing.Sheet] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole desk with this claim open; what was typed before a refusal is still there."""
    person = adjuster_of(request)
    claim = claim_for(person, claim_id)
    money = queries.money_of(claim.case)
    record_read(actor=Actor("staff", str(person.pk)), stream=claim.case_id, page=PAGE, fields=SHOWN)
    context = desk_context(request) | {
        "claim": claim,
        "case": claim.case,
        "money": money,
        "side": money.of(claim.party_id),
        "photos": list(enumerate(photos_of(claim.case_id), start=1)),
        "instruments": instruments_of(claim.case_id),
        "clocks": _clocks(claim),
        "mine": _mine(claim, money),
        "sheets": [
            (side, (sheets or {}).get(side.party.letter) or assessing.fresh(side.party, side.assessment))
            for side in money.parties
            if side.assessing_claim is not None and side.assessing_claim.pk == claim.pk
        ],
        "parts": law.codes.options("damaged_part"),
        "works": Work.choices,
        "blank_row": assessing.Row(),
        "refusal": refusal,
        "typed": request.POST,
    }
    return render(request, "insurer/claim.html", context, status=status)


def _mine(claim: Claim, money: queries.Money) -> dict[str, Any]:
    """What this insurer pays by the settlement in force, and what it may do now."""
    lines = [line for line in money.lines if line.payer_claim_id == claim.pk]
    has_problem = bool(money.settlement and money.settlement.problem)
    is_assessed = claim.state == ClaimState.ASSESSED and money.settlement is not None
    return {
        "amount_fen": sum(line.amount_fen for line in lines),
        "may_approve": is_assessed and bool(lines) and not has_problem,
        "may_settle": is_assessed and not lines,
        "payments": [payment for payment in money.payments if payment.claim_id == claim.pk],
        "approval": next((row for row in money.approvals if row.claim_id == claim.pk), None),
        "may_refuse": claim.state in ("notified", "accepted", "assessed") and not money.is_frozen,
    }


def _clocks(claim: Claim) -> list[tuple[Deadline, law.Due]]:
    """The clocks that run on the claim, each with the law's sentence."""
    running = Deadline.objects.filter(case_id=claim.case_id, subject=str(claim.pk), settled_at__isnull=True)
    place = claim.case.place_id
    return [(row, law.due(row.clock, started_at=row.started_at, place=place)) for row in running.order_by("due_at")]


def decide(request: HttpRequest, claim_id: UUID, act: Callable[[Person], object], *, done: str) -> HttpResponse:
    """Run `act`, say `done` (a msgid) and show the claim again; a refusal is shown beside the fresh state."""
    person = adjuster_of(request)
    claim_for(person, claim_id)
    try:
        act(person)
    except NotFound:
        raise
    except Refused as refusal:
        return show_claim(request, claim_id, refusal=refusal, status=409)
    messages.success(request, gettext(done))
    return back_to(claim_id)


def back_to(claim_id: UUID) -> HttpResponse:
    """The claim again, in the queue in which it now lies."""
    claim = Claim.objects.get(pk=claim_id)
    return redirect(f"/insurer/claims/{claim_id}/?queue={queries.queue_of(claim).name}")
