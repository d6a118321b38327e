"""What an export says of who speaks: the note in its tags, and words for the page of a shop."""

from typing import Any

from projects.audio import chapters
from projects.models import Export, Take
from projects.models.takes import Source

SYNTHETIC = "Narrated with synthetic voices."
MIXED = "Narrated by people and with synthetic voices."


def note(takes: Any) -> str:
    """What is true of the voices of these takes, a query of their ids; nothing where people spoke all of them."""
    sources = set(Take.objects.filter(pk__in=takes).order_by().values_list("source", flat=True).distinct())
    if Source.GENERATED not in sources:
        return ""
    return MIXED if sources & {Source.RECORDED, Source.UPLOADED} else SYNTHETIC


def description(export: Export) -> str:
    """The text that a shop or a podcast host asks for: title, people, note, and where each chapter begins."""
    people = f"{export.title}\nby {export.author}" if export.author else export.title
    spoken = f"Narrated by {export.narrator}." if export.narrator else ""
    parts = [people, " ".join(filter(None, (spoken, export.note))), _contents(export)]
    return "\n\n".join(filter(None, parts))


def _contents(export: Export) -> str:
    """A time a line, as podcast apps turn into links; without times where each chapter is a file."""
    if export.by_chapter:
        return "\n".join(mark["title"] for mark in export.marks)
    return "\n".join(f"{chapters.clock(mark['start_ms'])[:8]} {mark['title']}" for mark in export.marks)
