"""Start page, outbox, health, and the check of documents by code and by file."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kuaichu import clock, worker
from kuaichu.accounts import throttle
from kuaichu.dossier import files
from kuaichu.dossier.models import Instrument, InstrumentFile
from kuaichu.links.models import OutboxMessage
from kuaichu.web.public import uploads
from tests import factories

pytestmark = pytest.mark.usefixtures("unit", "insurers")


@pytest.fixture
def sealed(officer, settings, tmp_path):
    """A signed agreement with its sealed file."""
    from kuaichu import wiring
    from kuaichu.dossier import sealer

    settings.HOME = tmp_path
    sealer.authority.cache_clear()
    wiring.connect()
    factories.at_claims(officer)
    worker.run_until_idle()
    yield InstrumentFile.objects.select_related("instrument").latest("sealed_at")
    sealer.authority.cache_clear()


def upload(client, data: bytes, name: str = "a.pdf"):
    return client.post("/verify/", {"file": SimpleUploadedFile(name, data, "application/pdf")})


def test_start_page_outside_the_demonstration(client):
    text = client.get("/").content.decode()
    assert 'href="/start/"' in text
    assert "/demo/" not in text


def test_demonstration_has_a_card_per_person(client, settings, officer, adjusters):
    settings.DEMO = True
    text = client.get("/", headers={"host": "kc.local:8000"}).content.decode()
    for person in (officer, *adjusters):
        assert f"/demo/enter/{person.username}/" in text
    assert "http://kc.local:8000/start/" in text
    assert "<svg" in text


def test_outbox_is_for_the_demonstration_only(client, settings):
    OutboxMessage.objects.create(at=clock.now(), phone_masked="138****0001", text="验证码 123456", key="k")
    assert client.get("/demo/outbox/").status_code == 404
    settings.DEMO = True
    assert "验证码 123456" in client.get("/demo/outbox/").content.decode()


def test_health(client):
    assert client.get("/healthz").content == b"ok"


def test_code_leads_to_the_document(client, sealed):
    code = sealed.instrument.verify_code
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}"
    assert client.post("/verify/", {"code": typed})["Location"] == f"/verify/{code}/"
    text = client.get(f"/verify/{code}/").content.decode()
    assert "现在有效" in text
    assert "王*明" in text
    assert "王小明" not in text


def test_superseded_document_says_by_which(client, sealed):
    old = sealed.instrument
    new = Instrument.objects.create(
        case=old.case,
        kind=old.kind,
        number="NEW-1",
        state="completed",
        unit=old.unit,
        content=old.content,
        content_digest="0" * 64,
        verify_code="NEWCODE23456",
        created_at=clock.now(),
    )
    Instrument.objects.filter(pk=old.pk).update(state="superseded", superseded_by=new)
    text = client.get(f"/verify/{old.verify_code}/").content.decode()
    assert "已被新的文书替代" in text
    assert "/verify/NEWCODE23456/" in text
    assert "文件真实有效" not in upload(client, files.instrument_path(sealed.sha256).read_bytes()).content.decode()


def test_unknown_code(client, place):
    answer = client.get("/verify/ABCDEF234567/")
    assert (answer.status_code, "没有查到这个核验码" in answer.content.decode()) == (404, True)


def test_good_file(client, sealed):
    text = upload(client, files.instrument_path(sealed.sha256).read_bytes()).content.decode()
    assert "文件真实有效" in text
    assert sealed.instrument.number in text
    assert sealed.instrument.unit.name in text


def test_changed_and_unknown_files(client, sealed):
    data = files.instrument_path(sealed.sha256).read_bytes()
    at = data.index(b"stream") + 200
    changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    for wrong, word in (
        (changed, "改动过"),
        (data[: len(data) // 2], "不完整"),
        (b"MZ not a pdf at all", "这不是 PDF 文件"),
        (data + b"\n%more\n%%EOF\n", "加了内容"),
    ):
        text = upload(client, wrong).content.decode()
        assert "没有通过核验" in text
        assert word in re.sub(r"\s", "", text) or word in text
        assert "登记簿里没有这份文件" in text


def test_nothing_uploaded_is_kept_and_too_much_is_refused(client, place, monkeypatch, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    monkeypatch.setattr(uploads, "MAX_BYTES", 3_000_000)
    assert upload(client, b"%PDF-" + b"0" * 2_900_000).status_code == 200
    assert upload(client, b"%PDF-" + b"0" * 3_100_000).status_code == 422
    assert list(tmp_path.iterdir()) == []
    assert client.post("/verify/", {}).status_code == 422


def test_checks_are_limited_by_address(client, place, monkeypatch):
    monkeypatch.setattr(throttle, "VERIFY_PER_ADDRESS", throttle.Rate(burst=2, per_hour=1))
    statuses = [client.get("/verify/ABCDEF234567/").status_code for _ in range(3)]
    assert statuses == [404, 404, 429]
