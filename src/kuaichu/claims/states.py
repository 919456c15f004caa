"""The states of a claim and of a payment, and who may move a claim."""

from dataclasses import dataclass

from django.db import models

from kuaichu.errors import Refused


class ClaimState(models.TextChoices):
    """notified → accepted → assessed → approved → paid; or settled (nothing to pay), or refused."""

    NOTIFIED = "notified", "待报案"
    ACCEPTED = "accepted", "待定损"
    ASSESSED = "assessed", "待核赔"
    APPROVED = "approved", "待付款"
    PAID = "paid", "已赔付"
    SETTLED = "settled", "无需赔付"
    REFUSED = "refused", "已拒赔"


class PaymentState(models.TextChoices):
    """planned (approved, not yet ordered) → ordered → confirmed; failed may be ordered again."""

    PLANNED = "planned", "待支付"
    ORDERED = "ordered", "支付中"
    CONFIRMED = "confirmed", "已到账"
    FAILED = "failed", "支付失败"


class Work(models.TextChoices):
    """What is done to a damaged part."""

    REPAIR = "repair", "修复"
    REPLACE = "replace", "更换"
    PAINT = "paint", "喷漆"
    LABOUR = "labour", "工时"
    OTHER = "other", "其他"


@dataclass(frozen=True)
class Move:
    """`who` is the kind of actor that makes it."""

    source: frozenset[ClaimState]
    target: ClaimState
    who: frozenset[str]


def _move(source: tuple[ClaimState, ...], target: ClaimState, *who: str) -> Move:
    return Move(frozenset(source), target, frozenset(who))


_S = ClaimState
UNDECIDED = (_S.NOTIFIED, _S.ACCEPTED, _S.ASSESSED)
DECIDED = (_S.APPROVED, _S.PAID, _S.SETTLED)
LIVE = (*UNDECIDED, *DECIDED)

MOVES = {
    "accept": _move((_S.NOTIFIED,), _S.ACCEPTED, "partner"),
    "assess": _move((_S.ACCEPTED, _S.ASSESSED), _S.ASSESSED, "staff", "partner", "system"),
    "reassess": _move((_S.ASSESSED,), _S.ACCEPTED, "staff", "system"),
    "approve": _move((_S.ASSESSED,), _S.APPROVED, "staff"),
    "pay": _move((_S.APPROVED,), _S.PAID, "partner"),
    "settle": _move((_S.ASSESSED,), _S.SETTLED, "staff", "system"),
    "refuse": _move(UNDECIDED, _S.REFUSED, "staff"),
    "reopen": _move((_S.APPROVED, _S.SETTLED), _S.ASSESSED, "system"),
}


def require_move(action: str, *, state: str, who: str) -> ClaimState:
    """The state that `action` leads to. Raises Refused("claim.moved_on") when the claim does not stand where it
    must.
    """
    move = MOVES[action]
    if ClaimState(state) not in move.source:
        raise Refused("claim.moved_on", "这笔理赔已是“%(state)s”，请刷新后再看", state=ClaimState(state).label)
    if who not in move.who:
        raise Refused("claim.not_yours", "这一步不由您办理")
    return move.target
