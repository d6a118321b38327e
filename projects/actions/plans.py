"""The plan of an export: which takes go in and how they are treated, frozen; and the book that is made of it."""

from dataclasses import asdict
from itertools import groupby
from operator import attrgetter
from typing import Any

from projects.actions import encoded
from projects.audio import book as books
from projects.audio import pcm
from projects.audio.finish import Finish
from projects.audio.parcel import Enclosed
from projects.audio.treatment import Treatment
from projects.models import Export, Paragraph, Project

# The silences of the whole file that an export keeps, beside what stands with each line.
ENDS = ("head_ms", "tail_ms", "chapter_pause_ms")


def make(project: Project, approved: bool, lines: Any, finish: Finish) -> tuple[list[dict[str, Any]], int]:
    """Return chapters of takes, each with the sound it has now and how it is treated, and pauses; and about how long
    they play."""
    chapters, total_ms = [], 0
    heard = lines.select_related("script", "character", "chosen__sound").defer(*encoded.UNHEARD)
    for script, group in groupby(heard, key=attrgetter("script")):
        rows = list(group)
        pauses_ms = project.pauses.behind(line.followed for line in rows)
        heard_as = encoded.in_a_row([line.chosen for line in rows], pauses_ms, finish)
        planned = [_planned(*both, approved) for both in zip(rows, heard_as, strict=True)]
        chapters.append({"title": script.title, "script": script.pk, "lines": planned})
        total_ms += sum(pcm.frames_to_ms(row["frames"]) + row["pause_ms"] for row in planned)
    return chapters, total_ms


def _planned(line: Paragraph, one: books.Line, approved: bool) -> dict[str, Any]:
    """One line's row of a plan; see ``Export``."""
    row: dict[str, Any] = {
        "take": line.chosen_id,
        "audio_sha256": one.key,
        "frames": one.frames,
        "pause_ms": one.pause_ms,
        "text": line.text,
    }
    row |= {"speaker": line.character.name} if line.character else {}
    row |= {"clip": True} if line.is_clip else {}
    row |= {"treatment": asdict(one.treatment)} if one.treatment else {}
    row |= {"overlap": one.overlap} if one.overlap else {}
    return row | ({"verdict": line.verdict_id} if approved else {})


def book(export: Export, *, is_heard: bool = True) -> books.Book:
    """The book of a plan; without its cover where it is only for its timeline."""
    project = export.project
    chapters = tuple(
        books.Chapter(
            chapter["title"],
            tuple(_line(line) for line in chapter["lines"]),
        )
        for chapter in export.plan
    )
    cover = b""
    if project.cover and is_heard:
        with project.cover.open("rb") as file:
            cover = file.read()
    return books.Book(
        title=export.title,
        author=export.author,
        narrator=export.narrator,
        chapters=chapters,
        cover=cover,
        language=project.language if project.language != "Auto" else "",
        comment=export.note,
        tone=encoded.tone(Finish.of(export.finish)),
        tone_in_pauses=Finish.of(export.finish).tone_in_pauses,
        **_ends(export),
    )


def _line(planned: dict[str, Any]) -> books.Line:
    how = Treatment(**planned.get("treatment", {}))
    overlap = planned.get("overlap", 0)
    return encoded.line(planned["audio_sha256"], planned["frames"], planned["pause_ms"], how, overlap)


def _ends(export: Export) -> dict[str, Any]:
    """The silences of the whole file. Exports of before these were frozen have the project's pause."""
    kept = {"chapter_pause_ms": export.project.chapter_pause_ms, **export.finish}
    silences = {name: kept[name] for name in ENDS if name in kept}
    return {"lead_ms" if name == "head_ms" else name: ms for name, ms in silences.items()}


def marks(export: Export, inside: list[Enclosed]) -> list[dict[str, Any]]:
    """Where each chapter begins and ends in its file; which file that is, where there are several."""
    spoken = [chapter for chapter in export.plan if chapter["lines"]]
    found = [(enclosed, one) for enclosed in inside for one in enclosed.written.marks]
    return [
        {
            "title": one.title,
            "script": chapter.get("script"),
            "start_ms": one.start_ms,
            "end_ms": one.end_ms,
            **_file(export, enclosed),
        }
        for chapter, (enclosed, one) in zip(spoken, found, strict=True)
    ]


def timeline(export: Export, inside: list[Enclosed]) -> dict[str, Any]:
    """Where each take is in its file, from its first sample to behind its last."""
    spoken = [chapter for chapter in export.plan if chapter["lines"]]
    placed = [
        (enclosed, enclosed.written.timeline.grid, starts)
        for enclosed in inside
        for starts in enclosed.written.timeline.line_starts
        if starts
    ]
    chapters = []
    for chapter, (enclosed, grid, starts) in zip(spoken, placed, strict=True):
        lines = [
            {"take": line["take"], "start": start, "end": start + grid.samples(line["frames"])}
            for line, start in zip(chapter["lines"], starts, strict=True)
        ]
        where = {"title": chapter["title"], "start": starts[0], "lines": lines}
        chapters.append(where | _file(export, enclosed))
    samples = sum(one.written.timeline.samples for one in inside)
    return {"rate_hz": placed[0][1].rate_hz, "samples": samples, "chapters": chapters}


def _file(export: Export, enclosed: Enclosed) -> dict[str, str]:
    return {"file": enclosed.name} if export.by_chapter else {}
