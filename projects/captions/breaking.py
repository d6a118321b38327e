"""Lines broken into captions as broadcasters break them: at most two lines, at the ends of sentences and clauses.

Conventions that several broadcasters' guides share: 42 letters a line, or 16 of a Chinese, Japanese or Korean text; up
to 7 s; shown long enough to be read at 17 letters a second where the next one leaves the time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from projects.captions.lines import Spoken
from projects.captions.moments import Word, words

WIDTH = 42
WIDE_WIDTH = 32
"""Of Chinese, Japanese and Korean texts: 16 letters, each of which takes the room of two."""
LINES = 2
LEAST_MS, MOST_MS = 1000, 7000
READ_A_SECOND = 17
TOUCH_MS = 400
"""Captions with less between them follow each other without a gap: it would only flicker."""

_CLAUSE_END = re.compile(r"[,;:—–、，；：][\s”’»\"')\]」』）》〉】]*$")
# Words that lean on the next one: a caption does not end with them.
_LEANING = frozenset(
    re.findall(
        r"\w+",
        "a an the and but or nor of in on at to for with from by as that which who if when than into my your his her"
        " its our their no not der die das ein eine und oder aber von in im an am zu zum zur mit für auf dass als wie"
        " mein sein le la les un une des du de et ou mais que qui dans sur avec pour en el los las y o con por para il"
        " lo gli e di da che per non os as um uma do em com и в на с к у о не что как",
    )
)
# What takes the room of two letters, by Unicode's East Asian width.
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60"
    "\uffe0-\uffe6\U0001f300-\U0001f64f\U0001f900-\U0001f9ff\U00020000-\U0003fffd]"
)
_NEVER = float("inf")
EACH, ACROSS, SHORT = 10.0, 8.0, 30.0
"""What a caption costs, each end of a sentence within it, and that it is gone too soon or stays too long."""


@dataclass(frozen=True)
class Caption:
    """What is shown from when to when. `is_estimated` says that its beginning is: it is not where a line begins."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    speaker: str = ""
    is_estimated: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def captions(lines: Iterable[Spoken], width: int = WIDTH) -> list[Caption]:
    """The captions of lines in order. None spans two lines, and none begins before the one ahead has ended."""
    broken = [caption for line in lines for caption in _broken(line, width)]
    return [
        _lasting(caption, after.start_ms if after else None)
        for caption, after in zip(broken, [*broken[1:], None], strict=False)
    ]


def room(text: str) -> int:
    """How much room a text takes, in narrow letters."""
    bare = text.strip()
    return len(bare) if bare.isascii() else len(bare) + len(_WIDE.findall(bare))


def _lasting(caption: Caption, next_ms: int | None) -> Caption:
    """It stays until it can be read, as far as the next one allows."""
    need_ms = max(LEAST_MS, round(1000 * room(caption.text) / READ_A_SECOND))
    end_ms = max(caption.end_ms, caption.start_ms + need_ms)
    if next_ms is not None and end_ms > next_ms - TOUCH_MS:
        end_ms = max(next_ms, caption.start_ms)
    return Caption(caption.start_ms, end_ms, caption.lines, caption.speaker, caption.is_estimated)


def _broken(line: Spoken, width: int) -> list[Caption]:
    """One line as captions that end where speech does."""
    limit = _limit(line.text, width)
    said = [piece for word in words(line) for piece in _fitting(word, limit)]
    shown = []
    for first, after in _cut(said, limit):
        part = said[first:after]
        rows = _rows([word.text for word in part], limit)
        shown.append(Caption(part[0].start_ms, part[-1].end_ms, rows, line.speaker, is_estimated=bool(first)))
    return [caption for caption in shown if caption.lines]


def _limit(text: str, width: int) -> int:
    """How wide a row of this text may be."""
    letters = sum(letter.isalpha() for letter in text)
    return WIDE_WIDTH if 2 * len(_WIDE.findall(text)) > letters else width


def _fitting(word: Word, limit: int) -> list[Word]:
    """A word that no line holds (an address, Thai without spaces) in pieces that fit."""
    if room(word.text) <= limit:
        return [word]
    count = -(-len(word.text) // (limit // 2))
    at = [len(word.text) * n // count for n in range(count + 1)]
    length_ms = word.end_ms - word.start_ms
    when = [word.start_ms + length_ms * n // count for n in range(count + 1)]
    return [
        Word(word.text[at[n] : at[n + 1]], when[n], when[n + 1], word.ends_sentence and n + 1 == count)
        for n in range(count)
    ]


def _cut(said: list[Word], limit: int) -> list[tuple[int, int]]:
    """Where the captions of a line begin and end, in words: the cheapest way through it."""
    count = len(said)
    reach = _reach(said, limit)
    at_end = [EACH + _end_cost(word.text, word.ends_sentence) for word in said]
    if said:
        at_end[-1] = EACH
    ended = [0, *accumulate(word.ends_sentence for word in said)]
    best, before = [0.0] + [_NEVER] * count, [0] * (count + 1)
    for first in range(count):
        start_ms, so_far = said[first].start_ms, best[first]
        for after in range(first + 1, max(reach[reach[first]], first + 1) + 1):
            length_ms = said[after - 1].end_ms - start_ms
            cost = so_far + at_end[after - 1] + ACROSS * (ended[after - 1] - ended[first])
            if length_ms < LEAST_MS:
                cost += SHORT * (LEAST_MS - length_ms) / LEAST_MS
            elif length_ms > MOST_MS:
                cost += SHORT * (length_ms - MOST_MS) / 1000
            if cost < best[after]:
                best[after], before[after] = cost, first
    found, at = [], count
    while at:
        found.append((before[at], at))
        at = before[at]
    return found[::-1]


def _reach(said: list[Word], limit: int) -> list[int]:
    """Behind which word a row ends that begins with this one and is filled as far as it goes; one past the end, too."""
    alone = [room(word.text) for word in said]
    with_space = [width + word.text[-1].isspace() for width, word in zip(alone, said, strict=True)]
    reach, after, taken = [], 0, 0
    for first in range(len(said)):
        if after <= first:
            after, taken = first, 0
        while after < len(said) and taken + alone[after] <= limit:
            taken += with_space[after]
            after += 1
        reach.append(after)
        taken -= with_space[first] if after > first else 0
    return [*reach, len(said)]


@cache
def _end_cost(word: str, ends_sentence: bool = False) -> float:
    if ends_sentence or "\n" in word:
        return 0
    if _CLAUSE_END.search(word):
        return 12
    return 70 if word.strip(" \n“‘«\"'(").lower() in _LEANING else 40


def _rows(parts: list[str], limit: int) -> tuple[str, ...]:
    """The words as one line or two of about the same length, the second rather the longer one."""
    whole = _plain("".join(parts))
    if room(whole) <= limit:
        return (whole,) if whole else ()
    ways = []
    for at in range(1, len(parts)):
        upper, lower = _plain("".join(parts[:at])), _plain("".join(parts[at:]))
        over = max(room(upper) - limit, 0) + max(room(lower) - limit, 0)
        uneven = abs(room(upper) - room(lower)) + 4 * (room(upper) > room(lower))
        ways.append((1000 * over + uneven + _end_cost(parts[at - 1]) / 2, upper, lower))
    return min(ways)[1:] if ways else (whole,)


def _plain(text: str) -> str:
    return " ".join(text.split())
