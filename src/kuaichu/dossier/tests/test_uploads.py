"""Uploads in parts: resumed after a cut, finished once, refused clearly, forgotten when nobody comes back."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kuaichu import clock
from kuaichu.dossier import storage
from kuaichu.dossier.actions import uploads
from kuaichu.dossier.actions.photos import pass_photos, receive_photo, submit_photos
from kuaichu.dossier.models import Photo, Upload
from kuaichu.dossier.photos import Claims
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.errors import NotFound, Refused
from tests import factories

pytestmark = pytest.mark.django_db
DATA = scene_jpeg(1)
HALF = len(DATA) // 2


@pytest.fixture(autouse=True)
def _desk(unit, insurers, settings, tmp_path):
    """A unit in charge, and an empty disk."""
    settings.FILES = tmp_path


@pytest.fixture
def party():
    return factories.two_parties().parties["A"]


def begin(party, key: str = "k1", **more) -> Upload:
    return uploads.begin(**({"party_id": party.pk, "slot": "impact", "client_key": key, "length": len(DATA)} | more))


def find(upload: Upload) -> Upload:
    return uploads.find(party_id=upload.party_id, upload_id=upload.pk)


def send(upload: Upload, data: bytes, **more) -> Upload:
    found = find(upload)
    usual: dict[str, Any] = {"upload": found, "offset": found.offset, "chunks": iter([data])}
    return uploads.append(**(usual | more))


def refusal(call) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def cut_after(*chunks: bytes):
    """Chunks, and then the line breaks."""
    yield from chunks
    raise ConnectionResetError


def parts() -> int:
    return len(list(storage.parts_older_than(2**40)))


def test_an_upload_in_parts_becomes_the_photo_it_was(party):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    claims = Claims(taken_at=at, lon_wgs84=120.5, lat_wgs84=30.1)
    upload = begin(party, declared_sha256=hashlib.sha256(DATA).hexdigest(), claims=claims)
    assert uploads.finish_if_whole(upload=send(upload, DATA[:HALF])).photo is None
    photo = uploads.finish_if_whole(upload=send(upload, DATA[HALF:])).photo
    assert photo is not None
    assert storage.original_path(photo.sha256).read_bytes() == DATA
    assert (photo.claimed_taken_at, photo.claimed_lon_wgs84, photo.claimed_lat_wgs84) == (at, 120.5, 30.1)
    assert (parts(), find(upload).offset, Upload.objects.get().claims) == (0, len(DATA), {})


def test_what_arrived_before_the_cut_is_kept(party):
    upload = begin(party)
    with pytest.raises(ConnectionResetError):
        uploads.append(upload=find(upload), offset=0, chunks=cut_after(DATA[:100], DATA[100:HALF]))
    assert find(upload).offset == HALF
    assert uploads.finish_if_whole(upload=send(upload, DATA[HALF:])).photo is not None


def test_with_a_checksum_a_broken_part_is_not_kept(party):
    upload = begin(party)
    digest = hashlib.sha1(DATA[:HALF]).digest()
    with pytest.raises(ConnectionResetError):
        send(upload, b"", chunks=cut_after(DATA[:100]), checksum=("sha1", digest))
    assert refusal(lambda: send(upload, b"x" * HALF, checksum=("sha1", digest))) == "upload.checksum"
    assert find(upload).offset == 0
    assert send(upload, DATA[:HALF], checksum=("sha1", digest)).offset == HALF


def test_two_senders_never_mix_their_bytes(party):
    upload = begin(party)
    slow = uploads.append(upload=find(upload), offset=0, chunks=overtaken(upload))
    del slow
    photo = Photo.objects.get()
    assert storage.original_path(photo.sha256).read_bytes() == DATA


def overtaken(upload: Upload):
    """A connection that stalls while a second one sends everything; then its last bytes come through."""
    yield DATA[:100]
    uploads.finish_if_whole(upload=send(upload, DATA[100:]))
    with pytest.raises(Refused, match=r"^upload\.elsewhere"):
        send(upload, DATA[100:], offset=100)


def test_a_stalled_sender_is_told_to_look_again(party):
    upload = begin(party)

    def chunks():
        yield DATA[:100]
        send(upload, DATA[100:200])
        yield DATA[100:300]

    assert refusal(lambda: uploads.append(upload=find(upload), offset=0, chunks=chunks())) == "upload.elsewhere"
    assert find(upload).offset == 200


def test_the_same_key_is_the_same_upload_before_and_after_the_end(party):
    first = begin(party)
    assert begin(party).pk == first.pk
    photo = uploads.finish_if_whole(upload=send(first, DATA)).photo
    again = begin(party)
    assert (again.pk, uploads.finish_if_whole(upload=find(again)).photo) == (first.pk, photo)
    assert refusal(lambda: begin(party, length=5)) == "upload.key_used"
    assert (Upload.objects.count(), Photo.objects.count()) == (1, 1)


def test_finishing_twice_makes_one_photo(party):
    upload = begin(party)
    whole = send(upload, DATA)
    late = find(upload)
    photo = uploads.finish_if_whole(upload=whole).photo
    assert uploads.finish_if_whole(upload=late).photo == photo
    assert Photo.objects.count() == 1


def test_a_process_killed_before_the_end_is_made_good_by_the_next_question(party):
    upload = begin(party)
    storage.append(storage.part_path(upload.pk), DATA, at=0)  # everything arrived, nobody finished
    assert uploads.finish_if_whole(upload=find(upload)).photo == Photo.objects.get()


def test_a_finished_upload_answers_even_after_the_case_moved_on(party, officer):
    upload = begin(party)
    uploads.finish_if_whole(upload=send(upload, DATA))
    for number, slot in enumerate(("scene_front", "scene_rear"), start=2):
        receive_photo(party_id=party.pk, slot=slot, data=scene_jpeg(number))
    submit_photos(party_id=party.pk)
    pass_photos(case_id=party.case_id, officer=officer)
    assert begin(party).photo == find(upload).photo
    assert refusal(lambda: begin(party, "k2")) == "photos.passed"


@pytest.mark.parametrize(
    ("data", "declared", "code"),
    [
        (b"MZ" + bytes(5000), "", "photo.unknown_type"),
        (DATA[:HALF], "", "photo.damaged"),
        (DATA, "0" * 64, "photo.altered"),
    ],
)
def test_what_is_refused_is_forgotten_and_may_be_sent_anew(party, data, declared, code):
    upload = send(begin(party, length=len(data), declared_sha256=declared), data)
    assert refusal(lambda: uploads.finish_if_whole(upload=upload)) == code
    assert (Upload.objects.count(), parts()) == (0, 0)
    assert begin(party).offset == 0


def test_a_full_disk_keeps_what_is_there_and_goes_on_later(party, settings):
    upload = begin(party)
    whole = send(upload, DATA)
    settings.MIN_FREE_BYTES = 1 << 60
    assert refusal(lambda: uploads.finish_if_whole(upload=whole)) == "storage.full"
    assert refusal(lambda: begin(party, "k2")) == "storage.full"
    assert find(upload).offset == len(DATA)
    settings.MIN_FREE_BYTES = 0
    assert uploads.finish_if_whole(upload=find(upload)).photo == Photo.objects.get()


def test_more_bytes_than_said_are_refused(party):
    upload = begin(party, length=100)
    assert refusal(lambda: send(upload, DATA)) == "upload.too_long"
    assert find(upload).offset == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"length": 0}, "photo.empty"),
        ({"length": 10**9}, "photo.too_large"),
        ({"slot": "selfie"}, "photo.unknown_slot"),
        ({"key": ""}, "upload.no_key"),
        ({"key": "k" * 65}, "upload.no_key"),
    ],
)
def test_beginnings_that_are_refused(party, change, code):
    assert refusal(lambda: begin(party, **change)) == code


def test_a_party_has_only_so_many_unfinished(party):
    for number in range(uploads.MAX_UNFINISHED):
        begin(party, f"k{number}")
    assert refusal(lambda: begin(party, "one more")) == "upload.too_many"


def test_an_upload_is_only_its_partys_own(party):
    other = factories.two_parties().parties["B"]
    with pytest.raises(NotFound):
        uploads.find(party_id=other.pk, upload_id=begin(party).pk)


def test_expired_uploads_and_stray_parts_are_forgotten(party):
    done, old = begin(party, "done"), begin(party, "old")
    uploads.finish_if_whole(upload=send(done, DATA))
    send(old, DATA[:HALF])
    storage.append(storage.part_path(done.pk).with_name("stray.staged"), b"x", at=0)
    assert (uploads.forget_expired(), parts()) == (0, 2)
    with clock.moved_by(uploads.LIFE + timedelta(minutes=1)):
        with pytest.raises(NotFound):
            find(old)
        assert (uploads.forget_expired(), uploads.forget_expired(), parts()) == (2, 0, 0)
        assert begin(party, "old").offset == 0
    assert Photo.objects.count() == 1


def test_an_abandoned_upload_is_gone_and_its_photo_is_not(party):
    upload = begin(party)
    uploads.finish_if_whole(upload=send(upload, DATA))
    uploads.abandon(upload=upload)
    assert (Upload.objects.count(), Photo.objects.count()) == (0, 1)
