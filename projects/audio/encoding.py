"""A book written as one file: WAV, MP3 or M4B, in one pass over its takes with little memory.

Measured facts behind the settings: blocks of one second run at the encoder's own speed; AAC at the takes'
own 24 kHz costs less than at 44.1; one pass keeps every line on its frame. A cache of encoded packets comes
later and will feed the same containers.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import av

from projects.audio import assembly, id3, muxing, pcm, riff, tags, wav
from projects.audio import cover as covers
from projects.audio.book import Book, Mark, Timeline, timeline

Format = Literal["wav", "mp3", "m4b"]
Progress = Callable[[int, int], None]

MP3_RATE_HZ, MP3_BITS_PER_S = 44_100, 192_000
M4B_BITS_PER_S = 64_000
GENRE = "Audiobook"

_PROGRESS_FRAMES = 10 * pcm.RATE_HZ
_PROGRESS_S = 1.0
_TITLE_LIMIT_BYTES = 255


@dataclass(frozen=True)
class Written:
    """A finished file. `marks` are its chapters in frames of 24 kHz, whatever the file's own rate."""

    size_bytes: int
    duration_ms: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class _Job:
    """All that a container needs: texts already made safe, the cover checked, the sound still to be read."""

    book: Book
    marks: tuple[Mark, ...]
    cover: covers.Cover | None
    blocks: Iterator[pcm.Pcm]


def _no_progress(done_frames: int, total_frames: int) -> None:
    pass


def write(book: Book, target: Path, format: Format, *, on_progress: Progress = _no_progress) -> Written:
    """Assemble the book into `target`, replacing what is there; the caller syncs and renames it.

    `on_progress(done_frames, total_frames)` is called at least each second or each 10 s of sound, and at the
    end. Whatever it raises ends the work. After any failure no file is left.
    EmptyBook without a line; BrokenTake when a take is not what the book says; BadCover for a cover that is
    not a whole JPEG or PNG; OSError when the disk refuses.
    """
    plan = timeline(book)
    writer = _WRITERS[format]
    cover = covers.check(book.cover) if book.cover else None
    with closing(assembly.blocks(book)) as sound:
        job = _Job(_with_clean_texts(book), _named(plan), cover, _watched(sound, plan.frames, on_progress))
        try:
            writer(job, target)
            on_progress(plan.frames, plan.frames)
            return Written(target.stat().st_size, plan.duration_ms, plan.marks)
        except BaseException:
            target.unlink(missing_ok=True)
            raise


def _watched(sound: Iterator[pcm.Pcm], total: int, on_progress: Progress) -> Iterator[pcm.Pcm]:
    """The blocks as they are, with word of how far they got; their sum must be what the timeline says."""
    done, told_frames, told_at = 0, 0, time.monotonic()
    for block in sound:
        yield block
        done += block.size
        now = time.monotonic()
        if done - told_frames >= _PROGRESS_FRAMES or now - told_at >= _PROGRESS_S:
            on_progress(done, total)
            told_frames, told_at = done, now
    if done != total:
        raise RuntimeError(f"The book has {done} frames, its timeline {total}.")


def _with_clean_texts(book: Book) -> Book:
    return replace(
        book,
        title=tags.clean(book.title),
        author=tags.clean(book.author),
        narrator=tags.clean(book.narrator),
        comment=tags.clean(book.comment),
        language=tags.language_code(book.language),
    )


def _named(plan: Timeline) -> tuple[Mark, ...]:
    """Marks whose titles every container holds; a chapter without a title gets its number."""
    return tuple(
        replace(mark, title=tags.clean(mark.title, limit_bytes=_TITLE_LIMIT_BYTES) or str(number))
        for number, mark in enumerate(plan.marks, start=1)
    )


def _write_wav(job: _Job, target: Path) -> None:
    book = job.book
    texts = [(b"INAM", book.title), (b"IART", book.author), (b"IGNR", GENRE), (b"ICMT", book.comment)]
    extra = riff.cues([(mark.start_frame, mark.title) for mark in job.marks]) + riff.info(texts)
    with target.open("wb") as file:
        writer = wav.WavWriter(file, extra=extra)
        for block in job.blocks:
            writer.write(block)
        writer.close()


def _write_mp3(job: _Job, target: Path) -> None:
    """Our own tag, then FFmpeg's MP3 behind it, whose first frame states the encoder's delay for players."""
    book = job.book
    texts = {
        "TIT2": book.title,
        "TALB": book.title,
        "TPE1": book.author,
        "TCOM": book.narrator,
        "TCON": GENRE,
    }
    texts["TLAN"] = book.language
    with target.open("wb") as file:
        tag = id3.tag(
            texts, comment=book.comment, language=book.language, marks=list(job.marks), cover=job.cover
        )
        file.write(tag)
        options = {"id3v2_version": "0", "write_xing": "1"}
        rest = muxing.Behind(file)
        container = av.open(rest, "w", format="mp3", container_options=options)
        with muxing.finished(container, abandon=rest.close):
            stream = container.add_stream(
                "libmp3lame", rate=MP3_RATE_HZ, layout="mono", bit_rate=MP3_BITS_PER_S
            )
            muxing.encode(container, stream, job.blocks)


def _write_m4b(job: _Job, target: Path) -> None:
    options = {"brand": "M4B ", "movflags": "+faststart"}
    container = av.open(str(target.absolute()), "w", format="mp4", container_options=options)
    with muxing.finished(container, abandon=lambda: target.unlink(missing_ok=True)):
        container.metadata.update(_m4b_texts(job.book))
        container.set_chapters([_m4b_chapter(index, mark) for index, mark in enumerate(job.marks)])
        stream = container.add_stream("aac", rate=pcm.RATE_HZ, layout="mono", bit_rate=M4B_BITS_PER_S)
        stream.metadata["language"] = job.book.language
        if job.cover:
            muxing.add_cover(container, job.cover)
        muxing.encode(container, stream, job.blocks)


def _m4b_texts(book: Book) -> dict[str, str]:
    """`media_type` 2 is Apple's "audiobook" (stik)."""
    texts = {"title": book.title, "album": book.title, "artist": book.author, "composer": book.narrator}
    texts |= {"genre": GENRE, "media_type": "2", "comment": book.comment}
    return {name: text for name, text in texts.items() if text}


def _m4b_chapter(index: int, mark: Mark) -> Any:
    return {
        "id": index,
        "start": mark.start_frame,
        "end": mark.end_frame,
        "time_base": pcm.TICK,
        "metadata": {"title": mark.title},
    }


_WRITERS: dict[Format, Callable[[_Job, Path], None]] = {
    "wav": _write_wav,
    "mp3": _write_mp3,
    "m4b": _write_m4b,
}
