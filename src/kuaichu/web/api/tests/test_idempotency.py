"""A call that is sent twice happens once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from kuaichu import clock
from kuaichu.accounts.models import OneTimeCode
from kuaichu.cases.models import Case, JoinCode, Party
from kuaichu.dossier.models import Photo
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.errors import Refused
from kuaichu.web.api import idempotency, limits
from kuaichu.web.api.tests import stories
from kuaichu.web.api.tests.calling import Caller, Phone, new_key
from kuaichu.web.models import IdempotentReply
from tests import factories

REPORT = {"place": factories.PLACE}


@pytest.mark.django_db
def test_the_same_key_and_body_give_the_same_answer_once():
    key = new_key()
    first, second = (Caller().post("/cases", REPORT, key=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert (first.headers.get("Idempotent-Replay"), second.headers["Idempotent-Replay"]) == (None, "true")
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_with_another_body_or_path_is_refused():
    key = new_key()
    Caller().do("/cases", REPORT, key=key)
    for path, body in (("/cases", REPORT | {"kind": "nonmotor"}), ("/joins", {"code": "123456"})):
        response = Caller().post(path, body, key=key)
        assert (response.status_code, response.json()["code"]) == (409, "key.reused")
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_keys_of_two_callers_do_not_meet():
    a, c = stories.screened(), stories.screened()
    key = "12345678"
    codes = {phone.do("/case/invitations", key=key)["code"] for phone in (a, c)}
    assert len(codes) == JoinCode.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "short", "x" * 101, "with\ttab and more than twenty-two", "键" * 30, "x" * 21])
def test_a_key_is_asked_for(key):
    response = Caller().post("/cases", REPORT, key=key)
    assert response.status_code == 422
    assert response.json()["code"] == ("key.missing" if not key else "key.bad")
    assert Case.objects.count() == 0


@pytest.mark.django_db
def test_a_refusal_is_an_answer_too_and_a_wrong_code_stays_counted():
    phone = stories.screened()
    phone.do("/case/phone/code", {"phone": factories.PHONES["A"]})
    right = factories.newest_code(stories.party_of(phone))
    wrong = "000000" if right != "000000" else "111111"
    key = new_key()
    answers = [phone.post("/case/phone/confirmation", {"code": wrong}, key=key) for _ in range(3)]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(422, "code.wrong")}
    assert OneTimeCode.objects.get().tries == 1
    phone.post("/case/phone/confirmation", {"code": wrong})
    assert OneTimeCode.objects.get().tries == 2


@pytest.mark.django_db
def test_the_device_secret_can_be_fetched_again_with_the_same_key():
    phone = stories.screened()
    phone.do("/case/phone/code", {"phone": factories.PHONES["A"]})
    typed = {"code": factories.newest_code(stories.party_of(phone))}
    key = new_key()
    first = phone.do("/case/phone/confirmation", typed, key=key)
    assert phone.do("/case/phone/confirmation", typed, key=key) == first
    assert stories.party_of(phone).devices.count() == 1
    assert first["device_secret"] not in str(list(_raw_replies()))


def _raw_replies():
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM web_idempotentreply")
        return cursor.fetchall()


@pytest.mark.django_db
def test_what_passes_by_itself_is_not_kept(monkeypatch):
    def busy(**_):
        raise Refused("case.changed", "刚刚有人更新了案件，请刷新后再试")

    phone, key = stories.screened(), new_key()
    with monkeypatch.context() as patch:
        patch.setattr("kuaichu.web.api.scene.actions.invite", busy)
        assert phone.post("/case/invitations", {}, key=key).status_code == 409
    assert phone.post("/case/invitations", {}, key=key).status_code == 201


@pytest.mark.django_db
def test_a_bug_leaves_nothing_behind(monkeypatch, caplog):
    def broken(**_):
        Party.objects.update(plate="x")
        raise RuntimeError("a bug")

    phone, key = stories.screened(), new_key()
    with monkeypatch.context() as patch:
        patch.setattr("kuaichu.web.api.scene.actions.invite", broken)
        response = phone.post("/case/invitations", {}, key=key)
    assert (response.status_code, response.json()["code"]) == (500, "server.error")
    assert stories.party_of(phone).plate == ""
    assert phone.post("/case/invitations", {}, key=key).status_code == 201


@pytest.mark.django_db
def test_answers_are_forgotten_in_time():
    key = new_key()
    Caller().do("/cases", REPORT, key=key)
    with clock.moved_by(limits.KEEP_REPLIES_FOR + timedelta(seconds=1)):
        Caller().do("/cases", REPORT | {"kind": "nonmotor"}, key=key)
        assert idempotency.forget_old_replies() == 0
    assert Case.objects.count() == 2
    with clock.moved_by(2 * limits.KEEP_REPLIES_FOR + timedelta(minutes=1)):
        assert idempotency.forget_old_replies() == 1


@pytest.mark.django_db
def test_a_photo_sent_twice_is_one_photo_and_a_running_call_says_so():
    phone, key, data = stories.screened(), new_key(), scene_jpeg(1)
    first, second = (phone.send_photo("impact", data, key=key) for _ in range(2))
    assert (first.status_code, second.status_code, first.content == second.content) == (201, 201, True)
    assert Photo.objects.count() == 1
    assert phone.send_photo("impact", scene_jpeg(2), key=key).json()["code"] == "key.reused"
    IdempotentReply.objects.filter(key=key).update(status=None, body="")
    assert phone.send_photo("impact", data, key=key).json()["code"] == "key.in_progress"
    with clock.moved_by(limits.LONG_CALL_LEASE + timedelta(seconds=1)):
        assert phone.send_photo("impact", data, key=key).status_code == 201
    assert Photo.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_calls_at_once_one_runs_and_both_get_its_answer(place):
    key, gate = new_key(), threading.Barrier(4)
    answers = []

    def call():
        gate.wait()
        try:
            answers.append(Caller().post("/cases", REPORT, key=key))
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert (Case.objects.count(), IdempotentReply.objects.count()) == (1, 1)
    assert Phone(answers[0].json()["token"]).read("/case")["stage"] == "reported"
