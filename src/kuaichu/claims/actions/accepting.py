"""The insurer's answer to a notice: report number and policy facts, in the reply or later by callback."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases import deadlines
from kuaichu.cases.locking import save_case
from kuaichu.claims.actions.common import lock_claim
from kuaichu.claims.actions.settling import recompute
from kuaichu.claims.models import Claim
from kuaichu.claims.states import ClaimState, require_move
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.links import actions as links
from kuaichu.links.insurer.protocol import Acceptance, is_pending, read_acceptance
from kuaichu.links.models import Exchange, ExchangeState


def take_acceptance(exchange: Exchange, reply: dict[str, Any]) -> None:
    """Reply to claim.notify. `pending` waits for the callback; a second answer changes nothing."""
    if not is_pending(reply):
        accept(claim_id=UUID(exchange.subject_id), acceptance=read_acceptance(reply))


@transaction.atomic
def accept(*, claim_id: UUID, acceptance: Acceptance) -> bool:
    """Take report number and policy facts in. False when the insurer had answered before."""
    case, claim = lock_claim(claim_id)
    if claim.state != ClaimState.NOTIFIED:
        return False
    policy = acceptance.policy
    claim.state = require_move("accept", state=claim.state, who="partner")
    claim.report_number = acceptance.report_number
    claim.is_policy_valid = policy.is_valid
    claim.has_ctpl = policy.has_ctpl
    claim.tpl_limit_fen = policy.tpl_limit_fen
    claim.tpl_deductible_percent = policy.tpl_deductible_percent
    claim.has_own_damage = policy.has_own_damage
    claim.own_damage_deductible_percent = policy.own_damage_deductible_percent
    claim.accepted_at = clock.now()
    claim.notify_failed_at = None
    claim.save()
    save_case(case)
    deadlines.settle(case, "claim.documents_list", subject=str(claim.pk))
    deadlines.start(case, "claim.decide", started_at=claim.accepted_at, subject=str(claim.pk))
    actor = Actor("partner", str(claim.insurer_id))
    record(
        "claim.accepted",
        stream=case.pk,
        actor=actor,
        subject=f"claim:{claim.pk}",
        letter=claim.party.letter,
        is_policy_valid=claim.is_policy_valid,
    )
    recompute(case, actor=actor)
    return True


def note_notice_failed(exchange: Exchange) -> None:
    """The notice could not be delivered (FAILURES of claim.notify): the desk offers to send it again."""
    case, claim = lock_claim(UUID(exchange.subject_id))
    if claim.state == ClaimState.NOTIFIED:
        claim.notify_failed_at = clock.now()
        claim.save(update_fields=["notify_failed_at"])
        save_case(case)
        record("claim.undelivered", stream=case.pk, actor=Actor("partner", str(claim.insurer_id)), claim=str(claim.pk))


@transaction.atomic
def send_notice_again(*, claim_id: UUID, adjuster: Person) -> None:
    """An adjuster has a notice sent again that failed, or that was taken and never answered.

    Raises Refused: notice.answered, notice.on_its_way.
    """
    case, claim = lock_claim(claim_id, adjuster=adjuster)
    if claim.state != ClaimState.NOTIFIED:
        raise Refused("notice.answered", "报案已经受理，不用再发")
    notices = notices_of(claim)
    if notices.filter(state__in=[ExchangeState.QUEUED, ExchangeState.SENDING]).exists():
        raise Refused("notice.on_its_way", "正在发送，请稍等")
    failed = notices.filter(state=ExchangeState.FAILED)
    if failed:
        for exchange in failed:
            links.retry(exchange_id=exchange.pk)
    else:
        queue_notice(claim, key=f"claim.notify:{claim.pk}:again{notices.count()}")
    claim.notify_failed_at = None
    claim.save(update_fields=["notify_failed_at"])
    save_case(case)
    record("claim.resent", stream=case.pk, actor=Actor("staff", str(adjuster.pk)), claim=str(claim.pk))


def queue_notice(claim: Claim, *, key: str) -> None:
    """Put the notice of a claim into the outbox; the same key goes out once."""
    links.queue(
        kind="insurer",
        vendor=claim.insurer.vendor or "default",
        partner=claim.insurer.code,
        operation="claim.notify",
        subject_id=str(claim.pk),
        key=key,
        stream=claim.case_id,
    )


def notices_of(claim: Claim) -> QuerySet[Exchange]:
    """The notices sent for a claim."""
    return Exchange.objects.filter(kind="insurer", operation="claim.notify", subject_id=str(claim.pk))
