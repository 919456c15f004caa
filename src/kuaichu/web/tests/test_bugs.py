"""An unexpected error leaves a trace in the log that helps to find it and tells nothing about anybody."""

import logging

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from kuaichu.web.audience import audience


@audience("public")
def broken(request: HttpRequest, token: str) -> HttpResponse:
    raise Http404 if token == "gone" else ValueError("138" + "00990001")


urlpatterns = [path("c/<str:token>/broken/", broken)]
pytestmark = pytest.mark.urls(__name__)


def test_a_bug_is_logged_by_route_without_token_or_data(client, caplog):
    client.raise_request_exception = False
    with caplog.at_level(logging.ERROR, logger="kuaichu.web"):
        assert client.get("/c/secret-token/broken/").status_code == 500
    assert "ValueError in GET c/<str:token>/broken/" in caplog.text
    assert "test_bugs.py" in caplog.text
    assert "secret-token" not in caplog.text
    assert "13800990001" not in caplog.text


def test_a_missing_page_is_no_bug(client, caplog):
    with caplog.at_level(logging.ERROR, logger="kuaichu.web"):
        assert client.get("/c/gone/broken/").status_code == 404
    assert caplog.text == ""
