"""`manage.py read_manuscript FILE`: what the import would find in a file, without importing it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, SystemCheckError

from projects.manuscript import reading
from projects.manuscript.manuscript import Manuscript, Unreadable


class Refused(SystemCheckError):
    """A CommandError that Django prints without the name of its class, so that only the sentence is seen."""


class Command(BaseCommand):
    help = (
        "Show the chapters of a manuscript file. Exit code 2 and one sentence for a file that cannot be read."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a text, Markdown or EPUB file")
        parser.add_argument(
            "--json", action="store_true", help="print the ticked chapters with their paragraphs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manuscript = reading.read(Path(options["file"]))
        except Unreadable as error:
            raise Refused(str(error), returncode=2) from error
        self.stdout.write(_as_json(manuscript) if options["json"] else _as_table(manuscript))


def _as_json(manuscript: Manuscript) -> str:
    chapters = [{"title": c.title, "paragraphs": list(c.paragraphs)} for c in manuscript.ticked_chapters]
    found = {
        "title": manuscript.title,
        "author": manuscript.author,
        "language": manuscript.language,
        "chapters": chapters,
    }
    return json.dumps(found, ensure_ascii=False, indent=1)


def _as_table(manuscript: Manuscript) -> str:
    lines = [
        f"{manuscript.title} | {manuscript.author or 'no author'} | {manuscript.language or 'no language'}"
    ]
    lines.append(f"{'':3}  {'paragraphs':>10}  {'characters':>10}  chapter")
    for chapter in manuscript.chapters:
        mark = "[x]" if chapter.ticked else "[ ]"
        why = f"  ({chapter.part})" if chapter.part else ""
        lines.append(f"{mark}  {len(chapter.paragraphs):>10}  {chapter.characters:>10}  {chapter.title}{why}")
    return "\n".join(lines + list(manuscript.notes))
