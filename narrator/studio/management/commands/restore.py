"""``manage.py restore FILE``: make an empty installation what was backed up."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from narrator.backups import studio
from narrator.backups.bundle import Damaged
from narrator.backups.comparison import Differs


class Command(BaseCommand):
    help = "Restore a backup into an empty installation, of SQLite or PostgreSQL; docs/operations.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        """Exit 1 with a sentence where that is not possible; an installation that is not empty is left alone."""
        try:
            manifest = studio.restore(file.absolute())
        except (Damaged, Differs, studio.NotEmpty, studio.TooNew) as error:
            raise CommandError(str(error))
        except OSError as error:
            raise CommandError(
                f"{file} could not be restored: {error.strerror or error}. Nothing was kept; make room, then try again."
            )
        media = "" if manifest["with_media"] else " It has no stored files: bring those back yourself."
        self.stdout.write(f"Restored as it was {manifest['made_at']}.{media} Start the studio: make run")
