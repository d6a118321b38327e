"""The comments that FLAC and Ogg files carry: texts, chapters and the cover.

Sources: xiph.org, Ogg Vorbis I comment field and header specification; Chapter Extension (CHAPTERxxx); RFC 9639, 8.8.
"""

import struct
from base64 import b64encode
from collections.abc import Iterable

from projects.audio.chapters import clock
from projects.audio.cover import Cover
from projects.audio.timeline import Mark

CHAPTER_LIMIT = 1000
_VENDOR = b"Narrator"
_FRONT_COVER = 3
_COLOUR_BITS = 24


def comments(texts: dict[str, str], marks: Iterable[Mark]) -> bytes:
    """The whole block, without the framing that a container puts around it. Empty texts are left out.

    Chapters have three digits, so that those beyond a thousand are left out.
    """
    rows = [f"{name}={text}" for name, text in texts.items() if text]
    for number, mark in list(enumerate(marks))[:CHAPTER_LIMIT]:
        rows += [f"CHAPTER{number:03}={clock(mark.start_ms)}", f"CHAPTER{number:03}NAME={mark.title}"]
    encoded = [_sized(row.encode()) for row in rows]
    return _sized(_VENDOR) + struct.pack("<I", len(encoded)) + b"".join(encoded)


def picture(cover: Cover) -> bytes:
    """The cover as a picture block of FLAC."""
    mime = cover.mime.encode()
    sides = struct.pack(">IIII", cover.width_px, cover.height_px, _COLOUR_BITS, 0)
    head = struct.pack(">II", _FRONT_COVER, len(mime)) + mime + struct.pack(">I", 0)
    return head + sides + struct.pack(">I", len(cover.data)) + cover.data


def picture_text(cover: Cover) -> str:
    """The cover as Ogg files have it: the value of METADATA_BLOCK_PICTURE."""
    return b64encode(picture(cover)).decode()


def _sized(text: bytes) -> bytes:
    return struct.pack("<I", len(text)) + text
