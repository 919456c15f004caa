"""The app of the room."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """案件"""

    name = "kuaichu.cases"
    verbose_name = "案件"
