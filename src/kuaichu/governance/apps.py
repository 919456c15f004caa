"""The app of the room."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """治理"""

    name = "kuaichu.governance"
    verbose_name = "治理"
