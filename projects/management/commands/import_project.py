"""`manage.py import_project FILE --team TEAM`: a project out of an archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from narrator.teams.models import Team
from projects.actions import unarchiving
from projects.archive.manifest import BadArchive
from projects.archive.reading import Reader
from projects.management.commands.read_manuscript import Refused


class Command(BaseCommand):
    help = "Make a project of a team of an archive that export_project, or a project's page, has written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the archive")
        parser.add_argument("--team", required=True, help="the name of the team, or its number")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Reader(options["file"]) as reader:
                project = unarchiving.take_in(reader, team=_team(options["team"]), by=None)
        except (BadArchive, OSError) as error:
            raise Refused(str(error), returncode=2) from error
        self.stdout.write(f"{project.title} is project {project.pk} of {project.team}.")


def _team(said: str) -> Team:
    found = list(Team.objects.filter(pk=int(said)) if said.isdecimal() else Team.objects.filter(name=said))
    if len(found) != 1:
        there = ", ".join(f"{team.pk} {team.name}" for team in Team.objects.order_by("pk")[:20])
        raise Refused(
            f"There is no one team of this name or number. There are: {there or 'none'}.", returncode=2
        )
    return found[0]
