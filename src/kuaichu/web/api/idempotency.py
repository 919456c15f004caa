"""A call that is sent twice happens once: the answer is kept under the caller's key in the call's own transaction.

Of two calls at once the second waits for the first and gets its answer. Long calls (photos are opened and copied before
any lock is taken) hold the key with a lease instead, and the second is told so.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from kuaichu import clock, rows
from kuaichu.errors import Refused
from kuaichu.web.api.callers import Caller, caller_of
from kuaichu.web.api.limits import (
    KEEP_REPLIES_FOR,
    KEY_HEADER,
    KEY_LONGEST,
    KEY_SHORTEST,
    KEY_SHORTEST_UNNAMED,
    LONG_CALL_LEASE,
)
from kuaichu.web.api.problems import Malformed, as_json, response_to
from kuaichu.web.models import IdempotentReply

REPLAY_HEADER = "Idempotent-Replay"
_PASSING = frozenset({429, 503})  # the same call may succeed in a while
_PASSING_CODES = frozenset({"case.changed"})

Operation = Callable[..., BaseModel]


def once(operation: Operation, *, status: int = 200, is_long: bool = False) -> Callable[..., HttpResponse]:
    """`operation` under the request's key. Refusals are answers too, and kept, unless they pass by themselves."""

    @wraps(operation)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        def run() -> HttpResponse:
            try:
                return as_json(operation(request, *args, **kwargs), status=status)
            except Refused as refusal:
                response = response_to(refusal)
                response.is_passing = response.status_code in _PASSING or refusal.code in _PASSING_CODES  # type: ignore[attr-defined]
                return response

        try:
            caller = caller_of(request)
            mark = (caller.name, _key(request, caller), _digest(request))
            return _run_long(mark, run) if is_long else _run(mark, run)
        except Refused as refusal:
            return response_to(refusal)

    return guarded


def forget_old_replies() -> int:
    """Delete answers that are kept no longer (the worker calls this). Returns how many."""
    return IdempotentReply.objects.filter(begun_at__lte=clock.now() - KEEP_REPLIES_FOR).delete()[0]


Mark = tuple[str, str, str]  # caller, key, digest of the request


def _run(mark: Mark, run: Callable[[], HttpResponse]) -> HttpResponse:
    # A refusal does not leave this block as an exception: a wrong code must stay counted.
    with transaction.atomic():
        row, is_new = _claim(mark)
        if not is_new:
            return _replay(row)
        response = run()
        _keep(row, response)
    return response


def _run_long(mark: Mark, run: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        row, is_new = _claim(mark)
    if not is_new:
        return _replay(row)
    try:
        response = run()
    except BaseException:
        row.delete()
        raise
    _keep(row, response)
    return response


def _claim(mark: Mark) -> tuple[IdempotentReply, bool]:
    """The row of this key and whether it is ours to answer. Raises Refused("key.reused")."""
    caller, key, digest = mark
    now = clock.now()
    values = {"request_digest": digest, "begun_at": now, "status": None, "body": ""}
    try:
        with transaction.atomic():
            return rows.insert(IdempotentReply(caller=caller, key=key, **values)), True
    except IntegrityError:
        row = IdempotentReply.objects.select_for_update().filter(caller=caller, key=key).first()
    if row is None:  # the other call has just given the key back
        raise _in_progress()
    is_old = row.begun_at <= now - KEEP_REPLIES_FOR
    if row.request_digest != digest and not is_old:
        raise Refused("key.reused", "这个 Idempotency-Key 已用于另一次请求，请换一个")
    if is_old or (row.status is None and row.begun_at <= now - LONG_CALL_LEASE):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        return row, True
    return row, False


def _replay(row: IdempotentReply) -> HttpResponse:
    if row.status is None:
        raise _in_progress()
    response = HttpResponse(row.body, status=row.status, content_type="application/json; charset=utf-8")
    response[REPLAY_HEADER] = "true"
    return response


def _in_progress() -> Refused:
    return Refused("key.in_progress", "同一个请求正在处理，请稍后再查")


def _keep(row: IdempotentReply, response: HttpResponse) -> None:
    if getattr(response, "is_passing", False):
        row.delete()
        return
    row.status, row.body = response.status_code, response.content.decode()
    rows.update(IdempotentReply, {"status": row.status, "body": row.body}, pk=row.pk)


def _key(request: HttpRequest, caller: Caller) -> str:
    key = request.headers.get(KEY_HEADER, "")
    if not key:
        raise Malformed("key.missing", "请带上 Idempotency-Key")
    shortest = KEY_SHORTEST if caller.is_named else KEY_SHORTEST_UNNAMED
    if not (shortest <= len(key) <= KEY_LONGEST and key.isascii() and key.isprintable()):
        raise Malformed("key.bad", "Idempotency-Key 要 %(least)s 到 %(most)s 个字符", least=shortest, most=KEY_LONGEST)
    return key


def _digest(request: HttpRequest) -> str:
    """SHA-256 (hex) of what was asked: method, path and body; of a form its fields and files."""
    running = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        running.update(request.body)
        return running.hexdigest()
    for name, values in sorted(request.POST.lists()):
        running.update(repr((name, values)).encode())
    for name in sorted(request.FILES):
        file = request.FILES.get(name)
        assert isinstance(file, UploadedFile)
        inner = hashlib.sha256()
        for chunk in file.chunks():
            inner.update(chunk)
        file.seek(0)
        running.update(f"{name}\n{inner.hexdigest()}\n".encode())
    return running.hexdigest()
