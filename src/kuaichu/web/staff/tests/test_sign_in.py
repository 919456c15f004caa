"""Signing in: roles, lock-out, the second factor, and what the journal keeps of it."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from kuaichu import privacy
from kuaichu.errors import Refused
from kuaichu.journal.models import Event
from kuaichu.web.staff import signing_in

PASSWORD = "correct-horse-1"
SIGN_IN, CODE, SET_UP = "/staff/sign-in/", "/staff/second-factor/", "/staff/second-factor/set-up/"


def totp(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def sign_in(client, username, password=PASSWORD, **more):
    return client.post(SIGN_IN, {"username": username, "password": password, **more})


def names(person):
    return [(event.name, event.facts) for event in Event.objects.filter(stream=person.pk).order_by("seq")]


def set_up(client, person) -> tuple[str, list[str]]:
    """Sign in for the first time; returns the secret and the recovery codes."""
    assert sign_in(client, person.username)["Location"] == SET_UP
    page = client.get(SET_UP)
    secret = client.session["new_factor_secret"]
    assert secret in page.content.decode().replace(" ", "")
    shown = client.post(SET_UP, {"code": totp(secret)})
    assert shown.status_code == 200
    return secret, list(shown.context["codes"])


def test_without_second_factor_the_role_decides_where_to(client, settings, officer, reviewer, adjusters, admin_person):
    settings.SECOND_FACTOR_REQUIRED = False
    homes = {officer: "/police/", reviewer: "/police/", adjusters[0]: "/insurer/", admin_person: "/admin/"}
    for person, home in homes.items():
        assert sign_in(client, person.username)["Location"] == home
        assert client.get("/staff/")["Location"] == home
        client.post("/staff/sign-out/")
    assert names(officer) == [("person.signed_in", {"factor": "password"})]


def test_nobody_is_signed_in_between_password_and_code(client, officer):
    assert sign_in(client, "officer")["Location"] == SET_UP
    assert "_auth_user_id" not in client.session
    assert client.get("/police/")["Location"].startswith(SIGN_IN)


def test_second_factor_is_set_up_then_asked(client, officer):
    secret, codes = set_up(client, officer)
    assert client.get("/police/").status_code == 200
    assert len(codes) == 10
    row = Authenticator.objects.get(user=officer, type="totp")
    assert secret not in str(row.data)
    assert privacy.decrypt(row.data["secret"]) == secret
    client.post("/staff/sign-out/")
    assert sign_in(client, "officer")["Location"] == CODE
    assert client.get(SET_UP)["Location"] == CODE
    wrong = client.post(CODE, {"code": "000000" if totp(secret) != "000000" else "111111"})
    assert (wrong.status_code, "动态码不对" in wrong.content.decode()) == (422, True)
    assert client.post(CODE, {"code": totp(secret)}).status_code == 422  # the code of the set-up was used up
    assert client.post(CODE, {"code": totp(secret, 1)})["Location"] == "/police/"
    assert [name for name, _ in names(officer)] == [
        "person.signed_in",
        "person.refused",
        "person.refused",
        "person.signed_in",
    ]


def test_recovery_code_works_once(client, officer):
    _, codes = set_up(client, officer)
    for status in (302, 422):
        client.post("/staff/sign-out/")
        sign_in(client, "officer")
        assert client.post(CODE, {"code": codes[0]}).status_code == status


def test_second_factor_can_not_be_guessed(client, officer):
    set_up(client, officer)
    client.post("/staff/sign-out/")
    sign_in(client, "officer")
    statuses = [client.post(CODE, {"code": "12345"}).status_code for _ in range(6)]
    assert statuses == [422, 422, 422, 422, 422, 429]


def test_code_page_needs_the_password_first(client, officer):
    assert client.get(CODE)["Location"] == SIGN_IN
    assert client.post(SET_UP, {"code": "123456"})["Location"] == SIGN_IN


def test_wrong_passwords_lock_the_account(client, officer):
    answers = [sign_in(client, "officer", "wrong") for _ in range(6)]
    assert {answer.status_code for answer in answers[:4]} == {422}
    assert answers[-1].status_code == 429
    right = sign_in(client, "officer")
    assert (right.status_code, "已锁定" in right.content.decode()) == (429, True)
    assert names(officer)[0] == ("person.refused", {"reason": "password"})
    assert names(officer)[-1] == ("person.refused", {"reason": "locked"})


def test_unknown_name_gets_the_same_answer(client, officer):
    known, unknown = sign_in(client, "officer", "wrong"), sign_in(client, "nobody", "wrong")
    assert known.status_code == unknown.status_code == 422
    assert "用户名或密码不对" in unknown.content.decode()


def test_foreign_addresses_are_not_followed(client, settings, officer):
    settings.SECOND_FACTOR_REQUIRED = False
    assert sign_in(client, "officer", next="https://evil.example/")["Location"] == "/police/"
    client.post("/staff/sign-out/")
    assert sign_in(client, "officer", next="/police/?queue=field")["Location"] == "/police/?queue=field"


def test_password_is_changed_and_old_sessions_end(client, settings, officer):
    settings.SECOND_FACTOR_REQUIRED = False
    sign_in(client, "officer")
    new = "better-horse-22"
    short = client.post("/staff/password/", {"old_password": PASSWORD, "new_password1": "x", "new_password2": "x"})
    assert short.status_code == 422
    fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/staff/password/", fields)["Location"] == "/staff/account/"
    assert client.get("/staff/account/").status_code == 200
    client.post("/staff/sign-out/")
    assert sign_in(client, "officer").status_code == 422
    assert sign_in(client, "officer", new).status_code == 302
    assert "person.password_changed" in [name for name, _ in names(officer)]


def test_hashing_places_are_few(monkeypatch):
    monkeypatch.setattr(signing_in, "HASH_WAIT_SECONDS", 0.01)
    with (
        signing_in.hashing(),
        signing_in.hashing(),
        pytest.raises(Refused, match=r"sign_in\.busy"),
        signing_in.hashing(),
    ):
        pass


def test_one_click_entry_is_for_the_demonstration_only(client, settings, officer):
    assert client.post("/demo/enter/officer/").status_code == 404
    settings.DEMO = True
    assert client.get("/demo/enter/officer/").status_code == 405
    assert client.post("/demo/enter/nobody/").status_code == 404
    assert client.post("/demo/enter/officer/")["Location"] == "/police/"
    assert client.get("/police/").status_code == 200, "and stays signed in"
    assert names(officer) == [("person.signed_in", {"factor": "demo"})]
