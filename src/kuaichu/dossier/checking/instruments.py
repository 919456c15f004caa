"""Instruments: content, digest, journal, signatures and sealed files must all speak of the same words."""

import hashlib
import json
from collections.abc import Iterator, Sequence

from kuaichu.cases.models import Case
from kuaichu.dossier import files
from kuaichu.dossier.checking.findings import Finding, fault, good, note
from kuaichu.dossier.documents.content import canonical_json, from_json
from kuaichu.dossier.models import Instrument, InstrumentFile, Signature
from kuaichu.dossier.states import InstrumentState, SignatureKind
from kuaichu.journal.models import Event

_BEGUN = ("instrument.drafted", "instrument.served")
_IN_FORCE = (InstrumentState.COMPLETED, InstrumentState.SUPERSEDED)


def instruments(case: Case, events: Sequence[Event], roots: Sequence[bytes]) -> Iterator[Finding]:
    """Findings for each instrument: its content, signatures and sealed files."""
    seen = set()
    for row in Instrument.objects.filter(case=case).select_related("unit").defer("content").order_by("created_at"):
        subject = f"instrument:{row.pk}"
        seen.add(subject)
        own = [event for event in events if event.subject == subject]
        yield _content(row, own)
        yield from _signatures(row, own)
        yield from _files(row, own, roots)
    for event in events:
        if event.name in _BEGUN and event.subject not in seen:
            number = event.facts.get("number", "")
            yield fault(
                "instrument", "instrument.row_missing", f"文书 {number}：流水第 {event.seq} 条出过，登记却不见了"
            )


def _content(row: Instrument, events: Sequence[Event]) -> Finding:
    name = f"{row.get_kind_display()} {row.number}"
    begun = next((event for event in events if event.name in _BEGUN), None)
    if begun is None:
        return fault("instrument", "instrument.event_missing", f"{name}：流水里没有它的记录")
    if begun.facts.get("digest") != row.content_digest or begun.facts.get("number") != row.number:
        return fault("instrument", "instrument.digest_differs", f"{name}：编号或摘要与流水第 {begun.seq} 条不一致")
    try:
        text = Instrument.objects.values_list("content", flat=True).get(pk=row.pk)
        canonical = canonical_json(from_json(json.loads(text)))
    except (ValueError, KeyError, TypeError):
        return fault("instrument", "instrument.unreadable", f"{name}：正文被改动过，已无法读出")
    if {hashlib.sha256(canonical).hexdigest(), hashlib.sha256(text.encode()).hexdigest()} != {row.content_digest}:
        return fault("instrument", "instrument.content_changed", f"{name}：正文被改动过，与摘要不符")
    is_noted = any(event.name == "instrument.completed" for event in events)
    if is_noted and row.state not in _IN_FORCE:
        return fault("instrument", "instrument.state", f"{name}：流水说已生效，登记却不是")
    return good("instrument", "instrument.whole", f"{name}：正文、摘要、流水一致（{row.content_digest[:12]}…）")


def _signatures(row: Instrument, events: Sequence[Event]) -> Iterator[Finding]:
    noted = {
        event.facts.get("letter"): event
        for event in events
        if event.name in ("instrument.signed", "instrument.refused")
    }
    # The strokes are left out: a damaged one must not hide the others.
    for signature in Signature.objects.filter(instrument=row).select_related("party").defer("strokes", *_PARTY_SECRETS):
        yield _signature(row, signature, noted.pop(signature.party.letter, None))
    for letter, event in noted.items():
        yield fault(
            "signature", "signature.row_missing", f"{row.number} 签名 {letter}：流水第 {event.seq} 条签过，登记却不见了"
        )


_PARTY_SECRETS = tuple(
    f"party__{name}" for name in ("name", "document_number", "phone", "policy_number", "statement", "payout_account")
)


def _signature(row: Instrument, signature: Signature, event: Event | None) -> Finding:
    name = f"{row.number} 签名 {signature.party.title}"
    if event is None:
        return fault("signature", "signature.event_missing", f"{name}：流水里没有它的记录")
    if signature.content_digest != row.content_digest:
        return fault("signature", "signature.other_content", f"{name}：签的不是这份正文")
    is_signed = signature.kind == SignatureKind.SIGNED
    if is_signed != (event.name == "instrument.signed"):
        return fault("signature", "signature.kind_differs", f"{name}：签名还是拒签，登记与流水第 {event.seq} 条不一致")
    code = str(signature.code_id or "")
    if is_signed and (event.facts.get("digest"), event.facts.get("code")) != (row.content_digest, code):
        return fault("signature", "signature.differs", f"{name}：与流水第 {event.seq} 条不一致")
    try:
        Signature.objects.values_list("strokes", flat=True).get(pk=signature.pk)
    except ValueError:
        return fault("signature", "signature.unreadable", f"{name}：笔迹被改动过，已无法读出")
    word = "签名" if is_signed else "拒签注明"
    return good("signature", "signature.whole", f"{name}：{word}与正文、流水一致")


def _files(row: Instrument, events: Sequence[Event], roots: Sequence[bytes]) -> Iterator[Finding]:
    sealed = {event.facts.get("edition"): event for event in events if event.name == "file.sealed"}
    rows = list(InstrumentFile.objects.filter(instrument=row).order_by("sealed_at"))
    for file in rows:
        yield _file(row, file, sealed.pop(file.edition, None), roots)
    for edition, event in sealed.items():
        yield fault(
            "file", "file.row_missing", f"{row.number} 文件（{edition}）：流水第 {event.seq} 条盖过章，登记却不见了"
        )
    if row.state == InstrumentState.COMPLETED and not rows and not sealed:
        yield note("file", "file.waiting", f"{row.number}：还没有盖好章的文件")


def _file(row: Instrument, file: InstrumentFile, event: Event | None, roots: Sequence[bytes]) -> Finding:
    from kuaichu.dossier.documents.verifying import verify_pdf

    name = f"{row.number} 文件（{file.edition}）"
    if event is None or event.facts.get("sha256") != file.sha256:
        return fault("file", "file.differs", f"{name}：登记与流水不一致")
    try:
        data = files.instrument_path(file.sha256).read_bytes()
    except OSError:
        return fault("file", "file.missing", f"{name}：PDF 文件不见了")
    checked = verify_pdf(data, roots=roots)
    if not checked.is_valid:
        return fault("file", "file.seal_invalid", f"{name}：{checked.findings[0].zh}")
    if (checked.sha256, len(data)) != (file.sha256, file.size):
        return fault("file", "file.changed", f"{name}：PDF 文件被换过，SHA-256 不符")
    if checked.signer_code != row.unit.code:
        return fault("file", "file.other_signer", f"{name}：签章单位不是承办单位")
    return good("file", "file.whole", f"{name}：签章有效，SHA-256 与登记、流水一致（{file.sha256[:12]}…）")
