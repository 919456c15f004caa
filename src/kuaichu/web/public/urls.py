"""Addresses for everybody, and the demonstration's."""

from django.urls import path

from kuaichu.web.public import calculator, liability_page, privacy, verifying, views
from kuaichu.web.staff.views import enter

urlpatterns = [
    path("", views.start),
    path("healthz", views.healthz),
    path("privacy/", privacy.privacy),
    path("verify/", verifying.verify),
    path("verify/<str:code>/", verifying.document),
    path("law/liability/", liability_page.index),
    path("law/liability/<str:code>/", liability_page.scene_page),
    path("law/compensation/", calculator.compensation),
    path("demo/outbox/", views.outbox),
    path("demo/outbox.json", views.outbox_texts),
    path("demo/enter/<str:username>/", enter),
]
