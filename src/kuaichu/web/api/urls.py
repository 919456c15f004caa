"""`/api/v1/`: the operations, the audiences, the version."""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from kuaichu.errors import Refused
from kuaichu.web import unavailable
from kuaichu.web.api import calls, evidence, insurer_deciding, insurer_reading, law, liability, people, public, scene
from kuaichu.web.api.callers import InsurerSignature, PartyToken
from kuaichu.web.api.calls import AgencySignature
from kuaichu.web.api.limits import MAX_JSON_BYTES, MAX_UPLOAD_BYTES, VERSION, VERSION_HEADER
from kuaichu.web.api.problems import TooLarge, plain, response_to, response_to_invalid
from kuaichu.web.audience import Audience, audience

_log = logging.getLogger("kuaichu.api")


class _Renderer(JSONRenderer):
    """Chinese as it is, not as escapes."""

    json_dumps_params = {"ensure_ascii": False}


class _Api(NinjaAPI):
    """With the shapes that the law reads itself."""

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**more)
        law.add_schemas(schema.schemas)
        return schema


api = _Api(
    renderer=_Renderer(),
    title="Kuaichu 快处 API",
    version=VERSION,
    description="一起交通事故，从报案到赔款 · a road accident, from the report to the paid claim. See docs/API.md.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api-v1",
)
_ROUTERS: tuple[tuple[str, Router, Any], ...] = (
    ("", public.router, None),
    ("/law", law.router, None),
    ("", scene.router, PartyToken()),
    ("", people.router, PartyToken()),
    ("", evidence.router, PartyToken()),
    ("", liability.router, PartyToken()),
    ("/insurer", insurer_reading.router, InsurerSignature()),
    ("/insurer", insurer_deciding.router, InsurerSignature()),
    ("", calls.router, AgencySignature()),
)
for _prefix, _router, _auth in _ROUTERS:
    api.add_router(_prefix, _router, auth=_auth)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return response_to(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return response_to_invalid(error)


@api.exception_handler(AuthenticationError)
def _unnamed(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return plain(request, code="token.missing", message="请带上令牌或签名", status=401)


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return plain(request, code="request.unreadable", message="请求的内容读不出来，请用 JSON", status=error.status_code)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return plain(request, code="thing.unknown", message="没有找到", status=404)


@api.exception_handler(Exception)
def _crashed(request: HttpRequest, error: Exception) -> HttpResponse:
    if unavailable.is_passing(error):
        return unavailable.answer_to(request, error)
    _log.exception("an operation of the API failed")
    return plain(request, code="server.error", message="服务器出错了，请稍后再试", status=500)


_View = Callable[..., HttpResponseBase]


def _spoken(view: _View) -> _View:
    """Language, size limit and version of every operation."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(_language(request)):
            try:
                _require_size(request)
                response = view(request, *args, **kwargs)
            except TooLarge as refusal:
                response = response_to(refusal)
            if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                allowed = response.get("Allow", "")
                response = plain(request, code="method.not_allowed", message="这个地址不接受这种请求", status=405)
                response["Allow"] = allowed
        response[VERSION_HEADER] = VERSION
        response["Vary"] = "Accept-Language, Authorization"
        return response

    return answered


def _language(request: HttpRequest) -> str:
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if tag.startswith("en"):
            return "en"
        if tag.startswith("zh"):
            break
    return "zh-hans"


def _require_size(request: HttpRequest) -> None:
    size = request.META.get("CONTENT_LENGTH") or "0"
    most = MAX_UPLOAD_BYTES if request.content_type == "multipart/form-data" else MAX_JSON_BYTES
    if not str(size).isdigit() or int(size) > most:
        raise TooLarge("request.too_large", "请求太大了")


def _audience_of(route: str) -> Audience:
    if route.startswith("insurer/") or route == "calls":
        return "partner"
    return "driver" if route == "case" or route.startswith("case/") else "public"


def _published() -> list[URLPattern]:
    patterns = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern)]
    for pattern in patterns:
        pattern.callback = audience(_audience_of(str(pattern.pattern)))(_spoken(pattern.callback))  # type: ignore[arg-type]
    return patterns


urlpatterns = [path("", (_published(), "ninja", "api-v1"))]
