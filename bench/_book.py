"""The book that assembling is measured on, the ffmpeg command line on the same takes, and how a process is measured.

Takes of 1 to 20 s, 6 s in the mean, with 0.6 s behind each, 60 to a chapter. How long: NARRATOR_BENCH_MINUTES (60).
"""

import functools
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench._takes import takes
from projects.audio import book as books
from projects.audio import encoding, packing, pcm, wav
from projects.audio.formats import FORMATS
from projects.audio.packet_cache import PacketCache
from projects.audio.timeline import timeline

PAUSE_MS = 600
MINUTES = float(os.environ.get("NARRATOR_BENCH_MINUTES", "60"))
TAKES = max(round(MINUTES * 60 / 6.6), 10)
CHAPTER = 60
CLI = {
    "wav": ["-c:a", "pcm_s16le"],
    "flac": ["-c:a", "flac"],
    "mp3": ["-ar", "44100", "-c:a", "libmp3lame", "-b:a", "192k"],
    "m4b": ["-c:a", "aac", "-b:a", "64k", "-f", "mp4"],
    "opus": ["-c:a", "libopus", "-b:a", "32k", "-f", "opus"],
}
AS_OURS = ["-c:a", "aac", "-aac_coder", "fast", "-b:a", "80k", "-f", "mp4"]


@dataclass(frozen=True)
class Used:
    """What a process took: CPU of all its threads, the most memory it ever had, and what it said."""

    cpu_s: float
    peak_mib: float
    said: Any = None


def prepare(folder: Path) -> None:
    """The takes, the pause and ffmpeg's list of them, made elsewhere: a process's peak begins with its maker's."""
    subprocess.run([sys.executable, "-m", "bench._book", str(folder)], check=True)


def _prepare(folder: Path) -> None:
    for number, take in enumerate(takes(TAKES)):
        with open(folder / f"{number}.wav", "wb") as file:
            wav.write(file, take)
    with open(folder / "pause.wav", "wb") as file:
        wav.write(file, pcm.silence(pcm.ms_to_frames(PAUSE_MS)))
    rows = "".join(f"file '{number}.wav'\nfile 'pause.wav'\n" for number in range(TAKES))
    (folder / "list").write_text(rows)


def book(folder: Path, *, copies: int = 1, is_edited: bool = False) -> books.Book:
    """The takes so many times over, every one under a name of its own; one line in the middle may be new."""
    lines = []
    for copy in range(copies):
        for number in range(TAKES):
            path = folder / f"{number}.wav"
            is_new = is_edited and (copy, number) == (copies // 2, TAKES // 2)
            frames = (path.stat().st_size - 44) // pcm.BYTES_PER_FRAME
            key = "edited" if is_new else f"{copy} {number}"
            lines.append(books.Line(functools.partial(open, path, "rb"), frames, PAUSE_MS, key=key))
    chapters = tuple(
        books.Chapter(f"{n}", tuple(lines[n : n + CHAPTER])) for n in range(0, len(lines), CHAPTER)
    )
    return books.Book("Book", "Author", "Neil", chapters)


def ours(folder: Path, kind: str, *, copies: int = 1, is_edited: bool = False) -> Used:
    """An export in a process of its own, beside what it has encoded before; says the minutes it came to."""
    return _child("_ours", str(folder), kind, str(copies), str(int(is_edited)))


def _ours(folder: str, kind: str, copies: str, is_edited: str) -> float:
    cache = PacketCache(Path(folder) / "packets", 10**12)
    whole = book(Path(folder), copies=int(copies), is_edited=bool(int(is_edited)))
    target = Path(folder) / f"out.{kind}"
    written = encoding.write(whole, target, kind, cache=cache)  # type: ignore[arg-type]
    return written.duration_ms / 60_000


def copied(folder: Path, kind: str, copies: int) -> None:
    """What is encoded of the first copy stands for all: the others get the same packets under their own names."""
    codec = FORMATS[kind].codec  # type: ignore[index]
    if codec is None:
        return
    cache = PacketCache(folder / "packets", 10**12)
    first = timeline(book(folder), codec.grid).places
    for number, place in enumerate(timeline(book(folder, copies=copies), codec.grid).places):
        made = cache.get(packing.key_of(first[number % len(first)].unit, codec))
        assert made is not None
        cache.put(packing.key_of(place.unit, codec), made)


def command_line(folder: Path, target: str, options: list[str], source: list[str] | None = None) -> Used:
    """ffmpeg over the same takes and pauses by its concat demuxer, or over another source."""
    given = source or ["-f", "concat", "-safe", "0", "-i", str(folder / "list")]
    words = ["ffmpeg", "-y", "-v", "error", *given, *options, str(folder / target)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Used(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 0)


def child(module: str, name: str, *words: str) -> Used:
    """Call `module.name(*words)` in a process of its own; its imports are not counted, as a server pays them once."""
    run = [sys.executable, "-m", "bench._book", module, name, *words]
    told = json.loads(subprocess.run(run, capture_output=True, check=True, text=True).stdout)
    return Used(**told)


def _child(name: str, *words: str) -> Used:
    return child("bench._book", name, *words)


def _measure(call: Callable[..., Any], words: list[str]) -> None:
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    said = call(*words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = time.process_time() - began
    cpu_s += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu_s": cpu_s, "peak_mib": peak, "said": said}))


if __name__ == "__main__" and len(sys.argv) == 2:
    _prepare(Path(sys.argv[1]))
elif __name__ == "__main__":
    made = (
        sys.modules["__main__"] if sys.argv[1] == "bench._book" else __import__(sys.argv[1], fromlist=["_"])
    )
    _measure(getattr(made, sys.argv[2]), sys.argv[3:])
