"""Several books in one ZIP: the chapters of a production, each a file of its own, as shops take them.

Sound that is encoded gets no smaller, so nothing is packed: the ZIP is written as fast as the disk goes. One file at a
time lies beside it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from struct import Struct
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from projects.audio import encoding, tags
from projects.audio.book import Book, EmptyBook
from projects.audio.delivery import Found
from projects.audio.encoding import Written
from projects.audio.formats import FORMATS, Format
from projects.audio.packet_cache import PacketCache
from projects.audio.progress import Progress
from projects.sentences import gettext_noop as _

_COPY_BYTES = 1 << 20
# A file's own header in a ZIP: after so many bytes come the lengths of its name and of what else is said of it.
_NAME_AT, _LENGTHS = 26, Struct("<HH")


@dataclass(frozen=True)
class Enclosed:
    """One file, of a ZIP or alone; `found` is what was heard of it, where anybody listened."""

    name: str
    written: Written
    found: Found | None = None


@dataclass(frozen=True)
class Wrapping:
    """What a ZIP has beside its sound: `first` before it, `rest` behind it, when it is known where everything stands.

    `name` says where the file of a number stands in it.
    """

    first: tuple[str, bytes]
    name: Callable[[int], str]
    rest: Callable[[list[Enclosed]], Iterable[tuple[str, bytes]]]


def by_chapter(book: Book) -> list[Book]:
    """Each chapter as a book of its own, a track of this one; chapters without lines are none."""
    chapters = [chapter for chapter in book.chapters if chapter.lines]
    return [
        replace(
            book, title=chapter.title, album=book.title, chapters=(chapter,), track=(number, len(chapters))
        )
        for number, chapter in enumerate(chapters, 1)
    ]


def write(
    books: Sequence[Book],
    target: Path,
    format: Format,
    *,
    cache: PacketCache | None = None,
    on_progress: Progress,
    listen: Callable[[Path, Callable[[], None]], Found] | None = None,
    wrapping: Wrapping | None = None,
) -> list[Enclosed]:
    """Write the books into one ZIP, under their numbers and titles. Errors and progress as in `encoding.write`.

    Each finished file is given to `listen`, with what to call now and then meanwhile.
    """
    if not books:
        raise EmptyBook(_("There is no line to assemble."))
    part = target.with_name(f"part.{FORMATS[format].ending}")
    enclosed = []
    work = [encoding.left(book, format, cache) for book in books]
    total = sum(frames for _rest, frames in work)
    try:
        with ZipFile(target, "w", ZIP_STORED) as parcel:
            if wrapping:
                parcel.writestr(*wrapping.first)
            for name, book, later in zip(_names(books, format), books, _later(work), strict=True):
                told = _Shifted(on_progress, later, total)
                written = encoding.write(book, part, format, cache=cache, on_progress=told)
                enclosed.append(Enclosed(name, written, listen(part, told.again) if listen else None))
                _put(parcel, part, wrapping.name(len(enclosed)) if wrapping else name, told)
            for name, data in wrapping.rest(enclosed) if wrapping else ():
                parcel.writestr(name, data, ZIP_DEFLATED)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        part.unlink(missing_ok=True)
    return enclosed


def places(parcel: IO[bytes]) -> dict[str, tuple[int, int]]:
    """Where each file of such a ZIP stands in it, and how many bytes it has: they are there as they are."""
    found = {}
    with ZipFile(parcel) as opened:
        for info in opened.infolist():
            parcel.seek(info.header_offset + _NAME_AT)
            name, extra = _LENGTHS.unpack(parcel.read(_LENGTHS.size))
            found[info.filename] = (
                info.header_offset + _NAME_AT + _LENGTHS.size + name + extra,
                info.file_size,
            )
    return found


@dataclass
class _Shifted:
    """Tells the progress of one file as that of all: what is left of it, and of the `later` ones."""

    tell: Progress
    later: int
    total: int
    left: int = 0

    def __call__(self, done_frames: int, total_frames: int) -> None:
        self.left = total_frames - done_frames
        self.again()

    def again(self) -> None:
        self.tell(self.total - self.later - self.left, self.total)


def _later(work: list[tuple[int, int]]) -> Iterator[int]:
    """Behind each file, how much there is to encode in those that follow."""
    later = sum(left for left, _file in work)
    for left, _file in work:
        later -= left
        yield later


def _names(books: Sequence[Book], format: Format) -> list[str]:
    """`01 - The Time Traveller.mp3`: in every system they sort as they are heard, and no two are the same."""
    digits = max(len(str(len(books))), 2)
    return [
        f"{number:0{digits}} - {tags.file_stem(book.title, f'Chapter {number}')}.{FORMATS[format].ending}"
        for number, book in enumerate(books, 1)
    ]


def _put(parcel: ZipFile, part: Path, name: str, told: _Shifted) -> None:
    info = ZipInfo.from_file(part, name)
    with part.open("rb") as file, parcel.open(info, "w", force_zip64=info.file_size >= 1 << 31) as inside:
        while piece := file.read(_COPY_BYTES):
            inside.write(piece)
            told.again()
