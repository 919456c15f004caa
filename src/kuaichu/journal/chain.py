"""The digest of an event and the check of a whole chain."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from kuaichu.journal.models import Event


@dataclass(frozen=True)
class ChainFault:
    """The first event of a chain that does not fit, and why (zh)."""

    seq: int
    event_name: str
    reason: str


def digest_of(event: Event) -> str:
    """SHA-256 (hex) over the event's own facts and the digest before it; the queue's columns do not count."""
    body = {
        "stream": str(event.stream),
        "seq": event.seq,
        "name": event.name,
        "at": event.at.isoformat(timespec="microseconds"),
        "actor": [event.actor_kind, event.actor_id],
        "subject": event.subject,
        "facts": event.facts,
        "previous": event.previous_digest,
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def first_fault(events: Iterable[Event]) -> ChainFault | None:
    """The first event that breaks the chain, or None when `events` (in order, from the first) hold together."""
    previous = ""
    for expected_seq, event in enumerate(events, start=1):
        if event.seq != expected_seq:
            return ChainFault(expected_seq, event.name, f"缺少第 {expected_seq} 条流水")
        if event.previous_digest != previous:
            return ChainFault(event.seq, event.name, "与上一条流水接不上")
        if event.digest != digest_of(event):
            return ChainFault(event.seq, event.name, "内容与摘要不符，记录后被改动过")
        previous = event.digest
    return None


def check_stream(stream: UUID) -> ChainFault | None:
    """`first_fault` of the stored chain of `stream`."""
    return first_fault(Event.objects.filter(stream=stream).order_by("seq").iterator())
