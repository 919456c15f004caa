"""What the calls room forgets, and when (periods from `law`): who called and what was said; the counts stay."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from kuaichu import clock, law
from kuaichu.accounts.models import Place
from kuaichu.calls.actions.calling_back import close_lapsed
from kuaichu.calls.models import Call, CallBack
from kuaichu.law.divisions import NATION

__all__ = ["close_lapsed", "delete_returned", "forget_callers", "returned_folder"]
BATCH = 500
FORGOTTEN = "forgotten"  # stands in `digest`, so that a row is emptied once
_FORGOTTEN = {"caller_name": "", "caller_phone": "", "phone_index": "", "content": "", "result": "", "plates": ""}


def forget_callers(limit: int = BATCH) -> int:
    """Empty what calls older than their place's retention.call say of persons; class, time, place and counts stay.
    Returns how many, at most `limit`. Rows at fault that imports have returned go with their file after
    retention.returned_rows.

    Calls with an open line of the ledger, and calls that nobody has handled, are left alone.
    """
    delete_returned()
    done = 0
    for place_code in Place.objects.filter(Exists(Call.objects.filter(place=OuterRef("pk")))).values_list("pk"):
        done += _forget(place_code[0], limit - done)
    return done


def returned_folder() -> Path:
    """Where a page keeps the rows at fault of its imports until they are fetched."""
    return Path(settings.FILES) / "imports"


def delete_returned() -> int:
    """Delete files of rows at fault that have lain too long. Returns how many."""
    days = law.value("retention.returned_rows", on=clock.today(), place=NATION).number
    before = (clock.now() - timedelta(days=days)).timestamp()
    old = [path for path in returned_folder().glob("*.csv") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


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
