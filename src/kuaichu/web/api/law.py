"""The law's four questions for anybody: the same JSON, in and out, as `./kuaichu law ...`.

Nothing is stored and nobody is named, so there is no token and no Idempotency-Key; an address may ask so often and no
more. A list asks several at once and gets a list: what can't be read gets its error in its place.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from kuaichu.accounts import throttle
from kuaichu.law import interface
from kuaichu.web.api import schemas_law as asks
from kuaichu.web.api import schemas_law_answers as gives
from kuaichu.web.api.limits import LAW_BYTES_PER_TURN, LAW_MOST_AT_ONCE, LAW_PER_ADDRESS
from kuaichu.web.api.problems import Problem
from kuaichu.web.driver.visit import address_of

router = Router(tags=["law"])
Ask = Callable[[Any], dict[str, Any]]
_REFERENCE = "#/components/schemas/{model}"
_MODELS: list[type[BaseModel]] = [gives.LawProblem]


def add_schemas(schemas: dict[str, Any]) -> None:
    """The shapes of questions and answers, which the framework does not see because the law reads and writes them."""
    for model in _MODELS:
        found = model.model_json_schema(ref_template=_REFERENCE)
        schemas |= found.pop("$defs", {})
        schemas[model.__name__] = found


def _declare(
    name: str, *, asked: type[BaseModel], given: type[BaseModel], ask: Ask, summary: str, description: str
) -> None:
    """One question: POST /law/<name>."""
    _MODELS.extend((asked, given))

    def view(request: HttpRequest) -> HttpResponse:
        for _ in range(1 + len(request.body) // LAW_BYTES_PER_TURN):  # long questions cost what short ones do together
            throttle.take("law", address_of(request), LAW_PER_ADDRESS)
        return _answer(ask, request.body)

    one, problem = _shape(asked), _shape(gives.LawProblem)
    many = {"type": "array", "items": one, "maxItems": LAW_MOST_AT_ONCE}
    answers = {"type": "array", "items": {"anyOf": [_shape(given), problem]}}
    router.post(
        f"/{name}",
        response={200: None, 413: Problem, 422: None, 429: Problem},
        summary=summary,
        description=description,
        operation_id=f"law_{name}",
        openapi_extra={
            "requestBody": {"required": True} | _content({"anyOf": [one, many]}),
            "responses": {200: _content({"anyOf": [_shape(given), answers]}), 422: _content(problem)},
        },
    )(view)


def _shape(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _answer(ask: Ask, raw: bytes) -> HttpResponse:
    try:
        asked = interface.parse(raw)
        if type(asked) is not list:
            return _written(ask(asked))
        if len(asked) > LAW_MOST_AT_ONCE:
            message = f"一次最多 {LAW_MOST_AT_ONCE} 个 / at most {LAW_MOST_AT_ONCE} at once"
            raise interface.InputError("too_many", "", message)
    except interface.InputError as error:
        return _written(error.as_json(), status=422)
    return _written([_one(ask, item) for item in asked])


def _one(ask: Ask, asked: Any) -> dict[str, Any]:
    try:
        return ask(asked)
    except interface.InputError as error:
        return error.as_json()


def _written(answer: Any, *, status: int = 200) -> HttpResponse:
    return HttpResponse(interface.encode(answer), status=status, content_type="application/json; charset=utf-8")


_declare(
    "decide",
    asked=asks.LawAccident,
    given=gives.LawDecision,
    ask=interface.decide,
    summary="事实 → 责任 · facts → liability",
    description="Who is liable, with every step, article and what would change it; or why an officer decides.",
)
_declare(
    "settle",
    asked=asks.LawLosses,
    given=gives.LawSettlement,
    ask=interface.settle,
    summary="损失 → 谁赔谁多少 · losses → who pays whom what",
    description="Every fen of every loss in exactly one line, each with payer, cover and articles.",
)
_declare(
    "screen",
    asked=asks.LawScene,
    given=gives.LawScreening,
    ask=interface.screen,
    summary="现场 → 能不能快处 · scene → fast track",
    description="Whether to clear the scene, whom to call, which procedure, and whether this place takes it online.",
)
_declare(
    "due",
    asked=asks.LawClock,
    given=gives.LawDue,
    ask=interface.due,
    summary="期限 → 最后一天 · clock → deadline",
    description="Last day and first moment too late, in working or calendar days; pauses, article and consequence.",
)
