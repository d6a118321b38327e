"""Transcripts of speech: time stamps, and cues such as [laughter] that are heard and not said."""

import re
from collections.abc import Sequence
from dataclasses import replace

from projects.sentences import gettext_noop as _
from projects.sentences import ngettext_lazy

from .manuscript import Chapter, Kind, Passage

LEFT_OUT = ngettext_lazy("Left out %(count)s time stamp.", "Left out %(count)s time stamps.")
LEFT_OUT_BOTH = _("Left out %(said_stamps)s and %(said_cues)s.")
STAMPS = ngettext_lazy("%(count)s time stamp", "%(count)s time stamps")
CUES = ngettext_lazy("%(count)s sound cue", "%(count)s sound cues")

STAMP = re.compile(r"[\[(]\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]\s*")
CUE = re.compile(
    r"\s?[\[(](?:laughter|laughs|laughing|applause|music|crosstalk|inaudible|unintelligible|silence|pause|sighs|"
    r"coughs|clears throat|theme music|break|ad break)\b[^\[\]()]{0,20}[\])]",
    re.IGNORECASE,
)


def strip(chapters: Sequence[Chapter]) -> tuple[list[Chapter], str]:
    """Chapters without time stamps; where there were any, also without sound cues. And a sentence about it.

    A cue inside a sentence goes; one that stands alone stays as a passage of its own.
    """
    stamps = sum(len(STAMP.findall(one.text)) for chapter in chapters for one in chapter.passages)
    if not stamps:
        return list(chapters), ""
    cues = 0
    cleaned = []
    for chapter in chapters:
        passages = []
        for one in chapter.passages:
            timeless = STAMP.sub("", one.text).strip()
            text, dropped = CUE.subn("", timeless)
            cues += dropped
            if any(map(str.isalnum, text)) or one.kind is Kind.BREAK:
                passages.append(replace(one, text=text.strip()))
            elif dropped:
                passages.append(Passage(timeless, Kind.CUE))
        cleaned.append(replace(chapter, passages=tuple(passages)))
    if not cues:
        return cleaned, LEFT_OUT.of(stamps)
    return cleaned, LEFT_OUT_BOTH % {"said_stamps": STAMPS.of(stamps), "said_cues": CUES.of(cues)}
