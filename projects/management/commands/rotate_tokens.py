"""``manage.py rotate_tokens``: seal the teams' tokens with the first of the token keys."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.actions import connecting


class Command(BaseCommand):
    help = (
        "Seal the teams' tokens with the first of NARRATOR_TOKEN_KEYS. Put a new key first, restart every process, "
        "run this, and drop the old key. It may run beside the studio, and twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        rotated = connecting.rotate()
        are = "endpoint is" if rotated.done == 1 else "endpoints are"
        self.stdout.write(f"{rotated.done} {are} sealed with the first key.")
        if rotated.lost:
            teams = ", ".join(str(row.team) for row in rotated.lost)
            raise CommandError(
                f"No key opens the token of: {teams}. Give back the key it was sealed with, or let an admin of the "
                "team enter the token again.",
                returncode=1,
            )
