"""`manage.py read_manuscript FILE`: what the import would find in a file, without importing it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, SystemCheckError

from projects.manuscript import reading
from projects.manuscript.manuscript import Form, Manuscript, Unreadable


class Refused(SystemCheckError):
    """A CommandError that Django prints without the name of its class, so that only the sentence is seen."""


class Command(BaseCommand):
    help = (
        "Show the chapters of a manuscript file. Exit code 2 and one sentence for a file that cannot be read."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a text, Markdown, EPUB, Word, PDF, Fountain or subtitle file")
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
    """The spoken words. The names in a play are part of its text; those in a transcript only say who talks."""
    with_names = manuscript.form is not Form.TRANSCRIPT
    chapters = [
        {
            "title": chapter.title,
            "paragraphs": [p.whole if with_names else p.text for p in chapter.passages if p.is_spoken],
        }
        for chapter in manuscript.ticked_chapters
    ]
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
    if manuscript.speakers:
        named = ", ".join(f"{name} {count}" for name, count in manuscript.speakers.items())
        lines.append(f"A {manuscript.form} with {len(manuscript.speakers)} speakers: {named}")
    return "\n".join([*lines, *manuscript.beside, *manuscript.notes])
