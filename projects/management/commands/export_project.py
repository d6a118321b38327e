"""`manage.py export_project PROJECT FILE`: a whole project into one archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from projects.actions import archives, archiving
from projects.management.commands.read_manuscript import Refused
from projects.models import Project


class Command(BaseCommand):
    help = "Write a project, with everything in it, into one file that import_project takes in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", type=int, help="the number in the address of the project's page")
        parser.add_argument("file", type=Path, help="where to write it; what is there is kept")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        project = Project.objects.filter(pk=options["project"]).first()
        if project is None:
            raise Refused(f"There is no project {options['project']}.", returncode=2)
        if path.exists():
            raise Refused(f"{path} is there already. Choose another name.", returncode=2)
        beside = path.with_name(f".{path.name}.part")
        try:
            archives.write_to(beside, project, by=None)
            beside.rename(path)
        except (archiving.Incomplete, OSError) as error:
            raise Refused(str(error), returncode=1) from error
        self.stdout.write(f"{path}: {project.title}, {path.stat().st_size / 1e6:.1f} MB")
