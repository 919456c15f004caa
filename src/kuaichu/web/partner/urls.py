"""Addresses for partners' systems, below /api/v1/partner/."""

from django.urls import path

from kuaichu.web.partner import views

urlpatterns = [
    path("payments/<uuid:payment_id>", views.payment_news, name="partner_payment"),
    path("claims/<uuid:claim_id>/report-number", views.report_number, name="partner_report_number"),
]
