"""Each format's file around the sound of a book: what stands in its tags, and where.

The layouts themselves are wav.py, mp3.py, mp4.py, flac.py and ogg.py.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from projects.audio import codecs, flac, id3, mp3, mp4, ogg, pcm, riff, vorbis, wav
from projects.audio.book import Book
from projects.audio.codecs import Packets
from projects.audio.cover import Cover
from projects.audio.formats import FORMATS, Format
from projects.audio.timeline import Mark, Timeline

AUDIOBOOK, PODCAST = "Audiobook", "Podcast"
_APPLE_AUDIOBOOK, _YES = 2, 1


@dataclass(frozen=True)
class Content:
    """All that a container needs: texts already made safe, the cover checked, and how to get at the sound.

    `sound` gives samples, `lots` packets with where each lot ends, in steps of the grid; a container asks one of them.
    """

    book: Book
    plan: Timeline
    marks: tuple[Mark, ...]
    cover: Cover | None
    sound: Callable[[], Iterator[pcm.Pcm]]
    lots: Callable[[], Iterator[tuple[Packets, int]]]


def write(content: Content, format: Format, file: BinaryIO) -> None:
    """Write the whole file from its beginning on. Unfit for what the format cannot hold."""
    _WRITERS[format](content, file)


def _packets(content: Content) -> Iterator[Packets]:
    return (lot for lot, _ in content.lots())


def _wav(content: Content, file: BinaryIO) -> None:
    book = content.book
    texts = [(b"INAM", book.title), (b"IART", book.author), (b"IGNR", AUDIOBOOK), (b"ICMT", book.comment)]
    if book.track[0]:
        texts += [(b"IPRD", book.album), (b"ITRK", str(book.track[0]))]
    extra = riff.cues([(mark.start, mark.title) for mark in content.marks]) + riff.info(texts)
    writer = wav.WavWriter(file, extra=extra)
    for piece in content.sound():
        writer.write(piece)
    writer.close()


def _mp3(content: Content, file: BinaryIO) -> None:
    _tagged_mp3(content, file, _packets(content))


def _mp3_podcast(content: Content, file: BinaryIO) -> None:
    _tagged_mp3(content, file, _packets(content), genre=PODCAST)


def _mp3_vbr(content: Content, file: BinaryIO) -> None:
    _tagged_mp3(content, file, _packets(content), is_vbr=True)


def _tagged_mp3(
    content: Content,
    file: BinaryIO,
    packets: Iterable[Packets],
    *,
    genre: str = AUDIOBOOK,
    is_vbr: bool = False,
) -> None:
    book = content.book
    texts = {"TIT2": book.title, "TALB": book.album, "TPE1": book.author, "TCOM": book.narrator}
    texts |= {"TCON": genre, "TLAN": book.language}
    if book.track[0]:
        texts["TRCK"] = f"{book.track[0]}/{book.track[1]}"
    marks = list(content.marks)
    tag = id3.tag(texts, comment=book.comment, language=book.language, marks=marks, cover=content.cover)
    mp3.write(file, tag, content.plan, packets, is_vbr=is_vbr)


def _m4b(content: Content, file: BinaryIO) -> None:
    _mp4(content, file, b"M4B ", AUDIOBOOK, {b"stik": _APPLE_AUDIOBOOK})


def _m4a(content: Content, file: BinaryIO) -> None:
    _mp4(content, file, b"M4A ", PODCAST, {b"pcst": _YES})


def _mp4(content: Content, file: BinaryIO, brand: bytes, genre: str, numbers: dict[bytes, int]) -> None:
    book, codec = content.book, codecs.AAC
    texts = {b"\xa9nam": book.title, b"\xa9alb": book.album, b"\xa9ART": book.author}
    texts |= {b"\xa9wrt": book.narrator, b"\xa9gen": genre, b"\xa9cmt": book.comment}
    about = mp4.About(brand, texts, numbers, book.language, content.marks, content.cover, book.track)
    mp4.write(file, content.plan, codecs.aac_setup(codec), codec.bits_per_s, about, _packets(content))


def _flac(content: Content, file: BinaryIO) -> None:
    picture = vorbis.picture(content.cover) if content.cover else b""
    flac.write(
        file,
        content.plan,
        vorbis.comments(_vorbis_texts(content.book), content.marks),
        picture,
        content.lots(),
    )


def _opus(content: Content, file: BinaryIO) -> None:
    texts = _vorbis_texts(content.book)
    if content.cover:
        texts["METADATA_BLOCK_PICTURE"] = vorbis.picture_text(content.cover)
    ogg.write(file, content.plan, pcm.RATE_HZ, vorbis.comments(texts, content.marks), _packets(content))


def _vorbis_texts(book: Book) -> dict[str, str]:
    texts = {"TITLE": book.title, "ALBUM": book.album, "ARTIST": book.author, "PERFORMER": book.narrator}
    texts |= {"GENRE": AUDIOBOOK, "LANGUAGE": book.language, "COMMENT": book.comment}
    if book.track[0]:
        texts |= {"TRACKNUMBER": str(book.track[0]), "TRACKTOTAL": str(book.track[1])}
    return texts


_WRITERS: dict[Format, Callable[[Content, BinaryIO], None]] = {
    "m4b": _m4b,
    "m4a": _m4a,
    "mp3": _mp3,
    "mp3-128": _mp3_podcast,
    "mp3-vbr": _mp3_vbr,
    "opus": _opus,
    "flac": _flac,
    "wav": _wav,
}
assert _WRITERS.keys() == FORMATS.keys()
