"""What a feed is made of."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sound:
    """An episode's file: its address, how many bytes it has, and what they are."""

    url: str
    size_bytes: int
    media_type: str


@dataclass(frozen=True)
class Episode:
    """One episode. `guid` never changes; `transcripts` are addresses by media type, `chapters` is that of the JSON."""

    guid: str
    title: str
    number: int
    sound: Sound
    duration_ms: int
    published: datetime
    transcripts: tuple[tuple[str, str], ...] = ()
    chapters: str = ""
    note: str = ""


@dataclass(frozen=True)
class Channel:
    """A whole feed, its episodes in the order in which they are heard. `url` is its own address."""

    url: str
    title: str
    author: str
    narrator: str
    language: str
    note: str
    episodes: tuple[Episode, ...]
    image: str = ""
