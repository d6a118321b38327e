"""Who speaks which paragraph of a tale, with a confidence: what the words beside a speech say, then what is around.

Names before speeches ("FILBY: Well?") are found by speakers.py, when a manuscript is read. Nothing found here is
certain; a person confirms it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import quotations
from .attribution import FIRST, HE, PRONOUNS, SHE, THEY, Cue, cue, grammar
from .quotations import Part

# How sure each way of finding is, in hundredths. Measured on two novels: tests/manuscript/test_dialogue.py.
GOES_ON, SAME_PARAGRAPH, BEAT, NEARBY, ACTED, TURN, GUESS = 90, 75, 70, 65, 60, 50, 40
LOOK_BACK = 8
ACTS = re.compile(r"(He|She)\b")
TITLED = re.compile(r"(?<!\w)(?:Mr|Mrs|Miss)\.? [A-Z][\w-]*\w")
# Words of a name that tell for whom "he" or "she" may stand.
WOMEN = "mrs ms miss lady woman girl mother aunt aunty sister queen wife daughter princess frau fräulein mutter tante"
WOMEN += " gräfin mme madame mlle mademoiselle mère comtesse"
MEN = "mr sir lord man boy father uncle brother king husband son gentleman prince captain colonel herr graf onkel vater"
MEN += " monsieur m oncle père comte"
TELLING = {"woman": frozenset(WOMEN.split()), "man": frozenset(MEN.split())}


@dataclass(frozen=True)
class Found:
    """Who probably speaks a paragraph. ``sure`` is of 100; the name is as the text has it, without its article."""

    name: str
    sure: int


@dataclass
class _Line:
    """One paragraph on the way: its stretches, what its words say, and who it was found to be."""

    text: str
    parts: list[Part]
    cue: Cue | None = None
    found: Found | None = None
    acted: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    addressed: str = ""

    @property
    def speaks(self) -> bool:
        return any(part.spoken for part in self.parts)

    @property
    def told(self) -> str:
        return " ".join(part.text for part in self.parts if not part.spoken)

    @property
    def lead(self) -> str:
        """What is told before the first speech."""
        return "" if not self.parts or self.parts[0].spoken else self.parts[0].text


def find(paragraphs: Sequence[str], language: str = "en") -> list[Found | None]:
    """Who speaks each of these paragraphs of one chapter; None for what is told and for what nobody can tell.

    Time grows with the length of the text alone: 1 MB takes a few seconds.
    """
    single = quotations.uses_single(list(paragraphs))
    lines = [_line(text, language, single=single) for text in paragraphs]
    names = _names(lines)
    register = _Register(list(names.values()), lines)
    for line in lines:
        line.cue = _one_spelling(line.cue, names)
        line.acted, line.mentions = register.mentioned(line.lead), register.mentioned(line.told)
        line.addressed = register.addressed(line)
    for at, line in enumerate(lines):
        if line.speaks:
            line.found = _by_cue(lines, at) or _by_turn(lines, at)
    return [line.found for line in lines]


def _line(text: str, language: str, *, single: bool) -> _Line:
    parts = quotations.parts(text, single=single)
    if not any(part.spoken for part in parts) and language[:2] in ("fr", "es", "ru", "pt", "it"):
        parts = _dashed(text, language)
    return _Line(text, parts, cue(parts, language))


def _dashed(text: str, language: str) -> list[Part]:
    """A speech behind a dash: what tells of it begins with a verb of saying after a comma or a closing mark."""
    speech = quotations.dashed(text)
    if not speech:
        return [Part(text, False)]
    rules = grammar(language)
    for found in re.finditer(r"[,!?…]\s+", speech):
        rest = speech[found.end() :]
        if rules.verb_first.match(rest):
            return [Part(speech[: found.end()], True), Part(rest, False)]
    return [Part(speech, True)]


def _names(lines: Sequence[_Line]) -> dict[str, str]:
    """Every name that is said to speak, by its lower-case form, in its best spelling: the one with most capitals."""
    best: dict[str, str] = {}
    for line in lines:
        if line.cue and line.cue.who not in PRONOUNS:
            key = line.cue.who.lower()
            spellings = [best.get(key, line.cue.who), line.cue.who]
            best[key] = max(spellings, key=lambda name: sum(map(str.isupper, name)))
    return best


def _one_spelling(cue: Cue | None, names: dict[str, str]) -> Cue | None:
    return Cue(names.get(cue.who.lower(), cue.who), cue.sure) if cue else None


class _Register:
    """The speakers of a chapter, to be found again in what is told and said. Of two that fit, the longer one counts."""

    def __init__(self, names: Sequence[str], lines: Sequence[_Line]) -> None:
        self._known = {name: name for name in names}
        for name in _titled(lines):
            self._known.setdefault(name, name)
            if name.startswith(("Mr.", "Mr ")):
                self._known.setdefault(name.split(" ", 1)[1], name)
        listed = "|".join(map(re.escape, sorted(self._known, key=len, reverse=True))) or r"(?!)"
        self._told = re.compile(rf"(?<!\w)(?:{listed})(?!\w)")
        self._called = re.compile(rf"(?:\A|[,.!?]\s)(?:\w+\s)?({listed})\s*(?:[,.!?]|\Z)")

    def mentioned(self, told: str) -> list[str]:
        """Those whom told sentences name, the last sentence first, each in the order of reading."""
        found: list[str] = []
        for sentence in reversed(quotations.sentences(told)):
            found += [self._known[name] for name in self._told.findall(sentence)]
        return list(dict.fromkeys(found))

    def addressed(self, line: _Line) -> str:
        """Whom a speech calls by name: "Oh, there you are, Beale"."""
        found = self._called.search(" ".join(part.text for part in line.parts if part.spoken))
        return self._known[found[1]] if found else ""


def _titled(lines: Sequence[_Line]) -> list[str]:
    """People whom the tale itself names with a title ("Mr. Beale"), though nobody is said to speak by that name."""
    counts = Counter(name for line in lines for name in TITLED.findall(line.told))
    return [name for name, count in counts.items() if count > 1]


def _by_cue(lines: Sequence[_Line], at: int) -> Found | None:
    """By the paragraph's own words; a pronoun stands for the last one that it fits."""
    said = lines[at].cue
    if said is None:
        return Found(lines[at].acted[0], BEAT) if lines[at].acted else None
    if said.who not in PRONOUNS or said.who == FIRST:
        return Found(said.who, said.sure)
    if said.who == THEY:
        return None
    for name in lines[at].acted:
        if _fits(name, said.who):
            return Found(name, SAME_PARAGRAPH)
    who = _nearest(lines, at, said.who)
    return Found(who, NEARBY) if who else None


def _nearest(lines: Sequence[_Line], at: int, pronoun: str) -> str:
    """The last one before a paragraph for whom he or she may stand, of those who spoke or were told of."""
    for line in reversed(lines[max(0, at - LOOK_BACK) : at]):
        spoke = [line.found.name] if line.found else []
        for name in [*spoke, *line.mentions]:
            if name != FIRST and _fits(name, pronoun):
                return name
    return ""


def _fits(name: str, pronoun: str) -> bool:
    """Whether he or she may be this one, as far as the name tells."""
    words = set(re.findall(r"\w+", name.lower()))
    if pronoun == HE:
        return not words & TELLING["woman"]
    return pronoun != SHE or not words & TELLING["man"]


def _by_turn(lines: Sequence[_Line], at: int) -> Found | None:
    """By what goes before: a speech that was not closed, who acted last, whose turn it is."""
    before = lines[at - 1] if at else None
    if before and before.speaks and before.found and before.parts[-1].open:
        return Found(before.found.name, GOES_ON)
    if before and not before.speaks and (who := _actor(lines, at - 1)):
        return Found(who, ACTED)
    return _turn(lines, at)


def _actor(lines: Sequence[_Line], at: int) -> str:
    """Who acts in a told paragraph: whom its last sentences name, or whom its he or she stands for."""
    if lines[at].mentions:
        return lines[at].mentions[0]
    found = ACTS.match(quotations.sentences(lines[at].text)[-1]) if lines[at].text.strip() else None
    return _nearest(lines, at, found[1].lower()) if found else ""


def _turn(lines: Sequence[_Line], at: int) -> Found | None:
    """Of those who speak around here, the one whose turn it is: not the one before, hardly the one behind."""
    spoken = [line for line in lines[max(0, at - LOOK_BACK) : at] if line.speaks]
    last = spoken[-1].found.name if spoken and spoken[-1].found else ""
    behind = _next_cue(lines, at)
    if spoken and spoken[-1].addressed and spoken[-1].addressed != last:
        return Found(spoken[-1].addressed, TURN)
    if len(spoken) > 1 and (other := spoken[-2].found) and last and other.name not in (last, behind):
        return Found(other.name, TURN)
    around = _around(lines, at)
    for name, _ in around.most_common():
        if name not in (last, behind):
            return Found(name, GUESS)
    return None


def _next_cue(lines: Sequence[_Line], at: int) -> str:
    behind = lines[at + 1] if at + 1 < len(lines) else None
    return behind.cue.who if behind and behind.speaks and behind.cue else ""


def _around(lines: Sequence[_Line], at: int) -> Counter[str]:
    """How much each one has to do with the paragraphs around: speaking counts, and being spoken to."""
    weights: Counter[str] = Counter()
    for other in range(max(0, at - 2 * LOOK_BACK), min(len(lines), at + 2 * LOOK_BACK)):
        line, weight = lines[other], 2 * LOOK_BACK + 1 - abs(other - at)
        who = line.found.name if line.found else line.cue.who if line.cue else ""
        if who and who not in PRONOUNS - {FIRST}:
            weights[who] += weight
        if line.addressed and other < at:
            weights[line.addressed] += weight
    return weights
