"""Every route says for whom it is: `view.audience`, set by the decorator in kuaichu.web.audience."""

from collections.abc import Iterator
from importlib.util import find_spec
from types import SimpleNamespace
from typing import get_args

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, path

from kuaichu.web.audience import Audience

AUDIENCES = set(get_args(Audience))
# Views of libraries can't carry our mark; whom they serve is said here.
LIBRARIES = {"django.contrib.admin": "admin", "django.views": "public", "allauth": "staff", "ninja": "public"}


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        where = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, where)
        else:
            yield where, pattern.callback


def audience(view: object) -> str:
    """The view's own mark, that of its class, or what its library serves."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "__wrapped__", None)):
        if mark := getattr(holder, "audience", ""):
            return str(mark)
    module = getattr(view, "__module__", "")
    return next((mark for library, mark in LIBRARIES.items() if f"{module}.".startswith(f"{library}.")), "")


def undeclared(patterns: list[URLPattern | URLResolver]) -> list[str]:
    return [where for where, view in routes(patterns) if audience(view) not in AUDIENCES]


@pytest.mark.skipif(find_spec("kuaichu.urls") is None, reason="no routes yet")
def test_every_route_declares_its_audience():
    patterns = get_resolver().url_patterns
    assert list(routes(patterns)) != []
    assert undeclared(patterns) == []


def test_a_route_without_audience_is_found():
    def silent(request): ...
    def wrong(request): ...
    def right(request): ...

    wrong.audience, right.audience = "everybody", "driver"  # type: ignore[attr-defined]
    inner = SimpleNamespace(urlpatterns=[path("x/", silent)])
    patterns = [path("a/", right), path("b/", wrong), URLResolver(path("c/", right).pattern, inner)]
    assert undeclared(patterns) == ["b/", "c/x/"]
