"""Only the addresses of photos and uploads."""

from django.urls import include, path

from kuaichu.web import photos
from kuaichu.web.driver import uploads

urlpatterns = [*uploads.routes, *photos.driver_routes, path("police/", include(photos.police_routes))]
