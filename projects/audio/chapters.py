"""Chapters as a file beside the sound, for feeds, players and programs that do not read tags.

Sources: podcast namespace, JSON Chapters Format 1.2; Podlove Simple Chapters as the Podlove Web Player takes them;
FFmpeg's metadata format (ffmpeg-formats, section Metadata).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    """From when to when, in milliseconds of its file."""

    title: str
    start_ms: int
    end_ms: int


def podcast(chapters: Sequence[Chapter], *, title: str, author: str) -> str:
    """JSON of the podcast namespace; its times are seconds."""
    told = {"version": "1.2.0", "title": title} | ({"author": author} if author else {})
    rows = [
        {"startTime": one.start_ms / 1000, "endTime": one.end_ms / 1000, "title": one.title}
        for one in chapters
    ]
    return _json({**told, "chapters": rows})


def podlove(chapters: Sequence[Chapter]) -> str:
    """JSON for Podlove's player and publisher."""
    return _json([{"start": clock(one.start_ms), "title": one.title} for one in chapters])


def ffmetadata(chapters: Sequence[Chapter], *, title: str, author: str) -> str:
    """For FFmpeg: `ffmpeg -i book.mp3 -i chapters.txt -map_metadata 1 -c copy …`."""
    rows = [";FFMETADATA1", f"title={_escaped(title)}", f"artist={_escaped(author)}"]
    for one in chapters:
        rows += ["", "[CHAPTER]", "TIMEBASE=1/1000", f"START={one.start_ms}", f"END={one.end_ms}"]
        rows.append(f"title={_escaped(one.title)}")
    return "\n".join([*rows, ""])


def clock(at_ms: int) -> str:
    """01:02:03.004"""
    seconds, ms = divmod(at_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{ms:03}"


def _json(what: object) -> str:
    return json.dumps(what, ensure_ascii=False, indent=2) + "\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "=;#\\\n" else char for char in text)
