"""Is this line a heading, and of what kind? One line at a time; what the document does with them is chapters.py."""

import functools
import re
from dataclasses import dataclass

from . import matter, numerals

CHAPTER_WORDS = (
    "chapter|chap\\.|kapitel|chapitre|cap[ií]tulo|cap\\.|capitolo|hoofdstuk|rozdzia[łl]|kapitola|fejezet|глава|luku"
    "|letter|stave|canto|episode|lettre|brief"
)
PART_WORDS = "part|book|volume|vol\\.|teil|buch|band|partie|livre|tome|parte|libro|deel|часть|том|книга"
MINOR_WORDS = "section|lesson|lecture|story|tale|night|day|week|abschnitt|tag"
# A line that a source itself marks as a heading starts with this private character.
MARK = "\ue000"
KEYWORDS = {
    "chapter": CHAPTER_WORDS,
    "part": PART_WORDS,
    "act": "act|akt|aufzug|acte|acto|atto",
    "scene": "scene|szene|scène|escena|scena|auftritt",
    "minor": MINOR_WORDS,
}
STRONG = frozenset(("chapter", "part", "act", "scene", "marked"))
# One search tells that a line holds none of these words, which is true of nearly every line of a book.
ANY_KEYWORD = re.compile("|".join(KEYWORDS.values()), re.IGNORECASE)
ARTICLE = r"(?:the |no\. ?|number |n° ?)?"
WORD_FIRST = {
    kind: re.compile(
        rf"(?:{words})\s+{ARTICLE}(?P<number>{numerals.PATTERN})(?P<rest>\W.*|)\Z", re.IGNORECASE
    )
    for kind, words in KEYWORDS.items()
}
GERMAN = (
    r"(?:erst|zweit|dritt|viert|fünft|sechst|siebt|siebent|acht|neunt|zehnt|elft|zwölft|letzt"
    r"|\w{2,12}zehnt|\w{2,16}zigst)e[rsn]?"
)
ORDINAL = (
    rf"(?:\d{{1,3}}(?:\.|st|nd|rd|th|e|er|ème|º|ª)?|{GERMAN}|première?|\w+ième"
    rf"|{'|'.join(numerals.ORDINALS.split())})"
)
NUMBER_FIRST = {
    kind: re.compile(rf"(?:the )?{ORDINAL}\s+(?:{words})(?P<rest>\W.*|)\Z", re.IGNORECASE)
    for kind, words in KEYWORDS.items()
}
HAN_KINDS = {"章回話话节節集篇夜折": "chapter", "部卷巻編编": "part", "幕": "act", "场場": "scene"}
HAN = re.compile(
    rf"(?:第\s?(?P<number>[{numerals.HAN}0-9０-９]{{1,7}})\s?(?P<unit>[章回話话节節集篇夜折部卷巻編编幕场場])"
    r"|제?\s?(?P<korean>\d{1,3})\s?(?P<unit_ko>[장부화막]))(?P<rest>.*)\Z"
)
# What every chapter heading has in it, and few other lines: to pass over the others quickly.
CHAPTER_SIGNS = re.compile(f"{CHAPTER_WORDS}|[章回話话节節集篇夜折장화]", re.IGNORECASE)
BARE = re.compile(
    rf"[\[(（]?(?P<number>\d{{1,3}}|[IVXLC]{{1,7}}|[{numerals.HAN}]{{1,4}}|[０-９]{{1,3}})[\])）]?[.、:]?\Z"
)
NUMBERED = re.compile(
    rf"(?P<number>\d{{1,3}}|[IVXLC]{{1,7}}|[{numerals.HAN}]{{1,3}})[.、:：]\s*(?P<rest>\S.*)\Z"
)
LEADER = re.compile(r"(?:\.\s?){4,}\s*\d*\s*\Z|\s{3,}(?:\d+|[ivxlc]+)\Z|…+\s*\d+\Z|\t\d+\Z")
OPENERS = "\"'“‘«„「『([_*¿¡"
SENTENCE_END = re.compile(r"[.!?。！？;,:，；：]\Z")
MAX_CHARACTERS = 100
SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "of",
        "on",
        "or",
        "over",
        "the",
        "to",
        "up",
        "with",
        "von",
        "und",
        "der",
        "die",
        "das",
        "des",
        "dem",
        "den",
        "zu",
        "im",
        "am",
        "ein",
        "eine",
        "et",
        "le",
        "la",
        "les",
        "de",
        "du",
        "des",
        "un",
        "une",
        "à",
        "au",
        "y",
        "el",
        "los",
        "las",
        "en",
        "o",
        "e",
        "il",
        "lo",
        "di",
        "da",
        "del",
    ]
)


@dataclass(frozen=True)
class Heading:
    """`kind`: marked, chapter, part, act, scene, minor ("Day 3"), named (preface, notes ...),
    numbered ("1. Title"), numeral ("IV"), caps, outdent (found by its indent).

    `number` is 0 when unknown; `bare` tells that the heading has no words of its own beyond its number;
    `part` says why a named section is not ticked.
    """

    kind: str
    title: str
    number: int = 0
    bare: bool = False
    part: str = ""


@functools.lru_cache(maxsize=20_000)
def recognise(line: str) -> Heading | None:
    """The heading a line can be by its words alone, or None. The order goes from the surest to the weakest."""
    line = line.strip().strip("_*=#~").strip()
    if line.startswith(MARK):
        title = line.strip(MARK).strip()
        return Heading("marked", title, part=matter.part_of_title(title))
    if not line or len(line) > MAX_CHARACTERS or LEADER.search(line):
        return None
    return _by_keyword(line) or _by_han(line) or _named(line) or _numbered(line) or _caps(line)


def title_like(line: str) -> bool:
    """True for a line that reads as a title and not as a sentence."""
    line = line.strip().strip("_*")
    if not line or len(line) > MAX_CHARACTERS or line[0] in '"“„«「『-–—' or not any(map(str.isalpha, line)):
        return False
    if line.upper() == line and line.lower() != line:
        return True
    if line[0] in "[(" or (": " in line and (line[-1] in ".?!" or not _title_case(line))):
        return False
    if not SENTENCE_END.search(line):
        return not line[0].islower() and len(line) <= 70
    return line[-1] in ".!?" and _title_case(line)


def _title_case(line: str) -> bool:
    words = [word.strip(OPENERS + ".,!?;:’'”") for word in line.split()]
    words = [word for word in words if word]
    return 2 <= len(words) <= 12 and all(not w[0].islower() or w in SMALL for w in words) and len(line) <= 70


def _by_keyword(line: str) -> Heading | None:
    if not ANY_KEYWORD.search(line):
        return None
    for kind in KEYWORDS:
        for patterns in (WORD_FIRST, NUMBER_FIRST):
            found = patterns[kind].match(line)
            if (
                found
                and (line[0].isupper() or line[0].isdigit() or not found["rest"])
                and _opens_title(found["rest"])
            ):
                number = found.groupdict().get("number") or ""
                if _is_roman(number) and not numerals.value(number.upper()):
                    continue
                bare = not any(map(str.isalnum, found["rest"]))
                return Heading(kind, line, numerals.value(number.upper()), bare)
    return None


def _is_roman(number: str) -> bool:
    return bool(re.fullmatch("[IVXLCDM]+", number.upper()))


def _opens_title(rest: str) -> bool:
    """After "Chapter 4": nothing, a mark and a title, or a capital letter; never the rest of a sentence."""
    bare = rest.strip()
    if not bare or bare in (".", ":", "—", "–", "-", ")", "]"):
        return True
    if bare[0] in ".:—–-)]":
        after = bare.lstrip(".:—–-)] ")
        return not after or len(after) <= 90
    if rest[0].isspace():
        return bare[0].isupper() or bare[0] in OPENERS or bare[0].isdigit()
    return False


def _by_han(line: str) -> Heading | None:
    found = HAN.match(line)
    if not found or len(line) > 50:
        return None
    rest = found["rest"]
    separated = not rest or rest[0] in " \u3000:：、.．-—·"
    if (
        re.search(r"[。，！？；,!?]\S", rest + " ")
        or (rest and rest[-1] in "。，、；")
        or not (separated or len(rest) <= 15)
    ):
        return None
    if found["unit"]:
        kind = next(kind for units, kind in HAN_KINDS.items() if found["unit"] in units)
    else:
        kind = {"장": "chapter", "화": "chapter", "부": "part", "막": "act"}[found["unit_ko"]]
    return Heading(kind, line, numerals.value(found["number"] or found["korean"]), not rest.strip())


def _named(line: str) -> Heading | None:
    if len(line) > 70 or line[0].islower() or line[-1] in ":,;":
        return None
    part = matter.part_of_title(line)
    if part or matter.is_narrated(line):
        return Heading("named", line, part=part)
    return None


def _numbered(line: str) -> Heading | None:
    bare = BARE.match(line)
    if bare and numerals.value(bare["number"]):
        return Heading("numeral", line, numerals.value(bare["number"]), True)
    found = NUMBERED.match(line)
    if found and len(line) <= 70 and numerals.value(found["number"]) and not SENTENCE_END.search(line):
        return Heading("numbered", line, numerals.value(found["number"]))
    return None


def _caps(line: str) -> Heading | None:
    if len(line) > 60 or line.upper() != line or line.lower() == line or sum(map(str.isalpha, line)) < 3:
        return None
    if line[0] in OPENERS + "-–—" or ":" in line.rstrip(":") or line[-1] in ",;":
        return None
    return Heading("caps", line)
