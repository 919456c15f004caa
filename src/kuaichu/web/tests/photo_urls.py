"""Only the addresses of photos and uploads, and an empty page that holds a form's token."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import include, path

from kuaichu.web import photos
from kuaichu.web.audience import audience
from kuaichu.web.driver import uploads


@audience("driver")
def empty(request: HttpRequest, token: str) -> HttpResponse:
    """Something for a browser to stand on."""
    return HttpResponse(f'<!doctype html><title>x</title><input name="token" value="{get_token(request)}">')


urlpatterns = [
    *uploads.routes,
    *photos.driver_routes,
    path("police/", include(photos.police_routes)),
    path("c/<str:token>/empty/", empty),
]
