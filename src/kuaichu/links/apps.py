"""The app of the room."""

from django.apps import AppConfig


class LinksConfig(AppConfig):
    """对接"""

    name = "kuaichu.links"
    verbose_name = "对接"
