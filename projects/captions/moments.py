"""About when a word of a line is spoken. No endpoint that Narrator knows says when, so it is estimated.

Sentences share the time by what there is to say, and begin where a pause is heard nearby; clauses in them likewise, and
the words in those. Only a line's first beginning and last end are known. static/js/moments.js does the same in a page.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from projects.captions.lines import Spoken

_SYLLABLE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ALONE = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_OPENERS = r"“‘«„‚¿¡(\[「『（《〈【"
_CLOSERS = r"\s”’»\"')\]」』）》〉】、。，．！？：；・ーっゃゅょッャュョ々〜!?.,;:…—–"
_WORD = re.compile(
    rf"[{_OPENERS}]*(?:[{_ALONE}]|[—–…]+|[^\s{_ALONE}{_OPENERS}—–…]+[—–…]*|[{_OPENERS}]+)[{_CLOSERS}]*|\s+"
)
_CLAUSE_END = re.compile(r"[,;:—–、，；：.!?…。！？\n][\s”’»\"')\]」』）》〉】]*$")
REACH = 0.35


@dataclass(frozen=True)
class Word:
    """A word with the marks and spaces at it, and about when it is spoken. In Chinese and Japanese a character."""

    text: str
    start_ms: int
    end_ms: int
    ends_sentence: bool = False


def weight(text: str) -> float:
    """How long a text is to speak, in letters: a Chinese or Japanese one is a syllable, a mark is a breath."""
    return sum(map(_weight, text))


@cache
def _weight(letter: str) -> float:
    if _SYLLABLE.match(letter):
        return 3.4
    if letter in ".!?…。！？":
        return 6
    if letter in ",;:—–、，；：":
        return 3
    if letter.isnumeric():
        return 4
    return 1 if letter.isalpha() else 0.3


@dataclass(frozen=True)
class Sentence:
    """A sentence with the space behind it. Where it is not the only one of its line its moments are estimated."""

    text: str
    start_ms: int
    end_ms: int


def sentences(spoken: Spoken) -> list[Sentence]:
    """The sentences of a line; joined they are its text."""
    found: list[Sentence] = []
    some: list[Word] = []
    for word in words(spoken):
        some.append(word)
        if word.ends_sentence:
            found.append(Sentence("".join(one.text for one in some), some[0].start_ms, word.end_ms))
            some = []
    return found


def words(spoken: Spoken) -> list[Word]:
    """The words of a line with their estimated moments; joined they are its text."""
    found: list[Word] = []
    pauses = list(spoken.pauses)
    times = _shared(list(spoken.sentences), spoken.start_ms, spoken.end_ms, pauses)
    for sentence, (start, end) in zip(spoken.sentences, times, strict=True):
        clauses = _clauses(sentence)
        for clause, (from_ms, to_ms) in zip(clauses, _shared(clauses, start, end, pauses), strict=True):
            found += _spread(_split(clause), from_ms, to_ms)
        if found:
            last = found[-1]
            found[-1] = Word(last.text, last.start_ms, last.end_ms, ends_sentence=True)
    return found


def _split(text: str) -> list[str]:
    """The words of a text; nothing of it is lost."""
    found = _WORD.findall(text)
    if len(found) > 1 and not found[0].strip():
        found[:2] = ["".join(found[:2])]
    return found if "".join(found) == text else [text]


def _clauses(sentence: str) -> list[str]:
    """A sentence cut behind its commas and dashes."""
    found = [""]
    for word in _split(sentence):
        found[-1] += word
        if _CLAUSE_END.search(word):
            found.append("")
    return [clause for clause in found if clause] or [sentence]


def _spread(parts: list[str], start_ms: float, end_ms: float) -> list[Word]:
    """The parts of a clause over its time."""
    whole = sum(map(weight, parts)) or 1
    at, sums = 0.0, [0.0]
    for part in parts:
        at += weight(part)
        sums.append(at)
    moments = [round(start_ms + (end_ms - start_ms) * done / whole) for done in sums]
    return [Word(part, *times) for part, times in zip(parts, pairwise(moments), strict=True)]


def _shared(
    parts: list[str], start_ms: float, end_ms: float, pauses: list[tuple[int, int]]
) -> list[tuple[float, float]]:
    """From when to when each part is spoken: a pause that parts two of them belongs to neither."""
    weights = [weight(part) for part in parts]
    whole = sum(weights) or 1
    begins, ends = [start_ms], []
    done = 0.0
    for before, after in pairwise(weights):
        done += before
        guess = start_ms + (end_ms - start_ms) * done / whole
        reach = REACH * (end_ms - start_ms) * min(before, after) / whole
        near = [
            pause
            for pause in pauses
            if begins[-1] < pause[0] and pause[1] < end_ms and abs(pause[1] - guess) <= reach
        ]
        if near:
            from_ms, to_ms = max(near, key=lambda pause: pause[1] - pause[0])
            ends.append(float(from_ms))
            begins.append(float(to_ms))
        else:
            begins.append(max(guess, begins[-1]))
            ends.append(begins[-1])
    return list(zip(begins, [*ends, end_ms], strict=True))
