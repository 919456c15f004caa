"""Everything that changes calls: one verb, one transaction, one event of the journal."""

from kuaichu.calls.actions.answering import answer_link, withdraw_answer
from kuaichu.calls.actions.calling_back import record_call_back
from kuaichu.calls.actions.chains import close_chain, plan_mark, set_chain
from kuaichu.calls.actions.correcting import correct_class, mark_invalid, mark_valid
from kuaichu.calls.actions.handing import offer, receipt, take_on
from kuaichu.calls.actions.handling import arrive, close, dispatch, note_transfer_receipt, take_back, transfer
from kuaichu.calls.actions.taking import Taken, take_call
from kuaichu.calls.intake import Intake

__all__ = [
    "Intake",
    "Taken",
    "answer_link",
    "arrive",
    "close",
    "close_chain",
    "correct_class",
    "dispatch",
    "mark_invalid",
    "mark_valid",
    "note_transfer_receipt",
    "offer",
    "plan_mark",
    "receipt",
    "record_call_back",
    "set_chain",
    "take_back",
    "take_call",
    "take_on",
    "transfer",
    "withdraw_answer",
]
