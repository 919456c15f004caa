"""What the calls room forgets, and when (periods from `law`): who called and what was said; the counts stay."""

from datetime import datetime

from django.db import transaction

from kuaichu import clock, law
from kuaichu.calls.actions.calling_back import close_lapsed
from kuaichu.calls.models import Call, CallBack
from kuaichu.law.divisions import NATION

__all__ = ["close_lapsed", "forget_callers"]
BATCH = 500
FORGOTTEN = "forgotten"  # stands in `digest`, so that a row is emptied once
_FORGOTTEN = {"caller_name": "", "caller_phone": "", "phone_index": "", "content": "", "result": "", "plates": ""}


def forget_callers(limit: int = BATCH) -> int:
    """Empty what calls older than retention.call say of persons; class, time, place and counts stay. Returns how many.

    Calls with an open line of the ledger, and calls that nobody has handled, are left alone.
    """
    old = Call.objects.filter(received_at__lt=_before(), status__in=("closed", "transferred"))
    old = old.exclude(digest=FORGOTTEN).exclude(chain__isnull=False, chain__closed_at__isnull=True)
    ids = list(old.order_by("received_at").values_list("pk", flat=True)[:limit])
    with transaction.atomic():
        CallBack.objects.filter(call_id__in=ids).update(note="")
        return Call.objects.filter(pk__in=ids).update(digest=FORGOTTEN, **_FORGOTTEN)


def _before() -> datetime:
    now = clock.now()
    years = law.value("retention.call", on=clock.local_day(now), place=NATION).number
    return now.replace(year=now.year - years, day=1)
