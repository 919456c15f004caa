"""Drawing up and serving instruments. The rooms above decide what they say; here they get a number and a digest."""

import secrets

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases.models import Case
from kuaichu.dossier.documents.content import Content, canonical_json, content_digest
from kuaichu.dossier.models import Instrument
from kuaichu.dossier.states import InstrumentKind, InstrumentState
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.origin import public_origin

_KIND_LETTER = {InstrumentKind.AGREEMENT: "X", InstrumentKind.DETERMINATION: "R", InstrumentKind.REVIEW: "F"}
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # read aloud and typed: no 0 O 1 I L
_CODE_LENGTH = 12


def new_number(case: Case, kind: InstrumentKind) -> str:
    """The next instrument number of the case, e.g. 339900202611224839201R1. The caller holds the case's lock."""
    count = Instrument.objects.filter(case=case, kind=kind).count()
    return f"{case.number}{_KIND_LETTER[kind]}{count + 1}"


def new_verify_code() -> str:
    """Twelve characters (59 bits) that lead to the public page of an instrument."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))


def verify_url(code: str) -> str:
    """The public address behind the QR code of an instrument."""
    return f"{public_origin()}/verify/{code}/"


def draw_up(
    case: Case, *, kind: InstrumentKind, content: Content, actor: Actor, officer: Person | None = None
) -> Instrument:
    """Store an instrument for signing (agreement) or service (determination, conclusion). The caller holds the lock.

    Raises Refused("instrument.open") when one of the kind still awaits signatures.
    """
    open_states = [InstrumentState.DRAFTED, InstrumentState.SERVED]
    if Instrument.objects.filter(case=case, kind=kind, state__in=open_states).exists():
        raise Refused("instrument.open", "上一份文书还没有签完")
    is_served = kind != InstrumentKind.AGREEMENT
    instrument = Instrument.objects.create(
        case=case,
        kind=kind,
        number=content.number,
        state=InstrumentState.SERVED if is_served else InstrumentState.DRAFTED,
        unit=officer.agency if officer and officer.agency else case.unit,
        issued_by=officer,
        content=canonical_json(content).decode(),
        content_digest=content_digest(content),
        verify_code=content.verify_code,
        created_at=clock.now(),
    )
    record(
        "instrument.served" if is_served else "instrument.drafted",
        stream=case.pk,
        actor=actor,
        subject=f"instrument:{instrument.pk}",
        kind=str(kind),
        number=instrument.number,
        digest=instrument.content_digest,
    )
    return instrument


def withdraw_drafts(case: Case, *, actor: Actor) -> int:
    """Take back what nobody is bound by yet (the case moved on). Returns how many. The caller holds the lock."""
    drafts = list(Instrument.objects.filter(case=case, state=InstrumentState.DRAFTED))
    for instrument in drafts:
        instrument.state = InstrumentState.WITHDRAWN
        instrument.save(update_fields=["state"])
        record("instrument.withdrawn", stream=case.pk, actor=actor, subject=f"instrument:{instrument.pk}")
    return len(drafts)


def supersede(old: Instrument, *, new: Instrument, actor: Actor) -> None:
    """`new` takes the place of `old`; the public page of `old` says so from now on. The caller holds the lock."""
    old.state = InstrumentState.SUPERSEDED
    old.superseded_by = new
    old.save(update_fields=["state", "superseded_by"])
    record("instrument.superseded", stream=old.case_id, actor=actor, subject=f"instrument:{old.pk}", by=str(new.pk))
