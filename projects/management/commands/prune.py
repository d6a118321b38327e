"""``manage.py prune``: a round of the retention now; or, with --dry-run, what it would come to."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from narrator.storage import StoreAway
from projects.actions import idle, retention, strays, workers


class Command(BaseCommand):
    help = (
        "Remove the sound of takes and the files of exports that nothing has a use for and whose days "
        "(NARRATOR_KEEP_DISCARDED_DAYS, NARRATOR_KEEP_TAKES_DAYS, NARRATOR_KEEP_EXPORTS_DAYS) are over. "
        "The studio does the same by itself once a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would come to, and change nothing"
        )
        parser.add_argument(
            "--strays",
            action="store_true",
            help="files of the store, too, that no row leads to, older than a day",
        )
        parser.add_argument(
            "--at-once",
            action="store_true",
            help="do not leave files in the store for another day; only while no worker runs",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["at_once"] and not workers.are_silent():
            raise CommandError("Workers are at work. Stop the studio, or leave out --at-once.")
        try:
            for line in _looked(options) if options["dry_run"] else _done(options):
                self.stdout.write(line)
        except StoreAway as error:
            raise CommandError(f"The store cannot be asked: {error.strerror}. Try again later.") from error


def _looked(options: dict[str, Any]) -> Iterator[str]:
    now = timezone.now()
    due, every = (
        retention.amount(takes, exports)
        for takes, exports in (
            (retention.takes(now), retention.exports(now)),
            (idle.takes(), idle.exports()),
        )
    )
    yield f"Would empty {_amount(due)}."
    yield f"Of no use, days over or not: {_amount(every)}."
    if options["strays"]:
        sizes = [size_bytes for _, size_bytes in strays.find()]
        yield f"Would remove {counted(len(sizes), 'stray')}, {_size(sum(sizes))}."


def _done(options: dict[str, Any]) -> Iterator[str]:
    row = retention.prune(grace=timedelta(0) if options["at_once"] else retention.GRACE)
    yield (
        f"Emptied {counted(row.takes, 'take')} and {counted(row.exports, 'export')}. "
        f"{counted(row.files, 'file')} left the store, {_size(row.freed_bytes)}."
    )
    if not options["at_once"] and row.takes + row.exports:
        yield "Their files leave it in a round that comes a day later."
    if options["strays"]:
        sizes = [size_bytes for name, size_bytes in strays.find() if strays.remove(name)]
        yield f"Removed {counted(len(sizes), 'stray')}, {_size(sum(sizes))}."


def _amount(found: retention.Amount) -> str:
    takes, exports = counted(found.takes, "take"), counted(found.exports, "export")
    return f"{takes} and {exports}, {_size(found.size_bytes)}"


def _size(size_bytes: int) -> str:
    return filesizeformat(size_bytes).replace("\xa0", " ")


def counted(count: int, noun: str) -> str:
    """``1 take``, ``1,200 takes``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
