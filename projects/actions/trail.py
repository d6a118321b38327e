"""Reading the trail: who did what and when, in one list, the newest first.

Most of it is read from the rows that the work itself keeps: an edit, a take, a verdict tell who and when already. The
acts of models/activity.py are what is left. Each kind of row (entries.py) is asked for one page behind the same place,
and the pages are merged; so a page costs the same number of queries however long the trail is. The first page of a
project is asked of all of them at once.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import groupby

from django.db.models import Count, Min
from django.db.models.functions import Left

from narrator.direct import Named
from projects.actions.entries import EDITS, SOURCES, Ask, Entry, Place, Rows, newest
from projects.models import Edit, Paragraph
from projects.sentences import ngettext_lazy

SEVERAL = ngettext_lazy("%(said_words)s (%(count)s line)", "%(said_words)s (%(count)s lines)")

PAGE = 50
# So much of a line is quoted.
BEGINNING = 48


@dataclass(frozen=True)
class Page:
    """Some entries, the newest first; ``more`` is where the next page begins, None at the end of the trail."""

    entries: list[Entry]
    more: Place | None

    def days(self) -> list[tuple[date, list[Entry]]]:
        """The entries of each day."""
        return [(day, list(some)) for day, some in groupby(self.entries, lambda entry: entry.local.date())]


def read(ask: Ask) -> Page:
    """One page of the trail. A query for each kind of row, and two for the lines that the entries are about.

    Of a project's first page those kinds alone that are on it, and one for which they are.
    """
    page = merged(ask, SOURCES, PAGE)
    return Page(_with_words(_with_lines(page.entries)), page.more)


def merged(ask: Ask, sources: tuple[Rows, ...], most: int) -> Page:
    """So many entries of these kinds of rows, as the rows tell them."""
    if ask.project and ask == Ask(ask.team_id, ask.project):
        found = newest(ask, sources, most + 1)
    else:
        found = [entry for rank, rows in enumerate(sources) for entry in rows.page(ask, rank, most + 1)]
    found.sort(key=lambda entry: (entry.place.at, entry.place.rank, entry.place.pk), reverse=True)
    return Page(found[:most], found[most - 1].place if len(found) > most else None)


def _with_lines(entries: list[Entry]) -> list[Entry]:
    """The entries, those of edits with the number of lines and the first of them."""
    ids = [entry.place.pk for entry in entries if entry.place.rank == EDITS]
    reached = {pk: rest for pk, *rest in _changes(PAGE).of(ids).rows} if ids else {}
    told = []
    for entry in entries:
        if entry.place.rank == EDITS and entry.place.pk in reached:
            count, first = reached[entry.place.pk]
            words = SEVERAL.of(count, said_words=entry.words) if count > 1 else entry.words
            entry = replace(entry, words=words, line_id=first)
        told.append(entry)
    return told


def _with_words(entries: list[Entry]) -> list[Entry]:
    """The entries, each with how its line begins."""
    ids = {entry.line_id for entry in entries if entry.line_id is not None}
    words: dict[int | None, str] = dict(_beginnings(PAGE).of(list(ids)).rows) if ids else {}
    return [replace(entry, about=_short(words.get(entry.line_id, ""))) for entry in entries]


@cache
def _changes(most: int) -> Named:
    """Gives edit, the number of its lines and the first of them."""
    edits = Edit.objects.order_by().values_list("pk")
    return Named(edits.annotate(Count("changes"), Min("changes__paragraph")), most)


@cache
def _beginnings(most: int) -> Named:
    lines = Paragraph.everything.order_by().values_list("pk", Left("text", BEGINNING + 1))
    return Named(lines, most)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return f"{text[:BEGINNING]}…" if len(text) > BEGINNING else text
