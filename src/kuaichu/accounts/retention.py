"""What the accounts room forgets, and when: codes that were never used, rate limits that are full again."""

from datetime import timedelta

from kuaichu import clock, law
from kuaichu.accounts.models import Bucket, OneTimeCode
from kuaichu.law.divisions import NATION

IDLE_BUCKET = timedelta(hours=24)


def forget_codes() -> int:
    """Delete unused one-time codes after retention.message; a code under a signature stays with it. Returns how
    many.
    """
    keep = timedelta(days=law.value("retention.message", on=clock.today(), place=NATION).number)
    old = OneTimeCode.objects.filter(used_at__isnull=True, expires_at__lt=clock.now() - keep)
    return old.delete()[0] + Bucket.objects.filter(full_at_s__lt=(clock.now() - IDLE_BUCKET).timestamp()).delete()[0]
