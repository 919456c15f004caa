"""Addresses of those who answer task orders, below /orders/."""

from django.urls import path

from kuaichu.web.orders import views

urlpatterns = [
    path("", views.index),
    path("<str:number>/", views.page),
    path("<str:number>/sign-for/", views.sign_for),
    path("<str:number>/report/", views.report),
    path("<str:number>/photos/<int:step_id>/", views.photo),
]
