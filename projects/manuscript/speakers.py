"""Who speaks: the names before the speeches of a play, an interview or a transcript.

A name before a colon proves little ("Warning: hot"), so the whole document decides: one way of writing names must
label a good part of it, and most names must come again. Each name comes with a confidence, for a person to confirm.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from . import headings
from .headings import SMALL
from .manuscript import Chapter, Form, Kind, Passage

NAME = r"[^\W\d_][^\n:：\[\](){}「」“”\"!?;,]{0,38}?"
CAPS_NAME = r"[^\W\d_a-z][^\n:：a-z\[\](){}「」“”\"!?;,]{1,38}?"
MANNER = r"(?:\s*[(\[（](?P<manner>[^()\[\]（）]{1,80})[)\]）])?"
STYLES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<name>{NAME}){MANNER}\s*(?::\s+|：\s*)(?P<words>\S.*)",
        rf"(?P<name>{CAPS_NAME}){MANNER}\.(?:\s*[—–-]+)?\s+(?P<words>\S.*)",
        r"(?P<name>[^\W\d_][^\s「」。、！？（）]{0,9})(?P<manner>)「(?P<words>.+)」",
        rf"(?P<name>[A-Z][A-Z'’.-]+(?: [A-Z'’.-]{{2,}}){{0,3}}){MANNER}\s+(?P<words>[“\"'‘]?[A-Z][a-z’' ].*)",
        rf"(?P<name>{NAME})(?P<manner>)\s+\d{{1,2}}:\d{{2}}(?::\d{{2}})?\s+(?P<words>\S.*)",
    )
)
# A name on a line of its own, the speech below it.
ALONE = re.compile(rf"(?P<name>{CAPS_NAME}){MANNER}[.:]?\Z|(?P<named>{NAME})\s*[:：]\Z")
LEADING = re.compile(r"[(\[（](?P<manner>[^()\[\]（）]{1,80})[)\]）]\s*(?P<words>\S.*)\Z")
BRACKETED = re.compile(r"\s*\[[^\[\]]{1,300}\]")
DIRECTION = re.compile(
    r"(?:\[.{1,600}\]|\(.{1,600}\)|（.{1,600}）"
    r"|(?:Enter|Re-?enter|Exit|Exeunt|Curtain|Alarums?|Flourish)\b.{0,300})[.\s]*\Z",
    re.IGNORECASE,
)
MIN_LABELS = 3
LOOK_AHEAD = 40
LABELLED_SHARE = 0.25
RECURRING_SHARE = 0.5
MAX_NAME_WORDS = 5
STAGE_KINDS = frozenset(("act", "scene"))


@dataclass(frozen=True)
class Label:
    """A speech: whose it is, how it is to be spoken, and its words."""

    name: str
    manner: str
    words: str


def find(chapters: Sequence[Chapter]) -> tuple[list[Chapter], Form]:
    """The chapters with their speakers named, and the form of the text; prose where nobody is."""
    lifted = [_lift_lone_names(chapter) for chapter in chapters]
    spoken = [one for chapter in lifted if chapter.ticked for one in chapter.passages if one.is_spoken]
    style = max(STYLES, key=lambda pattern: len(_labels(pattern, spoken)))
    names = Counter(label.name for label in _labels(style, spoken))
    if not _is_labelled(names, len(spoken)):
        return list(chapters), Form.PROSE
    form = _form(lifted, names)
    return [_named(chapter, style, names, form) if chapter.ticked else chapter for chapter in lifted], form


def begin(passages: Sequence[Passage]) -> bool:
    """True where the first passage is a speech among speeches, and so no title, whatever it looks like."""
    spoken = [one for one in passages if one.is_spoken][:LOOK_AHEAD]
    return any(
        _label(style, spoken[0].text) is not None and len(_labels(style, spoken)) >= MIN_LABELS
        for style in STYLES
        if spoken
    )


def _labels(style: re.Pattern[str], passages: Iterable[Passage]) -> list[Label]:
    return [label for passage in passages if (label := _label(style, passage.text))]


def _label(style: re.Pattern[str], text: str) -> Label | None:
    found = style.match(text)
    if found is None or not _is_name(found["name"]):
        return None
    words, manner = found["words"], found["manner"] or ""
    inner = LEADING.match(words)
    if inner and not manner:
        words, manner = inner["words"], inner["manner"]
    return Label(found["name"].strip(), manner.strip(), words)


def _is_name(name: str) -> bool:
    """True for a few words that are all written as names are: "First Witch", "DR. WATSON", "司机", "Speaker 2"."""
    words = name.split()
    titled = all(not word[0].islower() or word in SMALL for word in words)
    # "Dr. Roe" and "J. P." are names, the end of a sentence is none.
    return len(words) <= MAX_NAME_WORDS and titled and all(len(word) < 6 for word in words if word[-1] == ".")


def _is_labelled(names: Counter[str], passages: int) -> bool:
    labels = sum(names.values())
    recurring = sum(count for count in names.values() if count > 1)
    return (
        len(names) > 1
        and labels >= max(MIN_LABELS, LABELLED_SHARE * passages)
        and recurring >= RECURRING_SHARE * labels
    )


def _form(chapters: Sequence[Chapter], names: Counter[str]) -> Form:
    """A play by its acts and stage directions or by its names in capitals; else people talk."""
    caps = sum(
        count for name, count in names.items() if len(name) > 1 and name.upper() == name != name.lower()
    )
    titles = [chapter.title for chapter in chapters]
    titles += [one.text for chapter in chapters for one in chapter.passages if one.kind is Kind.HEADING]
    staged = any(known.kind in STAGE_KINDS for title in titles if (known := headings.recognise(title)))
    directions = sum(bool(DIRECTION.match(one.text)) for chapter in chapters for one in chapter.passages)
    play = staged or directions >= MIN_LABELS or caps > 0.5 * sum(names.values())
    return Form.PLAY if play else Form.TRANSCRIPT


def _named(chapter: Chapter, style: re.Pattern[str], names: Counter[str], form: Form) -> Chapter:
    passages: list[Passage] = []
    speaker = ""
    for passage in chapter.passages:
        label = _label(style, passage.text) if passage.is_spoken else None
        if label:
            speaker = label.name
            passages.append(_speech(passage, label, _confidence(names[speaker]), form))
        elif passage.kind is Kind.BREAK or passage.kind is Kind.HEADING:
            speaker = ""
            passages.append(passage)
        elif not passage.is_spoken:
            passages.append(passage)
        elif form is Form.PLAY and (not speaker or DIRECTION.match(passage.text)):
            passages.append(replace(passage, kind=Kind.DIRECTION))
        else:
            # A paragraph without a name goes on with the speech before it.
            sure = 0.0 if not speaker else 0.85 if form is Form.TRANSCRIPT else 0.6
            passages.append(replace(passage, speaker=speaker, confidence=sure))
    return replace(chapter, passages=tuple(passages))


def _speech(passage: Passage, label: Label, confidence: float, form: Form) -> Passage:
    words = BRACKETED.sub("", label.words).strip() if form is Form.PLAY else label.words
    if not any(map(str.isalnum, words)):
        words = label.words
    return replace(
        passage,
        text=words,
        speaker=label.name,
        confidence=confidence,
        printed=passage.text,
        manner=label.manner,
    )


def _confidence(count: int) -> float:
    return 0.98 if count > 2 else 0.95 if count == 2 else 0.75


def _lift_lone_names(chapter: Chapter) -> Chapter:
    """Names that stand alone above their speeches put before them, where enough names do."""
    heads = [ALONE.match(one.text) if one.is_spoken else None for one in chapter.passages]
    names = Counter(_name_of(head) for head in heads if head and _is_name(_name_of(head)))
    names = Counter({name: count for name, count in names.items() if count > 1})
    if sum(names.values()) < 2 * MIN_LABELS:
        return chapter
    passages: list[Passage] = []
    waiting = ""
    for passage, head in zip(chapter.passages, heads, strict=True):
        if head and _name_of(head) in names:
            waiting = passage.text.rstrip(".:： ")
        elif waiting and passage.is_spoken:
            passages.append(replace(passage, text=f"{waiting}: {passage.text}"))
            waiting = ""
        else:
            passages.append(passage)
    return replace(chapter, passages=tuple(passages))


def _name_of(head: re.Match[str]) -> str:
    return (head["name"] or head["named"]).strip(" .")
