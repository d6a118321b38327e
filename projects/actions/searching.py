"""Search and replace in the lines of a script or a project: what is found, what would change, and the change itself.

Patterns are people's own, and some would take for ever: the `regex` package stops at a deadline, which `re` cannot.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

import regex
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from narrator.direct import Blank, Prepared
from narrator.teams.models import User
from projects.actions import paragraphs
from projects.actions.paragraphs import Done
from projects.models import Paragraph, Project, Script
from projects.models.edits import EditKind
from projects.speech.line import is_speakable

# What one search may cost of the web server, all lines together.
PATIENCE_S = 1.5
# So long, and through so many lines at once, a search holds the interpreter's lock, as any thread may. `regex` gives it
# away at each match, and has it back when whoever computes has had a turn: beside one of those a word that stands
# in half of ten thousand lines took two seconds in place of 15 ms.
TURN_S = 0.005
LINES_AT_ONCE = 500
TOO_LONG = gettext_lazy("This pattern takes too long. Make it simpler, or search for plain words.")
# No text has it, and no form takes it.
BETWEEN = "\0"

Answer = TypeVar("Answer")
Row = tuple[int, str]
"""The id of a line and its text."""
Spans = list[tuple[int, int]]
"""Where something was found in a text, in order."""


class BadQuery(Exception):
    """What was asked for cannot be looked for; ``str()`` says why."""


@dataclass(frozen=True)
class Query:
    """What is looked for. ``pattern``: the text is a regular expression, and ``\\1`` in the replacement a group."""

    text: str
    case: bool = False
    whole: bool = False
    pattern: bool = False
    replacement: str = ""

    def compiled(self) -> "regex.Pattern[str]":
        """Raises ``BadQuery`` for a pattern that is none."""
        source = (
            self.text if self.pattern else regex.escape(self.text, special_only=True, literal_spaces=True)
        )
        if self.whole:
            source = rf"(?<!\w)(?:{source})(?!\w)"
        try:
            return regex.compile(source, 0 if self.case else regex.IGNORECASE)
        except regex.error as error:
            raise BadQuery(_("This pattern cannot be read: %(why)s.") % {"why": error.msg}) from error

    def written(self, match: "regex.Match[str]") -> str:
        """What is written in the place of one match. Raises ``BadQuery``."""
        if not self.pattern:
            return self.replacement
        try:
            return match.expand(self.replacement)
        except (regex.error, IndexError, KeyError) as error:
            raise BadQuery(_("The replacement names a group that the pattern does not have.")) from error


@dataclass
class Finding:
    """A line in which something was found, at ``spans`` of its text; the rest is set by ``preview``."""

    pk: int
    text: str
    spans: Spans
    script_id: int = 0
    is_locked: bool = False
    pieces: list[tuple[str, str, str]] = field(default_factory=list)
    after: str = ""

    @property
    def is_possible(self) -> bool:
        """Whether the line is open, and would still have something to speak."""
        return not self.is_locked and is_speakable(self.after)

    @property
    def text_mark(self) -> str:
        return Paragraph(text=self.text).text_mark


def find(lines: "QuerySet[Paragraph]", query: Query) -> list[Finding]:
    """Look through these lines, in their order; one query. Raises ``BadQuery``, also for what takes too long."""
    rows = list(lines.order_by("script__position", "position").values_list("pk", "text"))
    return [Finding(*row, spans) for row, spans in _found(rows, query)]


def in_script(script: Script, query: Query) -> list[tuple[Row, Spans]]:
    """The same of all lines of a script, as ids with texts, and where in those: there may be tens of thousands."""
    return _found(_texts().rows(script=script.pk), query)


@cache
def _texts() -> Prepared:
    """Nothing that has to be converted. Blank: script."""
    lines = Paragraph.objects.filter(script=Blank(Paragraph, "script"))
    return Prepared(lines.order_by("position").values_list("pk", "text"))


def _found(rows: Sequence[Row], query: Query) -> list[tuple[Row, Spans]]:
    """Those of these lines, given as ids with texts, that have it."""
    look = _each if query.pattern else _all
    found = look([text for _, text in rows], query.compiled())
    return [(rows[at], spans) for at, spans in found.items()]


def _all(texts: Sequence[str], pattern: "regex.Pattern[str]") -> dict[int, Spans]:
    """Look for plain words in all texts in one go, which is ten times as quick as one after the other.

    A deadline would double what it takes. Words need none: it is at most their length times that of the texts.
    """
    found: dict[int, Spans] = {}
    for first in range(0, len(texts), LINES_AT_ONCE):
        some = texts[first : first + LINES_AT_ONCE]
        at, begin, end = -1, 0, 0  # of the text that the last match was in, with what follows it
        for match in pattern.finditer(BETWEEN.join(some), concurrent=False):
            start, stop = match.span()
            while start >= end:
                at += 1
                begin, end = end, end + len(some[at]) + 1
            found.setdefault(first + at, []).append((start - begin, stop - begin))
    return found


def _each(texts: Sequence[str], pattern: "regex.Pattern[str]") -> dict[int, Spans]:
    """Look for a pattern in each text by itself: it may say where a text begins and ends."""
    end, found = time.monotonic() + PATIENCE_S, {}
    for at, text in enumerate(texts):
        # Most texts have nothing, and one question costs half of what making ready for several answers does.
        if _in_time(pattern.search, text, end) and (
            spans := [match.span() for match in _matches(pattern, text, end)]
        ):
            found[at] = spans
    return found


def _matches(pattern: "regex.Pattern[str]", text: str, end: float) -> list["regex.Match[str]"]:
    """The matches that are not empty. Raises ``BadQuery`` past the end of patience."""
    return [
        match
        for match in _in_time(lambda *what, **how: list(pattern.finditer(*what, **how)), text, end)
        if match.group()
    ]


def _in_time(ask: Callable[..., Answer], text: str, end: float) -> Answer:
    """What a pattern says of a text, in one turn where that is long enough. Raises as ``_matches``."""
    try:
        return ask(text, timeout=min(_left_s(end), TURN_S), concurrent=False)
    except TimeoutError:
        pass
    try:
        return ask(text, timeout=_left_s(end))
    except TimeoutError as error:
        raise BadQuery(TOO_LONG) from error


def _left_s(end: float) -> float:
    return max(end - time.monotonic(), 0.001)


def preview(findings: Sequence[Finding], query: Query) -> None:
    """Work out what would become of these lines: ``pieces`` are (unchanged before it, old, new), ``after`` the text.

    One query, for what else there is to know of them.
    """
    pattern = query.compiled()
    end = time.monotonic() + PATIENCE_S
    rows = Paragraph.everything.filter(pk__in=[one.pk for one in findings])
    known = {pk: (script, locked) for pk, script, locked in rows.values_list("pk", "script", "is_locked")}
    for finding in findings:
        finding.script_id, finding.is_locked = known[finding.pk]
        at, finding.pieces = 0, []
        for match in _matches(pattern, finding.text, end):
            start, stop = match.span()
            finding.pieces.append((finding.text[at:start], match.group(), query.written(match)))
            at = stop
        finding.pieces.append((finding.text[at:], "", ""))
        finding.after = "".join(before + new for before, _, new in finding.pieces).strip()


@transaction.atomic
def replace(project: Project, query: Query, ticked: Mapping[int, str], *, by: User | None) -> Done:
    """Replace in these lines of a project: ids, each with the mark of the text that was agreed to.

    A line that says something else by now is left alone, as is a locked one, or one that would have nothing left to
    speak. It is one edit for each script. Raises ``BadQuery``.
    """
    rows = Paragraph.objects.filter(script__project=project, pk__in=ticked)
    versions = paragraphs.hold(*rows.order_by().values_list("script", flat=True).distinct())
    done = Done()
    for script_id, version in versions.items():
        lines = list(rows.with_takes().filter(script=script_id).order_by("position"))
        agreed = {line.pk: line for line in lines if line.text_mark == ticked[line.pk]}
        findings = find(Paragraph.objects.filter(pk__in=agreed), query)
        preview(findings, query)
        changes = [(agreed[one.pk], {"text": one.after}) for one in findings if one.is_possible]
        held = {script_id: version}
        part = paragraphs.put(EditKind.REPLACE, changes, project=project, versions=held, by=by)
        done = Done(part.edit or done.edit, [*done.lines, *part.lines], [*done.outdated, *part.outdated])
    return done
