"""What is spoken where in a file: its lines with their text, their speaker and their place. Captions come from it.

All of it was kept with the plan and the timeline of an export, or follows from what stands in a chapter now; no file is
opened.
"""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from projects.actions import plans
from projects.audio import gaps, pcm, tags
from projects.audio.encoding import Written
from projects.audio.parcel import Enclosed
from projects.audio.timeline import timeline
from projects.captions.lines import Spoken
from projects.models import Character, Export, Script, Sound, Take
from projects.speech.sentences import code_of, sentences

NARRATOR = "Narrator"


class NothingSpoken(Exception):
    """Not one line has a take of its present text and direction."""


@dataclass(frozen=True)
class Line:
    """A line of a file. `start` and `end` are those of its take, in samples of the file; `spoken` is its speech in it.

    `number` counts in its chapter, `language` is a two-letter code.
    """

    number: int
    take_id: int
    start: int
    end: int
    spoken: Spoken
    language: str


@dataclass(frozen=True)
class Chapter:
    title: str
    start: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class File:
    """One file of an export; `name` is without its ending."""

    name: str
    title: str
    rate_hz: int
    chapters: tuple[Chapter, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for chapter in self.chapters for line in chapter.lines)

    @property
    def language(self) -> str:
        """That of most lines."""
        return next((one for one, _ in Counter(line.language for line in self.lines).most_common(1)), "")

    @property
    def spoken(self) -> tuple[Spoken, ...]:
        return tuple(line.spoken for line in self.lines)


def of_export(export: Export) -> list[File]:
    """The files of a finished export with what is spoken in them."""
    chapters = list(_chapters(export))
    rate_hz = export.timeline["rate_hz"]
    grouped = itertools.groupby(chapters, key=lambda one: one[0])
    return [
        File(
            name,
            export.title if not export.by_chapter else "",
            rate_hz,
            tuple(one for _, one in some),
        )
        for name, some in grouped
    ]


def of_script(script: Script) -> File:
    """A chapter as it stands, in a WAV of its own. NothingSpoken where none of its lines has a current take."""
    (file,) = of_export(draft(script))
    return file


def draft(script: Script) -> Export:
    """The export, in no database, that a chapter would be made into now."""
    project = script.project
    finish = project.finishing
    lines = script.paragraphs.current().order_by("position")
    plan, total_ms = plans.make(project, False, lines, finish)
    if not plan:
        raise NothingSpoken
    kept = {**finish.kept(), "chapter_pause_ms": project.chapter_pause_ms}
    export = Export(
        project=project, format="wav", title=script.title, plan=plan, finish=kept, total_ms=total_ms
    )
    written = Written(0, timeline(plans.book(export, is_heard=False)))
    export.timeline = plans.timeline(export, [Enclosed(script.title, written)])
    return export


def _chapters(export: Export) -> Iterator[tuple[str, Chapter]]:
    """Each chapter with the name of the file that it is in."""
    planned = [chapter for chapter in export.plan if chapter["lines"]]
    told = _Told(export, planned)
    for chapter, placed in zip(planned, export.timeline["chapters"], strict=True):
        lines = tuple(
            told.line(number, line, place)
            for number, (line, place) in enumerate(zip(chapter["lines"], placed["lines"], strict=True), 1)
            if not line.get("clip")
        )
        name = placed.get("file", "").rpartition(".")[0] or tags.file_stem(export.title, "narration")
        yield name, Chapter(chapter["title"], placed["start"], lines)


class _Told:
    """What is known of the lines of a plan, read at once: three queries, and one more for each thousand lines."""

    def __init__(self, export: Export, planned: list[dict[str, Any]]) -> None:
        lines = [line for chapter in planned for line in chapter["lines"]]
        self._rate_hz = export.timeline["rate_hz"]
        self._takes = Take.objects.only("text", "language").in_bulk([line["take"] for line in lines])
        sounds = Sound.objects.only("sha256", "cells")
        hashes = {line["audio_sha256"] for line in lines if line.get("audio_sha256")}
        self._sounds = sounds.in_bulk(list(hashes), field_name="sha256")
        self._narrator = _narrator(export) if any(line.get("speaker") for line in lines) else ""

    def line(self, number: int, planned: dict[str, Any], placed: dict[str, Any]) -> Line:
        take = self._takes.get(planned["take"])
        text = planned.get("text") or (take.text if take else "")
        sound = self._sounds.get(planned.get("audio_sha256", ""))
        head = planned.get("treatment", {}).get("head", 0)
        found = gaps.heard(bytes(sound.cells) if sound else b"", planned["frames"], head)
        start = placed["start"]
        spoken = Spoken(
            sentences=tuple(sentences(text, take.language if take else "")),
            start_ms=self._ms(start, found.start),
            end_ms=self._ms(start, found.end),
            pauses=tuple((self._ms(start, one), self._ms(start, two)) for one, two in found.pauses),
            speaker=planned.get("speaker") or self._narrator,
        )
        language = code_of(take.language if take else "", text)
        return Line(number, planned["take"], start, placed["end"], spoken, language)

    def _ms(self, start: int, frames: int) -> int:
        return round(1000 * (start / self._rate_hz + frames / pcm.RATE_HZ))


def _narrator(export: Export) -> str:
    name = Character.objects.filter(project=export.project_id, is_narrator=True).values_list(
        "name", flat=True
    )
    return name.first() or NARRATOR
