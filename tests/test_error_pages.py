"""Whatever goes wrong, the page speaks the reader's language, loses nothing and shows a way on."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import Resolver404, include, path, resolve
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kuaichu.web.audience import audience


@audience("public")
def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError


urlpatterns = [path("broken/", broken), path("", include("kuaichu.urls"))]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
FORMS = ("/start/report/", "/demo/enter/officer/", "/c/x/photos/submit/")
LEAKS = ("Traceback", "Django", "Forbidden", "Not Found")
OWN_WORDS = ("j/<str:invitation>/", "verify/<str:code>/")
ROOTS = (
    "",
    "c/",
    "j/",
    "c/x/",
    "law/",
    "verify/",
    "police/",
    "police/cases/",
    "insurer/",
    "staff/",
    "demo/",
    "admin/x/",
)


def friendly(answer: HttpResponse, status: int) -> None:
    text = answer.content.decode()
    assert answer.status_code == status
    assert '<html lang="zh-CN">' in text
    assert 'href="tel:122"' in text
    assert 'class="button main"' in text
    assert not any(word in text for word in LEAKS)


def guest(**more: bool) -> Client:
    return Client(raise_request_exception=False, **more)


def test_a_bug():
    friendly(guest().get("/broken/"), 500)


@pytest.mark.parametrize("address", ["/start/report/"])
def test_the_address_of_a_form_opened_again_later(address):
    answer = guest().get(address)
    friendly(answer, 405)
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_method_that_no_page_has(method):
    friendly(getattr(guest(), method)("/start/"), 405)


def test_a_form_that_lay_open_too_long(unit):
    friendly(guest(enforce_csrf_checks=True).post("/start/report/"), 403)


def test_a_program_gets_no_page():
    answer = guest().put("/api/v1/reference")
    assert (answer.status_code, b"<html" in answer.content) == (405, False)


def has_own_words(path: str) -> bool:
    """Whether a page takes any text there, and says itself what is wrong with it."""
    try:
        return resolve(path).route in OWN_WORDS
    except Resolver404:
        return False


@example(root="verify/", rest="/")
@example(root="j/", rest="/")
@example(root="c/", rest="/")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(root=st.sampled_from(ROOTS), rest=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30))
def test_addresses_that_nobody_gave_out(root, rest):
    answer = guest().get(f"/{root}no-such-{rest.replace(chr(0), '')}")
    if answer.status_code in (301, 302):  # to sign in, or to the same address with a slash
        return
    if has_own_words(answer.request["PATH_INFO"]):
        assert answer.status_code in (200, 404)
        assert not any(word in answer.content.decode() for word in LEAKS)
    else:
        friendly(answer, 404)
