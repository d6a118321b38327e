"""Transcripts: plain text to be read, and the podcast namespace's JSON with times."""

import json
from collections.abc import Sequence
from typing import Any

from projects.captions.lines import Chapter, Spoken, tell_apart
from projects.captions.moments import sentences, words

VERSION = "1.0.0"


def plain(title: str, chapters: Sequence[Chapter]) -> str:
    """The text under its titles. Where several speak, a line at which another begins says who."""
    says = tell_apart({line.speaker for chapter in chapters for line in chapter.lines})
    blocks, before = [title] if title else [], ""
    for chapter in chapters:
        blocks += ["", chapter.title] if chapter.title != title else []
        for line in chapter.lines:
            name = f"{line.speaker}: " if says and line.speaker != before else ""
            before = line.speaker
            blocks.append(name + line.text.strip())
    return "\n\n".join(blocks).replace("\n\n\n\n", "\n\n\n").strip() + "\n"


def by_sentence(lines: Sequence[Spoken]) -> str:
    """A segment for each sentence. Those that begin or end within a line say that this is estimated."""
    return _json(lines, [_sentences(line) for line in lines])


def by_word(lines: Sequence[Spoken]) -> str:
    """A segment for each word. All of their times are estimated."""
    return _json(lines, [[(*word, True) for word in _words(line)] for line in lines])


def _words(line: Spoken) -> list[tuple[str, int, int]]:
    return [(word.text, word.start_ms, word.end_ms) for word in words(line)]


def _sentences(line: Spoken) -> list[tuple[str, int, int, bool]]:
    found = sentences(line)
    return [(one.text, one.start_ms, one.end_ms, len(found) > 1) for one in found]


def _json(lines: Sequence[Spoken], parts: list[list[tuple[str, int, int, bool]]]) -> str:
    segments: list[dict[str, Any]] = []
    for line, some in zip(lines, parts, strict=True):
        for text, start, end, is_estimated in some:
            if text.strip():
                row: dict[str, Any] = {"speaker": line.speaker} if line.speaker else {}
                row |= {"startTime": start / 1000, "endTime": end / 1000, "body": " ".join(text.split())}
                segments.append(row | ({"estimated": True} if is_estimated else {}))
    return json.dumps({"version": VERSION, "segments": segments}, ensure_ascii=False, indent=1) + "\n"
