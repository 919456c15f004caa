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
]
