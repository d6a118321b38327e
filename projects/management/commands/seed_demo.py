"""``manage.py seed_demo``: the demo of a fresh installation."""

from typing import Any

from django.core.management.base import BaseCommand

from projects.actions import demo


class Command(BaseCommand):
    help = "Make the demo team, login and project where nobody has an account yet; print the login."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if demo.seed() is not None:
            self.stdout.write(f"{demo.EMAIL} / {demo.PASSWORD}")
