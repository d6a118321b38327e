from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "narrator.accounts"
    label = "accounts"

    def ready(self) -> None:
        import_module("narrator.accounts.watching")
