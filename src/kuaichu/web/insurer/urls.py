"""Addresses of the insurer's desk, below /insurer/."""

from django.urls import path

from kuaichu.web.insurer import decisions, views

urlpatterns = [
    path("", views.desk),
    path("pulse/", views.pulse),
    path("search/", views.search),
    path("claims/<uuid:claim_id>/", views.claim),
    path("claims/<uuid:claim_id>/assess/<str:letter>/", decisions.assess),
    path("claims/<uuid:claim_id>/approve/", decisions.approve),
    path("claims/<uuid:claim_id>/settle/", decisions.settle),
    path("claims/<uuid:claim_id>/payments/<uuid:payment_id>/", decisions.pay),
    path("claims/<uuid:claim_id>/refuse/", decisions.refuse),
    path("claims/<uuid:claim_id>/send-again/", decisions.send_again),
    path("claims/<uuid:claim_id>/recheck/", decisions.recheck),
    path("claims/<uuid:claim_id>/photos/<uuid:photo_id>/<int:edge>/", views.photo),
    path("claims/<uuid:claim_id>/files/<uuid:file_id>/", views.document),
]
