"""Tables only: which event starts which action, which message is built by whom, which reply goes where, which
adapter is
which class. The single place that knows rooms above and vendors below."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kuaichu.cases import texts
from kuaichu.cases.models import Deadline
from kuaichu.cases.reactions import (
    close_call,
    details_ran_out,
    enter_call,
    forget_call,
    send_link,
    send_progress,
    signature_ran_out,
)
from kuaichu.claims import messages as claim_messages
from kuaichu.claims import reactions as claims
from kuaichu.claims import reminding
from kuaichu.claims.actions import accepting, paying, refusing
from kuaichu.dossier import sealer
from kuaichu.dossier.retention import forget_photos
from kuaichu.journal import registry as journal_registry
from kuaichu.journal.models import Event
from kuaichu.liability.actions.choices import forget_when_resumed, propose_when_complete, withdraw_when_reopened
from kuaichu.links import registry as links_registry
from kuaichu.links.insurer.vendors.kuaichu_v1 import KuaichuV1
from kuaichu.links.models import Exchange
from kuaichu.links.national.vendors.kuaichu_v1 import NationalV1
from kuaichu.links.sms.vendors.simulated import SimulatedCarrier
from kuaichu.records import actions as record_actions
from kuaichu.records import messages as record_messages
from kuaichu.records import reactions as records

REACTIONS: Mapping[str, Sequence[Callable[[Event], object]]] = {
    "case.closed": (close_call, records.file_record, records.drop_failed),
    "case.reopened": (records.recall_record,),
    "case.resumed": (forget_when_resumed,),
    "details.completed": (propose_when_complete, enter_call),
    "details.reopened": (withdraw_when_reopened,),
    "officer.requested": (withdraw_when_reopened,),
    "instrument.served": (sealer.seal_served, send_progress),
    "instrument.completed": (sealer.seal_signed, claims.open_claims),
    "particulars.given": (records.look_up,),
    "phone.confirmed": (send_link,),
    "photos.passed": (send_progress,),
    "photos.returned": (send_progress,),
    "review.decided": (claims.close_after_review, send_progress),
    "review.withdrawn": (claims.close_after_review,),
    "case.withdrawn": (forget_photos, forget_call, records.forget_checks),
    "occurrence.recorded": (enter_call,),
    "file.sealed": (claims.notify_when_sealed,),
}

MESSAGES: Mapping[tuple[str, str], Callable[[Exchange], dict[str, Any]]] = {
    ("sms", "code.send"): texts.code_text,
    ("sms", "invitation.send"): texts.invitation_text,
    ("sms", "link.send"): texts.link_text,
    ("sms", "progress.send"): texts.progress_text,
    ("sms", "notice.send"): claim_messages.refusal_notice,
    ("sms", "account.remind"): reminding.reminder,
    ("seal", "file.seal"): sealer.build_message,
    ("insurer", "claim.notify"): claim_messages.claim_notice,
    ("insurer", "payment.order"): claim_messages.payment_order,
    ("national", "record.file"): record_messages.record_body,
    ("national", "vehicle.look_up"): record_messages.vehicle_body,
}

REPLIES: Mapping[tuple[str, str], Callable[[Exchange, dict[str, Any]], None]] = {
    ("seal", "file.seal"): sealer.take_sealed,
    ("sms", "notice.send"): refusing.take_refusal_sent,
    ("insurer", "claim.notify"): accepting.take_acceptance,
    ("insurer", "payment.order"): paying.take_order,
    ("national", "record.file"): record_actions.take_recorded,
    ("national", "vehicle.look_up"): record_actions.take_vehicle,
}

FAILURES: Mapping[tuple[str, str], Callable[[Exchange], None]] = {
    ("insurer", "claim.notify"): accepting.note_notice_failed,
    ("insurer", "payment.order"): paying.note_order_failed,
    ("national", "record.file"): record_actions.note_record_failed,
    ("national", "vehicle.look_up"): record_actions.note_look_up_failed,
}

ADAPTERS: Mapping[str, Callable[[], Any]] = {
    "insurer": KuaichuV1,
    "national": NationalV1,
    "seal": sealer.LocalSealer,
    "sms": SimulatedCarrier,
}

DUE: Mapping[str, Callable[[Deadline], object]] = {
    "details.open": details_ran_out,
    "signature.open": signature_ran_out,
    "claim.documents_list": claims.claim_ran_late,
    "claim.decide": claims.claim_ran_late,
    "claim.pay": claims.claim_ran_late,
    "claim.refusal_notice": claims.claim_ran_late,
    "payout.reminder": claims.account_missing,
    "payout.reminder_again": claims.account_missing,
}


def connect() -> None:
    """Hand the tables to the rooms that use them (called once when the product starts)."""
    journal_registry.use(REACTIONS)
    links_registry.use(links_registry.Tables(MESSAGES, REPLIES, FAILURES, ADAPTERS))
