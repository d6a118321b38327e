"""`manage.py speech_standin`: runs the stand-in endpoint. The options and the work are in
projects/speech/standin."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from projects.speech.standin import options as standin_options


class Command(BaseCommand):
    help = (
        "Runs a stand-in for the speech endpoint: the same answers over real HTTP, without network or cost."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        standin_options.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(standin_options.run(options))
