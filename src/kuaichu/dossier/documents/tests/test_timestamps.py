import hashlib
import shutil
import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from kuaichu.dossier.documents import der
from kuaichu.dossier.documents.authority import ensure
from kuaichu.dossier.documents.tests import factories
from kuaichu.dossier.documents.timestamps import check, stamp, stamp_with

AT = factories.AT
DIGEST = hashlib.sha256(b"head of a chain").digest()


def test_a_token_says_when(authority):
    found = check(stamp(DIGEST, authority=authority, at=AT), DIGEST, roots=authority.roots)
    assert (found.is_valid, found.problem, found.stamped_at) == (True, "", AT)


def test_another_digest_another_root_and_a_broken_token(authority, tmp_path):
    token = stamp(DIGEST, authority=authority, at=AT)
    other = hashlib.sha256(b"rewritten").digest()
    foreign = ensure(tmp_path, units=[], at=AT)
    assert check(token, other, roots=authority.roots).problem == "changed"
    assert check(token, DIGEST, roots=foreign.roots).problem == "untrusted"
    assert check(token[:-1] + bytes([token[-1] ^ 1]), DIGEST, roots=authority.roots).problem == "signature"
    moved = token.replace(b"20261120023000Z", b"20261119023000Z")
    assert moved != token
    assert check(moved, DIGEST, roots=authority.roots).problem == "signature"
    for broken in (b"", b"0", token[: len(token) // 2], b"\x30\x80" * 50, b"x" * 30_000):
        assert check(broken, DIGEST, roots=authority.roots).problem == "unreadable"


def test_a_unit_may_not_stamp_times(authority):
    token = stamp_with(DIGEST, provider=authority.provider("hd01", at=AT), at=AT)
    assert check(token, DIGEST, roots=authority.roots).problem == "untrusted"


def test_only_sha256_is_stamped(authority):
    with pytest.raises(ValueError):
        stamp(b"short", authority=authority, at=AT)


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here")
def test_openssl_agrees(authority, tmp_path):
    (tmp_path / "token").write_bytes(stamp(DIGEST, authority=authority, at=AT + timedelta(hours=1)))
    root = x509.load_der_x509_certificate(authority.roots[0])
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    command = ["openssl", "ts", "-verify", "-digest", DIGEST.hex(), "-token_in", "-in", str(tmp_path / "token")]
    done = subprocess.run([*command, "-CAfile", str(tmp_path / "root.pem")], capture_output=True, check=False)
    assert b"Verification: OK" in done.stdout + done.stderr, done.stderr


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, 2**120 - 1])
def test_integers_are_der(value):
    from asn1crypto import core

    assert der.integer(value) == core.Integer(value).dump()


@pytest.mark.parametrize(
    "dotted", ["1.2.840.113549.1.7.2", "2.16.840.1.101.3.4.2.1", "2.25.209614351728940517631985621874365120"]
)
def test_object_identifiers_are_der(dotted):
    from asn1crypto import core

    assert der.oid(dotted) == core.ObjectIdentifier(dotted).dump()
