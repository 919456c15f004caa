"""What claims do when something happens elsewhere, or when a clock runs out."""

from kuaichu.cases import matters
from kuaichu.cases.locking import lock_case
from kuaichu.cases.models import Deadline
from kuaichu.claims.actions.approving import outcome_of
from kuaichu.claims.actions.opening import notify_when_sealed, open_claims
from kuaichu.claims.reminding import account_missing
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM
from kuaichu.journal.models import Event

__all__ = ["account_missing", "claim_ran_late", "close_after_review", "notify_when_sealed", "open_claims"]


def close_after_review(event: Event) -> None:
    """A review ended and nothing else is open: the case closes with what the claims came to."""
    case = lock_case(event.stream)
    matters.close_if_done(case, outcome=outcome_of(case))


def claim_ran_late(deadline: Deadline) -> None:
    """An insurer's clock ran out: the timeline and the desk show it; nothing else follows from it by itself."""
    case = lock_case(deadline.case_id)
    record("claim.delayed", stream=case.pk, actor=SYSTEM, subject=f"claim:{deadline.subject}", clock=deadline.clock)
