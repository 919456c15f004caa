"""Photos of a case: received once, handed in, passed or asked for again, by whom and when."""

import hashlib
import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from kuaichu import clock
from kuaichu.accounts.throttle import UPLOAD_PER_PARTY
from kuaichu.cases.actions import request_officer
from kuaichu.cases.models import Deadline
from kuaichu.cases.states import PhotoState, Stage
from kuaichu.dossier import storage
from kuaichu.dossier.actions.photos import ask_retake, current_photos, pass_photos, receive_photo, submit_photos
from kuaichu.dossier.models import Photo
from kuaichu.dossier.photos import Claims
from kuaichu.dossier.queries_photos import hint_texts
from kuaichu.dossier.states import PhotoCheck
from kuaichu.dossier.tests.pictures import encoded, scene, scene_jpeg
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.chain import check_stream
from kuaichu.journal.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
REQUIRED = ("scene_front", "scene_rear", "impact")


@pytest.fixture(autouse=True)
def _desk(unit, insurers, settings, tmp_path):
    """A unit in charge, and an empty disk."""
    settings.FILES = tmp_path


@pytest.fixture
def pair():
    return factories.two_parties()


def refusal(call) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def send(pair, slot: str, number: int, letter: str = "A", **more) -> Photo:
    return receive_photo(party_id=pair.parties[letter].pk, slot=slot, data=scene_jpeg(number), **more)


def fill(pair) -> None:
    for number, slot in enumerate(REQUIRED):
        send(pair, slot, number, "AB"[number % 2])


def submitted(pair):
    fill(pair)
    submit_photos(party_id=pair.parties["A"].pk)
    return pair.refresh()


def events(pair, name: str) -> list[dict]:
    return [event.facts for event in Event.objects.filter(stream=pair.case.pk, name=name).order_by("seq")]


def test_a_photo_is_kept_byte_for_byte_with_its_claims_apart(pair):
    data = scene_jpeg(1)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    sent = Claims(taken_at=at, lon_wgs84=120.0, lat_wgs84=30.0)
    photo = receive_photo(party_id=pair.parties["B"].pk, slot="impact", data=data, claims=sent)
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    assert storage.original_path(photo.sha256).read_bytes() == data
    assert storage.thumb_path(photo.sha256, 320).exists()
    assert (photo.party_id, photo.size, photo.media_type) == (pair.parties["B"].pk, len(data), "image/jpeg")
    assert (photo.claimed_taken_at, photo.claimed_lon_wgs84, photo.claimed_lat_wgs84) == (at, 120.0, 30.0)
    assert events(pair, "photo.received") == [{"slot": "impact", "sha256": photo.sha256, "size": len(data)}]
    assert check_stream(pair.case.pk) is None


def test_the_same_photo_again_is_the_same_row(pair):
    first, again, other_party = send(pair, "impact", 1), send(pair, "impact", 1), send(pair, "impact", 1, "B")
    assert first.pk == again.pk == other_party.pk
    assert (Photo.objects.count(), len(events(pair, "photo.received"))) == (1, 1)


def test_a_lost_original_comes_back_when_the_photo_is_sent_again(pair):
    photo = send(pair, "impact", 1)
    storage.original_path(photo.sha256).unlink()
    send(pair, "impact", 1)
    assert storage.original_path(photo.sha256).read_bytes() == scene_jpeg(1)


def test_a_new_photo_takes_the_place_and_the_old_original_stays(pair):
    old, new = send(pair, "impact", 1), send(pair, "impact", 2, "B")
    old.refresh_from_db()
    assert (old.replaced_at is not None, current_photos(pair.case.pk)) == (True, {"impact": new})
    assert storage.original_path(old.sha256).exists()


def test_one_photo_does_not_fill_two_places(pair):
    send(pair, "scene_front", 1)
    with pytest.raises(Refused) as caught:
        send(pair, "scene_rear", 1, "B")
    assert str(caught.value) == "photo.same: 这张和“车头前方”是同一张，请换个角度再拍"


def test_what_is_declared_must_arrive(pair):
    right = hashlib.sha256(scene_jpeg(1)).hexdigest()
    assert refusal(lambda: send(pair, "impact", 1, declared_sha256="0" * 64)) == "photo.altered"
    assert not storage.original_path(right).exists()
    assert send(pair, "impact", 1, declared_sha256=right.upper()).sha256 == right


def test_a_refused_photo_leaves_nothing(pair, tmp_path):
    for data in (b"", b"MZ" + bytes(900), scene_jpeg(1)[:900], scene_jpeg(1, (200, 200))):
        with pytest.raises(Refused):
            receive_photo(party_id=pair.parties["A"].pk, slot="impact", data=data)
    assert (Photo.objects.count(), [path for path in tmp_path.rglob("*") if path.is_file()]) == (0, [])


def test_a_full_disk_refuses_and_the_next_try_succeeds(pair, settings, tmp_path):
    settings.MIN_FREE_BYTES = 1 << 60
    assert refusal(lambda: send(pair, "impact", 1)) == "storage.full"
    assert (Photo.objects.count(), [path for path in tmp_path.rglob("*") if path.is_file()]) == (0, [])
    settings.MIN_FREE_BYTES = 0
    assert storage.original_path(send(pair, "impact", 1).sha256).exists()


def test_places_and_people_that_do_not_exist(pair):
    assert refusal(lambda: send(pair, "selfie", 1)) == "photo.unknown_slot"
    with pytest.raises(NotFound):
        receive_photo(party_id=uuid4(), slot="impact", data=scene_jpeg(1))


def test_photos_come_after_the_screening_and_before_the_desk_has_passed_them(officer, pair):
    early = factories.new_case()
    assert refusal(lambda: receive_photo(party_id=early.party.pk, slot="impact", data=b"x")) == "photos.too_early"
    assert refusal(lambda: submit_photos(party_id=early.party.pk)) == "photos.too_early"
    pass_photos(case_id=submitted(pair).case.pk, officer=officer)
    assert refusal(lambda: send(pair, "extra1", 9)) == "photos.passed"


def test_photos_can_still_come_while_an_officer_is_on_the_way(pair):
    request_officer(party_id=pair.parties["A"].pk)
    assert send(pair, "impact", 1).slot == "impact"
    assert refusal(lambda: submit_photos(party_id=pair.parties["A"].pk)) == "case.moved_on"


def test_a_party_cannot_send_without_end(pair):
    codes = [refusal(lambda: receive_photo(party_id=pair.parties["A"].pk, slot="impact", data=b"")) for _ in range(61)]
    assert set(codes[: UPLOAD_PER_PARTY.burst]) == {"photo.empty"}
    assert codes[-1] == "rate.exceeded"


def test_all_required_places_must_be_filled_before_handing_in(pair):
    send(pair, "scene_front", 1)
    with pytest.raises(Refused) as caught:
        submit_photos(party_id=pair.parties["B"].pk)
    assert str(caught.value) == "photos.missing: 还差 2 张，下一张请拍“车尾后方”"
    assert pair.refresh().case.photo_state == PhotoState.NONE


def test_handing_in_starts_the_clocks_once(pair):
    case = submitted(pair).case
    submit_photos(party_id=pair.parties["B"].pk)
    assert (case.photo_state, case.photos_submitted_at is not None) == (PhotoState.SUBMITTED, True)
    running = Deadline.objects.filter(case=case, clock__startswith="photos.check", settled_at=None)
    assert sorted(running.values_list("clock", flat=True)) == ["photos.check.alarm", "photos.check.target"]
    assert {deadline.started_at for deadline in running} == {case.photos_submitted_at}
    assert events(pair, "photos.submitted") == [{"count": 3}]


def test_passing_lets_everybody_leave_and_stops_the_clocks(pair, officer):
    case = pass_photos(case_id=submitted(pair).case.pk, officer=officer)
    assert (case.stage, case.photo_state, case.may_leave_at is not None) == (Stage.DETAILS, PhotoState.PASSED, True)
    assert set(Photo.objects.values_list("check_state", flat=True)) == {PhotoCheck.PASSED}
    assert not Deadline.objects.filter(case=case, clock__startswith="photos.check", settled_at=None).exists()
    assert events(pair, "photos.passed") == [{"count": 3}]


def test_passing_completes_details_that_were_there_already(pair, officer):
    factories.give_details(pair)
    assert pass_photos(case_id=submitted(pair).case.pk, officer=officer).stage == Stage.LIABILITY


def test_the_second_officer_is_told_so(pair, officer, second_officer):
    moment = datetime(2026, 3, 1, 1, 5, tzinfo=UTC)
    with clock.moved_to(moment):
        pass_photos(case_id=submitted(pair).case.pk, officer=officer)
    for act in (
        lambda: pass_photos(case_id=pair.case.pk, officer=second_officer),
        lambda: ask_retake(case_id=pair.case.pk, officer=second_officer, slots={"impact": "blurred"}),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert str(caught.value) == "photos.already_checked: 这件刚刚（09:05）已由同事处理，请看下一件"
    assert len(events(pair, "photos.passed")) == 1


def test_a_retake_asks_for_one_photo_and_keeps_the_others(pair, officer, second_officer):
    submitted(pair)
    case = ask_retake(case_id=pair.case.pk, officer=officer, slots={"impact": "blurred"})
    assert (case.photo_state, case.stage) == (PhotoState.RETAKE, Stage.EVIDENCE)
    states = {slot: (photo.check_state, photo.retake_reason) for slot, photo in current_photos(case.pk).items()}
    assert states == {
        "scene_front": (PhotoCheck.PASSED, ""),
        "scene_rear": (PhotoCheck.PASSED, ""),
        "impact": (PhotoCheck.RETAKE, "blurred"),
    }
    assert not Deadline.objects.filter(case=case, clock__startswith="photos.check", settled_at=None).exists()
    assert events(pair, "photos.returned") == [{"slots": {"impact": "blurred"}}]
    assert refusal(lambda: pass_photos(case_id=case.pk, officer=second_officer)) == "photos.already_checked"


def test_after_a_retake_the_new_photo_is_handed_in_and_passed(pair, officer):
    submitted(pair)
    ask_retake(case_id=pair.case.pk, officer=officer, slots={"impact": "blurred"})
    party = pair.parties["A"].pk
    assert refusal(lambda: submit_photos(party_id=party)) == "photos.to_retake"
    assert refusal(lambda: send(pair, "impact", 2)) == "photo.same_again"
    assert refusal(lambda: send(pair, "scene_front", 7)) == "photo.passed"
    send(pair, "impact", 8, "B")
    assert submit_photos(party_id=party).photo_state == PhotoState.SUBMITTED
    assert pass_photos(case_id=pair.case.pk, officer=officer).photo_state == PhotoState.PASSED
    assert check_stream(pair.case.pk) is None


def test_an_officer_decides_on_what_was_looked_at(pair, officer):
    submitted(pair)
    seen = [photo.pk for photo in current_photos(pair.case.pk).values()]
    send(pair, "impact", 9)
    check = {"case_id": pair.case.pk, "officer": officer}
    assert refusal(lambda: pass_photos(**check, seen=seen)) == "photos.changed"
    assert refusal(lambda: ask_retake(**check, slots={"impact": "other"}, seen=seen)) == "photos.changed"
    seen = [photo.pk for photo in current_photos(pair.case.pk).values()]
    assert pass_photos(**check, seen=seen).photo_state == PhotoState.PASSED


def test_what_the_desk_may_not_do(pair, officer, adjusters):
    check = {"case_id": pair.case.pk, "officer": officer}
    assert refusal(lambda: pass_photos(**check)) == "photos.not_submitted"
    submitted(pair)
    assert refusal(lambda: pass_photos(case_id=pair.case.pk, officer=adjusters[0])) == "case.not_yours"
    assert refusal(lambda: ask_retake(**check, slots={})) == "photos.no_reason"
    assert refusal(lambda: ask_retake(**check, slots={"impact": "ugly"})) == "photos.unknown_reason"
    assert refusal(lambda: ask_retake(**check, slots={"extra1": "other"})) == "photo.unknown_slot"
    request_officer(party_id=pair.parties["A"].pk)
    assert refusal(lambda: pass_photos(**check)) == "case.moved_on"
    assert pair.refresh().case.photo_state == PhotoState.SUBMITTED


def test_hints_are_sentences_and_refuse_nothing(pair):
    dark = scene(1).point(lambda value: value // 9)
    photo = receive_photo(party_id=pair.parties["A"].pk, slot="impact", data=encoded(dark, "JPEG"))
    assert (hint_texts(photo), hint_texts(send(pair, "scene_front", 2))) == (("太暗了，换个角度再拍一张",), ())


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_and_one_decides(pair, officer, second_officer):
    submitted(pair)
    results = at_once(
        lambda: pass_photos(case_id=pair.case.pk, officer=officer),
        lambda: ask_retake(case_id=pair.case.pk, officer=second_officer, slots={"impact": "other"}),
    )
    assert sorted(results) == ["done", "photos.already_checked"]
    assert len(events(pair, "photos.passed")) + len(events(pair, "photos.returned")) == 1


@pytest.mark.django_db(transaction=True)
def test_two_parties_at_once_and_the_later_photo_stands(pair):
    assert at_once(lambda: send(pair, "impact", 1), lambda: send(pair, "impact", 2, "B")) == ["done", "done"]
    assert (Photo.objects.count(), Photo.objects.filter(replaced_at=None).count()) == (2, 1)
    assert check_stream(pair.case.pk) is None


def at_once(*calls) -> list[str]:
    """Run the calls in threads of their own that start together; how each ended."""
    gate = threading.Barrier(len(calls))
    results = [""] * len(calls)

    def run(index: int) -> None:
        gate.wait(timeout=timedelta(seconds=5).total_seconds())
        try:
            calls[index]()
            results[index] = "done"
        except Refused as refused:
            results[index] = refused.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
