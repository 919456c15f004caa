"""Text messages of the case, built at the moment of sending: `{"phone", "text", "stream"}`. Short, and no names."""

import math
from typing import Any
from uuid import UUID

from kuaichu import rows
from kuaichu.accounts import codes
from kuaichu.accounts.models import OneTimeCode
from kuaichu.cases.models import JoinCode, Party
from kuaichu.cases.tokens import join_token, party_token
from kuaichu.clock import BEIJING
from kuaichu.journal.models import Event
from kuaichu.links.adapters import PermanentError
from kuaichu.links.models import Exchange
from kuaichu.origin import public_origin


def code_text(exchange: Exchange) -> dict[str, Any]:
    """code.send: the six digits of a one-time code, to the phone of its party."""
    code = rows.find(OneTimeCode, pk=UUID(exchange.subject_id))
    party = rows.find(Party, pk=UUID(code.subject_id)) if code else None
    if code is None or party is None:
        raise PermanentError("code.gone")
    if party.phone_index != code.phone_index:
        raise PermanentError("phone.changed")  # the party typed another number meanwhile and gets another code
    minutes = math.ceil((code.expires_at - code.issued_at).total_seconds() / 60)
    purpose = "签名" if code.purpose == "sign" else ""
    digits = codes.digits_of(code.pk)
    return _message(
        party.phone, f"【快处】{purpose}验证码 {digits}，{minutes} 分钟内有效。不要告诉别人。", party.case_id
    )


def invitation_text(exchange: Exchange) -> dict[str, Any]:
    """invitation.send: the link of an invitation, to the phone that the first party typed."""
    row = JoinCode.objects.get(pk=UUID(exchange.subject_id))
    if row.used_by_id is not None or row.withdrawn_at is not None:
        raise PermanentError("invitation.closed")
    until = row.expires_at.astimezone(BEIJING).strftime("%H:%M")
    link = f"{public_origin()}/j/{join_token(row.pk)}/"
    text = f"【快处】对方请您一起处理刚才的交通事故，不用下载，点开就行：{link} {until} 前有效。"
    return _message(row.invited_phone, text, row.case_id)


def link_text(exchange: Exchange) -> dict[str, Any]:
    """link.send: a party's own link, to its confirmed phone."""
    party = Party.objects.get(pk=UUID(exchange.subject_id))
    if party.phone_confirmed_at is None:
        raise PermanentError("phone.unconfirmed")
    link = f"{public_origin()}/c/{party_token(party.pk)}/"
    return _message(party.phone, f"【快处】您的事故处理进度：{link} 这是您本人的链接，请不要转发。", party.case_id)


# What happened, by event: no names, no places, nothing that a stranger who sees the phone should not read.
_PROGRESS = {
    "photos.passed": "民警看过照片，可以离开现场了。",
    "photos.returned": "民警请您补拍照片，请先不要离开：",
    "instrument.served": "民警出具了事故认定书，请查看、签收：",
    "review.decided": "复核有了结论，请查看：",
}


def progress_text(exchange: Exchange) -> dict[str, Any]:
    """progress.send: what just happened in the case, with the own link, to a confirmed phone. The subject is
    `<event>:<letter>`.
    """
    event_id, _, letter = exchange.subject_id.partition(":")
    event = Event.objects.get(pk=int(event_id))
    party = Party.objects.get(case_id=event.stream, letter=letter)
    if party.phone_confirmed_at is None:
        raise PermanentError("phone.unconfirmed")
    link = f"{public_origin()}/c/{party_token(party.pk)}/"
    return _message(party.phone, f"【快处】{_PROGRESS[event.name]}{link} 请不要转发。", party.case_id)


def _message(phone: str, text: str, stream: UUID) -> dict[str, Any]:
    return {"phone": phone, "text": text, "stream": str(stream)}
