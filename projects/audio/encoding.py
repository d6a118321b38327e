"""A book written as one file. WAV is its sound in one pass; MP3 and M4B are packets of takes, each encoded once.

Which formats there are, what stands in their tags, and the order of the work. Containers are mp3.py, mp4.py, wav.py.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

from projects.audio import assembly, codecs, id3, mp3, mp4, packing, pcm, riff, tags, wav
from projects.audio import cover as covers
from projects.audio.book import Book
from projects.audio.codecs import Codec, Packets
from projects.audio.grid import PLAIN
from projects.audio.packet_cache import PacketCache
from projects.audio.timeline import Mark, Timeline, timeline

Format = Literal["wav", "mp3", "m4b"]
Progress = Callable[[int, int], None]

GENRE = "Audiobook"
CODECS: dict[str, Codec] = {"mp3": codecs.MP3, "m4b": codecs.AAC}

_PROGRESS_FRAMES = 10 * pcm.RATE_HZ
_PROGRESS_S = 1.0
_TITLE_LIMIT_BYTES = 255


@dataclass(frozen=True)
class Written:
    """A finished file, and where everything in it stands, in samples of the file's own rate."""

    size_bytes: int
    timeline: Timeline

    @property
    def duration_ms(self) -> int:
        return self.timeline.duration_ms

    @property
    def marks(self) -> tuple[Mark, ...]:
        return self.timeline.marks


@dataclass(frozen=True)
class _Job:
    """All that a container needs: texts already made safe, the cover checked, and how to get at the sound."""

    book: Book
    plan: Timeline
    marks: tuple[Mark, ...]
    cover: covers.Cover | None
    cache: PacketCache | None
    told: "_Told"


def _no_progress(done_frames: int, total_frames: int) -> None:
    pass


def write(
    book: Book,
    target: Path,
    format: Format,
    *,
    cache: PacketCache | None = None,
    on_progress: Progress = _no_progress,
) -> Written:
    """Assemble the book into `target`, replacing what is there; the caller syncs and renames it.

    With a `cache`, what was encoded before is copied, and what is encoded now is kept, even if the work is broken off.
    `on_progress(done_frames, total_frames)` is called each second, or after the first line past 10 s of sound, and at
    the end. Whatever it raises ends the work. After any failure no file is left.
    EmptyBook without a line; BrokenTake when a take is not what the book says; BadCover for a cover that is
    not a whole JPEG or PNG; OSError when the disk refuses.
    """
    plan = timeline(book, CODECS[format].grid if format in CODECS else PLAIN)
    cover = covers.check(book.cover) if book.cover else None
    told = _Told(on_progress, plan)
    job = _Job(_with_clean_texts(book), plan, _named(plan), cover, cache, told)
    try:
        with target.open("wb") as file:
            _WRITERS[format](job, file)
        told.all_done()
        return Written(target.stat().st_size, plan)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


class _Told:
    """Tells how far the work is, in frames of 24 kHz: not too often, and often enough for whoever holds a lease."""

    def __init__(self, tell: Progress, plan: Timeline) -> None:
        self._tell, self._plan = tell, plan
        self._total = plan.samples * pcm.RATE_HZ // plan.grid.rate_hz
        self._done = self._told = 0
        self._at = time.monotonic()

    def samples(self, done: int) -> None:
        self._done = min(done * pcm.RATE_HZ // self._plan.grid.rate_hz, self._total)
        if self._done - self._told >= _PROGRESS_FRAMES or time.monotonic() - self._at >= _PROGRESS_S:
            self.again()

    def again(self) -> None:
        self._tell(self._done, self._total)
        self._told, self._at = self._done, time.monotonic()

    def all_done(self) -> None:
        self._tell(self._total, self._total)


def _sound(job: _Job) -> Iterator[pcm.Pcm]:
    """The book's samples; their sum must be what the timeline says."""
    done = 0
    for piece in assembly.sound(job.book):
        yield piece
        done += piece.size
        job.told.samples(done)
    if done != job.plan.samples:
        raise RuntimeError(f"The book has {done} frames, its timeline {job.plan.samples}.")


def _packets(job: _Job, codec: Codec) -> Generator[Packets]:
    lots = packing.packets(job.book, job.plan, codec, job.cache, tick=job.told.again)
    with closing(lots):
        for lot, end in lots:
            yield lot
            job.told.samples(end * codec.grid.frame)


def _with_clean_texts(book: Book) -> Book:
    return replace(
        book,
        title=tags.clean(book.title),
        author=tags.clean(book.author),
        narrator=tags.clean(book.narrator),
        comment=tags.clean(book.comment),
        album=tags.clean(book.album) or tags.clean(book.title),
        language=tags.language_code(book.language),
    )


def _named(plan: Timeline) -> tuple[Mark, ...]:
    """Marks whose titles every container holds; a chapter without a title gets its number."""
    return tuple(
        replace(mark, title=tags.clean(mark.title, limit_bytes=_TITLE_LIMIT_BYTES) or str(number))
        for number, mark in enumerate(plan.marks, start=1)
    )


def _write_wav(job: _Job, file: BinaryIO) -> None:
    book = job.book
    texts = [(b"INAM", book.title), (b"IART", book.author), (b"IGNR", GENRE), (b"ICMT", book.comment)]
    if book.track[0]:
        texts += [(b"IPRD", book.album), (b"ITRK", str(book.track[0]))]
    extra = riff.cues([(mark.start, mark.title) for mark in job.marks]) + riff.info(texts)
    writer = wav.WavWriter(file, extra=extra)
    for piece in _sound(job):
        writer.write(piece)
    writer.close()


def _write_mp3(job: _Job, file: BinaryIO) -> None:
    book = job.book
    texts = {"TIT2": book.title, "TALB": book.album, "TPE1": book.author, "TCOM": book.narrator}
    texts |= {"TCON": GENRE, "TLAN": book.language}
    if book.track[0]:
        texts["TRCK"] = f"{book.track[0]}/{book.track[1]}"
    marks = list(job.marks)
    tag = id3.tag(texts, comment=book.comment, language=book.language, marks=marks, cover=job.cover)
    with closing(_packets(job, codecs.MP3)) as packets:
        mp3.write(file, tag, job.plan, packets)


def _write_m4b(job: _Job, file: BinaryIO) -> None:
    """`stik` 2 is Apple's "audiobook"."""
    book, codec = job.book, codecs.AAC
    texts = {b"\xa9nam": book.title, b"\xa9alb": book.album, b"\xa9ART": book.author}
    texts |= {b"\xa9wrt": book.narrator, b"\xa9gen": GENRE, b"\xa9cmt": book.comment}
    about = mp4.About(texts, {b"stik": 2}, book.language, job.marks, job.cover, book.track)
    with closing(_packets(job, codec)) as packets:
        mp4.write(file, job.plan, codecs.aac_setup(codec), codec.bits_per_s, about, packets)


_WRITERS: dict[Format, Callable[[_Job, BinaryIO], None]] = {
    "wav": _write_wav,
    "mp3": _write_mp3,
    "m4b": _write_m4b,
}
