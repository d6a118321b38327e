"""``manage.py doctor``: says what is misconfigured and what to do; the studio need not run."""

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connection
from django.db.models import Min
from django.utils import timezone

from narrator.doctor import databases, services, sites
from narrator.doctor.findings import Finding
from projects.actions import pieces, workers
from projects.models import Hold, Take

WAITS_LONG = timedelta(minutes=5)


class Command(BaseCommand):
    help = (
        "Look at the data folder, database, Redis, store of files, addresses, speech endpoint and workers, and say in "
        "sentences what is wrong and what to do. Exit code 1 where something is wrong; what is odd may be meant so."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="an object for each finding")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(findings())
        if options["json"]:
            self.stdout.write(json.dumps([one.as_json() for one in found], indent=2))
        else:
            for one in found:
                self.stdout.write(str(one))
        if any(one.level == "wrong" for one in found):
            sys.exit(1)


def findings() -> Iterator[Finding]:
    """Everything that there is to say, one part of the installation after the other."""
    yield from services.data_folder()
    database = list(databases.database(connection))
    yield from database
    yield from services.broker(settings.REDIS_URL)
    yield from services.store()
    yield from sites.machines(connection.vendor, workers.known())
    yield from sites.site()
    yield from speech()
    if all(one.level != "wrong" for one in database):  # else there are no rows to ask
        yield from work()


def speech() -> Iterator[Finding]:
    """Who speaks: the address and its token. No call is made, since each costs money."""
    url = settings.SPEECH_URL
    if not url:
        yield Finding(
            "speech", "odd", "The stand-in speaks.", "Set NARRATOR_SPEECH_TOKEN for the real endpoint."
        )
        return
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield Finding("speech", "wrong", f"{url} is no address.", "Set NARRATOR_SPEECH_URL to https://…")
    elif not settings.SPEECH_TOKEN:
        yield Finding("speech", "wrong", f"There is no token for {url}.", "Set NARRATOR_SPEECH_TOKEN.")
    elif parts.scheme == "http" and parts.hostname not in sites.LOCAL:
        yield Finding("speech", "odd", f"The token goes to {url} without TLS.", "Use https:// if it can.")
    else:
        yield Finding("speech", "fine", f"{url} speaks, {settings.SPEECH_CONCURRENCY} calls at once.")


def work() -> Iterator[Finding]:
    """Whether anybody does the work that waits."""
    if not pieces.has_room():
        yield Finding(
            "workers", "wrong", "No line is called for: its sound would not fit.", "Free disk space."
        )
    if workers.are_silent():
        yield Finding(
            "workers",
            "wrong",
            "No worker has shown itself for half a minute, or no clock rings for one.",
            "Start worker and clock: make run, or docs/deploy.md",
        )
    else:
        yield Finding("workers", "fine", "A worker is at work, and the clock rings.")
    now = timezone.now()
    try:
        oldest = Take.objects.due(now).aggregate(oldest=Min("created_at"))["oldest"]
        held = Hold.objects.count()
    except Error as error:
        yield Finding("workers", "wrong", f"The queue cannot be read: {error}")
        return
    if oldest and now - oldest > WAITS_LONG:
        minutes = int((now - oldest).total_seconds() // 60)
        yield Finding(
            "queue", "odd", f"The oldest line has waited for {minutes} minutes.", "See the queue on its page."
        )
    if held:
        yield Finding(
            "queue", "odd", f"{held} queues stand still until a person resumes them.", "Their pages say why."
        )
