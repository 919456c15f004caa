"""The states of a record and of a check of a vehicle, and which may follow which."""

from dataclasses import dataclass

from django.db import models

from kuaichu.errors import Refused


class RecordState(models.TextChoices):
    """waiting → recorded | failed | recalled. A failed message may be sent again and still be recorded."""

    WAITING = "waiting", "等待登记"
    RECORDED = "recorded", "已登记"
    FAILED = "failed", "没有登记上"
    RECALLED = "recalled", "没有发出，已撤回"


class CheckState(models.TextChoices):
    """waiting → found | unknown | failed. A failed message may be sent again and still be answered."""

    WAITING = "waiting", "正在核对"
    FOUND = "found", "已核对"
    UNKNOWN = "unknown", "查不到这辆车"
    FAILED = "failed", "没有核对上"


@dataclass(frozen=True)
class Move:
    """From which states an action leads to which."""

    source: frozenset[str]
    target: str


_R, _C = RecordState, CheckState

RECORD_MOVES = {
    "confirm": Move(frozenset({_R.WAITING, _R.FAILED}), _R.RECORDED),
    "fail": Move(frozenset({_R.WAITING}), _R.FAILED),
    "recall": Move(frozenset({_R.WAITING, _R.FAILED}), _R.RECALLED),
}
CHECK_MOVES = {
    "find": Move(frozenset({_C.WAITING, _C.FAILED}), _C.FOUND),
    "miss": Move(frozenset({_C.WAITING, _C.FAILED}), _C.UNKNOWN),
    "fail": Move(frozenset({_C.WAITING}), _C.FAILED),
}


def may_move(move: Move, state: str) -> bool:
    """Whether it is still to be done: what comes twice changes nothing the second time."""
    return state in move.source


def require_move(move: Move, state: str) -> str:
    """The state that follows. Raises Refused("record.moved_on") when it stands elsewhere."""
    if not may_move(move, state):
        raise Refused("record.moved_on", "这条登记刚刚有了变化，请刷新后再看")
    return move.target
