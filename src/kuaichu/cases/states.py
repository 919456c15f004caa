"""The eight stages of a case and who may move it from one to the next."""

from dataclasses import dataclass

from django.db import models

from kuaichu.errors import Refused


class Stage(models.TextChoices):
    """Where the journey stands."""

    REPORTED = "reported", "安全筛查"
    EVIDENCE = "evidence", "拍照取证"
    DETAILS = "details", "填写信息"
    LIABILITY = "liability", "确定责任"
    SIGNING = "signing", "签字送达"
    ATTENDANCE = "attendance", "民警到场"
    CLAIMS = "claims", "理赔"
    CLOSED = "closed", "已结案"


class Path(models.TextChoices):
    """How liability is settled (Art. 20): by the parties themselves, by an officer online, by an officer on the
    spot.
    """

    SELF = "self", "自行协商"
    ONLINE = "online", "在线认定"
    SPOT = "spot", "到场处理"


class Outcome(models.TextChoices):
    """How a closed case ended."""

    PAID = "paid", "赔付完成"
    SETTLED = "settled", "处理完毕"
    TRANSFERRED = "transferred", "转一般程序"
    WITHDRAWN = "withdrawn", "当事人撤回"


class PhotoState(models.TextChoices):
    """What the desk has said of the photos."""

    NONE = "none", "未提交"
    SUBMITTED = "submitted", "等待审核"
    RETAKE = "retake", "需要补拍"
    PASSED = "passed", "审核通过"


@dataclass(frozen=True)
class Move:
    """`who` is the kind of actor that makes it: party, staff or system."""

    source: frozenset[Stage]
    target: Stage
    who: frozenset[str]


def _move(source: tuple[Stage, ...], target: Stage, *who: str) -> Move:
    return Move(frozenset(source), target, frozenset(who))


_BEFORE_SIGNED = (Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS, Stage.LIABILITY, Stage.SIGNING)

MOVES = {
    "pass_screening": _move((Stage.REPORTED,), Stage.EVIDENCE, "party"),
    "correct_screening": _move((Stage.ATTENDANCE, Stage.EVIDENCE), Stage.REPORTED, "party"),
    "keep_scene": _move((Stage.REPORTED,), Stage.ATTENDANCE, "party"),
    "pass_photos": _move((Stage.EVIDENCE,), Stage.DETAILS, "staff"),
    "complete_details": _move((Stage.DETAILS,), Stage.LIABILITY, "party"),
    "reopen_details": _move((Stage.LIABILITY,), Stage.DETAILS, "party", "staff"),
    "draw_up": _move((Stage.LIABILITY,), Stage.SIGNING, "party"),
    "determine": _move((Stage.LIABILITY, Stage.ATTENDANCE), Stage.SIGNING, "staff"),
    "determine_again": _move((Stage.CLAIMS, Stage.SIGNING, Stage.CLOSED), Stage.SIGNING, "staff"),
    "withdraw_draft": _move((Stage.SIGNING,), Stage.LIABILITY, "party", "system"),
    "request_officer": _move(_BEFORE_SIGNED, Stage.ATTENDANCE, "party", "system"),
    "complete_instrument": _move((Stage.SIGNING,), Stage.CLAIMS, "party", "staff"),
    "resume_online": _move((Stage.ATTENDANCE,), Stage.EVIDENCE, "staff"),
    "reopen_liability": _move((Stage.SIGNING, Stage.CLAIMS, Stage.CLOSED), Stage.LIABILITY, "staff"),
    "name_account": _move((Stage.CLAIMS,), Stage.CLAIMS, "party"),
    "withdraw": _move((Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS), Stage.CLOSED, "system"),
    "close": _move((Stage.CLAIMS, Stage.ATTENDANCE, Stage.REPORTED), Stage.CLOSED, "system", "staff", "party"),
}


def require_move(action: str, *, stage: str, who: str) -> Stage:
    """The stage that `action` leads to. Raises Refused("case.moved_on") when the case does not stand where it must."""
    move = MOVES[action]
    if Stage(stage) not in move.source:
        raise Refused("case.moved_on", "案件已经到了“%(stage)s”这一步，请刷新后再看", stage=Stage(stage).label)
    if who not in move.who:
        raise Refused("case.not_yours", "这一步不由您办理")
    return move.target
