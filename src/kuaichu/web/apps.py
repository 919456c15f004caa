"""The app of the room."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """界面"""

    name = "kuaichu.web"
    verbose_name = "界面"

    def ready(self) -> None:
        """Connect events with actions once everything is loaded."""
        from kuaichu import wiring

        wiring.connect()
