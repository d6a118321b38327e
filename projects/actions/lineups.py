"""Every line of a script in few figures: kept by each process, and brought up to date by the lines that changed since.

Reading ten thousand lines takes as long as drawing twenty pages, and while takes are made a script has a new version
every moment (docs/scale.md). As a page does with its poll, this asks for what came after the version that it has.
Whatever a line says here counts up its version and its script's when it changes.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from operator import attrgetter
from sys import intern
from typing import Any, NamedTuple

from narrator.cache import heavy
from narrator.direct import Blank, Prepared
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
    """The lines of a script by their ids, none as it was before ``version``."""

    version: int
    spread_version: int
    lines: Mapping[int, Line] = field(repr=False)

    def told(self) -> str:
        """All lines in their order, as a list in JSON (views/rows.py says of what)."""
        ordered = sorted(self.lines.values(), key=attrgetter("position"))
        return f"[{','.join([line.told for line in ordered])}]"

    @cached_property
    def tally(self) -> dict[str, int | None]:
        """What ``ScriptQuerySet.with_counts`` and ``with_verdicts`` count."""
        counts = Counter(map(attrgetter("mark", "stage"), self.lines.values()))
        to_hear, approved, pickup = (
            sum(n for (_, stage), n in counts.items() if stage == one)
            for one in (Stage.READY, Stage.APPROVED, Stage.PICKUP)
        )
        return {
            "line_count": len(self.lines),
            "ready_count": to_hear + approved + pickup,
            "active_count": sum(n for (mark, _), n in counts.items() if mark in ACTIVE),
            "failed_count": sum(n for (mark, _), n in counts.items() if mark == "failed"),
            "duration_ms": sum(map(attrgetter("duration_ms"), self.lines.values())) or None,
            "approved_count": approved,
            "pickup_count": pickup,
            "to_hear_count": to_hear,
        }

    @cached_property
    def voices(self) -> Counter[str]:
        """How long each voice is heard, in ms."""
        heard: Counter[str] = Counter()
        for line in self.lines.values():
            if line.voice is not None:
                heard[line.voice] += line.duration_ms
        return heard

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
    lines = _brought(lineup, script.pk) if lineup else _read(_whole().rows(script=script.pk))
    return _keep(script.pk, script.version, script.spread_version, lines)


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
    return _keep(script_id, version, lineup.spread_version, _brought(lineup, script_id))


def _brought(lineup: Lineup, script_id: int) -> dict[int, Line]:
    """The lines as they are now: without those that left, then with those that changed, in case one came back."""
    since = {"script": script_id, "version": lineup.version}
    gone = following.left(script_id, lineup.version)
    stayed = {pk: line for pk, line in lineup.lines.items() if pk not in gone} if gone else lineup.lines
    return {**stayed, **_read(_changed().rows(**since))}


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


def _keep(script_id: int, version: int, spread_version: int, lines: dict[int, Line]) -> Lineup:
    made = Lineup(version, spread_version, lines)
    heavy.set(_name(script_id), made, size_bytes=LINE_BYTES * len(lines))
    return made


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
