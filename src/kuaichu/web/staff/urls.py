"""Addresses of the sign-in, below /staff/."""

from django.urls import path

from kuaichu.web.staff import views

urlpatterns = [
    path("", views.home),
    path("sign-in/", views.sign_in),
    path("second-factor/", views.enter_second_factor),
    path("second-factor/set-up/", views.set_up_second_factor),
    path("sign-out/", views.sign_out),
    path("account/", views.account),
    path("password/", views.password),
]
