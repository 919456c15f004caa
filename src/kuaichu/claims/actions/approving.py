"""Approval (核赔): each paying insurer's adjuster says yes to what the settlement asks of it."""

from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases import deadlines, matters
from kuaichu.cases.locking import save_case
from kuaichu.cases.models import Case
from kuaichu.cases.states import Outcome
from kuaichu.claims.actions.common import end_claim, lock_claim, require_no_review, require_open
from kuaichu.claims.actions.settling import current
from kuaichu.claims.models import Approval, Claim, Payment, Settlement, SettlementLine
from kuaichu.claims.reminding import remind_later
from kuaichu.claims.states import ClaimState, require_move
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor


@transaction.atomic
def approve(*, claim_id: UUID, adjuster: Person, version: int) -> Approval:
    """Approve what the insurer pays by settlement `version` (what the adjuster saw). Twice by one person changes
    nothing.

    The first approval freezes assessments and settlement. Claims that pay nothing end when all paying ones are
    approved.
    Raises Refused: settlement.changed, settlement.problem, claim.nothing_to_pay, claim.approved_already,
    claim.review_open.
    """
    case, claim = lock_claim(claim_id, adjuster=adjuster)
    settlement = _seen(case, version)
    done = Approval.objects.filter(settlement=settlement, claim=claim).select_related("adjuster").first()
    if done is not None:
        if done.adjuster_id == adjuster.pk:
            return done
        raise Refused("claim.approved_already", "%(who)s 刚刚已经核赔", who=done.adjuster.name)
    _require_decidable(case, settlement)
    sums = _sums_by_payee(settlement, claim)
    if not sums:
        raise Refused("claim.nothing_to_pay", "这笔理赔不用付款，请点“无需赔付，结案”")
    claim.state = require_move("approve", state=claim.state, who="staff")
    claim.save(update_fields=["state"])
    now, actor = clock.now(), Actor("staff", str(adjuster.pk))
    approval = Approval.objects.create(
        settlement=settlement, claim=claim, adjuster=adjuster, amount_fen=sum(sums.values()), at=now
    )
    Payment.objects.bulk_create(
        Payment(settlement=settlement, claim=claim, payee_id=payee, amount_fen=amount) for payee, amount in sums.items()
    )
    deadlines.settle(case, "claim.decide", subject=str(claim.pk))
    deadlines.start(case, "claim.pay", started_at=now, subject=str(claim.pk))
    remind_later(case, list(sums))
    save_case(case)
    record(
        "claim.approved",
        stream=case.pk,
        actor=actor,
        subject=f"claim:{claim.pk}",
        letter=claim.party.letter,
        version=version,
        amount_fen=approval.amount_fen,
    )
    _end_unpaid(case, settlement)
    return approval


@transaction.atomic
def settle_unpaid(*, claim_id: UUID, adjuster: Person, version: int) -> None:
    """End a claim that pays nothing by settlement `version`, or whose settlement a person has to compute elsewhere.

    Raises Refused: settlement.changed, claim.has_to_pay, claim.review_open, claim.moved_on. Twice changes nothing.
    """
    case, claim = lock_claim(claim_id, adjuster=adjuster)
    if claim.state == ClaimState.SETTLED:
        return
    settlement = _seen(case, version)
    require_open(case)
    require_no_review(case)
    if _sums_by_payee(settlement, claim):
        raise Refused("claim.has_to_pay", "这笔理赔要付款，请先核赔")
    _end_one(case, claim, actor=Actor("staff", str(adjuster.pk)))
    save_case(case)
    matters.close_if_done(case, outcome=outcome_of(case))


def _seen(case: Case, version: int) -> Settlement:
    settlement = current(case.pk)
    if settlement is None:
        raise Refused("settlement.missing", "还没有算好赔款：要等报案受理、各方车辆都定损")
    if settlement.version != version:
        raise Refused("settlement.changed", "赔款刚刚重新计算过，请刷新核对后再操作")
    return settlement


def _require_decidable(case: Case, settlement: Settlement) -> None:
    require_open(case)
    require_no_review(case)
    if settlement.problem:
        raise Refused("settlement.problem", "这起事故要人工核定赔款，不能在线核赔")


def _sums_by_payee(settlement: Settlement, claim: Claim) -> dict[UUID, int]:
    rows = SettlementLine.objects.filter(settlement=settlement, payer_claim=claim).values("payee")
    return {row["payee"]: row["sum"] for row in rows.order_by("payee__letter").annotate(sum=Sum("amount_fen"))}


def _end_unpaid(case: Case, settlement: Settlement) -> None:
    """Once every paying claim is approved, those that pay nothing have nothing left to do."""
    waiting = list(Claim.objects.filter(case=case, state=ClaimState.ASSESSED).select_related("party"))
    paying = set(
        SettlementLine.objects.filter(settlement=settlement, payer_claim__isnull=False)
        .values_list("payer_claim", flat=True)
        .distinct()
    )
    if any(claim.pk in paying for claim in waiting):
        return
    for claim in waiting:
        _end_one(case, claim, actor=SYSTEM)


def _end_one(case: Case, claim: Claim, *, actor: Actor) -> None:
    end_claim(case, claim, require_move("settle", state=claim.state, who=actor.kind))
    record("claim.settled", stream=case.pk, actor=actor, subject=f"claim:{claim.pk}", letter=claim.party.letter)


def outcome_of(case: Case) -> Outcome:
    """PAID when an insurer paid anything, else SETTLED."""
    is_paid = Claim.objects.filter(case=case, state=ClaimState.PAID).exists()
    return Outcome.PAID if is_paid else Outcome.SETTLED
