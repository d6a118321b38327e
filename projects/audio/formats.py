"""Which formats a book can be written in. How each is encoded is codecs.py, how it is laid out containers.py."""

from dataclasses import dataclass
from typing import Literal, cast

from projects.audio import codecs
from projects.audio.codecs import Codec
from projects.audio.grid import PLAIN, Grid

Format = Literal["m4b", "m4a", "mp3", "mp3-128", "mp3-vbr", "opus", "flac", "wav"]


@dataclass(frozen=True)
class Kind:
    """A format: what its files' names end with, what they are on the web, and their codec; WAV has none."""

    ending: str
    media_type: str
    codec: Codec | None = None

    @property
    def grid(self) -> Grid:
        return self.codec.grid if self.codec else PLAIN


FORMATS: dict[Format, Kind] = {
    "m4b": Kind("m4b", "audio/mp4", codecs.AAC),
    "m4a": Kind("m4a", "audio/mp4", codecs.AAC),
    "mp3": Kind("mp3", "audio/mpeg", codecs.MP3),
    "mp3-128": Kind("mp3", "audio/mpeg", codecs.MP3_128),
    "mp3-vbr": Kind("mp3", "audio/mpeg", codecs.MP3_VBR),
    "opus": Kind("opus", "audio/ogg", codecs.OPUS),
    "flac": Kind("flac", "audio/flac", codecs.FLAC),
    "wav": Kind("wav", "audio/wav"),
}
"""Formats with one codec share what was encoded: an M4A costs nothing once there is an M4B."""
EPUB = "epub"
EPUB_MEDIA_TYPE = "application/epub+zip"


def of_sound(format: str) -> Format:
    """The format of the sound in it: an EPUB has a file of it for each chapter."""
    return "m4a" if format == EPUB else cast(Format, format)
