"""Security headers, the chosen language, and expected refusals as pages."""

import logging
import traceback
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from kuaichu.errors import NotFound, Refused
from kuaichu.web import unavailable

Next = Callable[[HttpRequest], HttpResponse]

_log = logging.getLogger("kuaichu.web")
LANGUAGE_COOKIE = "kc_lang"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "frame-src 'self'; object-src 'none'; manifest-src 'self'; worker-src 'self'"
)


def security_headers(get_response: Next) -> Next:
    """No inline script, no framing, no foreign origin."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if "Cache-Control" not in response.headers and not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
        return response

    return middleware


def chosen_language(get_response: Next) -> Next:
    """Chinese unless the person chose English (cookie, or `?lang=en` on any page, which is then remembered)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        known = dict(settings.LANGUAGES)
        asked = request.GET.get("lang", "")
        language = asked if asked in known else request.COOKIES.get(LANGUAGE_COOKIE, "")
        language = language if language in known else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = get_response(request)
        if asked in known:
            response.set_cookie(LANGUAGE_COOKIE, asked, max_age=365 * 24 * 3600, samesite="Lax", httponly=True)
        return response

    return middleware


def refusals(get_response: Next) -> Next:
    """Turn a Refused that no view handled into a page that says what to do (409), NotFound into a 404, and the empty
    answer to the wrong method (the address of a form, opened again later) into a page with a way on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or response.content or request.path.startswith("/api/"):
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if unavailable.is_passing(error):
            return unavailable.answer_to(request, error)
        if not isinstance(error, Refused):
            _log_bug(request, error)
            return None
        if request.path.startswith("/api/"):
            return None
        status = 404 if isinstance(error, NotFound) else 429 if error.code == "rate.exceeded" else 409
        return render(request, "refused.html", {"refusal": error}, status=status)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def _log_bug(request: HttpRequest, error: Exception) -> None:
    """Django's own report of an error is switched off, because it names the address with a party's token, and the
    error's text may hold personal data. So: the route, the kind of error and where in the code, nothing else."""
    if isinstance(error, Http404 | PermissionDenied | SuspiciousOperation):
        return
    route = request.resolver_match.route if request.resolver_match else "?"
    places = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s in %s %s\n%s", type(error).__name__, request.method, route, places)
