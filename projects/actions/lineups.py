"""Every line of a script in few figures: kept by each process, and brought up to date by the lines that changed since.

Reading ten thousand lines takes as long as drawing twenty pages, and while takes are made a script has a new version
every moment (docs/scale.md). As a page does with its poll, this asks for what came after the version that it has.
Whatever a line says here counts up its version and its script's when it changes.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cache, cached_property
from operator import attrgetter
from sys import intern
from typing import Any, NamedTuple

from narrator.cache import heavy
from narrator.direct import Blank, Prepared, together
from projects.actions import following, resting
from projects.models import Paragraph, Script
from projects.models.paragraphs import ParagraphQuerySet, Stage
from projects.models.takes import ACTIVE, Source

LINE_BYTES = 500
# More lines than this are not named one by one in a query.
MOST_NAMED = 1_000

_json = json.JSONEncoder(separators=(",", ":")).encode


class Line(NamedTuple):
    """A line in its order: its mark, how far it is, how long its take is, and all that a page is told of it.

    ``voice`` speaks the take; None where nobody does.
    """

    position: int
    mark: str
    stage: str
    duration_ms: int
    voice: str | None
    told: str


@dataclass(frozen=True)
class Lineup:
    """The lines of a script by their ids, none as it was before ``version``.

    ``marks`` counts them by mark and stage, ``heard_ms`` says how long each voice is heard in them, None among these.
    """

    version: int
    spread_version: int
    lines: Mapping[int, Line] = field(default_factory=dict, repr=False)
    marks: Counter[tuple[str, str]] = field(default_factory=Counter)
    heard_ms: Counter[str | None] = field(default_factory=Counter)

    def brought(self, version: int, gone: Set[int], changed: Mapping[int, Line]) -> "Lineup":
        """This at a later version: without those that left, then with those that changed, in case one came back."""
        before = [self.lines[pk] for pk in gone | changed.keys() if pk in self.lines]
        stayed = {pk: line for pk, line in self.lines.items() if pk not in gone} if gone else self.lines
        return Lineup(
            version,
            self.spread_version,
            {**stayed, **changed},
            self.marks - _marks(before) + _marks(changed.values()),
            self.heard_ms - _heard_ms(before) + _heard_ms(changed.values()),
        )

    def told(self) -> str:
        """All lines in their order, as a list in JSON (views/rows.py says of what)."""
        ordered = sorted(self.lines.values(), key=attrgetter("position"))
        return f"[{','.join([line.told for line in ordered])}]"

    @cached_property
    def tally(self) -> dict[str, int | None]:
        """What ``ScriptQuerySet.with_counts`` and ``with_verdicts`` count."""
        to_hear, approved, pickup = (
            sum(n for (_, stage), n in self.marks.items() if stage == one)
            for one in (Stage.READY, Stage.APPROVED, Stage.PICKUP)
        )
        return {
            "line_count": len(self.lines),
            "ready_count": to_hear + approved + pickup,
            "active_count": sum(n for (mark, _), n in self.marks.items() if mark in ACTIVE),
            "failed_count": sum(n for (mark, _), n in self.marks.items() if mark == "failed"),
            "duration_ms": self.heard_ms.total() or None,
            "approved_count": approved,
            "pickup_count": pickup,
            "to_hear_count": to_hear,
        }

    @property
    def voices(self) -> dict[str, int]:
        """How long each voice is heard, in ms."""
        return {voice: ms for voice, ms in self.heard_ms.items() if voice is not None}

    def to_make(self, script: Script) -> ParagraphQuerySet:
        """The lines without a take of what they say now; where that are few, those that wait for one are left out."""
        missing = [pk for pk, line in self.lines.items() if line.stage == Stage.MISSING]
        named: ParagraphQuerySet = Paragraph.objects.filter(pk__in=missing)
        return named if len(missing) <= MOST_NAMED else script.paragraphs.missing()


def of(script: Script) -> Lineup:
    """The lines as they are at this version of the script, or later. No query where it has not changed, else two."""
    lineup: Lineup | None = heavy.get(_name(script.pk))
    if lineup is not None and lineup.spread_version != script.spread_version:
        lineup = None
    if lineup is not None and lineup.version >= script.version:
        return lineup
    if lineup is not None:
        return _brought(lineup, script.pk, script.version)
    none = Lineup(script.version, script.spread_version)
    return _keep(script.pk, none.brought(script.version, set(), _read(_whole().rows(script=script.pk))))


def kept(script_id: int, version: int) -> Lineup | None:
    """The lines at this version or later, where somebody has asked for them here before, else None.

    Two queries where they changed since. None as well for few lines that did: they are counted as quickly, and those
    of many scripts at once.
    """
    lineup: Lineup | None = heavy.get(_name(script_id))
    if lineup is None or lineup.version >= version:
        return lineup
    if len(lineup.lines) <= resting.AT_ONCE_LINES:
        return None
    return _brought(lineup, script_id, version)


def _brought(lineup: Lineup, script_id: int, version: int) -> Lineup:
    left, later = (
        rows.asking(script=script_id, version=lineup.version) for rows in (following.leaving(), _changed())
    )
    together(left, later)
    return _keep(script_id, lineup.brought(version, {pk for (pk,) in left.rows}, _read(later.rows)))


def _marks(lines: Iterable[Line]) -> Counter[tuple[str, str]]:
    return Counter(map(attrgetter("mark", "stage"), lines))


def _heard_ms(lines: Iterable[Line]) -> Counter[str | None]:
    heard: Counter[str | None] = Counter()
    for line in lines:
        heard[line.voice] += line.duration_ms
    return heard


def _read(rows: Iterable[tuple[Any, ...]]) -> dict[int, Line]:
    """What these rows of ``in_figures`` say of their lines, by id."""
    found = {}
    for stage, pk, position, mark, take, ms, pause_ms, *rest in rows:
        length, trims, who, kind, voice, source, *silence = rest
        own = (pk, position, mark, take or 0, ms or 0, pause_ms, length, trims or 0, who or 0, kind)
        told = _json((*own, *[one or 0 for one in silence]))
        speaks = intern(voice) if ms is not None and source != Source.CLIP else None
        found[pk] = Line(position, mark, stage, ms or 0, speaks, told)
    return found


def _keep(script_id: int, lineup: Lineup) -> Lineup:
    heavy.set(_name(script_id), lineup, size_bytes=LINE_BYTES * len(lineup.lines))
    return lineup


def _name(script_id: int) -> str:
    return f"lineup-{script_id}"


# The ORM takes twenty times as long to write these statements as the database to answer them.


@cache
def _whole() -> Prepared:
    return Prepared(Paragraph.objects.filter(script=Blank(Paragraph, "script")).in_figures())


@cache
def _changed() -> Prepared:
    later = Paragraph.objects.filter(
        script=Blank(Paragraph, "script"), version__gt=Blank(Paragraph, "version")
    )
    return Prepared(later.in_figures())
