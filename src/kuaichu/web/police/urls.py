"""Addresses of the police desk, below /police/."""

from django.urls import path

from kuaichu.web.photos import police_routes
from kuaichu.web.police import decisions, views

urlpatterns = [
    path("", views.desk),
    path("pulse/", views.pulse),
    path("search/", views.search),
    path("cases/<uuid:case_id>/", views.case),
    path("cases/<uuid:case_id>/photos/pass/", decisions.photos_pass),
    path("cases/<uuid:case_id>/photos/retake/", decisions.photos_retake),
    path("cases/<uuid:case_id>/determination/", decisions.determination),
    path("cases/<uuid:case_id>/impacts/", decisions.impacts),
    path("cases/<uuid:case_id>/refusal/", decisions.refusal),
    path("cases/<uuid:case_id>/attend/", decisions.attend),
    path("cases/<uuid:case_id>/resume/", decisions.resume),
    path("cases/<uuid:case_id>/transfer/", decisions.transfer),
    path("cases/<uuid:case_id>/settle/", decisions.settle),
    path("cases/<uuid:case_id>/review/", decisions.review),
    path("cases/<uuid:case_id>/retry/", decisions.retry),
    *police_routes,
    path("files/<uuid:file_id>/", views.document),
]
