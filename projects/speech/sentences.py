"""The sentences of a text in any language: sentencex, and what it gets wrong put right afterwards."""

import re

import sentencex

_CODES = {
    "chinese": "zh",
    "english": "en",
    "german": "de",
    "italian": "it",
    "portuguese": "pt",
    "spanish": "es",
    "japanese": "ja",
    "korean": "ko",
    "french": "fr",
    "russian": "ru",
}
_SCRIPTS = (
    ("[\u3040-\u30ff]", "ja"),
    ("[\uac00-\ud7a3]", "ko"),
    ("[\u4e00-\u9fff]", "zh"),
    ("[\u0400-\u04ff]", "ru"),
)
_AFTER_ABBREVIATION = re.compile(r"(?:^|\s)\w{1,4}\.\s*$")
_ONLY_DIGITS = re.compile(r"[\d\s.,:%–-]+")
_JAPANESE_QUOTING = re.compile(r"(?:と|って)")
_CLOSERS = "\"'”’»」』）)]】》〉"


def code_of(language: str, text: str) -> str:
    """The two-letter code for a language's name as the endpoint writes it ("Chinese"), a code ("zh-CN"), or ""/Auto."""
    name = language.strip().lower()
    if name in _CODES:
        return _CODES[name]
    if re.fullmatch("[a-z]{2,3}([-_].*)?", name):
        return re.split("[-_]", name)[0]
    return next((code for pattern, code in _SCRIPTS if re.search(pattern, text)), "en")


def sentences(text: str, language: str = "") -> list[str]:
    """The sentences with the white space after them; joined again they are the text. Paragraph ends always end one."""
    found: list[str] = []
    for part in _segments(text, code_of(language, text)):
        if found and (not part.strip() or _belongs(found[-1], part)):
            found[-1] += part
        else:
            found.append(part)
    return found


def _segments(text: str, code: str) -> list[str]:
    marks = [row["start_index"] for row in sentencex.get_sentence_boundaries(code, text)]
    marks = sorted({0, *(mark for mark in marks if 0 < mark < len(text))})
    return [text[start:end] for start, end in zip(marks, [*marks[1:], len(text)], strict=True)]


def _belongs(before: str, part: str) -> bool:
    """Whether a piece is no sentence of its own but the rest of the one before it ("vol. | 3", "т. е. | поздно")."""
    if before.endswith("\n"):
        return False
    start, end = part.lstrip(), before.rstrip()
    if _ONLY_DIGITS.fullmatch(start) or start[0] in _CLOSERS or start[0].islower():
        return True
    if start[0].isdigit() and _AFTER_ABBREVIATION.search(end):
        return True
    return end[-1:] in _CLOSERS and bool(_JAPANESE_QUOTING.match(start))
