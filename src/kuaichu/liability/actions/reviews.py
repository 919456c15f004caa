"""The right to review (令146 Arts. 71-78): in writing, three working days from service, once."""

from uuid import UUID

from django.db import transaction

from kuaichu import clock, law
from kuaichu.accounts.models import Person
from kuaichu.accounts.permissions import may_decide_reviews
from kuaichu.cases import deadlines, matters
from kuaichu.cases.locking import lock_case, lock_party, save_case
from kuaichu.cases.models import Case
from kuaichu.cases.permissions import may_handle
from kuaichu.cases.states import Path, require_move
from kuaichu.dossier.actions import instruments
from kuaichu.dossier.states import InstrumentKind, InstrumentState
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.liability import content
from kuaichu.liability.models import Determination, Review
from kuaichu.liability.states import ReviewState

MAX_REASON = 1000


@transaction.atomic
def apply_for_review(*, party_id: UUID, reason: str) -> Review:
    """Apply for the review of the determination in force. Applying again changes nothing.

    Raises Refused: review.nothing, review.late, review.once, review.no_reason.
    """
    case, party = lock_party(party_id)
    determination = Determination.objects.filter(case=case, superseded_at__isnull=True).first()
    if determination is None:
        raise Refused("review.nothing", "只有民警出具的认定书可以申请复核；协商达成的协议可以去法院")
    existing = Review.objects.filter(determination__case=case).first()
    if existing is not None:
        if existing.applicant_id == party.pk and existing.state == ReviewState.APPLIED:
            return existing
        raise Refused("review.once", "同一起事故只能复核一次，已经有人申请过了")
    now = clock.now()
    due = law.due("review.apply", started_at=determination.issued_at, place=case.place_id)
    if now >= due.at and not due.is_unsure:
        raise Refused(
            "review.late", "申请复核的期限（送达后 %(days)s 个工作日）已经过了，您可以向法院起诉", days=due.length
        )
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Refused("review.no_reason", "请写明哪里不同意、为什么，不超过 1000 字")
    review = Review.objects.create(
        determination=determination,
        applicant=party,
        reason=reason.strip(),
        applied_at=now,
        decide_by_at=law.due("review.decide", started_at=now, place=case.place_id).at,
    )
    deadlines.settle(case, "review.apply")
    deadlines.start(case, "review.decide", started_at=now, subject=str(review.pk))
    if case.is_open:
        matters.open_matter(case, "review", subject=str(review.pk))
    save_case(case)
    record(
        "review.applied",
        stream=case.pk,
        actor=Actor("party", str(party.pk)),
        subject=f"review:{review.pk}",
        letter=party.letter,
    )
    return review


@transaction.atomic
def withdraw_review(*, party_id: UUID) -> None:
    """The applicant takes the application back; the determination stands (Art. 75)."""
    case, party = lock_party(party_id)
    review = Review.objects.filter(determination__case=case, applicant=party, state=ReviewState.APPLIED).first()
    if review is None:
        raise Refused("review.none_open", "没有待处理的复核申请")
    _end(case, review, ReviewState.WITHDRAWN, actor=Actor("party", str(party.pk)))
    record("review.withdrawn", stream=case.pk, actor=Actor("party", str(party.pk)), subject=f"review:{review.pk}")


@transaction.atomic
def decide_review(*, review_id: UUID, officer: Person, outcome: str, conclusion: str) -> None:
    """Uphold the determination, or order it to be made anew (Art. 76). Not by the officer who made it.

    Raises Refused: review.not_yours, review.decided, review.no_conclusion, review.unknown_outcome.
    """
    review = Review.objects.select_related("determination").filter(pk=review_id).first()
    if review is None:
        raise NotFound("review.unknown", "没有找到这件复核")
    case = lock_case(review.determination.case_id)
    review = Review.objects.select_related("determination__instrument", "determination__case", "applicant").get(
        pk=review_id
    )
    if not (may_decide_reviews(officer) and may_handle(officer, case)) or officer == review.determination.officer:
        raise Refused("review.not_yours", "复核要由上级的其他民警办理")
    if review.state != ReviewState.APPLIED:
        raise Refused("review.decided", "这件复核已经有结论了")
    if outcome not in (ReviewState.UPHELD, ReviewState.REOPENED):
        raise Refused("review.unknown_outcome", "请选择复核结论")
    if not conclusion.strip() or len(conclusion) > MAX_REASON:
        raise Refused("review.no_conclusion", "请写明复核意见，不超过 1000 字")
    actor = Actor("staff", str(officer.pk))
    _conclude(case, review, officer, conclusion.strip(), actor)
    _end(case, review, ReviewState(outcome), actor=actor, officer=officer, conclusion=conclusion.strip())
    record("review.decided", stream=case.pk, actor=actor, subject=f"review:{review.pk}", outcome=outcome)
    if outcome == ReviewState.REOPENED:
        _reopen(case, actor)


def _conclude(case: Case, review: Review, officer: Person, conclusion: str, actor: Actor) -> None:
    """The conclusion is an instrument that needs no signatures: served and in force at once."""
    drawn = content.review_conclusion(review, conclusion=conclusion, officer=officer)
    instrument = instruments.draw_up(case, kind=InstrumentKind.REVIEW, content=drawn, actor=actor, officer=officer)
    instrument.state = InstrumentState.COMPLETED
    instrument.completed_at = clock.now()
    instrument.save(update_fields=["state", "completed_at"])
    review.instrument = instrument


def _end(
    case: Case,
    review: Review,
    state: ReviewState,
    *,
    actor: Actor,
    officer: Person | None = None,
    conclusion: str = "",
) -> None:
    review.state, review.decided_by, review.conclusion, review.decided_at = state, officer, conclusion, clock.now()
    review.save(update_fields=["state", "decided_by", "conclusion", "decided_at", "instrument"])
    deadlines.settle(case, "review.decide", subject=str(review.pk))
    matters.settle_matter(case, "review", subject=str(review.pk), outcome=str(state))
    save_case(case)


def _reopen(case: Case, actor: Actor) -> None:
    """Back to the officer's desk for a new determination; what was issued stays until the new one takes its place."""
    case.stage = require_move("reopen_liability", stage=case.stage, who=actor.kind)
    case.path = Path.ONLINE
    case.closed_at = None
    case.outcome = ""
    save_case(case, "stage", "path", "closed_at", "outcome")
    matters.open_matter(case, "redetermination")
    served = case.instruments.filter(kind=InstrumentKind.DETERMINATION, state=InstrumentState.SERVED)
    for instrument in served:
        instrument.state = InstrumentState.COMPLETED
        instrument.save(update_fields=["state"])
    deadlines.start(case, "determination.simplified", started_at=clock.now())
    record("case.reopened", stream=case.pk, actor=actor, subject=f"case:{case.pk}")
