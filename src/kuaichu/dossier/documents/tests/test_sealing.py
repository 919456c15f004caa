import io
from datetime import timedelta

import pytest
from pyhanko.pdf_utils.generic import DictionaryObject, NameObject, StreamObject, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from kuaichu.dossier.documents import verifying
from kuaichu.dossier.documents.authority import UnitIdentity, ensure
from kuaichu.dossier.documents.render import render_pdf
from kuaichu.dossier.documents.sealing import seal_pdf, seal_with
from kuaichu.dossier.documents.tests import factories
from kuaichu.dossier.documents.tests.reading import pages
from kuaichu.dossier.documents.verifying import verify_pdf

AT = factories.AT


@pytest.fixture(scope="module")
def plain():
    return render_pdf(
        factories.determination(), at=AT, signatures=factories.signatures(), seals=[factories.POLICE_SEAL]
    )


@pytest.fixture(scope="module")
def sealed(plain, authority):
    return seal_pdf(plain, unit_code="hd01", authority=authority, reason="道路交通事故认定", at=AT)


def errors(verification):
    return [finding.code for finding in verification.findings if finding.is_error]


def test_a_sealed_document_verifies_as_a_whole(sealed, authority):
    found = verify_pdf(sealed, roots=authority.roots)
    assert [finding.code for finding in found.findings] == ["intact"]
    assert found.is_valid
    assert found.is_timestamped
    assert found.covers_whole_document
    assert (found.signer_name, found.signer_code, found.signed_at) == (factories.UNIT, "hd01", AT)
    assert "演示" in found.issuer_name
    assert len(found.sha256) == 64


def test_sealing_keeps_the_words_and_the_archive_form(plain, sealed):
    assert sealed.startswith(plain)
    assert pages(sealed) == pages(plain)
    reader = PdfFileReader(io.BytesIO(sealed))
    assert b"pdfaid" in bytes(reader.root["/Metadata"].data)
    assert b"A" not in (reader.root.get("/Encrypt") or b"")
    (signature,) = reader.embedded_regular_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.sig_object["/Reason"] == "道路交通事故认定"
    assert len(signature.other_embedded_certs) == 1, "the root is inside, for reading offline"


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.85])
def test_one_changed_byte_is_seen(sealed, authority, place):
    index = int(len(sealed) * place)
    changed = sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :]
    found = verify_pdf(changed, roots=authority.roots)
    assert not found.is_valid
    assert errors(found)[0] in ("changed", "unreadable", "seal_broken")


def test_a_changed_word_in_an_update_is_seen(sealed, authority):
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root["/Metadata"] = writer.add_object(DictionaryObject({NameObject("/Note"): pdf_string("无责任")}))
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    found = verify_pdf(out.getvalue(), roots=authority.roots)
    assert errors(found) == ["appended"]
    assert not found.covers_whole_document


def test_a_page_overprinted_in_an_update_is_seen(sealed, authority):
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    stream = writer.add_object(StreamObject(stream_data=b"0 0 0 rg 100 100 200 200 re f"))
    writer.add_stream_to_page(0, stream)
    out = io.BytesIO()
    writer.write(out)
    found = verify_pdf(out.getvalue(), roots=authority.roots)
    assert errors(found) == ["appended"]
    assert not found.is_valid


def test_bytes_put_behind_are_seen(sealed, authority):
    assert errors(verify_pdf(sealed + b"\n% more\n%%EOF\n", roots=authority.roots)) == ["appended"]


def test_another_seal_after_a_certifying_one_is_not_allowed(sealed, authority):
    provider = authority.provider("ins-a", at=AT)
    again = seal_with(sealed, provider=provider, stamper=None, reason="再盖", at=AT, field="Seal2")
    assert "appended" in errors(verify_pdf(again, roots=authority.roots))


def test_a_foreign_authority_is_not_trusted(plain, authority, tmp_path):
    foreign = ensure(tmp_path, units=[UnitIdentity("hd01", factories.UNIT)], at=AT)
    forged = seal_pdf(plain, unit_code="hd01", authority=foreign, reason="", at=AT)
    found = verify_pdf(forged, roots=authority.roots)
    assert errors(found) == ["untrusted_issuer"]
    assert found.signer_name == factories.UNIT
    assert verify_pdf(forged, roots=foreign.roots).is_valid
    assert errors(verify_pdf(forged, roots=())) == ["untrusted_issuer"]


def test_a_certificate_that_was_out_of_date_is_said_as_such(plain, authority):
    provider, late = authority.provider("hd01", at=AT), AT + timedelta(days=1000)
    expired = seal_with(plain, provider=provider, stamper=None, reason="", at=late)
    assert errors(verify_pdf(expired, roots=authority.roots)) == ["expired_at_sealing"]
    early = seal_with(plain, provider=provider, stamper=None, reason="", at=AT - timedelta(days=1000))
    assert "expired_at_sealing" in errors(verify_pdf(early, roots=authority.roots))


def test_a_seal_of_years_ago_stays_valid(plain, tmp_path):
    made = ensure(tmp_path, units=[UnitIdentity("hd01", factories.UNIT)], at=AT - timedelta(days=2000))
    old = seal_pdf(plain, unit_code="hd01", authority=made, reason="", at=AT - timedelta(days=2000))
    made.provider("hd01", at=AT)
    assert verify_pdf(old, roots=made.roots).is_valid


def test_without_a_timestamp_it_holds_and_says_so(plain, authority):
    simple = seal_with(plain, provider=authority.provider("hd01", at=AT), stamper=None, reason="", at=AT)
    found = verify_pdf(simple, roots=authority.roots)
    assert found.is_valid
    assert not found.is_timestamped
    assert [finding.code for finding in found.findings] == ["intact", "no_timestamp"]


def test_a_timestamp_of_someone_else_is_bad(plain, authority, tmp_path):
    foreign = ensure(tmp_path, units=[], at=AT)
    mixed = seal_with(
        plain,
        provider=authority.provider("hd01", at=AT),
        stamper=foreign.timestamp_provider(at=AT),
        reason="",
        at=AT,
    )
    assert errors(verify_pdf(mixed, roots=authority.roots)) == ["bad_timestamp"]


def test_files_that_are_none_of_ours(plain, sealed, authority, monkeypatch):
    roots = authority.roots
    assert errors(verify_pdf(plain, roots=roots)) == ["unsigned"]
    assert errors(verify_pdf(b"", roots=roots)) == ["not_pdf"]
    assert errors(verify_pdf(factories.drawn_png(), roots=roots)) == ["not_pdf"]
    assert errors(verify_pdf(sealed[: len(sealed) // 2], roots=roots)) == ["truncated"]
    assert errors(verify_pdf(b"%PDF-1.7\n" + b"(" * 50_000 + b"\n%%EOF", roots=roots)) == ["unreadable"]
    monkeypatch.setattr(verifying, "MAX_PDF_BYTES", 1000)
    assert errors(verify_pdf(sealed, roots=roots)) == ["too_large"]


def test_an_encrypted_file_is_named(plain, authority):
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(plain)))
    writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    assert errors(verify_pdf(out.getvalue(), roots=authority.roots)) == ["encrypted"]


def test_every_finding_says_what_to_do():
    for finding in verifying.FINDINGS.values():
        assert finding.zh
        assert finding.en
        if finding.is_error:
            assert any(word in finding.zh for word in ("请", "联系")), finding.code
