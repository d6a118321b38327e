"""Transcripts of speech: time stamps, and cues such as [laughter] that are heard and not said."""

import re
from collections.abc import Sequence
from dataclasses import replace

from .manuscript import Chapter

STAMP = re.compile(r"[\[(]\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]\s*")
CUE = re.compile(
    r"\s?[\[(](?:laughter|laughs|laughing|applause|music|crosstalk|inaudible|unintelligible|silence|pause|sighs|"
    r"coughs|clears throat|theme music|break|ad break)\b[^\[\]()]{0,20}[\])]",
    re.IGNORECASE,
)


def strip(chapters: Sequence[Chapter]) -> tuple[list[Chapter], str]:
    """Chapters without time stamps; where there were any, also without sound cues. And a sentence about it."""
    stamps = sum(1 for chapter in chapters for text in chapter.paragraphs for _ in STAMP.finditer(text))
    if not stamps:
        return list(chapters), ""
    cues = 0
    cleaned = []
    for chapter in chapters:
        paragraphs = []
        for text in chapter.paragraphs:
            text, dropped = CUE.subn("", STAMP.sub("", text))
            cues += dropped
            text = text.strip()
            if any(map(str.isalnum, text)):
                paragraphs.append(text)
        cleaned.append(replace(chapter, paragraphs=tuple(paragraphs)))
    stamped = f"Left out {stamps} time {'stamp' if stamps == 1 else 'stamps'}"
    return cleaned, f"{stamped} and {cues} sound {'cue' if cues == 1 else 'cues'}." if cues else f"{stamped}."
