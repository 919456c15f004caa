"""How operations are declared: one line each, with its schema, its summary and its errors."""

from collections.abc import Callable
from typing import Any

from ninja import Router
from pydantic import BaseModel

from kuaichu.web.api.idempotency import once
from kuaichu.web.api.limits import KEY_HEADER, KEY_LONGEST, KEY_SHORTEST
from kuaichu.web.api.problems import Problem

_ERRORS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 413: Problem, 422: Problem, 429: Problem}
_KEY_PARAMETER = {
    "in": "header",
    "name": KEY_HEADER,
    "required": True,
    "schema": {"type": "string", "minLength": KEY_SHORTEST, "maxLength": KEY_LONGEST},
    "description": "同一个值只执行一次 · one effect per value; without a token at least 22 random characters",
}

View = Callable[..., Any]


def reads(
    router: Router, path: str, *, gives: type[BaseModel] | None, summary: str, **more: Any
) -> Callable[[View], View]:
    """A GET. `gives` None: the answer is a file."""

    def declare(view: View) -> View:
        answers = {200: gives, **_ERRORS} if gives else _ERRORS
        return router.get(path, response=answers, summary=summary, operation_id=view.__name__, **more)(view)

    return declare


def changes(
    router: Router,
    path: str,
    *,
    gives: type[BaseModel],
    summary: str,
    status: int = 200,
    is_long: bool = False,
    **more: Any,
) -> Callable[[View], View]:
    """A POST, made at most once per Idempotency-Key."""

    def declare(view: View) -> View:
        router.post(
            path,
            response={status: gives, **_ERRORS},
            summary=summary,
            operation_id=view.__name__,
            openapi_extra={"parameters": [_KEY_PARAMETER]},
            **more,
        )(once(view, status=status, is_long=is_long))
        return view

    return declare
