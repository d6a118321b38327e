"""Fountain, the plain-text way of writing screenplays (fountain.io/syntax): scenes, action and speeches.

Every scene heading begins a chapter. Sections, synopses, notes and struck-out text are for the writer and are left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from . import language
from .joining import tidy
from .manuscript import Chapter, Form, Kind, Manuscript, Passage

SCENE = re.compile(r"(?:\.(?=[^.\s])|(?=(?:INT|EXT|EST|I/E|INT\.?/EXT)[. /]))(?P<title>.+)\Z", re.IGNORECASE)
SCENE_NUMBER = re.compile(r"\s*#[\w.-]{1,10}#\s*\Z")
CHARACTER = re.compile(
    r"(?:@(?P<forced>[^()^]{1,60})|(?P<name>[^a-z()^!>.#=\s][^a-z()^]{0,58}))(?P<extensions>(?:\s*\([^()]{1,60}\))*)\s*\^?\Z"
)
TRANSITION = re.compile(r"[^a-z]{2,40}TO:\Z")
TITLE_FIELD = re.compile(r"(?P<name>[A-Za-z][\w ]{0,30}):[ \t]*(?P<value>.*)\Z")
STRUCK_OUT = re.compile(r"/\*.*?\*/|\[\[[^\[\]]{0,4000}\]\]", re.DOTALL)
EMPHASIS = re.compile(r"\\([*_])|\*{1,3}|(?<!\w)_|_(?!\w)")
CONTINUED = re.compile(r"\A(?:cont(?:['’]?d|inued)?\.?|more)\Z", re.IGNORECASE)
MIN_SCENES = 2


def looks_like(text: str) -> bool:
    """True for a text that is laid out as a screenplay: several scene headings, each after a blank line."""
    scenes = re.findall(r"(?:\A|\n[ \t]*\n)[ \t]*(?:INT|EXT|EST|INT\.?/EXT|I/E)[.][ \t]+\S", text)
    return len(scenes) >= MIN_SCENES


@dataclass
class _Scene:
    title: str
    passages: list[Passage] = field(default_factory=list)


def read(text: str, *, title: str = "", notes: Sequence[str] = ()) -> Manuscript:
    """A manuscript from Fountain. `title` is used when the title page names none."""
    text = STRUCK_OUT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    fields, lines = _title_page(text.expandtabs(4).split("\n"))
    name = fields.get("title") or title
    scenes = [_Scene(name)]
    for block, gap_after in _blocks(lines):
        _take(block, gap_after, scenes)
    chapters = [Chapter(scene.title, tuple(scene.passages)) for scene in scenes if scene.passages]
    spoken = "\n".join(paragraph for chapter in chapters for paragraph in chapter.paragraphs)
    author = fields.get("author") or fields.get("authors") or ""
    return Manuscript(
        name, author, language.guess(spoken), tuple(chapters), tuple(notes), form=Form.SCREENPLAY
    )


def _title_page(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The fields at the very top, and the lines below them. A value may go on in indented lines."""
    start = next((at for at, line in enumerate(lines) if line.strip("\ufeff \t")), 0)
    first = lines[start].lstrip("\ufeff") if lines else ""
    if not TITLE_FIELD.match(first) or TRANSITION.match(first):
        return {}, lines
    fields: dict[str, str] = {}
    name = ""
    for at, line in enumerate(lines[start:], start=start):
        if not line.strip():
            return fields, lines[at:]
        found = TITLE_FIELD.match(line.lstrip("\ufeff"))
        if found:
            name = found["name"].strip().lower()
            fields[name] = _plain(found["value"])
        elif name:
            fields[name] = f"{fields[name]} {_plain(line)}".strip()
    return fields, []


def _blocks(lines: Sequence[str]) -> Iterator[tuple[list[str], bool]]:
    """Lines between blank ones or page breaks; a line of two spaces holds a speech together.

    True where a blank line follows.
    """
    block: list[str] = []
    for line in lines:
        page_break = len(line.strip()) > 2 and not line.strip(" =")
        if (line.strip() and not page_break) or (line == "  " and block):
            block.append(line)
        elif block:
            yield block, True
            block = []
    if block:
        yield block, False


def _take(block: list[str], gap_after: bool, scenes: list[_Scene]) -> None:
    """Add one block of lines to the last scene, or begin a scene."""
    first = block[0].strip()
    own = scenes[-1].passages
    scene = SCENE.match(first)
    character = CHARACTER.match(first)
    if first.startswith(("#", "=")):
        _rest(block, scenes)
    elif scene and not first.startswith("!"):
        scenes.append(_Scene(_plain(SCENE_NUMBER.sub("", scene["title"]))))
        _rest(block, scenes)
    elif first.startswith(">") or (len(block) == 1 and TRANSITION.match(first)):
        own += _passages([line.strip().strip("><") for line in block], Kind.DIRECTION)
    elif character and len(block) > 1 and (character["forced"] or any(map(str.isupper, first))):
        own += _speech(character, [line.strip() for line in block[1:]])
    else:
        own += _passages([line.strip().removeprefix("!") for line in block], Kind.PROSE)


def _rest(block: list[str], scenes: list[_Scene]) -> None:
    if len(block) > 1:
        _take(block[1:], False, scenes)


def _passages(lines: Sequence[str], kind: Kind) -> list[Passage]:
    text = _plain("\n".join(lines))
    return [Passage(text, kind)] if any(map(str.isalnum, text)) else []


def _speech(character: re.Match[str], lines: Sequence[str]) -> Iterator[Passage]:
    """One passage for the words up to the next direction in brackets: each may be spoken in another manner."""
    name = _plain(character["forced"] or character["name"])
    extensions = [part.strip(" ()") for part in character["extensions"].split(")")]
    manner = ", ".join(part for part in extensions if part and not CONTINUED.match(part))
    label = f"{name}: "
    words: list[str] = []
    for line in [*lines, "()"]:
        if not (line.startswith("(") and line.endswith(")")):
            words.append(line.removeprefix("~").strip())
            continue
        text = _plain("\n".join(words))
        if any(map(str.isalnum, text)):
            printed = f"{label}({manner}) {text}" if manner else f"{label}{text}"
            yield Passage(text, Kind.PROSE, name, 1.0, printed, manner)
            label, manner = "", ""
        words, direction = [], _plain(line.strip("()"))
        manner = f"{manner}, {direction}".strip(", ") if manner else direction


def _plain(text: str) -> str:
    return tidy(EMPHASIS.sub(r"\1", text))
