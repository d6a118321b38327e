"""What changed in a script since a page last asked. Every open page asks every other second (docs/adr/0012)."""

from dataclasses import dataclass
from functools import cache

from narrator.direct import Blank, Prepared, together
from projects.models import Change, Paragraph, Script
from projects.models.paragraphs import ParagraphQuerySet

# What is said of a line to find the row that was drawn of it.
FACTS = ("pk", "version", "position")
# More changed lines than this come with the next question, so that one answer stays small.
LINES_AT_ONCE = 60
# Where more than this changed at once (a new cast, say), or all positions, the page renews what it has by itself.
MANY = 300


@dataclass(frozen=True)
class Changed:
    """``lines``: id, version and position, the first change first; none where they are too many. ``gone``: ids."""

    lines: list[tuple[int, int, int]]
    gone: list[int]
    are_too_many: bool

    @property
    def more(self) -> bool:
        """Whether others may come after these."""
        return len(self.lines) == LINES_AT_ONCE

    @property
    def cursor(self) -> str:
        """Where those begin, though the last line should have changed again meanwhile: its version and position."""
        _, version, position = self.lines[-1]
        return f"{version}-{position}"


def since(script: Script, version: int, reached: int) -> Changed:
    """What came after this version of the script; of the version itself what is behind the position that was reached.

    Two queries where few lines changed and none left.
    """
    after = {"script": script.pk, "version": version, "position": reached}
    changed, leavers = _lines().asking(**after), leaving().asking(script=script.pk, version=version)
    together(changed, leavers)
    lines = changed.rows
    many = len(lines) == LINES_AT_ONCE and bool(_beyond_many().rows(**after))
    are_too_many = many or script.spread_version > version
    gone = {pk for (pk,) in leavers.rows}
    back = set(script.paragraphs.filter(pk__in=gone).values_list("pk", flat=True)) if gone else set()
    return Changed([] if are_too_many else lines, sorted(gone - back), are_too_many)


def _changed() -> ParagraphQuerySet:
    """Blanks: script, version, position."""
    of_script = Paragraph.objects.filter(script=Blank(Paragraph, "script"))
    changed: ParagraphQuerySet = of_script.changed_since(
        Blank(Paragraph, "version"), Blank(Paragraph, "position")
    )
    return changed


@cache
def _lines() -> Prepared:
    return Prepared(_changed().values_list(*FACTS)[:LINES_AT_ONCE])


@cache
def _beyond_many() -> Prepared:
    return Prepared(_changed().values_list("pk")[MANY : MANY + 1])


@cache
def leaving() -> Prepared:
    """Gives the lines that left a script after a version; some may be back. Blanks: script, version."""
    gone = Change.objects.gone_since(
        Blank(Change, "left", "script"), Blank(Change, "left_version", "version")
    )
    return Prepared(gone.order_by().values_list("paragraph"))
