"""The wire of resumable uploads: tus 1.0.0, clause by clause, and what our page needs besides."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from django.test import Client

from kuaichu.dossier import storage
from kuaichu.dossier.models import Photo, Upload
from kuaichu.dossier.tests.pictures import encoded, scene, scene_jpeg
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.urls("kuaichu.web.tests.photo_urls")]
DATA = scene_jpeg(1)
HALF = len(DATA) // 2
BODY = "application/offset+octet-stream"


@pytest.fixture(autouse=True)
def _desk(unit, insurers, settings, tmp_path):
    """A unit in charge, and an empty disk."""
    settings.FILES = tmp_path


@pytest.fixture
def pair():
    return factories.two_parties()


def metadata(**values: object) -> str:
    return ",".join(f"{name} {base64.b64encode(str(value).encode()).decode()}" for name, value in values.items())


class Phone:
    """A browser at the photo page of party A."""

    def __init__(self, pair, *, client: Client | None = None) -> None:
        self.client = client or Client()
        self.address = f"/c/{pair.tokens['A']}/uploads/"

    def ask(self, method: str, where: str = "", data: bytes = b"", **headers: str):
        sent = {"Tus-Resumable": "1.0.0"} | {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = sent.pop("Content-Type", BODY)
        sent = {name: value for name, value in sent.items() if value}
        return self.client.generic(method, where or self.address, data, content_type, headers=sent)

    def create(self, length: int = len(DATA), slot: str = "impact", key: str = "k1", **more: object):
        return self.ask("POST", Upload_Length=str(length), Upload_Metadata=metadata(slot=slot, key=key, **more))

    def patch(self, where: str, offset: int, data: bytes, **headers: str):
        return self.ask("PATCH", where, data, Upload_Offset=str(offset), **headers)


@pytest.fixture
def phone(pair) -> Phone:
    return Phone(pair)


def test_the_server_says_what_it_can_do(phone):
    answer = phone.ask("OPTIONS", Tus_Resumable="")
    assert answer.status_code == 204
    assert {name: answer[name] for name in ("Tus-Version", "Tus-Extension", "Tus-Checksum-Algorithm")} == {
        "Tus-Version": "1.0.0",
        "Tus-Extension": "creation,termination,checksum,expiration",
        "Tus-Checksum-Algorithm": "sha1,sha256",
    }
    assert int(answer["Tus-Max-Size"]) > 10_000_000


def test_a_photo_in_two_parts(phone):
    digest = hashlib.sha256(DATA).hexdigest()
    made = phone.create(sha256=digest, taken=1772323200000, lon="120.5", lat="30.1")
    where = made["Location"]
    assert (made.status_code, made["Upload-Offset"], made["Tus-Resumable"]) == (201, "0", "1.0.0")
    assert re.fullmatch(r"http://testserver/c/[\w-]{22}/uploads/[0-9a-f-]{36}", where)
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", made["Upload-Expires"])

    first = phone.patch(where, 0, DATA[:HALF])
    assert (first.status_code, first["Upload-Offset"]) == (204, str(HALF))
    head = phone.ask("HEAD", where)
    assert (head.status_code, head["Upload-Offset"], head["Upload-Length"], head["Cache-Control"]) == (
        200,
        str(HALF),
        str(len(DATA)),
        "no-store",
    )
    last = phone.patch(where, HALF, DATA[HALF:])
    photo = Photo.objects.get()
    assert (last.status_code, last["Upload-Offset"], last["Photo-Id"]) == (204, str(len(DATA)), str(photo.pk))
    assert last["Photo-Hints"] == ""
    assert (photo.sha256, storage.original_path(digest).read_bytes()) == (digest, DATA)
    assert (photo.claimed_lon_wgs84, photo.claimed_lat_wgs84) == (120.5, 30.1)
    assert photo.claimed_taken_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_the_same_key_finds_the_upload_again(phone):
    where = phone.create()["Location"]
    phone.patch(where, 0, DATA[:HALF])
    again = phone.create()
    assert (again.status_code, again["Location"], again["Upload-Offset"]) == (201, where, str(HALF))
    phone.patch(where, HALF, DATA[HALF:])
    done = phone.create()
    assert (done["Upload-Offset"], done["Photo-Id"]) == (str(len(DATA)), str(Photo.objects.get().pk))
    assert phone.ask("HEAD", where)["Photo-Id"] == done["Photo-Id"]
    assert Upload.objects.count() == 1


def test_hints_are_sentences_in_the_pages_language(phone):
    dark = encoded(scene(1).point(lambda value: value // 9), "JPEG")
    answer = phone.patch(phone.create(len(dark))["Location"], 0, dark)
    assert [unquote(text) for text in answer["Photo-Hints"].split(" ")] == ["太暗了，换个角度再拍一张"]


def test_what_is_no_photo_is_refused_in_a_sentence(phone):
    data = b"MZ" + bytes(3000)
    answer = phone.patch(phone.create(len(data))["Location"], 0, data)
    assert (answer.status_code, answer["Refusal"]) == (422, "photo.unknown_type")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().startswith("这个文件不是照片")
    assert Upload.objects.count() == 0


def test_wrong_offsets_conflict(phone):
    where = phone.create()["Location"]
    assert phone.patch(where, 5, DATA[5:]).status_code == 409
    phone.patch(where, 0, DATA)
    assert phone.patch(where, 0, DATA).status_code == 409
    assert Photo.objects.count() == 1


def test_a_checksum_is_checked(phone):
    where = phone.create()["Location"]
    right = base64.b64encode(hashlib.sha1(DATA).digest()).decode()
    wrong = base64.b64encode(hashlib.sha1(b"").digest()).decode()
    assert phone.patch(where, 0, DATA, Upload_Checksum=f"sha1 {wrong}").status_code == 460
    assert phone.ask("HEAD", where)["Upload-Offset"] == "0"
    assert phone.patch(where, 0, DATA, Upload_Checksum=f"crc32 {right}").status_code == 400
    assert phone.patch(where, 0, DATA, Upload_Checksum=f"sha1 {right}").status_code == 204


def test_an_upload_can_be_given_up(phone):
    where = phone.create()["Location"]
    phone.patch(where, 0, DATA[:HALF])
    assert [phone.ask(method, where).status_code for method in ("DELETE", "HEAD", "DELETE")] == [204, 404, 404]


def test_methods_can_be_overridden_where_a_network_knows_only_post(phone):
    where = phone.create()["Location"]
    answer = phone.ask("POST", where, DATA, Upload_Offset="0", X_HTTP_Method_Override="PATCH")
    assert (answer.status_code, Photo.objects.count()) == (204, 1)


@pytest.mark.parametrize("version", ["", "0.2.2", "2.0.0"])
def test_another_version_of_the_protocol_is_refused(phone, version):
    answer = phone.ask("POST", Tus_Resumable=version, Upload_Length="5")
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Length": "-1"}, 400),
        ({"Upload_Length": "abc"}, 400),
        ({"Upload_Defer_Length": "1"}, 400),
        ({"Upload_Length": "99999999999"}, 413),
        ({"Upload_Length": "0"}, 422),
        ({"Upload_Metadata": "slot !!!"}, 400),
        ({"Upload_Metadata": "slot " + "A" * 5000}, 400),
        ({"Upload_Metadata": metadata(slot="selfie", key="k")}, 422),
        ({"Upload_Metadata": metadata(slot="impact", key="k", sha256="zz")}, 400),
    ],
)
def test_malformed_beginnings(phone, headers, status):
    usual = {"Upload_Length": "100", "Upload_Metadata": metadata(slot="impact", key="k")}
    if "Upload_Defer_Length" in headers:
        del usual["Upload_Length"]
    assert phone.ask("POST", **(usual | headers)).status_code == status
    assert Upload.objects.count() == 0


def test_malformed_parts(phone):
    where = phone.create()["Location"]
    assert phone.ask("PATCH", where, DATA, Upload_Offset="0", Content_Type="text/plain").status_code == 415
    assert phone.ask("PATCH", where, DATA).status_code == 400
    assert phone.patch(where, 0, DATA + b"x").status_code == 400
    assert phone.ask("GET", where).status_code == phone.ask("PUT").status_code == 405


def test_nonsense_claims_are_left_out(phone):
    phone.patch(phone.create(lon="nan", lat="30", taken="1e400")["Location"], 0, DATA)
    photo = Photo.objects.get()
    assert (photo.claimed_lon_wgs84, photo.claimed_lat_wgs84, photo.claimed_taken_at) == (None, None, None)


def test_a_foreign_link_and_a_foreign_upload_do_not_exist(phone):
    foreign = Phone(factories.two_parties())
    upload = phone.create()["Location"].rsplit("/", 1)[1]
    assert foreign.ask("HEAD", f"{foreign.address}{upload}").status_code == 404
    foreign.address = f"/c/{'x' * 22}/uploads/"
    assert foreign.create().status_code == 404


def test_another_device_has_to_prove_the_phone_first(pair, phone):
    factories.confirm_phone(pair.parties["A"])
    answer = phone.create()
    assert (answer.status_code, answer["Refusal"]) == (403, "link.other_device")


def test_without_the_pages_token_nothing_is_taken(pair):
    phone = Phone(pair, client=Client(enforce_csrf_checks=True))
    assert phone.create().status_code == 403
    token = "a" * 32
    phone.client.cookies["csrftoken"] = token
    where = phone.ask(
        "POST", Upload_Length=str(len(DATA)), Upload_Metadata=metadata(slot="impact", key="k"), X_CSRFToken=token
    )["Location"]
    assert phone.patch(where, 0, DATA).status_code == 403
    assert phone.patch(where, 0, DATA, X_CSRFToken=token).status_code == 204


def test_a_full_disk_says_so_and_keeps_the_upload(phone, settings):
    where = phone.create()["Location"]
    settings.MIN_FREE_BYTES = 1 << 60
    answer = phone.patch(where, 0, DATA)
    assert (answer.status_code, answer["Refusal"]) == (507, "storage.full")
    settings.MIN_FREE_BYTES = 0
    assert phone.ask("HEAD", where)["Photo-Id"] == str(Photo.objects.get().pk)
