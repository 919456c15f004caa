"""The app of the room."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """理赔"""

    name = "kuaichu.claims"
    verbose_name = "理赔"
