"""``manage.py backup FILE``: everything of this studio in one file, while it goes on."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from narrator.backups import studio


class Command(BaseCommand):
    help = "Write rows, stored files and keys of this studio to one file; docs/operations.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--without-media", action="store_true", help="leave the stored files out: they are kept otherwise"
        )

    def handle(self, *, file: Path, without_media: bool, **options: Any) -> None:
        """Exit 1 with a sentence where it cannot be written; nothing is left then."""
        try:
            done = studio.back_up(file.absolute(), with_media=not without_media)
        except OSError as error:
            raise CommandError(f"{file} could not be written: {error.strerror or error}. Nothing was kept.")
        self.stdout.write(f"{file}: {done['files']:,} files, {done['bytes'] / 1e6:,.1f} MB.")
        self.stdout.write("It holds the studio's keys: whoever has it has everything. Keep it as a secret.")
