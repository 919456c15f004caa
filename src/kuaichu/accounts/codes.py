"""One-time codes: issued for a phone, checked a limited number of times, used once."""

import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, IntegerField, UUIDField

from kuaichu import clock, rows
from kuaichu.accounts import throttle
from kuaichu.accounts.models import OneTimeCode
from kuaichu.errors import Refused
from kuaichu.prepared import PreparedUpdate
from kuaichu.privacy import blind_index

SECOND_TAP = timedelta(seconds=10)


def issue(*, purpose: str, subject_id: str, phone: str, expires_at: datetime) -> OneTimeCode:
    """A new code for `phone`; earlier ones of the same subject and purpose no longer count."""
    phone_index = blind_index(phone, purpose="phone")
    throttle.take("code", phone_index[:32], throttle.CODE_PER_PHONE)
    now = clock.now()
    OneTimeCode.objects.filter(subject_id=subject_id, purpose=purpose, used_at__isnull=True, expires_at__gt=now).update(
        expires_at=now
    )
    code = OneTimeCode(
        purpose=purpose, subject_id=subject_id, phone_index=phone_index, issued_at=now, expires_at=expires_at
    )
    return rows.insert(code)


def check(*, purpose: str, subject_id: str, phone: str, typed: str, max_tries: int) -> OneTimeCode:
    """The code row when `typed` is right; the row is not yet used up (call `use_up` in the same transaction).

    A code that was used a moment ago is still right, for the second tap on a button: `use_up` tells the two apart.
    Raises Refused: code.missing, code.expired, code.exhausted, code.wrong. A wrong try is counted outside any
    transaction of the caller's, so call this before opening one.
    """
    now = clock.now()
    row = next(iter(rows.select(OneTimeCode, order_by="-issued_at", subject_id=subject_id, purpose=purpose)), None)
    if row is None or row.phone_index != blind_index(phone, purpose="phone"):
        raise Refused("code.missing", "请先获取短信验证码")
    is_used = row.used_at is not None and now - row.used_at > SECOND_TAP
    if is_used or row.expires_at <= now:
        raise Refused("code.expired", "验证码已失效，请重新获取")
    if not _TRY.run(code=row.pk, most=max_tries):
        raise Refused("code.exhausted", "输错次数太多，这个验证码已作废，请重新获取")
    if not hmac.compare_digest(digits_of(row.pk), "".join(typed.split())):
        raise Refused("code.wrong", "验证码不对，请看最新一条短信，再输一次")
    return row


_TRY = PreparedUpdate(
    lambda code, most: (OneTimeCode.objects.filter(pk=code, tries__lt=most), {"tries": F("tries") + 1}),
    code=UUIDField(),
    most=IntegerField(),
)


def use_up(row: OneTimeCode) -> None:
    """Mark the code used. Raises Refused("code.expired") when another request was faster."""
    changed = OneTimeCode.objects.filter(pk=row.pk, used_at__isnull=True).update(used_at=clock.now())
    if changed != 1:
        raise Refused("code.expired", "验证码已失效，请重新获取")


def digits_of(code_id: UUID) -> str:
    """The six digits of a code row: HMAC of its id, so that neither the table nor a queued message reveals them."""
    mac = hmac.new(settings.INDEX_KEY.encode(), b"one-time-code\x00" + code_id.bytes, hashlib.sha256).digest()
    return f"{int.from_bytes(mac[:8], 'big') % 1_000_000:06d}"
