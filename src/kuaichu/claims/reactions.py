"""What claims do when something happens elsewhere, or when a clock runs out."""

from kuaichu.cases.locking import lock_case
from kuaichu.cases.models import Deadline
from kuaichu.claims.actions.opening import notify_when_sealed, open_claims
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM

__all__ = ["claim_ran_late", "notify_when_sealed", "open_claims"]


def claim_ran_late(deadline: Deadline) -> None:
    """An insurer's clock ran out: the timeline and the desk show it; nothing else follows from it by itself."""
    case = lock_case(deadline.case_id)
    record("claim.delayed", stream=case.pk, actor=SYSTEM, subject=f"claim:{deadline.subject}", clock=deadline.clock)
