"""Subtitles (SubRip and WebVTT) as a script: cues joined to sentences, with who speaks where the file says so."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from projects.sentences import gettext_noop as _

from . import language
from .joining import tidy
from .manuscript import Chapter, Form, Kind, Manuscript, Passage, Unreadable

TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
TIMING = re.compile(rf"\s*{TIME}\s*-->\s*{TIME}")
LOOKS = re.compile(rf"\s*(?:\d+[ \t]*\n)?\s*{TIME}[ \t]*-->[ \t]*{TIME}")
VOICE = re.compile(r"<v(?:\.[\w.]+)?\s+(?P<name>[^<>]{1,60})>")
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>|<\d[\d:.]*>|\{\\[^{}]{0,80}\}")
SOUND = re.compile(r"^[\s\W]*(?:\[[^\[\]]*\]|\([^()]*\)|[♪#].*[♪#]?|\*[^*]*\*)[\s\W]*$")
INNER_SOUND = re.compile(r"\s?\[[^\[\]]{1,80}\]|\s?\([A-Z \d'’-]{2,60}\)|♪")
LABEL = re.compile(
    r"(?P<name>[A-Z][A-Z\d .'’-]{0,38}|[A-Z][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{1,20})?):\s+(?P<words>\S.*)\Z"
)
DASH = re.compile(r"^\s*[-–—‐]\s*(?=\S)")
# A sentence goes on over cues as long as they follow closely; a line of a script is no longer than this.
PAUSE_MS, MAX_CHARACTERS = 1500, 400
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»」』)]*\Z")
MAX_CUES = 100_000
NO_CUES = _("This subtitle file has no cues in it. Check that it is whole, or paste the text here.")
LIFTED = _("The times of the subtitles are left out; cues are joined to sentences.")


@dataclass(frozen=True)
class _Cue:
    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def looks_like(text: str) -> bool:
    """True for a text that begins as subtitles do, whatever its file is called."""
    head = text.lstrip("\ufeff \t\r\n")[:400]
    return head.startswith("WEBVTT") or bool(LOOKS.match(head.replace("\r\n", "\n")))


def read(text: str, *, title: str = "", notes: Sequence[str] = ()) -> Manuscript:
    """A manuscript of one chapter. Raises `Unreadable` when no cue is found."""
    cues = list(_cues(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")))
    if not cues:
        raise Unreadable(NO_CUES)
    passages = list(_sentences(_spoken(cues)))
    spoken = "\n".join(passage.text for passage in passages)
    chapters = (Chapter(title, tuple(passages)),)
    return Manuscript(title, "", language.guess(spoken), chapters, (*notes, LIFTED), form=Form.SUBTITLES)


def _cues(text: str) -> Iterator[_Cue]:
    count = 0
    for block in re.split(r"\n[ \t]*\n", text):
        lines = [line for line in block.split("\n") if line.strip()]
        at = next((number for number, line in enumerate(lines[:2]) if TIMING.match(line)), None)
        if at is None:
            continue  # a header, a style or a comment
        timing = TIMING.match(lines[at])
        assert timing is not None
        count += 1
        if count > MAX_CUES:
            return
        yield _Cue(_ms(timing.groups()[:4]), _ms(timing.groups()[4:]), tuple(lines[at + 1 :]))


def _ms(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, rest = parts
    return ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000 + int(
        (rest or "0").ljust(3, "0")
    )


def _spoken(cues: Sequence[_Cue]) -> Iterator[tuple[_Cue, Passage]]:
    """What is said in each cue: one passage for each voice in it, and for each sound."""
    before: tuple[str, ...] = ()
    for cue in cues:
        # Live captions roll: the last line comes again as the first of the next cue.
        fresh = [line for line in cue.lines if _plain(line) not in before]
        before = tuple(_plain(line) for line in cue.lines)
        for part in _turns(fresh):
            named = VOICE.search(part)
            words = _plain(part)
            if not any(map(str.isalnum, words)):
                continue
            if SOUND.match(words):
                yield cue, Passage(words, Kind.CUE)
                continue
            label = None if named else LABEL.match(words)
            speaker = named["name"].strip() if named else label["name"].strip() if label else ""
            text = tidy(INNER_SOUND.sub("", label["words"] if label else words)) or words
            sure = 1.0 if named else 0.9 if label else 0.0
            yield cue, Passage(text, speaker=speaker, confidence=sure, printed=words if label else "")


def _turns(lines: Sequence[str]) -> list[str]:
    """The lines of a cue, parted where another person speaks: at a dash or a voice tag."""
    turns: list[str] = []
    dashed = sum(1 for line in lines if DASH.match(TAG.sub("", line))) > 1
    for line in lines:
        starts = dashed and DASH.match(TAG.sub("", line))
        if turns and not starts and not VOICE.search(line):
            turns[-1] += "\n" + line
        else:
            turns.append(line)
    return [DASH.sub("", turn) if dashed else turn for turn in turns]


def _plain(line: str) -> str:
    return tidy(html.unescape(TAG.sub("", line)))


def _sentences(passages: Iterator[tuple[_Cue, Passage]]) -> Iterator[Passage]:
    """Passages that go on over several cues, joined up to the end of the sentence."""
    held: Passage | None = None
    end_ms = 0
    for cue, passage in passages:
        if held is None:
            held = passage
        elif _goes_on(held, passage, cue.start_ms - end_ms):
            held = replace(held, text=tidy(f"{held.text}\n{passage.text}"), printed="")
        else:
            yield held
            held = passage
        end_ms = cue.end_ms
    if held is not None:
        yield held


def _goes_on(held: Passage, passage: Passage, pause_ms: int) -> bool:
    return (
        held.kind is passage.kind is Kind.PROSE
        and passage.speaker in ("", held.speaker)
        and pause_ms <= PAUSE_MS
        and not SENTENCE_END.search(held.text)
        and len(held.text) + len(passage.text) < MAX_CHARACTERS
    )
