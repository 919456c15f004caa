"""理赔计算: who pays whom what, in integer fen, every line with its article.

settle(SettlementInput(parties=(...)), on=accident_day, place="330600") -> Settlement
"""

from kuaichu.law.national.settlement.settle import settle
from kuaichu.law.national.settlement.shapes import (
    Cover,
    Grade,
    Head,
    Kind,
    Line,
    Loss,
    PartyInput,
    Payer,
    Settlement,
    SettlementError,
    SettlementInput,
    Step,
)
from kuaichu.law.national.settlement.towards import share_to_nonmotor

__all__ = [
    "Cover",
    "Grade",
    "Head",
    "Kind",
    "Line",
    "Loss",
    "PartyInput",
    "Payer",
    "Settlement",
    "SettlementError",
    "SettlementInput",
    "Step",
    "settle",
    "share_to_nonmotor",
]
