"""The app of the room."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """警情"""

    name = "kuaichu.calls"
    verbose_name = "警情"
