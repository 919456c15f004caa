"""Everything that changes a case: one verb, one function, one transaction, one journal event."""

from kuaichu.cases.actions.joining import Invitation, add_party, invite, invite_by_text, join
from kuaichu.cases.actions.officers import (
    attend,
    close_as_transferred,
    close_attended,
    request_officer,
    resume_online,
)
from kuaichu.cases.actions.particulars import (
    Account,
    Particulars,
    complete_details,
    give_account,
    reopen_details,
    save_particulars,
    save_payout_account,
)
from kuaichu.cases.actions.phones import (
    bind_device,
    check_code,
    confirm_phone,
    request_phone_code,
    request_signing_code,
)
from kuaichu.cases.actions.reporting import (
    NewParty,
    Occurrence,
    answer_screening,
    correct_screening,
    record_occurrence,
    report,
)

__all__ = [
    "Account",
    "Invitation",
    "NewParty",
    "Occurrence",
    "Particulars",
    "add_party",
    "answer_screening",
    "attend",
    "bind_device",
    "check_code",
    "close_as_transferred",
    "close_attended",
    "complete_details",
    "confirm_phone",
    "correct_screening",
    "give_account",
    "invite",
    "invite_by_text",
    "join",
    "record_occurrence",
    "reopen_details",
    "report",
    "request_officer",
    "request_phone_code",
    "request_signing_code",
    "resume_online",
    "save_particulars",
    "save_payout_account",
]
