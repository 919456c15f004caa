"""Rate limits in the database, so that all web processes count together."""

from dataclasses import dataclass

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Bucket
from kuaichu.errors import Refused


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
    """Take one token. Raises Refused("rate.exceeded") with the minutes to wait when none is left."""
    now = clock.now()
    key = f"{what}:{who}"[:120]
    with transaction.atomic():
        bucket, is_new = Bucket.objects.select_for_update().get_or_create(
            key=key, defaults={"tokens": rate.burst - 1, "refreshed_at": now}
        )
        if is_new:
            return
        hours = max(0.0, (now - bucket.refreshed_at).total_seconds() / 3600)
        tokens = min(float(rate.burst), bucket.tokens + hours * rate.per_hour)
        is_allowed = tokens >= 1
        bucket.tokens = tokens - 1 if is_allowed else tokens
        bucket.refreshed_at = now
        bucket.save(update_fields=["tokens", "refreshed_at"])
    if not is_allowed:
        minutes = max(1, round((1 - tokens) / rate.per_hour * 60))
        raise Refused("rate.exceeded", "操作太频繁了，请过 %(minutes)s 分钟再试", minutes=minutes)
