"""``manage.py studio``: the whole of Narrator in the foreground, until Ctrl-C."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from narrator.studio import session


class Command(BaseCommand):
    help = "Start the broker, the workers, the stand-in endpoint and the web server; Ctrl-C stops everything."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(session.run(out=sys.stdout, err=sys.stderr))
