"""Tables only: which event starts which action, which message is built by whom, which reply goes where, which adapter is
which class. The single place that knows rooms above and vendors below."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kuaichu.cases.models import Deadline
from kuaichu.cases.reactions import signature_ran_out
from kuaichu.dossier import sealer
from kuaichu.journal import registry as journal_registry
from kuaichu.journal.models import Event
from kuaichu.liability.actions.choices import propose_when_complete, withdraw_when_reopened
from kuaichu.links import registry as links_registry
from kuaichu.links.models import Exchange
from kuaichu.links.sms.vendors.simulated import SimulatedCarrier

REACTIONS: Mapping[str, Sequence[Callable[[Event], object]]] = {
    "details.completed": (propose_when_complete,),
    "details.reopened": (withdraw_when_reopened,),
    "officer.requested": (withdraw_when_reopened,),
    "instrument.served": (sealer.seal_served,),
    "instrument.completed": (sealer.seal_signed,),
}

MESSAGES: Mapping[tuple[str, str], Callable[[Exchange], dict[str, Any]]] = {
    ("seal", "file.seal"): sealer.build_message,
}

REPLIES: Mapping[tuple[str, str], Callable[[Exchange, dict[str, Any]], None]] = {
    ("seal", "file.seal"): sealer.take_sealed,
}

FAILURES: Mapping[tuple[str, str], Callable[[Exchange], None]] = {}

ADAPTERS: Mapping[str, Callable[[], Any]] = {
    "seal": sealer.LocalSealer,
    "sms": SimulatedCarrier,
}

DUE: Mapping[str, Callable[[Deadline], object]] = {
    "signature.open": signature_ran_out,
}


def connect() -> None:
    """Hand the tables to the rooms that use them (called once when the product starts)."""
    journal_registry.use(REACTIONS)
    links_registry.use(links_registry.Tables(MESSAGES, REPLIES, FAILURES, ADAPTERS))
