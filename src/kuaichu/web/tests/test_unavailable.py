"""The database goes away and comes back: people and programs are asked to wait, and a bug stays a bug."""

import errno
import sqlite3

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from kuaichu.web.audience import audience
from kuaichu.web.unavailable import failed, is_passing

AWAY = OperationalError("server closed the connection")


@audience("public")
def broken(request: HttpRequest) -> HttpResponse:
    raise AWAY


urlpatterns = [path("broken/", broken), path("api/broken/", broken), path("", include("kuaichu.urls"))]
handler500 = failed
here = pytest.mark.urls(__name__)


def because(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


def of_sqlite(code: int) -> Exception:
    cause = sqlite3.OperationalError("?")
    cause.sqlite_errorcode = code
    return because(OperationalError("?"), cause)


def of_postgresql(state: str | None) -> Exception:
    cause = Exception("?")
    cause.sqlstate = state  # type: ignore[attr-defined]
    return because(OperationalError("?"), cause)


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (AWAY, True),
        (InterfaceError("connection already closed"), True),
        (of_postgresql(None), True),
        (of_postgresql("57P01"), True),
        (of_postgresql("53100"), True),
        (of_postgresql("42501"), False),
        (of_sqlite(sqlite3.SQLITE_FULL), True),
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), True),
        (of_sqlite(sqlite3.SQLITE_ERROR), False),  # no such table
        (OSError(errno.ENOSPC, "?"), True),
        (OSError(errno.ENOENT, "?"), False),
        (ProgrammingError("?"), False),
        (because(ValueError(), AWAY), True),
        (ValueError(), False),
    ],
)
def test_what_passes_by_itself(error, passes):
    assert is_passing(error) is passes


@here
def test_a_page_asks_people_to_wait_and_opens_again_by_itself():
    answer = Client(raise_request_exception=False).get("/broken/")
    assert (answer.status_code, answer["Refresh"], answer["Retry-After"]) == (503, "5", "5")
    assert "请稍候" in answer.content.decode()


@here
@pytest.mark.parametrize(
    ("came_from", "back"), [("http://testserver/c/x/", "http://testserver/c/x/"), ("https://evil.example/", "/start/")]
)
def test_a_form_leads_back_to_where_it_was_and_repeats_nothing(came_from, back):
    answer = Client(raise_request_exception=False).post("/broken/", headers={"referer": came_from})
    assert (answer.status_code, answer.has_header("Refresh")) == (503, False)
    assert f'class="button main" href="{back}"' in answer.content.decode()


@here
def test_a_program_is_told_when_to_come_back():
    answer = Client(raise_request_exception=False).get("/api/broken/")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "server.away", "5")


@pytest.mark.parametrize("address", ["/api/v1/reference", "/api/v1/case", "/police/", "/verify/", "/healthz"])
def test_without_its_database_every_door_asks_to_wait(address, monkeypatch):
    """Whoever asks the database first: the session, the token, the page."""

    def away(*_: object, **__: object) -> None:
        raise AWAY

    monkeypatch.setattr(connection, "ensure_connection", away)
    monkeypatch.setattr(connection, "cursor", away)
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    answer = client.get(address, headers={"authorization": "Bearer " + "x" * 43})
    assert answer.status_code in ({200, 503} if address in ("/api/v1/reference", "/verify/") else {503})
