"""``manage.py copy_database``: every row of another database into the one that DATABASE_URL names."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from narrator import moving


class Command(BaseCommand):
    help = (
        "Copy every row from another database into the one that DATABASE_URL names, which is migrated and empty, and "
        "compare all of it. The move from SQLite to PostgreSQL; stop the studio first. See docs/deploy.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source", help="the old DATABASE_URL, such as sqlite:////srv/narrator/data/narrator.sqlite3"
        )

    def handle(self, *args: Any, source: str, **options: Any) -> None:
        try:
            counts = moving.copy(moving.open_source(source), "default", tell=self._tell)
        except moving.CannotMove as error:
            raise CommandError(str(error))
        except Error as error:
            raise CommandError(f"A database cannot be used: {str(error).strip()}")
        self.stdout.write(
            f"{sum(counts.values())} rows of {len(counts)} tables are the same in both databases."
        )

    def _tell(self, table: str, count: int) -> None:
        self.stdout.write(f"{count:>10,}  {table}")
