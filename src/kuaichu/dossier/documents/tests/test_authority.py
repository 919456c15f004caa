import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from kuaichu.dossier.documents.authority import RENEW_BEFORE, ROOT_NAME, Authority, UnitIdentity, ensure, trusted_roots
from kuaichu.dossier.documents.tests import factories

UNITS = [UnitIdentity("hd01", factories.UNIT)]
AT = factories.AT


def _start(home: Path) -> bytes:
    return ensure(home, units=UNITS, at=AT).provider("hd01", at=AT).certificate


def test_the_first_start_makes_private_files(tmp_path):
    made = ensure(tmp_path / "keys", units=UNITS, at=AT)
    held = made.provider("hd01", at=AT)
    names = held.x509_certificate.subject.rfc4514_string(), held.x509_certificate.issuer.rfc4514_string()
    assert factories.UNIT in names[0]
    assert "hd01" in names[0]
    assert ROOT_NAME in names[1]
    assert "演示" in ROOT_NAME
    for path in (tmp_path / "keys").rglob("*.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert made.roots == trusted_roots(tmp_path / "keys") == held.chain


def test_a_second_start_changes_nothing(tmp_path):
    first = ensure(tmp_path, units=UNITS, at=AT)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    again = ensure(tmp_path, units=UNITS, at=AT + timedelta(days=30))
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert first.provider("hd01", at=AT).certificate == again.provider("hd01", at=AT).certificate


def test_four_starts_at_once_agree(tmp_path):
    with ThreadPoolExecutor(4) as pool:  # each start opens the lock file itself, so threads contend as processes do
        made = list(pool.map(_start, [tmp_path] * 4))
    assert len(set(made)) == 1
    assert len(trusted_roots(tmp_path)) == 1


def test_a_unit_with_a_new_name_gets_a_new_certificate(tmp_path):
    ensure(tmp_path, units=UNITS, at=AT)
    renamed = ensure(tmp_path, units=[UnitIdentity("hd01", "云溪市公安局交通警察支队城东大队")], at=AT)
    assert "城东" in renamed.provider("hd01", at=AT).x509_certificate.subject.rfc4514_string()


def test_certificates_are_renewed_before_they_run_out(tmp_path):
    made = ensure(tmp_path, units=UNITS, at=AT)
    old = made.provider("hd01", at=AT).x509_certificate
    late = old.not_valid_after_utc - RENEW_BEFORE + timedelta(days=1)
    new = made.provider("hd01", at=late).x509_certificate
    assert new.not_valid_after_utc > late + timedelta(days=365)
    assert new.subject == old.subject
    assert new.serial_number != old.serial_number


def test_a_root_that_would_not_outlive_its_leaf_is_replaced_and_stays_trusted(tmp_path):
    made = ensure(tmp_path, units=UNITS, at=AT)
    first = made.roots
    far = AT + timedelta(days=9 * 365)
    made.provider("hd01", at=far)
    assert len(made.roots) == 2
    assert set(first) < set(made.roots)


def test_an_unknown_unit_and_a_bad_code_are_bugs(tmp_path):
    made = ensure(tmp_path, units=[], at=AT)
    with pytest.raises(KeyError):
        made.provider("nobody", at=AT)
    with pytest.raises(ValueError):
        ensure(tmp_path, units=[UnitIdentity("../../etc", "x")], at=AT)
    assert Authority(tmp_path).roots == made.roots
