"""Is this file still what the unit sealed? Answers in findings; never raises for a bad file.

Importing this module costs about 0.7 s (pyHanko): only the worker, the verifying page and the command line do.
"""

import asyncio
import hashlib
import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import DisallowedAlgorithmError, SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from kuaichu.dossier.documents.findings import FINDINGS, Finding
from kuaichu.dossier.documents.signed_data import load_roots

MAX_PDF_BYTES = 8_000_000
MAX_SIGNATURES = 12
_HEADER_WINDOW = 1024
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*\d{1,9}\s+\d{1,9}\s+(\d{1,9})\s+(\d{1,9})\s*\]")
_ARCHIVED = frozenset({ModificationLevel.NONE, ModificationLevel.LTA_UPDATES})
_FOLLOWED = _ARCHIVED | {ModificationLevel.FORM_FILLING}  # a further seal counts as filling in a form

# pyHanko logs what it dislikes in a file, with parts of the file: not for our log.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Verification:
    """`signed_at` is the timestamp's time where it is trusted, else the signer's claim. `findings`: errors first.

    `signer_code` is the unit's code in the certificate: the register must still say that this unit issued the document.
    """

    is_valid: bool
    findings: tuple[Finding, ...]
    signer_name: str
    issuer_name: str
    signed_at: datetime | None
    is_timestamped: bool
    covers_whole_document: bool
    sha256: str
    signer_code: str = ""


@dataclass(frozen=True)
class _Seal:
    findings: tuple[str, ...]
    signer_name: str
    issuer_name: str
    signed_at: datetime | None
    is_timestamped: bool
    covers_whole_document: bool
    signer_code: str = ""


def verify_pdf(data: bytes, *, roots: Sequence[bytes]) -> Verification:
    """Check every seal of a PDF against `roots` (DER or PEM), without any network.

    Valid means: at least one seal; each one intact, by a certificate under `roots` that was valid at sealing; the last
    covers the whole file. Whether a newer version exists is not in the file: that is the register's to say.
    """
    problem = _shape_problem(data)
    if problem:
        return _verdict(data, (problem,), ())
    try:
        reader = PdfFileReader(io.BytesIO(data))
        if reader.encrypted:
            return _verdict(data, ("encrypted",), ())
        embedded = list(reader.embedded_regular_signatures)
        if len(embedded) > MAX_SIGNATURES:
            return _verdict(data, ("unreadable",), ())
        seals = [_check(item, roots=roots, harmless=_FOLLOWED) for item in embedded[:-1]]
        seals += [_check(item, roots=roots, harmless=_tail_allowed(reader)) for item in embedded[-1:]]
    except Exception:  # noqa: BLE001 - a hostile file makes a parser raise anything; it all means the same to the asker
        return _verdict(data, ("appended" if _has_tail(data) else "unreadable",), ())
    return _verdict(data, () if seals else ("unsigned",), tuple(seals))


def _shape_problem(data: bytes) -> str:
    if len(data) > MAX_PDF_BYTES:
        return "too_large"
    if b"%PDF-" not in data[:_HEADER_WINDOW]:
        return "not_pdf"
    if b"%%EOF" not in data[-_HEADER_WINDOW:]:
        return "truncated"
    return ""


def _has_tail(data: bytes) -> bool:
    """Whether bytes follow the last signed range: what a clumsy addition after sealing looks like."""
    ranges = _BYTE_RANGE.findall(data)
    return bool(ranges) and int(ranges[-1][0]) + int(ranges[-1][1]) < len(data.rstrip(b"\r\n"))


def _verdict(data: bytes, problems: tuple[str, ...], seals: tuple[_Seal, ...]) -> Verification:
    codes = dict.fromkeys((*problems, *(code for seal in seals for code in seal.findings)))
    found = sorted((FINDINGS[code] for code in codes), key=lambda finding: not finding.is_error)
    is_valid = bool(seals) and not any(finding.is_error for finding in found)
    last = seals[-1] if seals else _Seal((), "", "", None, False, False)
    return Verification(
        is_valid=is_valid,
        findings=((FINDINGS["intact"],) if is_valid else ()) + tuple(found),
        signer_name=last.signer_name,
        issuer_name=last.issuer_name,
        signed_at=last.signed_at,
        is_timestamped=last.is_timestamped,
        covers_whole_document=last.covers_whole_document,
        sha256=hashlib.sha256(data).hexdigest(),
        signer_code=last.signer_code,
    )


def _check(embedded: EmbeddedPdfSignature, *, roots: Sequence[bytes], harmless: frozenset[ModificationLevel]) -> _Seal:
    certificate = embedded.signer_cert
    claimed_at = embedded.self_reported_timestamp
    try:
        status = asyncio.run(_validated(embedded, roots=roots, moment=_inside(certificate, claimed_at)))
    except DisallowedAlgorithmError:
        return _seal(certificate, ("weak_algorithm",), signed_at=claimed_at)
    except SignatureValidationError:
        return _seal(certificate, ("seal_broken",), signed_at=claimed_at)
    stamp = status.timestamp_validity
    is_timestamped = bool(stamp and stamp.valid and stamp.intact and stamp.trusted)
    signed_at = stamp.timestamp if stamp and is_timestamped else claimed_at
    covers = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    found = _integrity_problem(status, harmless)
    if not found and ModificationLevel.FORM_FILLING not in harmless and not covers:
        found = "archived"
    codes = tuple(filter(None, (found, *_trust_problems(status, signed_at))))
    return _seal(certificate, codes, signed_at=signed_at, stamped=is_timestamped, covers=covers)


def _trust_problems(status: PdfSignatureStatus, signed_at: datetime | None) -> list[str]:
    if not (status.intact and status.valid):
        return []  # whose certificate lies beside broken content proves nothing
    codes = []
    stamp = status.timestamp_validity
    if stamp is None:
        codes.append("no_timestamp")
    elif not (stamp.valid and stamp.intact) or (status.trusted and not stamp.trusted):
        codes.append("bad_timestamp")
    if signed_at is None or signed_at != _inside(status.signing_cert, signed_at):
        codes.append("expired_at_sealing")
    if not status.trusted:
        codes.append("untrusted_issuer")
    return codes


def _seal(
    certificate: asn1_x509.Certificate,
    codes: tuple[str, ...],
    *,
    signed_at: datetime | None,
    stamped: bool = False,
    covers: bool = False,
) -> _Seal:
    return _Seal(
        findings=codes,
        signer_name=_common_name(certificate.subject),
        issuer_name=_common_name(certificate.issuer),
        signed_at=signed_at.astimezone(UTC) if signed_at else None,
        is_timestamped=stamped,
        covers_whole_document=covers,
        signer_code=str(certificate.subject.native.get("serial_number", "")),
    )


async def _validated(embedded: EmbeddedPdfSignature, *, roots: Sequence[bytes], moment: datetime) -> PdfSignatureStatus:
    anchors = [asn1_x509.Certificate.load(root.public_bytes(Encoding.DER)) for root in load_roots(roots)]
    context = ValidationContext(trust_roots=anchors, allow_fetching=False, moment=moment)
    return await async_validate_pdf_signature(embedded, signer_validation_context=context)


def _integrity_problem(status: PdfSignatureStatus, harmless: frozenset[ModificationLevel]) -> str:
    """The first thing wrong with what the seal covers; empty when nothing is."""
    if not status.intact:
        return "changed"
    if not status.valid:
        return "seal_broken"
    if status.coverage in (SignatureCoverageLevel.UNCLEAR, SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START):
        return "partly_covered"
    return "" if status.docmdp_ok and status.modification_level in harmless else "appended"


def _tail_allowed(reader: PdfFileReader) -> frozenset[ModificationLevel]:
    """What may follow the last seal: nothing, or the proofs that an archive adds (PAdES B-LT, B-LTA)."""
    has_proofs = "/DSS" in reader.root or bool(list(reader.embedded_timestamp_signatures))
    return _ARCHIVED if has_proofs else frozenset({ModificationLevel.NONE})


def _inside(certificate: asn1_x509.Certificate, moment: datetime | None) -> datetime:
    """`moment`, moved into the certificate's validity where it lies outside: trust and expiry are separate findings."""
    first, last = certificate.not_valid_before, certificate.not_valid_after
    return min(max(moment or last, first), last)


def _common_name(name: asn1_x509.Name) -> str:
    native = name.native
    return str(native.get("common_name") or native.get("organization_name") or name.human_friendly)
