"""The register of issued documents, as anybody may ask it: by the code at the foot, or by the file itself."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from kuaichu.dossier.documents.content import from_json
from kuaichu.dossier.documents.findings import Finding
from kuaichu.dossier.models import Instrument, InstrumentFile
from kuaichu.dossier.states import InstrumentState
from kuaichu.errors import NotFound
from kuaichu.privacy import mask_name

GENUINE, WARNING, FALSE = "genuine", "warning", "false"


@dataclass(frozen=True)
class Entry:
    """What the register says of a document. `verdict`: genuine (in force), or warning (not yet, or no longer)."""

    instrument: Instrument
    names: tuple[tuple[str, str], ...]
    sealed_at: datetime | None
    successor: Instrument | None
    verdict: str


@dataclass(frozen=True)
class Answer:
    """What a check of a file found. `entry` is None for a file that the register does not hold."""

    verdict: str
    findings: tuple[Finding, ...]
    signer_name: str
    issuer_name: str
    signed_at: datetime | None
    sha256: str
    entry: Entry | None
    is_other_unit: bool
    is_earlier_edition: bool


def find(code: str) -> Entry:
    """The document with this verification code, however it is typed. Raises NotFound("document.unknown")."""
    instrument = _instruments().filter(verify_code=normal(code)).first()
    if instrument is None:
        raise NotFound(
            "document.unknown", "没有查到这个核验码，请看文书下方的 12 位字符，再输一次；过了保存期的文书也查不到"
        )
    return _entry(instrument)


def normal(code: str) -> str:
    """A typed code as the register keeps it."""
    return "".join(character for character in code.upper() if character.isascii() and character.isalnum())[:32]


def check(data: bytes) -> Answer:
    """Check a file's seal, then whether it is the one in the register. Never raises for a bad file."""
    from kuaichu.dossier.documents.authority import trusted_roots
    from kuaichu.dossier.documents.verifying import verify_pdf

    checked = verify_pdf(data, roots=trusted_roots(settings.HOME / "authority"))
    file = InstrumentFile.objects.filter(sha256=checked.sha256).first()
    instrument = _instruments().get(pk=file.instrument_id) if file else None
    is_other_unit = bool(instrument and checked.is_valid and checked.signer_code != instrument.unit.code)
    entry = _entry(instrument) if instrument else None
    newest = max((row.sealed_at for row in instrument.files.all()), default=None) if instrument else None
    is_earlier = bool(file and newest and file.sealed_at < newest)
    return Answer(
        verdict=_verdict(is_valid=checked.is_valid and not is_other_unit, entry=entry, is_earlier=is_earlier),
        findings=checked.findings,
        signer_name=checked.signer_name,
        issuer_name=checked.issuer_name,
        signed_at=checked.signed_at,
        sha256=checked.sha256,
        entry=entry,
        is_other_unit=is_other_unit,
        is_earlier_edition=is_earlier,
    )


def _verdict(*, is_valid: bool, entry: Entry | None, is_earlier: bool) -> str:
    if not is_valid:
        return FALSE
    return WARNING if entry is None or is_earlier else entry.verdict


def _instruments() -> QuerySet[Instrument]:
    return Instrument.objects.select_related("unit", "superseded_by", "case").prefetch_related("files")


def _entry(instrument: Instrument) -> Entry:
    content = from_json(json.loads(instrument.content))
    parties = getattr(content, "parties", ())
    names = tuple(("ABC"["甲乙丙".index(party.letter)], mask_name(party.name)) for party in parties)
    is_in_force = instrument.state == InstrumentState.COMPLETED
    return Entry(
        instrument=instrument,
        names=names,
        sealed_at=max((file.sealed_at for file in instrument.files.all()), default=None),
        successor=instrument.superseded_by,
        verdict=GENUINE if is_in_force else WARNING,
    )
