"""The sealing service as a partner: a message with the instrument goes in, the digest of a sealed file comes back.

A city's own seal platform is another adapter of the same kind. Rendering and sealing run with no transaction open.
"""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings

from kuaichu import clock
from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.cases.locking import lock_case
from kuaichu.clock import BEIJING
from kuaichu.dossier import files
from kuaichu.dossier.models import Instrument, InstrumentFile, Signature
from kuaichu.dossier.states import SignatureKind
from kuaichu.dossier.strokes import picture
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM
from kuaichu.journal.models import Event
from kuaichu.links import actions as links
from kuaichu.links.adapters import PermanentError
from kuaichu.links.models import Exchange

SERVED, SIGNED = "served", "signed"


def seal_served(event: Event) -> None:
    """A determination or conclusion was served: seal its first edition."""
    _queue(event, SERVED)


def seal_signed(event: Event) -> None:
    """Everybody has signed: seal the edition with the signatures."""
    _queue(event, SIGNED)


def _queue(event: Event, edition: str) -> None:
    instrument_id = event.subject.removeprefix("instrument:")
    links.queue(
        kind="seal",
        vendor="local",
        operation="file.seal",
        subject_id=instrument_id,
        key=f"file.seal:{instrument_id}:{edition}",
        stream=event.stream,
    )


def edition_of(exchange: Exchange) -> str:
    """Which edition an exchange asks for (the last part of its key)."""
    return exchange.key.rsplit(":", 1)[1]


def build_message(exchange: Exchange) -> dict[str, Any]:
    """What has to be rendered and sealed, read at the moment of sending."""
    instrument = Instrument.objects.select_related("unit").get(pk=UUID(exchange.subject_id))
    marks = [_mark(signature) for signature in _signatures(instrument)] if edition_of(exchange) == SIGNED else []
    return {
        "content": json.loads(instrument.content),
        "unit_code": instrument.unit.code,
        "unit_name": instrument.unit.name,
        "title": instrument.get_kind_display(),
        "marks": marks,
    }


def _signatures(instrument: Instrument) -> list[Signature]:
    return list(Signature.objects.filter(instrument=instrument).select_related("party").order_by("party__letter"))


def _mark(signature: Signature) -> dict[str, Any]:
    is_refused = signature.kind == SignatureKind.REFUSED
    return {
        "letter": "甲乙丙"["ABC".index(signature.party.letter)],
        "name": signature.party.name,
        "strokes": json.loads(signature.strokes) if signature.strokes else [],
        "signed_at_text": signature.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"),
        "note": "拒绝签名，民警已注明" if is_refused else _signing_note(signature),
    }


def _signing_note(signature: Signature) -> str:
    """What stands beside a signature that was not simply drawn on the party's own phone."""
    where = "在对方手机上" if signature.party.host_id else ""
    if signature.strokes:
        return f"（{where}签名，短信验证）" if where else ""
    return f"{signature.party.name}（{where}短信验证后输入姓名确认）"


class LocalSealer:
    """Renders and seals in this process with the installation's own authority (an Adapter)."""

    def send(self, *, vendor: str, operation: str, message: dict[str, Any], key: str) -> dict[str, Any]:
        """Returns sha256, size and sealed_at of the stored file. Raises PermanentError for a unit without a seal."""
        from kuaichu.dossier.documents.content import from_json
        from kuaichu.dossier.documents.marks import SealFace, SignatureMark
        from kuaichu.dossier.documents.render import render_pdf
        from kuaichu.dossier.documents.sealing import seal_pdf

        now = clock.now()
        marks = [
            SignatureMark(
                letter=mark["letter"],
                name=mark["name"],
                png_bytes=picture(mark["strokes"]) if mark["strokes"] else None,
                signed_at_text=mark["signed_at_text"],
                note=mark["note"],
            )
            for mark in message["marks"]
        ]
        pdf = render_pdf(
            from_json(message["content"]), at=now, signatures=marks, seals=[SealFace(message["unit_name"])]
        )
        try:
            sealed = seal_pdf(
                pdf,
                unit_code=message["unit_code"],
                authority=_authority_with(message["unit_code"]),
                reason=message["title"],
                at=now,
            )
        except KeyError:
            raise PermanentError("seal.no_unit") from None
        sha256 = files.store_instrument(sealed)
        return {"sha256": sha256, "size": len(sealed), "sealed_at": now.isoformat()}


def _authority_with(unit_code: str) -> Any:
    """The authority; a unit that was added since the start gets its certificate now."""
    try:
        authority().provider(unit_code, at=clock.now())
    except KeyError:
        authority.cache_clear()
    return authority()


@lru_cache(maxsize=1)
def authority() -> Any:
    """The installation's seal authority, made at first use with a certificate for every police unit."""
    from kuaichu.dossier.documents.authority import UnitIdentity, ensure

    units = [
        UnitIdentity(code, name)
        for code, name in Agency.objects.filter(kind=AgencyKind.POLICE).values_list("code", "name")
    ]
    return ensure(settings.HOME / "authority", units=units, at=clock.now())


def take_sealed(exchange: Exchange, reply: dict[str, Any]) -> None:
    """Remember the sealed file (the caller's transaction). A second reply for the same edition changes nothing."""
    instrument = Instrument.objects.get(pk=UUID(exchange.subject_id))
    lock_case(instrument.case_id)
    file, is_new = InstrumentFile.objects.get_or_create(
        instrument=instrument,
        edition=edition_of(exchange),
        defaults={
            "sha256": reply["sha256"],
            "size": reply["size"],
            "sealed_at": datetime.fromisoformat(reply["sealed_at"]),
        },
    )
    if is_new:
        record(
            "file.sealed",
            stream=instrument.case_id,
            actor=SYSTEM,
            subject=f"instrument:{instrument.pk}",
            edition=file.edition,
            sha256=file.sha256,
        )
