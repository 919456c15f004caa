"""The app of the room."""

from django.apps import AppConfig


class LiabilityConfig(AppConfig):
    """定责"""

    name = "kuaichu.liability"
    verbose_name = "定责"
