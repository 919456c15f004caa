"""The party's phone: a one-time code proves it, and the browser that typed the code becomes the party's own."""

import secrets
from uuid import UUID

from django.db import transaction

from kuaichu import clock, law, rows
from kuaichu.accounts import codes
from kuaichu.accounts.models import OneTimeCode
from kuaichu.cases.finding import party_with_case
from kuaichu.cases.locking import lock_party
from kuaichu.cases.models import Case, Party, PartyDevice, PhoneMode
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.law.identifiers import parse_mobile, parse_phone
from kuaichu.links import actions as links
from kuaichu.privacy import blind_index, keyed_digest

CONFIRM = "confirm"
SIGN = "sign"


@transaction.atomic
def request_phone_code(*, party_id: UUID, phone: str) -> OneTimeCode:
    """Send a one-time code to `phone`, which becomes the party's (still unconfirmed) number.

    Raises Refused: identifier errors, phone.taken, phone.locked, rate.exceeded.
    """
    case, party = lock_party(party_id)
    number = parse_mobile(phone).number
    index = blind_index(number, purpose="phone")
    if party.phone_confirmed_at is not None and party.phone_index != index and party.account_at is not None:
        raise Refused("phone.locked", "手机号已经验证过了，要换号请告诉民警")
    _require_own_number(case, party, index)
    if party.phone_index != index:
        party.phone, party.phone_index, party.phone_confirmed_at = number, index, None
        party.save(update_fields=["phone", "phone_index", "phone_confirmed_at"])
    return _send_code(case, party, purpose=CONFIRM)


@transaction.atomic
def request_signing_code(*, party_id: UUID) -> OneTimeCode:
    """Send a code to be typed when signing: to the confirmed phone, or to the contact of a party without a phone here.

    Raises Refused: phone.unconfirmed, signature.no_phone (the contact is a fixed line).
    """
    case, party = lock_party(party_id)
    if party.phone_mode == PhoneMode.NONE and not can_receive_codes(party):
        raise Refused("signature.no_phone", "没有能收验证码的手机，不能在线签字。请申请民警认定，由民警送达")
    if party.phone_mode != PhoneMode.NONE and party.phone_confirmed_at is None:
        raise Refused("phone.unconfirmed", "请先验证手机号")
    return _send_code(case, party, purpose=SIGN)


def _send_code(case: Case, party: Party, *, purpose: str) -> OneTimeCode:
    expires_at = law.due("otp.code", started_at=clock.now(), place=case.place_id).at
    row = codes.issue(purpose=purpose, subject_id=str(party.pk), phone=party.phone, expires_at=expires_at)
    links.queue(
        kind="sms",
        vendor="default",
        operation="code.send",
        subject_id=str(row.pk),
        key=f"code.send:{row.pk}",
        stream=case.pk,
    )
    record("code.requested", stream=case.pk, actor=Actor("party", str(party.pk)), code=str(row.pk), purpose=purpose)
    return row


def can_receive_codes(party: Party) -> bool:
    """Whether the party's number can receive a text message (the contact of a party without a phone may be a line)."""
    return bool(party.phone) and parse_phone(party.phone).is_mobile


def _require_own_number(case: Case, party: Party, index: str) -> None:
    """Two sides, two numbers, also on one phone: else one person could sign for both."""
    if case.parties.exclude(pk=party.pk).filter(phone_index=index).exists():
        raise Refused("phone.taken", "对方已经填了这个手机号，请填您自己的手机号")


def confirm_phone(*, party_id: UUID, typed: str) -> None:
    """Check the code and mark the phone as confirmed; a second tap changes nothing.

    Raises Refused: code.* (a wrong try stays counted).
    """
    row = check_code(party_id=party_id, purpose=CONFIRM, typed=typed)
    with transaction.atomic():
        case, party = lock_party(party_id)
        row.refresh_from_db()
        if row.used_at is not None and party.phone_confirmed_at is not None:
            return
        codes.use_up(row)
        party.phone_confirmed_at = clock.now()
        party.save(update_fields=["phone_confirmed_at"])
        record("phone.confirmed", stream=case.pk, actor=Actor("party", str(party.pk)), code=str(row.pk))


def check_code(*, party_id: UUID, purpose: str, typed: str) -> OneTimeCode:
    """The row of the right code, not yet used up. Call it outside a transaction. Raises Refused: code.*."""
    party = party_with_case(party_id)
    most = law.value("otp.tries", on=clock.today(), place=party.case.place_id).number
    return codes.check(purpose=purpose, subject_id=str(party.pk), phone=party.phone, typed=typed, max_tries=most)


@transaction.atomic
def bind_device(*, party_id: UUID) -> str:
    """Trust one more browser as the party's own; returns the secret for its cookie (shown once)."""
    case, party = lock_party(party_id)
    secret = secrets.token_urlsafe(24)
    rows.insert(PartyDevice(party=party, secret_digest=device_digest(secret), bound_at=clock.now()))
    record("device.bound", stream=case.pk, actor=Actor("party", str(party.pk)))
    return secret


def device_digest(secret: str) -> str:
    """What the database keeps of a browser's secret."""
    return keyed_digest(secret, purpose="device")
