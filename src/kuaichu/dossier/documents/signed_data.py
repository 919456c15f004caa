"""Signed messages (CMS, RFC 5652) as seals and timestamps need them: written as DER, checked by hand."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from kuaichu.dossier.documents import der
from kuaichu.dossier.documents.authority import SealProvider

DATA = der.oid("1.2.840.113549.1.7.1")
TST_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_ECDSA_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
_CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = der.oid("1.2.840.113549.1.9.16.2.47")
_TIMESTAMP = der.oid("1.2.840.113549.1.9.16.2.14")


@dataclass(frozen=True)
class SignedAttributes:
    """What is really signed: `tbs` is the SET as signed, `embedded` the same with the tag it has inside the message."""

    tbs: bytes

    @property
    def embedded(self) -> bytes:
        return b"\xa0" + self.tbs[1:]


@dataclass(frozen=True)
class _Signer:
    issuer_and_serial: bytes
    certificate_attribute: bytes


@lru_cache(maxsize=1024)
def _signer(certificate: bytes) -> _Signer:
    parsed = x509.load_der_x509_certificate(certificate)
    issuer, serial = parsed.issuer.public_bytes(), der.integer(parsed.serial_number)
    issuer_serial = der.sequence(der.sequence(der.explicit(4, issuer)), serial)
    identity = der.sequence(der.octets(hashlib.sha256(certificate).digest()), issuer_serial)
    return _Signer(
        issuer_and_serial=der.sequence(issuer, serial),
        certificate_attribute=_attribute(_SIGNING_CERTIFICATE, der.sequence(der.sequence(identity))),
    )


def signed_attributes(*, content_type: bytes, digest: bytes, certificate: bytes) -> SignedAttributes:
    """Content type, message digest, and the signer's certificate by its hash (RFC 5035), as PAdES and RFC 3161 ask."""
    return SignedAttributes(
        der.set_of(
            _attribute(_CONTENT_TYPE, content_type),
            _attribute(_MESSAGE_DIGEST, der.octets(digest)),
            _signer(certificate).certificate_attribute,
        )
    )


def build(
    provider: SealProvider,
    *,
    attributes: SignedAttributes,
    signature: bytes,
    content_type: bytes,
    content: bytes | None,
    timestamp: bytes | None = None,
) -> bytes:
    """The whole message: one signer, the provider's certificates embedded, roots too, so that it can be read offline.

    `content` is None when it is signed from outside (a PDF's byte ranges); `timestamp` is a token over `signature`.
    """
    signer = der.sequence(
        der.integer(1),
        _signer(provider.certificate).issuer_and_serial,
        SHA256,
        attributes.embedded,
        _ECDSA_SHA256,
        der.octets(signature),
        der.explicit(1, _attribute(_TIMESTAMP, timestamp)) if timestamp else b"",
    )
    body = der.sequence(
        der.integer(1 if content is None else 3),
        der.set_of(SHA256),
        der.sequence(content_type, b"" if content is None else der.explicit(0, der.octets(content))),
        der.explicit(0, *sorted((provider.certificate, *provider.chain))),
        der.set_of(signer),
    )
    return der.sequence(_SIGNED_DATA, der.explicit(0, body))


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der.sequence(kind, der.set_of(value))


def load_roots(roots: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    """Root certificates given as DER or PEM."""
    return tuple(
        x509.load_pem_x509_certificate(item) if item.startswith(b"-----") else x509.load_der_x509_certificate(item)
        for item in roots
    )


def has_signature(certificate: x509.Certificate, *, over: bytes, signature: bytes) -> bool:
    """Whether `signature` by the certificate's key over `over` (SHA-256; ECDSA or RSA PKCS #1) is right."""
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, over, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, over, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


def is_issued_by_any(certificate: x509.Certificate, *, roots: Sequence[x509.Certificate], at: datetime) -> bool:
    """Whether one of `roots` issued the certificate directly and both were valid at `at` (aware)."""
    return any(_issued(certificate, root, at.astimezone(UTC)) for root in roots)


def _issued(certificate: x509.Certificate, root: x509.Certificate, at: datetime) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return all(item.not_valid_before_utc <= at <= item.not_valid_after_utc for item in (certificate, root))
