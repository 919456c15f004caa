"""What the cases room forgets, and when (periods from `law`: retention.draft, retention.case)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kuaichu import clock, law
from kuaichu.cases.locking import lock_case, save_case
from kuaichu.cases.models import Case, JoinCode, Party, PartyDevice
from kuaichu.cases.moments import now_but_not_before
from kuaichu.cases.states import Outcome, Stage, require_move
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM
from kuaichu.journal.models import Event
from kuaichu.law.divisions import NATION

BATCH = 100
_PERSONAL = (
    "name",
    "document_number",
    "document_index",
    "phone",
    "phone_index",
    "plate",
    "policy_number",
    "statement",
    "payout_account",
)
_STAGES = (Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS)


def forget_drafts(limit: int = BATCH) -> int:
    """Close reports in which nothing has happened for the period, and forget whom they named. Returns how many.

    What the rooms above hold of them (photos) follows by the reaction to `case.withdrawn`.
    """
    quiet_since = clock.now() - _kept()
    busy = Event.objects.filter(at__gte=quiet_since).values("stream")
    quiet = Case.objects.filter(stage__in=_STAGES, created_at__lt=quiet_since).exclude(pk__in=busy)
    return sum(_forget(case_id, quiet_since) for case_id in list(quiet.values_list("pk", flat=True)[:limit]))


def _kept() -> timedelta:
    return timedelta(days=law.value("retention.draft", on=clock.today(), place=NATION).number)


@transaction.atomic
def _forget(case_id: UUID, quiet_since: datetime) -> int:
    case = lock_case(case_id)
    if case.stage not in _STAGES or Event.objects.filter(stream=case.pk, at__gte=quiet_since).exists():
        return 0  # somebody came back between the look and the lock
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
    JoinCode.objects.filter(case=case).update(invited_phone="")
    ended_at = now_but_not_before("opened_at")
    case.matters.filter(settled_at__isnull=True).update(settled_at=ended_at, outcome="withdrawn")
    case.deadlines.filter(settled_at__isnull=True).update(settled_at=now_but_not_before("started_at"))
    record("case.withdrawn", stream=case.pk, actor=SYSTEM, subject=f"case:{case.pk}")
    return 1
