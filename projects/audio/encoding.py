"""A book written as one file. WAV is its sound in one pass; all others are packets of takes, each encoded once.

The order of the work, and how far it is. Which formats there are is formats.py, what stands in them containers.py.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from projects.audio import assembly, containers, packing, pcm, tags
from projects.audio import cover as covers
from projects.audio.book import Book
from projects.audio.codecs import Codec, Packets
from projects.audio.formats import FORMATS, Format
from projects.audio.packet_cache import PacketCache
from projects.audio.progress import Progress, Told
from projects.audio.timeline import Mark, Timeline, timeline

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
    `on_progress(done_frames, total_frames)` is called each second, or after the first line past 10 s of encoded sound,
    and at the end. Whatever it raises ends the work. After any failure no file is left.
    EmptyBook without a line; BrokenTake when a take is not what the book says; BadCover for a cover that is
    not a whole JPEG or PNG; Unfit for what the format cannot hold; OSError when the disk refuses.
    """
    codec = FORMATS[format].codec
    plan = timeline(book, FORMATS[format].grid)
    cover = covers.check(book.cover) if book.cover else None
    told = _told(on_progress, book, plan, codec, cache)
    content = containers.Content(
        _with_clean_texts(book),
        plan,
        _named(plan),
        cover,
        sound=partial(_sound, book, plan, told),
        lots=partial(_lots, book, plan, codec, cache, told),
    )
    try:
        with target.open("wb") as file:
            containers.write(content, format, file)
        told.all_done()
        return Written(target.stat().st_size, plan)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def left(book: Book, format: Format, cache: PacketCache | None) -> tuple[int, int]:
    """How many frames of how many there are to encode for this file, as the cache is now."""
    kind = FORMATS[format]
    told = _told(_no_progress, book, timeline(book, kind.grid), kind.codec, cache)
    return told.left, told.total


def _told(tell: Progress, book: Book, plan: Timeline, codec: Codec | None, cache: PacketCache | None) -> Told:
    return Told(tell, plan, packing.missing(book, plan, codec, cache) if codec else plan.places)


def _sound(book: Book, plan: Timeline, told: Told) -> Iterator[pcm.Pcm]:
    """The book's samples; their sum must be what the timeline says."""
    done = 0
    for piece in assembly.sound(book):
        yield piece
        done += piece.size
        told.upto(done)
    if done != plan.samples:
        raise RuntimeError(f"The book has {done} frames, its timeline {plan.samples}.")


def _lots(
    book: Book, plan: Timeline, codec: Codec | None, cache: PacketCache | None, told: Told
) -> Iterator[tuple[Packets, int]]:
    assert codec, "This format has no packets."
    with closing(packing.packets(book, plan, codec, cache, tick=told.again)) as lots:
        for lot, end in lots:
            yield lot, end
            told.upto(end)


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
