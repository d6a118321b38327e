"""An ID3v2.3 tag with chapters and cover, as bytes. Written here because FFmpeg's lists at most 255 chapters.

Sources: id3.org, ID3v2.3.0 and ID3v2 Chapter Frame Addendum 1.0.
"""

import struct

from projects.audio.book import Unfit
from projects.audio.cover import Cover
from projects.audio.timeline import Mark
from projects.sentences import gettext_noop as _

SIZE_LIMIT_BYTES = 1 << 28
_LIST_LIMIT = 255
_TOP_LEVEL, _ORDERED = 2, 1
_NO_OFFSET = b"\xff" * 8
_FRONT_COVER = 3


def tag(
    texts: dict[str, str], *, comment: str, language: str, marks: list[Mark], cover: Cover | None
) -> bytes:
    """A whole tag: text frames by their four-letter names, a comment, chapters, and the front cover.

    Empty texts are left out. Unfit beyond 256 MB, the limit of the format.
    """
    frames = [_text(name, text) for name, text in texts.items() if text]
    if comment:
        frames.append(_comment(comment, language))
    frames += _chapters(marks)
    if cover:
        frames.append(_picture(cover))
    body = b"".join(frames)
    if len(body) >= SIZE_LIMIT_BYTES:
        raise Unfit(_("The tags and the cover are too large for an MP3 file."))
    return b"ID3\x03\x00\x00" + bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)) + body


def _frame(name: str, body: bytes) -> bytes:
    return name.encode() + struct.pack(">IH", len(body), 0) + body


def _text(name: str, text: str) -> bytes:
    return _frame(name, _encoded(text))


def _encoded(text: str) -> bytes:
    """The mark of the encoding and the text: Latin-1 where it fits, else UTF-16, as version 2.3 knows it."""
    try:
        return b"\x00" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"\x01\xff\xfe" + text.encode("utf-16-le")


def _comment(text: str, language: str) -> bytes:
    encoded = _encoded(text)
    no_description = b"\x00" if encoded[:1] == b"\x00" else b"\xff\xfe\x00\x00"
    return _frame("COMM", encoded[:1] + language.encode() + no_description + encoded[1:])


def _picture(cover: Cover) -> bytes:
    return _frame("APIC", b"\x00" + cover.mime.encode() + bytes([0, _FRONT_COVER, 0]) + cover.data)


def _chapters(marks: list[Mark]) -> list[bytes]:
    """One CHAP per mark and the contents; more than 255 are listed by lists of 255 each."""
    names = [f"ch{index}" for index in range(len(marks))]
    frames = [_chapter(name, mark) for name, mark in zip(names, marks, strict=True)]
    if not marks:
        return []
    if len(names) <= _LIST_LIMIT:
        return [_contents("toc", _TOP_LEVEL | _ORDERED, names), *frames]
    parts = [names[start : start + _LIST_LIMIT] for start in range(0, len(names), _LIST_LIMIT)]
    lists = [_contents(f"toc{index}", _ORDERED, part) for index, part in enumerate(parts)]
    top = _contents("toc", _TOP_LEVEL | _ORDERED, [f"toc{index}" for index in range(len(parts))])
    return [top, *lists, *frames]


def _chapter(name: str, mark: Mark) -> bytes:
    times = struct.pack(">II", mark.start_ms, mark.end_ms) + _NO_OFFSET
    return _frame("CHAP", name.encode() + b"\x00" + times + _text("TIT2", mark.title))


def _contents(name: str, flags: int, children: list[str]) -> bytes:
    listed = b"".join(child.encode() + b"\x00" for child in children)
    return _frame("CTOC", name.encode() + b"\x00" + bytes([flags, len(children)]) + listed)
