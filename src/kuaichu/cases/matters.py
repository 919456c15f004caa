"""Open matters: any room may hang one on a case; the case closes when the last is settled."""

from kuaichu import clock
from kuaichu.cases.locking import save_case
from kuaichu.cases.models import Case, Matter
from kuaichu.cases.moments import now_but_not_before
from kuaichu.cases.states import Outcome, require_move
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor


def open_matter(case: Case, kind: str, *, subject: str = "") -> Matter:
    """Open a matter (one per kind and subject; a settled one opens again). The caller holds the case's lock."""
    matter, is_new = Matter.objects.get_or_create(
        case=case, kind=kind, subject=subject, defaults={"opened_at": clock.now()}
    )
    if not is_new and matter.settled_at is not None:
        matter.settled_at, matter.outcome, matter.opened_at = None, "", clock.now()
        matter.save(update_fields=["settled_at", "outcome", "opened_at"])
    return matter


def settle_matter(case: Case, kind: str, *, subject: str = "", outcome: str) -> None:
    """Settle a matter; settling again changes nothing. The caller holds the case's lock."""
    Matter.objects.filter(case=case, kind=kind, subject=subject, settled_at__isnull=True).update(
        settled_at=now_but_not_before("opened_at"), outcome=outcome
    )


def close_if_done(case: Case, *, outcome: Outcome, actor: Actor = SYSTEM) -> bool:
    """Close the case when it has no open matter left. The caller holds the case's lock."""
    if not case.is_open or Matter.objects.filter(case=case, settled_at__isnull=True).exists():
        return False
    case.stage = require_move("close", stage=case.stage, who=actor.kind)
    case.outcome = outcome
    case.closed_at = clock.now()
    save_case(case, "stage", "outcome", "closed_at")
    record("case.closed", stream=case.pk, actor=actor, subject=f"case:{case.pk}", outcome=str(outcome))
    return True
