"""Rate limits in the database, so that all web processes count together."""

from dataclasses import dataclass

from django.db import connection

from kuaichu import clock
from kuaichu.accounts.models import Bucket
from kuaichu.errors import Refused

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Rate:
    """At most `burst` at once, refilled at `per_hour`."""

    burst: int
    per_hour: float


CODE_PER_PHONE = Rate(burst=4, per_hour=6)
CODE_PER_ADDRESS = Rate(burst=30, per_hour=60)
JOIN_PER_ADDRESS = Rate(burst=12, per_hour=60)
REPORT_PER_ADDRESS = Rate(burst=300, per_hour=1200)  # carriers put thousands of phones behind one address
UPLOAD_PER_PARTY = Rate(burst=60, per_hour=120)
VERIFY_PER_ADDRESS = Rate(burst=30, per_hour=120)


def take(what: str, who: str, rate: Rate) -> None:
    """Take one token. Raises Refused("rate.exceeded") with the minutes to wait when none is left.

    One statement, so that two requests at once can't both take the last token (the generic cell rate algorithm: instead
    of counting tokens it keeps the moment at which the bucket would be full again).
    """
    key = f"{what}:{who}"[:120]
    now = clock.now().timestamp()
    refill = SECONDS_PER_HOUR / rate.per_hour
    later = "GREATEST" if connection.vendor == "postgresql" else "MAX"
    next_full = f"{later}(bucket.full_at_s, %(now)s) + %(refill)s"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_bucket AS bucket (key, full_at_s) VALUES (%(key)s, %(now)s + %(refill)s) "  # noqa: S608
            f"ON CONFLICT (key) DO UPDATE SET full_at_s = {next_full} "
            f"WHERE {next_full} <= %(now)s + %(whole)s RETURNING full_at_s",
            {"key": key, "now": now, "refill": refill, "whole": refill * rate.burst},
        )
        is_allowed = cursor.fetchone() is not None
    if not is_allowed:
        full_at = Bucket.objects.filter(pk=key).values_list("full_at_s", flat=True).first() or now
        wait = full_at + refill - refill * rate.burst - now
        raise Refused("rate.exceeded", "操作太频繁了，请过 %(minutes)s 分钟再试", minutes=max(1, round(wait / 60)))
