"""The app of the room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """机构与人员"""

    name = "kuaichu.accounts"
    verbose_name = "机构与人员"
