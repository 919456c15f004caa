"""What the calls room forgets, and when (periods from `law`): who called and what was said; the counts stay."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from kuaichu import clock, law
from kuaichu.accounts.models import Place
from kuaichu.calls.actions.calling_back import close_lapsed
from kuaichu.calls.models import Call, CallBack

__all__ = ["close_lapsed", "forget_callers"]
BATCH = 500
FORGOTTEN = "forgotten"  # stands in `digest`, so that a row is emptied once
_FORGOTTEN = {"caller_name": "", "caller_phone": "", "phone_index": "", "content": "", "result": "", "plates": ""}


def forget_callers(limit: int = BATCH) -> int:
    """Empty what calls older than their place's retention.call say of persons; class, time, place and counts stay.
    Returns how many, at most `limit`.

    Calls with an open line of the ledger, and calls that nobody has handled, are left alone.
    """
    done = 0
    for place_code in Place.objects.filter(Exists(Call.objects.filter(place=OuterRef("pk")))).values_list("pk"):
        done += _forget(place_code[0], limit - done)
    return done


def _forget(place_code: str, limit: int) -> int:
    old = Call.objects.filter(place_id=place_code, received_at__lt=_before(place_code))
    old = old.filter(status__in=("closed", "transferred"))
    old = old.exclude(digest=FORGOTTEN).exclude(chain__isnull=False, chain__closed_at__isnull=True)
    ids = list(old.order_by("received_at").values_list("pk", flat=True)[:limit])
    with transaction.atomic():
        CallBack.objects.filter(call_id__in=ids).update(note="")
        return Call.objects.filter(pk__in=ids).update(digest=FORGOTTEN, **_FORGOTTEN)


def _before(place_code: str) -> datetime:
    now = clock.now()
    years = law.value("retention.call", on=clock.local_day(now), place=place_code).number
    return now.replace(year=now.year - years, day=1)
