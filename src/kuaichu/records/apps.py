"""The app of the room."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """登记"""

    name = "kuaichu.records"
    verbose_name = "登记"
