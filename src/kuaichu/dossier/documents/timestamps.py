"""Trusted timestamps (RFC 3161 tokens) over a SHA-256: for seals and for the heads of the journal's chains."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from kuaichu.dossier.documents import der, signed_data
from kuaichu.dossier.documents.authority import Authority, SealProvider

POLICY = "2.25.209614351728940517631985621874365120"  # a UUID-based number: this demonstration's own policy
MAX_TOKEN_BYTES = 20_000


@dataclass(frozen=True)
class TimestampCheck:
    """`problem` is empty when the token is valid, else `unreadable`, `changed`, `signature` or `untrusted`."""

    is_valid: bool
    stamped_at: datetime | None
    problem: str
    issuer_name: str = ""


def stamp(digest: bytes, *, authority: Authority, at: datetime) -> bytes:
    """A token (DER) that `digest` (SHA-256, 32 bytes) existed at `at` (aware; kept to the second)."""
    return stamp_with(digest, provider=authority.timestamp_provider(at=at), at=at)


def stamp_with(digest: bytes, *, provider: SealProvider, at: datetime) -> bytes:
    """The same with the key given. Raises ValueError when `digest` is no SHA-256."""
    if len(digest) != hashlib.sha256().digest_size:
        raise ValueError("a SHA-256 digest is 32 bytes")
    info = der.sequence(
        der.integer(1),
        der.oid(POLICY),
        der.sequence(signed_data.SHA256, der.octets(digest)),
        der.integer(secrets.randbits(120)),
        der.generalized_time(at),
        der.sequence(der.integer(1)),  # accurate to a second
    )
    attributes = signed_data.signed_attributes(
        content_type=signed_data.TST_INFO,
        digest=hashlib.sha256(info).digest(),
        certificate=provider.certificate,
    )
    return signed_data.build(
        provider,
        attributes=attributes,
        signature=provider.sign(attributes.tbs),
        content_type=signed_data.TST_INFO,
        content=info,
    )


def check(token: bytes, digest: bytes, *, roots: Sequence[bytes]) -> TimestampCheck:
    """Whether `token` says that `digest` existed at its time, and was made under one of `roots` (DER or PEM).

    Never raises: anything unreadable is a finding.
    """
    if len(token) > MAX_TOKEN_BYTES:
        return TimestampCheck(False, None, "unreadable")
    try:
        return _check(token, digest, roots=roots)
    except (ValueError, TypeError, KeyError, StopIteration):
        return TimestampCheck(False, None, "unreadable")


def _check(token: bytes, digest: bytes, *, roots: Sequence[bytes]) -> TimestampCheck:
    body = cms.ContentInfo.load(token, strict=True)["content"]
    inner = body["encap_content_info"]["content"]
    info: tsp.TSTInfo = inner.parsed
    stamped_at: datetime = info["gen_time"].native
    signer = body["signer_infos"][0]
    certificate = _signing_certificate(body, signer)
    issuer = certificate.issuer.rfc4514_string()
    attributes = {item["type"].native: item["values"][0].native for item in signer["signed_attrs"]}
    whole = signer["signed_attrs"].untag().dump()
    imprint = info["message_imprint"]
    is_same = imprint["hash_algorithm"]["algorithm"].native == "sha256" and imprint["hashed_message"].native == digest
    is_signed = attributes["message_digest"] == hashlib.sha256(bytes(inner)).digest() and signed_data.has_signature(
        certificate, over=whole, signature=signer["signature"].native
    )
    is_trusted = _may_stamp(certificate) and signed_data.is_issued_by_any(
        certificate, roots=signed_data.load_roots(roots), at=stamped_at
    )
    steps = ((is_same, "changed"), (is_signed, "signature"), (is_trusted, "untrusted"))
    problem = next((name for is_right, name in steps if not is_right), "")
    return TimestampCheck(not problem, stamped_at, problem, issuer)


def _signing_certificate(body: cms.SignedData, signer: cms.SignerInfo) -> x509.Certificate:
    wanted = signer["sid"].chosen["serial_number"].native
    found = next(item.chosen for item in body["certificates"] if item.chosen.serial_number == wanted)
    return x509.load_der_x509_certificate(found.dump())


def _may_stamp(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage
