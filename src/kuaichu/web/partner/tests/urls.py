"""Only the partners' addresses, for these tests."""

from django.urls import include, path

urlpatterns = [path("api/v1/partner/", include("kuaichu.web.partner.urls"))]
