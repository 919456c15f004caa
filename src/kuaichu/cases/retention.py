"""What the cases room forgets, and when (periods from `law`: retention.draft, retention.case)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Max, Q

from kuaichu import clock, law
from kuaichu.cases.locking import lock_case, save_case
from kuaichu.cases.models import Case, Party, PartyDevice
from kuaichu.cases.states import Outcome, Stage, require_move
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM
from kuaichu.law.divisions import NATION

BATCH = 100
_PERSONAL = ("name", "document_number", "document_index", "phone", "phone_index", "plate", "policy_number", "statement")


def forget_drafts(limit: int = BATCH) -> int:
    """Close reports that nobody went on with and forget whom they named. Returns how many."""
    keep = timedelta(days=law.value("retention.draft", on=clock.today(), place=NATION).number)
    quiet_since = clock.now() - keep
    abandoned = (
        Case.objects.filter(stage__in=(Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS), created_at__lt=quiet_since)
        .annotate(seen_at=Max("parties__last_seen_at"))
        .filter(Q(seen_at__isnull=True) | Q(seen_at__lt=quiet_since))
        .values_list("pk", flat=True)[:limit]
    )
    for case_id in list(abandoned):
        _forget(case_id)
    return len(abandoned)


@transaction.atomic
def _forget(case_id: object) -> None:
    case = lock_case(case_id)  # type: ignore[arg-type]
    case.stage = require_move("withdraw", stage=case.stage, who="system")
    case.outcome = Outcome.WITHDRAWN
    case.closed_at = clock.now()
    case.location = ""
    case.lon_wgs84 = case.lat_wgs84 = None
    save_case(case, "stage", "outcome", "closed_at", "location", "lon_wgs84", "lat_wgs84")
    for party in Party.objects.filter(case=case):
        for field in _PERSONAL:
            setattr(party, field, "")
        party.save(update_fields=list(_PERSONAL))
    PartyDevice.objects.filter(party__case=case).delete()
    case.matters.filter(settled_at__isnull=True).update(settled_at=clock.now(), outcome="withdrawn")
    case.deadlines.filter(settled_at__isnull=True).update(settled_at=clock.now())
    record("case.withdrawn", stream=case.pk, actor=SYSTEM, subject=f"case:{case.pk}")
