"""A book's sound as a stream: takes and silence in order, in pieces of some seconds, never more in memory.

Fails closed: a take that is not exactly what the book says ends the stream. Encodes and writes nothing.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np

from projects.audio import pcm, wav
from projects.audio.book import Book, Line
from projects.audio.timeline import Unit, timeline
from projects.audio.treatment import levelled
from projects.sentences import gettext_noop as _

LINE_OF_CHAPTER = _("Line %(line)s of chapter %(chapter)s cannot be used: its sound %(said_reason)s.")
BREAKS_OFF_AFTER = _("breaks off after %(at)s of %(frames)s frames")
CANNOT_BE_OPENED = _("cannot be opened (%(said_why)s)")
IS_THAN_NOTED = _("is %(said_how)s than noted (%(frames)s frames instead of %(noted)s)")
CANNOT_BE_READ = _("cannot be read (%(said_why)s)")
FILE = _("file %(said_why)s")

PIECE_FRAMES = 8 * pcm.RATE_HZ
FADE_FRAMES = pcm.ms_to_frames(3)
VERSION = 1
"""Counts up when the same takes come to sound otherwise: what was encoded before is then of no use."""

NEAR_ZERO = 33
"""About -60 dBFS: an edge below this is not heard as a click and stays as it is."""


class BrokenTake(Exception):
    """A line's sound is missing, unreadable or of another length than noted. Render or choose the line again.

    `chapter` and `line` are indexes from 0; the message counts from 1.
    """

    def __init__(self, chapter: int, line: int, reason: str, *, title: str = "") -> None:
        self.chapter = chapter
        self.line = line
        self.reason = reason
        named = f' ("{title}")' if title else ""
        super().__init__(
            LINE_OF_CHAPTER % {"line": line + 1, "chapter": f"{chapter + 1}{named}", "said_reason": reason}
        )


class _Unfit(Exception):
    """Why a take cannot be used, before it is known which one it is."""


def sound(book: Book) -> Iterator[pcm.Pcm]:
    """The whole book in pieces of some seconds at most; together as long as its plain timeline."""
    plan = timeline(book)
    yield from _silence(plan.lead)
    for place in plan.places:
        yield from unit_sound(place.unit, title=book.chapters[place.unit.chapter].title)
        yield from _silence(place.silent)


def take(line: Line) -> pcm.Pcm:
    """One take alone, without its pause, as a file has it. BrokenTake where it cannot be used."""
    return np.concatenate(list(unit_sound(Unit(0, 0, (line,), 0))))


def unit_sound(unit: Unit, *, title: str = "") -> Iterator[pcm.Pcm]:
    """One unit's lines with the pauses inside it, in pieces of some seconds; `title` is its chapter's, for errors."""
    held = pcm.silence(0)
    for index, line in enumerate(unit.lines):
        is_last = index + 1 == len(unit.lines)
        try:
            held = yield from _overlapping(_sound(line), held, 0 if is_last else line.overlap)
        except _Unfit as unfit:
            raise BrokenTake(unit.chapter, unit.first + index, str(unfit), title=title) from unfit.__cause__
        if not is_last:
            yield from _silence(pcm.ms_to_frames(line.pause_ms))


def _overlapping(
    pieces: Iterator[pcm.Pcm], before: pcm.Pcm, behind: int
) -> Generator[pcm.Pcm, None, pcm.Pcm]:
    """One line's pieces; what the line before held back fades into them. Returns what this one holds back."""
    held = pcm.silence(0)
    for piece in pieces:
        if before.size:
            rise = pcm.fade_in_gain(before.size)
            both = np.rint(piece[: before.size] * rise + before * rise[::-1]).astype(np.int16)
            piece, before = np.concatenate([both, piece[before.size :]]), pcm.silence(0)
        held = np.concatenate([held, piece]) if held.size else piece
        if held.size > behind:
            yield held[: held.size - behind]
            held = held[held.size - behind :]
    return held


def _silence(left: int) -> Iterator[pcm.Pcm]:
    """So many frames of it."""
    while left > 0:
        yield pcm.silence(min(left, PIECE_FRAMES))
        left -= PIECE_FRAMES


def _sound(line: Line) -> Iterator[pcm.Pcm]:
    """One take in pieces of some seconds; the last piece is long enough to hold the fade out."""
    fade = pcm.ms_to_frames(line.treatment.fade_ms)
    with _opened(line) as reader:
        left = line.frames
        while left:
            count = left if left < PIECE_FRAMES + max(FADE_FRAMES, fade) else PIECE_FRAMES
            piece = _treated(reader, line, line.frames - left, count)
            first, last = left == line.frames, left == count
            soften = partial(_faded, frames=fade) if fade else _softened
            left -= count
            yield soften(piece, first=first, last=last, of_frames=line.frames)


def _treated(reader: wav.WavReader, line: Line, at: int, count: int) -> pcm.Pcm:
    """So many frames from this one on of what is left of a take, with its gain and its peaks held down."""
    how = line.treatment
    start, end = max(at - how.reach, 0), min(at + count + how.reach, line.frames)
    reader.seek(how.head + start)
    return levelled(_read(reader, end - start), how)[at - start : at - start + count]


@contextmanager
def _opened(line: Line) -> Iterator[wav.WavReader]:
    """The take's reader. Storage may fail in ways of its own, so any failure to open makes the take unfit."""
    try:
        file = line.open()
    except FileNotFoundError as error:
        raise _Unfit(_("is missing")) from error
    except Exception as error:
        raise _Unfit(CANNOT_BE_OPENED % {"said_why": error}) from error
    with file:
        try:
            reader = wav.open_frames(file)
        except wav.BadWav as error:
            raise _Unfit(FILE % {"said_why": error}) from error
        except Exception as error:
            raise _Unfit(CANNOT_BE_READ % {"said_why": error}) from error
        noted = line.treatment.head + line.frames + line.treatment.tail
        if reader.frames != noted:
            how = _("shorter") if reader.frames < noted else _("longer")
            raise _Unfit(IS_THAN_NOTED % {"said_how": how, "frames": reader.frames, "noted": noted})
        yield reader


def _read(reader: wav.WavReader, count: int) -> pcm.Pcm:
    try:
        piece = reader.read(count)
    except Exception as error:
        raise _Unfit(CANNOT_BE_READ % {"said_why": error}) from error
    if piece.size != count:
        raise _Unfit(BREAKS_OFF_AFTER % {"at": reader.at, "frames": reader.frames})
    return piece


def _softened(piece: pcm.Pcm, *, first: bool, last: bool, of_frames: int) -> pcm.Pcm:
    """Fades of 3 ms where a take begins or ends away from zero; its length and all else stay."""
    at_start = first and abs(int(piece[0])) > NEAR_ZERO
    at_end = last and abs(int(piece[-1])) > NEAR_ZERO
    if of_frames < 2 or not (at_start or at_end):
        return piece
    return _faded(piece, frames=FADE_FRAMES, first=at_start, last=at_end, of_frames=of_frames)


def _faded(piece: pcm.Pcm, *, frames: int, first: bool, last: bool, of_frames: int) -> pcm.Pcm:
    """Fades of so many frames, at most half the take, at the edges that this piece has."""
    gain = pcm.fade_in_gain(min(frames, of_frames // 2))
    if not gain.size:
        return piece
    piece = piece.copy()
    if first:
        piece[: gain.size] = pcm.scaled(piece[: gain.size], gain)
    if last:
        piece[-gain.size :] = pcm.scaled(piece[-gain.size :], gain[::-1])
    return piece
