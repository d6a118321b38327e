"""The chosen takes of scripts added up by stretches: kept by each process, and only those in which a line changed added
up anew.

To add up ten thousand lines takes as long as drawing fifty pages, and while takes are made a script has a new version
every moment (docs/scale.md). Whatever is added up here counts up the version of its line and of its script.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby
from typing import Any

from django.db.models import QuerySet

from narrator.cache import heavy
from narrator.direct import Blank, Prepared, together
from projects.actions import following, treatments
from projects.audio import stretches
from projects.audio.finish import Finish
from projects.audio.pauses import Pauses
from projects.audio.stretches import Edge, Line, Stretch
from projects.audio.sums import Sums
from projects.models import Paragraph, Project, Script
from projects.models.paragraphs import STEP
from projects.models.sounds import SUMS
from projects.models.takes import Source

# Lines whose positions are in one of so many as a fresh script gives to 64 lines are a stretch.
POSITIONS = STEP * 64
# More scripts or stretches than this changed: the scripts are read whole.
MOST_NAMED = 100
# Beside its sums.
STRETCH_BYTES, LINE_BYTES = 1_000, 100

FOLLOWED = ("pause_ms", "kind", "character")
CHOSEN = tuple(f"chosen__{name}" for name in ("text", *treatments.FROM, *(f"sound__{one}" for one in SUMS)))
FRAMES, SOURCE = treatments.FROM.index("frames"), treatments.FROM.index("source")
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[\w'’-])+")

Of = dict[int, tuple[frozenset[int], Stretch]]
"""The stretches of a script by their numbers, each with the ids of its lines."""


@dataclass(frozen=True)
class Kept:
    """The stretches of a script, none as it was before ``version``."""

    version: int
    spread_version: int
    stretches: Of

    @property
    def size_bytes(self) -> int:
        return sum(
            STRETCH_BYTES + LINE_BYTES * len(lines) + len(one.added.phases)
            for lines, one in self.stretches.values()
        )


def of(project: Project, scripts: Iterable[Script], finish: Finish) -> dict[int, list[Stretch]]:
    """The stretches of each of these scripts in their order, by the script's id.

    At most three roundtrips, mostly two, however many scripts changed and however long they are; none where nothing
    changed.
    """
    rows, how = list(scripts), hashlib.sha256(repr((project.pauses, finish)).encode()).hexdigest()
    found = {script.pk: _known(script, how) for script in rows}
    behind = {
        script.pk: kept
        for script in rows
        if (kept := found[script.pk]) is not None and kept.version < script.version
    }
    if len(behind) > MOST_NAMED:
        found |= dict.fromkeys(behind)
        behind = {}
    changed = _changed(behind)
    fresh = _read({pk for pk, kept in found.items() if kept is None}, changed, project.pauses, finish)
    for script in rows:
        if (kept := found[script.pk]) is None or script.pk in behind:
            stayed = kept.stretches if kept is not None else {}
            now = {n: one for n, one in stayed.items() if n not in changed[script.pk]} | fresh[script.pk]
            kept = found[script.pk] = Kept(script.version, script.spread_version, now)
            heavy.set(_key(script, how), kept, size_bytes=kept.size_bytes)
    return {pk: [one for _, (_, one) in sorted(kept.stretches.items())] for pk, kept in found.items() if kept}


def _known(script: Script, how: str) -> Kept | None:
    kept: Kept | None = heavy.get(_key(script, how))
    return kept if kept is not None and kept.spread_version == script.spread_version else None


def _key(script: Script, how: str) -> str:
    return f"stretches-{script.pk}-{how}"


def _changed(behind: dict[int, Kept]) -> defaultdict[int, set[int]]:
    """In which stretches of these scripts a line is or was that changed since, by the script's id."""
    numbers: defaultdict[int, set[int]] = defaultdict(set)
    asked = {
        pk: [rows.asking(script=pk, version=kept.version) for rows in (_later(), following.leaving())]
        for pk, kept in behind.items()
    }
    together(*chain.from_iterable(asked.values()))
    for pk, (later, left) in asked.items():
        ids = {line for line, *_ in (*later.rows, *left.rows)}
        was = {number for number, (lines, _) in behind[pk].stretches.items() if not lines.isdisjoint(ids)}
        numbers[pk] = was | {position // POSITIONS for _, position in later.rows}
    return numbers


@cache
def _later() -> Prepared:
    """Gives the lines that changed after a version, each with its position. Blanks: script, version."""
    lines = Paragraph.objects.filter(
        script=Blank(Paragraph, "script"), version__gt=Blank(Paragraph, "version")
    )
    return Prepared(lines.order_by().values_list("pk", "position"))


def _read(
    whole: set[int], some: Mapping[int, set[int]], pauses: Pauses, finish: Finish
) -> defaultdict[int, Of]:
    """These scripts, and these stretches of others, as they are now, by the script's id. At most two roundtrips."""
    found: defaultdict[int, Of] = defaultdict(dict)
    if sum(map(len, some.values())) > MOST_NAMED:
        whole, some = whole | some.keys(), {}
    asked = [
        _stretch().asking(script=pk, first=number * POSITIONS, end=(number + 1) * POSITIONS)
        for pk, numbers in some.items()
        for number in numbers
    ]
    together(*asked)
    rows = chain(_heard().filter(script__in=whole) if whole else (), *(one.rows for one in asked))
    for (pk, number), group in groupby(rows, key=lambda row: (row[0], row[1] // POSITIONS)):
        lines = list(group)
        one = stretches.joined([_line(row[3:], finish) for row in lines], pauses, finish)
        found[pk][number] = frozenset(row[2] for row in lines), one
    return found


def _heard() -> QuerySet[Paragraph, tuple[Any, ...]]:
    lines = Paragraph.objects.filter(chosen__isnull=False).order_by("script", "position")
    return lines.values_list("script", "position", "pk", *FOLLOWED, *CHOSEN)


@cache
def _stretch() -> Prepared:
    """Blanks: script, first, end."""
    first, end = (Blank(Paragraph, "position", name) for name in ("first", "end"))
    of_script = _heard().filter(script=Blank(Paragraph, "script"))
    return Prepared(of_script.filter(position__gte=first, position__lt=end))


def _line(row: tuple[Any, ...], finish: Finish) -> Line:
    """A line alone, of the values of FOLLOWED and CHOSEN."""
    text, *values = row[len(FOLLOWED) :]
    about, measured = values[: len(treatments.FROM)], values[len(treatments.FROM) :]
    how = treatments.of_values(finish, *about)
    frames = about[FRAMES] - how.head - how.tail
    is_speech = about[SOURCE] != Source.CLIP
    return Line(
        Edge(row[: len(FOLLOWED)], frames),
        Sums(*measured) if measured[0] is not None else None,
        is_speech,
        count_words(text) if is_speech else 0,
        how,
    )


def count_words(text: str) -> int:
    """Words between spaces; in Chinese and Japanese each character, since those are what a pace is counted in."""
    return len(text.split()) if text.isascii() else len(_WORD.findall(text))
