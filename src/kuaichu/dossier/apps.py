"""The app of the room."""

from django.apps import AppConfig


class DossierConfig(AppConfig):
    """案卷"""

    name = "kuaichu.dossier"
    verbose_name = "案卷"
