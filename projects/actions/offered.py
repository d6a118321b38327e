"""Files that a page offers beside a sound, made when they are asked for: captions.py, chapters.py."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What something may be had as; ``title`` and ``about`` are for the page."""

    title: str
    about: str
    ending: str
    content_type: str
