"""The database or the disk is away for a moment: "please wait" (503), which clients try again, instead of a bug (500).

Nothing is lost by it: what was not committed did not happen, and what was is told again to the same Idempotency-Key.
"""

import errno
import logging
import sqlite3
import sys
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import server_error

from kuaichu.web.api.problems import plain

RETRY_AFTER_S = 5
# https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, resources, operator (shutdown, crash),
# system error, a server that is only read from, deadlocks and locks that were not to be had.
_SQLSTATES = ("08", "53", "57P", "58", "25006", "40001", "40P01", "55P03")
# https://www.sqlite.org/rescode.html, primary codes.
_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
_PRIMARY = 0xFF
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_log = logging.getLogger("kuaichu.web")


def is_passing(error: BaseException | None) -> bool:
    """Whether the same request may succeed in a while, because what failed is not ours."""
    return any(_is_away(one) for one in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _is_away(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _DISK
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return code is not None and code & _PRIMARY in _SQLITE
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    if isinstance(error.__cause__, sqlite3.Error):
        return False  # told by the cause itself
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(_SQLSTATES)  # without a state nobody answered


def page(request: HttpRequest) -> HttpResponse:
    """For a browser: asks again by itself where that repeats nothing, else leads back to the form."""
    is_read = request.method in ("GET", "HEAD")
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    back = "" if is_read else came_from if is_ours else "/start/"
    answer = render(request, "503.html", {"back": back, "is_read": is_read}, status=503)
    if is_read:
        answer["Refresh"] = str(RETRY_AFTER_S)
    answer["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def problem(request: HttpRequest) -> HttpResponse:
    """For a program."""
    answer = plain(request, code="server.away", message="服务器暂时连不上，请稍后再试", status=503)
    answer["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def answer_to(request: HttpRequest, error: BaseException) -> HttpResponse:
    """The 503 in the asker's form. The log names the kind only: the text may hold data."""
    _log.warning("%s: asked to wait", type(error).__name__)
    return problem(request) if request.path.startswith("/api/") else page(request)


def failed(request: HttpRequest) -> HttpResponse:
    """`handler500`: what failed outside of every view (sessions, the form's token) may pass too. Django calls this as
    it handles the exception."""
    error = sys.exc_info()[1]
    return answer_to(request, error) if error is not None and is_passing(error) else server_error(request)
