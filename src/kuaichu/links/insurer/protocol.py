"""What an insurer may answer, checked strictly: anything else is nonsense and never reaches a claim.

Policy facts, in the reply to a notice or later by callback:

    {"state": "accepted", "report_number": "R2026...", "policy": {"is_valid": true, "has_ctpl": true,
     "tpl_limit_fen": 200000000, "tpl_deductible_percent": 0, "has_own_damage": true,
     "own_damage_deductible_percent": 0}}
    {"state": "pending"}                                     the report number follows by callback

Order of payment: `{"state": "accepted", "partner_reference": "P..."}`; the money is confirmed by callback:

    {"state": "paid" | "failed", "amount_fen": 285000, "partner_reference": "P...", "reason_code": ""}
"""

import re
from dataclasses import dataclass
from typing import Any

MAX_REFERENCE = 40
WHOLE_PERCENT = 100
MAX_LIMIT_FEN = 10**12
_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,40}")


class Nonsense(Exception):
    """The message does not follow the protocol. `field` names what is wrong, never its value."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Policy:
    """What the insurer says of the policy on the day of the accident. Limits in fen, deductibles in percent."""

    is_valid: bool
    has_ctpl: bool
    tpl_limit_fen: int
    tpl_deductible_percent: int
    has_own_damage: bool
    own_damage_deductible_percent: int


@dataclass(frozen=True)
class Acceptance:
    """The insurer's report number (报案号) and the policy's facts."""

    report_number: str
    policy: Policy


@dataclass(frozen=True)
class PaymentNews:
    """What became of a payment."""

    is_paid: bool
    amount_fen: int
    partner_reference: str
    reason_code: str


def is_pending(reply: Any) -> bool:
    """Whether the insurer took the notice and answers later."""
    return isinstance(reply, dict) and reply.get("state") == "pending"


def read_acceptance(reply: Any) -> Acceptance:
    """Raises Nonsense."""
    _is(reply, "reply", dict)
    if reply.get("state") != "accepted":
        raise Nonsense("state")
    policy = reply.get("policy")
    _is(policy, "policy", dict)
    return Acceptance(
        report_number=_reference(reply, "report_number"),
        policy=Policy(
            is_valid=_flag(policy, "is_valid"),
            has_ctpl=_flag(policy, "has_ctpl"),
            tpl_limit_fen=_whole(policy, "tpl_limit_fen", most=MAX_LIMIT_FEN),
            tpl_deductible_percent=_whole(policy, "tpl_deductible_percent", most=WHOLE_PERCENT),
            has_own_damage=_flag(policy, "has_own_damage"),
            own_damage_deductible_percent=_whole(policy, "own_damage_deductible_percent", most=WHOLE_PERCENT),
        ),
    )


def read_order(reply: Any) -> str:
    """The insurer's reference of an accepted order of payment. Raises Nonsense."""
    _is(reply, "reply", dict)
    if reply.get("state") != "accepted":
        raise Nonsense("state")
    return _reference(reply, "partner_reference")


def read_payment_news(message: Any) -> PaymentNews:
    """Raises Nonsense."""
    _is(message, "message", dict)
    if message.get("state") not in ("paid", "failed"):
        raise Nonsense("state")
    reason = message.get("reason_code", "")
    if not isinstance(reason, str) or (reason and not _REFERENCE.fullmatch(reason)):
        raise Nonsense("reason_code")
    return PaymentNews(
        is_paid=message["state"] == "paid",
        amount_fen=_whole(message, "amount_fen", most=MAX_LIMIT_FEN),
        partner_reference=_reference(message, "partner_reference"),
        reason_code=reason,
    )


def _is(value: Any, field: str, kind: type) -> None:
    if type(value) is not kind:
        raise Nonsense(field)


def _flag(holder: dict[str, Any], field: str) -> bool:
    _is(holder.get(field), field, bool)
    return bool(holder[field])


def _whole(holder: dict[str, Any], field: str, *, most: int) -> int:
    _is(holder.get(field), field, int)
    if not 0 <= holder[field] <= most:
        raise Nonsense(field)
    return int(holder[field])


def _reference(holder: dict[str, Any], field: str) -> str:
    text = holder.get(field)
    if not isinstance(text, str) or not _REFERENCE.fullmatch(text):
        raise Nonsense(field)
    return text
