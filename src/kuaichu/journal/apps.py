"""The app of the room."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """流水"""

    name = "kuaichu.journal"
    verbose_name = "流水"
