"""Refusal (拒赔) with written reasons, told to the insured in time (保险法 Art. 24), and claims flagged for a person."""

from typing import Any
from uuid import UUID

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases import deadlines, matters
from kuaichu.cases.locking import save_case
from kuaichu.cases.states import Stage
from kuaichu.claims.actions.approving import outcome_of
from kuaichu.claims.actions.common import end_claim, lock_claim, require_open, require_undecided
from kuaichu.claims.actions.opening import RECHECK
from kuaichu.claims.actions.settling import recompute
from kuaichu.claims.models import Claim
from kuaichu.claims.states import ClaimState, require_move
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.links import actions as links
from kuaichu.links.models import Exchange

MAX_REASON = 500


@transaction.atomic
def refuse(*, claim_id: UUID, adjuster: Person, reason: str) -> None:
    """Refuse the claim with the reason that the insured will read; the party counts as uninsured from here on.

    Its notice goes out by text message, with a clock on it. Raises Refused: refusal.no_reason, settlement.frozen.
    """
    case, claim = lock_claim(claim_id, adjuster=adjuster)
    if claim.state == ClaimState.REFUSED:
        return
    require_open(case)
    require_undecided(case)
    text = reason.strip()
    if not text or len(text) > MAX_REASON:
        raise Refused("refusal.no_reason", "请写明拒赔理由，不超过 500 个字，当事人会看到")
    state = require_move("refuse", state=claim.state, who="staff")
    claim.refusal_reason, claim.refused_by, claim.refused_at = text, adjuster, clock.now()
    end_claim(case, claim, state)
    deadlines.start(case, "claim.refusal_notice", started_at=claim.refused_at, subject=str(claim.pk))
    links.queue(
        kind="sms",
        vendor="default",
        operation="notice.send",
        subject_id=str(claim.pk),
        key=f"notice.send:{claim.pk}",
        stream=case.pk,
    )
    actor = Actor("staff", str(adjuster.pk))
    save_case(case)
    record("claim.refused", stream=case.pk, actor=actor, subject=f"claim:{claim.pk}", letter=claim.party.letter)
    recompute(case, actor=actor)
    matters.close_if_done(case, outcome=outcome_of(case))


def take_refusal_sent(exchange: Exchange, reply: dict[str, Any]) -> None:
    """Reply to notice.send: the notice is out, its clock stops."""
    case, claim = lock_claim(UUID(exchange.subject_id))
    if claim.refusal_sent_at is not None:
        return
    claim.refusal_sent_at = clock.now()
    claim.save(update_fields=["refusal_sent_at"])
    deadlines.settle(case, "claim.refusal_notice", subject=str(claim.pk))
    save_case(case)
    record("refusal.sent", stream=case.pk, actor=Actor("system"), subject=f"claim:{claim.pk}")


@transaction.atomic
def close_recheck(*, claim_id: UUID, adjuster: Person, note: str) -> Claim:
    """A person has looked at a claim whose liability was determined anew after money had moved, and says what was done.

    Raises Refused("recheck.no_note"). Closing twice changes nothing.
    """
    case, claim = lock_claim(claim_id, adjuster=adjuster)
    if claim.flagged_at is None:
        return claim
    if not note.strip():
        raise Refused("recheck.no_note", "请写明怎么处理的，例如：已联系当事人，差额另行支付")
    claim.flagged_at = None
    claim.recheck_note = note.strip()[:MAX_REASON]
    claim.save(update_fields=["flagged_at", "recheck_note"])
    matters.settle_matter(case, RECHECK, subject=str(claim.pk), outcome="looked_at")
    save_case(case)
    record("claim.rechecked", stream=case.pk, actor=Actor("staff", str(adjuster.pk)), subject=f"claim:{claim.pk}")
    if case.stage == Stage.CLAIMS:
        matters.close_if_done(case, outcome=outcome_of(case))
    return claim
