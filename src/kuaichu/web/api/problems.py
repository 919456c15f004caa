"""One shape for everything that is refused: `{"code", "message", "fields"?}` in the language of the caller."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja.errors import ValidationError
from pydantic import BaseModel

from kuaichu.errors import FieldErrors, NotFound, Refused
from kuaichu.law.identifiers import IdentifierError
from kuaichu.web.templatetags.kuaichu import refusal_text


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    code: str
    message: str


class Problem(BaseModel):
    """`code` is stable, for programs; `message` is for people. `fields` maps a field to what is wrong with it."""

    code: str
    message: str
    fields: dict[str, FieldProblem] | None = None


class Unknown(Refused):
    """The caller does not say who it is, or not believably (401)."""


class Forbidden(Refused):
    """The caller is known and has to prove more first (403)."""


class Malformed(Refused):
    """The request can't be read as it stands (422)."""


class TooLarge(Refused):
    """More bytes than this address takes (413)."""


_STATUS: tuple[tuple[type[Refused], HTTPStatus], ...] = (
    (Unknown, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (FieldErrors, HTTPStatus.UNPROCESSABLE_ENTITY),
    (IdentifierError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Malformed, HTTPStatus.UNPROCESSABLE_ENTITY),
)
# Refusals of what was typed or sent, by the noun of their code; any other refusal is about the state of the case.
_INPUT_NOUNS = frozenset({"signature", "photo", "assessment", "insurer", "situation", "part", "statement", "place"})
_INPUT_CODES = frozenset(
    {
        "screening.unknown_question",
        "screening.unknown_answer",
        "party.unknown_kind",
        "party.unknown_mode",
        "choice.unknown",
        "join.unknown",
        "code.wrong",
        "review.no_reason",
        "refusal.no_reason",
        "money.too_large",
    }
)
_STATE_CODES = frozenset({"photo.passed", "photo.same_again", "photo.same", "signature.exists", "place.no_unit"})

_MESSAGES = {
    "missing": _("请填写这一项"),
    "extra_forbidden": _("没有这一项"),
    "string_too_long": _("太长了"),
    "too_long": _("太多了"),
    "string_too_short": _("请填写这一项"),
    "string_pattern_mismatch": _("格式不对"),
    "literal_error": _("请从列表中选择"),
    "timezone_aware": _("时间要带时区，例如 2026-11-22T08:30:00+08:00"),
}


def status_of(refusal: Refused) -> HTTPStatus:
    """401, 403, 404, 413, 422 (what was sent), 429 (too often), 503 (no space), else 409 (how the case stands)."""
    for kind, status in _STATUS:
        if isinstance(refusal, kind):
            return status
    if refusal.code == "rate.exceeded":
        return HTTPStatus.TOO_MANY_REQUESTS
    if refusal.code == "storage.full":
        return HTTPStatus.SERVICE_UNAVAILABLE
    noun = refusal.code.partition(".")[0]
    is_input = refusal.code in _INPUT_CODES or (noun in _INPUT_NOUNS and refusal.code not in _STATE_CODES)
    return HTTPStatus.UNPROCESSABLE_ENTITY if is_input else HTTPStatus.CONFLICT


def response_to(refusal: Refused) -> HttpResponse:
    """The refusal as the API's JSON."""
    fields = None
    if isinstance(refusal, FieldErrors):
        fields = {
            name: FieldProblem(code=fault.code, message=refusal_text(fault)) for name, fault in refusal.fields.items()
        }
    problem = Problem(code=refusal.code, message=refusal_text(refusal), fields=fields)
    return as_json(problem, status=status_of(refusal))


def response_to_invalid(error: ValidationError) -> HttpResponse:
    """A body, query or path that does not fit its schema. What was sent is never repeated."""
    fields = {_field(item["loc"]): _field_problem(item) for item in error.errors}
    message = gettext("请求的内容不对，请看 fields 里的说明")
    return as_json(Problem(code="request.invalid", message=message, fields=fields), status=422)


def _field(location: tuple[Any, ...]) -> str:
    """`("body", "payload", "lines", 0, "work")` -> `lines.0.work`: without where it stood and our own names."""
    parts = [str(part) for part in location]
    if len(parts) > 2 and parts[0] in ("body", "form"):
        parts = parts[2:]
    elif len(parts) > 1:
        parts = parts[1:]
    return ".".join(parts)[:120]


def _field_problem(item: dict[str, Any]) -> FieldProblem:
    kind = str(item.get("type", "invalid"))
    return FieldProblem(code=kind, message=str(_MESSAGES.get(kind, _("格式不对"))))


def as_json(body: BaseModel, *, status: int = 200) -> HttpResponse:
    """A model as the response."""
    text = body.model_dump_json(exclude_none=isinstance(body, Problem))
    return HttpResponse(text, status=int(status), content_type="application/json; charset=utf-8")


def plain(request: HttpRequest, *, code: str, message: str, status: int) -> HttpResponse:
    """A problem without an exception of ours behind it."""
    return as_json(Problem(code=code, message=gettext(message)), status=status)
