"""``manage.py rotate_tokens``: seal the teams' tokens, and people's second steps, with the first of the token keys."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from narrator.accounts import second_step
from projects.actions import connecting


class Command(BaseCommand):
    help = (
        "Seal the teams' tokens and people's second steps with the first of NARRATOR_TOKEN_KEYS. Put a new key first, "
        "restart every process, run this, and drop the old key. It may run beside the studio, and twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        rotated, (steps, lost_steps) = connecting.rotate(), second_step.rotate()
        are = "endpoint is" if rotated.done == 1 else "endpoints are"
        self.stdout.write(f"{rotated.done} {are} sealed with the first key.")
        if steps:
            self.stdout.write(
                f"{steps} second step{'s are' if steps > 1 else ' is'} sealed with the first key."
            )
        lost = []
        if rotated.lost:
            teams = ", ".join(str(row.team) for row in rotated.lost)
            lost.append(
                f"No key opens the token of: {teams}. Give back the key it was sealed with, or let an admin of the "
                "team enter the token again."
            )
        if lost_steps:
            people = ", ".join(sorted({row.user.email for row in lost_steps}))
            lost.append(
                f"No key opens the second step of: {people}. Give back the key it was sealed with, or remove the step "
                "in the administration, under Authenticators."
            )
        if lost:
            raise CommandError(" ".join(lost), returncode=1)
