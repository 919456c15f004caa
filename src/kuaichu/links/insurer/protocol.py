"""What an insurer may answer, checked strictly: anything else is nonsense and never reaches a claim.

Policy facts, in the reply to a notice or later by callback:

    {"state": "accepted", "report_number": "R2026...", "policy": {"is_valid": true, "has_ctpl": true,
     "tpl_limit_fen": 200000000, "tpl_deductible_percent": 0, "has_own_damage": true,
     "own_damage_deductible_percent": 0}}
    {"state": "pending"}                                     the report number follows by callback

Order of payment: `{"state": "accepted", "partner_reference": "P..."}`; the money is confirmed by callback:

    {"state": "paid" | "failed", "amount_fen": 285000, "partner_reference": "P...", "reason_code": ""}
"""

from dataclasses import dataclass
from typing import Any

from kuaichu.links.reading import Nonsense, flag, must_be, reference, whole

WHOLE_PERCENT = 100
MAX_LIMIT_FEN = 10**12


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
    must_be(reply, "reply", dict)
    if reply.get("state") != "accepted":
        raise Nonsense("state")
    policy = reply.get("policy")
    must_be(policy, "policy", dict)
    return Acceptance(
        report_number=reference(reply, "report_number"),
        policy=Policy(
            is_valid=flag(policy, "is_valid"),
            has_ctpl=flag(policy, "has_ctpl"),
            tpl_limit_fen=whole(policy, "tpl_limit_fen", most=MAX_LIMIT_FEN),
            tpl_deductible_percent=whole(policy, "tpl_deductible_percent", most=WHOLE_PERCENT),
            has_own_damage=flag(policy, "has_own_damage"),
            own_damage_deductible_percent=whole(policy, "own_damage_deductible_percent", most=WHOLE_PERCENT),
        ),
    )


def read_order(reply: Any) -> str:
    """The insurer's reference of an accepted order of payment. Raises Nonsense."""
    must_be(reply, "reply", dict)
    if reply.get("state") != "accepted":
        raise Nonsense("state")
    return reference(reply, "partner_reference")


def read_payment_news(message: Any) -> PaymentNews:
    """Raises Nonsense."""
    must_be(message, "message", dict)
    if message.get("state") not in ("paid", "failed"):
        raise Nonsense("state")
    return PaymentNews(
        is_paid=message["state"] == "paid",
        amount_fen=whole(message, "amount_fen", most=MAX_LIMIT_FEN),
        partner_reference=reference(message, "partner_reference"),
        reason_code="" if message.get("reason_code", "") == "" else reference(message, "reason_code"),
    )
