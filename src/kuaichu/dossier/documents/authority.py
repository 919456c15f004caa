"""The demonstration's certificate authority: one root, one sealing certificate per unit, one for timestamps.

Made at the first start in a folder outside the repository. Every private key lies in a file of mode 0600 together with
its certificate, so a pair is replaced in one rename. A real installation puts its own behind `SealProvider`.
"""

import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_NAME = "快处演示根证书（仅供演示，无法律效力）"
ORGANIZATION = "快处演示证书机构"
TIMESTAMP_NAME = "快处演示时间戳"
ROOT_VALIDITY = timedelta(days=3653)
LEAF_VALIDITY = timedelta(days=730)
RENEW_BEFORE = timedelta(days=30)
BACKDATED = timedelta(days=90)  # the demonstration's finished cases lie before its first start
_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAX_NAME = 64  # X.520's upper bound of a common name


@dataclass(frozen=True)
class UnitIdentity:
    """A unit that seals: its code (letters, digits, - and _) and its full name as on the seal."""

    code: str
    name: str


class SealProvider(Protocol):
    """Whatever holds a sealing key: this demonstration, a hardware module, a city's seal platform.

    `sign` returns an ECDSA P-256 signature (DER) over the SHA-256 of `tbs`; certificates are DER.
    """

    @property
    def certificate(self) -> bytes: ...

    @property
    def chain(self) -> tuple[bytes, ...]: ...

    def sign(self, tbs: bytes) -> bytes: ...


@dataclass(frozen=True)
class LocalKey:
    """A key held in this process (a SealProvider). Loaded once: parsing it costs more than signing with it."""

    key: ec.EllipticCurvePrivateKey
    x509_certificate: x509.Certificate
    certificate: bytes
    chain: tuple[bytes, ...]

    def sign(self, tbs: bytes) -> bytes:
        return self.key.sign(tbs, ec.ECDSA(hashes.SHA256()))


class Authority:
    """The folder of keys. Loads lazily, remembers what it loaded, and renews a certificate that would run out."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._loaded: dict[Path, LocalKey] = {}

    @property
    def roots(self) -> tuple[bytes, ...]:
        """Every root that ever signed here (DER), the ones that were replaced included."""
        return trusted_roots(self.home)

    def provider(self, unit_code: str, *, at: datetime) -> LocalKey:
        """The unit's sealing key, its certificate valid at `at` (aware). Raises KeyError for a unit never ensured."""
        path = _unit_path(self.home, unit_code)
        if path not in self._loaded and not path.exists():
            raise KeyError(f"no sealing certificate for unit {unit_code}")
        return self._current(path, at=at)

    def timestamp_provider(self, *, at: datetime) -> LocalKey:
        """The key of the timestamp authority."""
        return self._current(self.home / "timestamp.pem", at=at)

    def _current(self, path: Path, *, at: datetime) -> LocalKey:
        held = self._loaded.get(path) or _load(path)
        if not _is_fresh(held.x509_certificate, at):
            subject = held.x509_certificate.subject
            with _locked(self.home):
                _ensure_leaf(self.home, path, subject=subject, at=at)
            held = _load(path)
        self._loaded[path] = held
        return held


def ensure(home: Path, *, units: Sequence[UnitIdentity], at: datetime) -> Authority:
    """The authority under `home`, with a certificate valid at `at` (aware) for every unit.

    Makes what is missing, renews what runs out within RENEW_BEFORE or bears another name; several processes may call it
    together. Raises ValueError for a unit code that could not be a file name.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(home):
        _ensure_leaf(home, home / "timestamp.pem", subject=_name(TIMESTAMP_NAME, ORGANIZATION), at=at)
        for unit in units:
            _ensure_leaf(home, _unit_path(home, unit.code), subject=_name(unit.name, unit.name, unit.code), at=at)
    return Authority(home)


def trusted_roots(home: Path) -> tuple[bytes, ...]:
    """The root certificates (DER) kept under `home`; needs no private key. Empty before the first start."""
    return tuple(path.read_bytes() for path in sorted((home / "roots").glob("*.cer")))


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with (home / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _unit_path(home: Path, code: str) -> Path:
    if not _CODE.fullmatch(code):
        raise ValueError(f"not a unit code: {code!r}")
    return home / "units" / f"{code}.pem"


def _name(common: str, organization: str, serial: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:_MAX_NAME]),
        x509.NameAttribute(NameOID.COMMON_NAME, common[:_MAX_NAME]),
    ]
    return x509.Name(parts + ([x509.NameAttribute(NameOID.SERIAL_NUMBER, serial)] if serial else []))


def _is_fresh(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc - RENEW_BEFORE


def _ensure_leaf(home: Path, path: Path, *, subject: x509.Name, at: datetime) -> None:
    if path.exists():
        held = _load(path).x509_certificate
        if held.subject == subject and _is_fresh(held, at):
            return
    root = _ensure_root(home, at=at)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _leaf(subject, key=key, root=root, at=at, is_timestamp=path.name == "timestamp.pem")
    _store(path, key=key, certificates=(certificate, root.x509_certificate))


def _ensure_root(home: Path, *, at: datetime) -> LocalKey:
    path = home / "root.pem"
    if path.exists():
        held = _load(path)
        span = held.x509_certificate
        if span.not_valid_before_utc <= at - BACKDATED and at + LEAF_VALIDITY <= span.not_valid_after_utc:
            return held
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(ROOT_NAME, ORGANIZATION)
    start = at - 2 * BACKDATED
    builder = _builder(subject, issuer=subject, key=key, start=start, end=start + ROOT_VALIDITY)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    public = home / "roots" / f"{certificate.serial_number:040x}.cer"
    _write(public, certificate.public_bytes(serialization.Encoding.DER), mode=0o644)
    _store(path, key=key, certificates=(certificate,))
    return _load(path)


def _leaf(
    subject: x509.Name, *, key: ec.EllipticCurvePrivateKey, root: LocalKey, at: datetime, is_timestamp: bool
) -> x509.Certificate:
    issuer = root.x509_certificate.subject
    builder = _builder(subject, issuer=issuer, key=key, start=at - BACKDATED, end=at + LEAF_VALIDITY)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("digital_signature", "content_commitment"), critical=True)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    if is_timestamp:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    return builder.sign(root.key, hashes.SHA256())


def _builder(
    subject: x509.Name, *, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
    return made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _usage(*names: str) -> x509.KeyUsage:
    known = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: name in names for name in known.split()})


def _load(path: Path) -> LocalKey:
    data = path.read_bytes()
    key = serialization.load_pem_private_key(data, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    own, *rest = x509.load_pem_x509_certificates(data)
    der = serialization.Encoding.DER
    return LocalKey(key, own, own.public_bytes(der), tuple(item.public_bytes(der) for item in rest))


def _store(path: Path, *, key: ec.EllipticCurvePrivateKey, certificates: tuple[x509.Certificate, ...]) -> None:
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = b"".join(item.public_bytes(serialization.Encoding.PEM) for item in certificates)
    _write(path, secret + public, mode=0o600)


def _write(path: Path, data: bytes, *, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
