"""Names that go into a file: texts made safe for every container, languages as three-letter codes."""

import re
import unicodedata

UNKNOWN_LANGUAGE = "und"

_THREE_LETTERS = {
    "zh": "zho", "chinese": "zho", "en": "eng", "english": "eng", "de": "deu", "german": "deu",
    "it": "ita", "italian": "ita", "pt": "por", "portuguese": "por", "es": "spa", "spanish": "spa",
    "ja": "jpn", "japanese": "jpn", "ko": "kor", "korean": "kor", "fr": "fra", "french": "fra",
    "ru": "rus", "russian": "rus",
}  # fmt: skip


def clean(text: str, *, limit_bytes: int = 0) -> str:
    """One line without control characters and with nothing UTF-8 cannot hold.

    With `limit_bytes`, cut to that many bytes of UTF-8 at a character's edge, an ellipsis showing the cut.
    """
    visible = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    line = " ".join(visible.split()).encode("utf-8", "replace")
    if limit_bytes and len(line) > limit_bytes:
        line = line[: limit_bytes - 3].decode("utf-8", "ignore").rstrip().encode() + "\u2026".encode()
    return line.decode()


def file_stem(text: str, otherwise: str) -> str:
    """A name for a file, without its ending, that every system and shop accepts: at most 80 characters.

    `otherwise` where nothing of the text can stand in one.
    """
    stem = re.sub(r"[^\w\s.,()'-]", " ", text, flags=re.UNICODE)
    return re.sub(r"\s+", " ", stem).strip(" .")[:80].strip(" .") or otherwise


def language_code(language: str) -> str:
    """ISO 639-2 code of a language code or of an English name the endpoint uses; "und" when unknown."""
    word = language.strip().lower().replace("_", "-").split("-")[0]
    if word in _THREE_LETTERS:
        return _THREE_LETTERS[word]
    return word if len(word) == 3 and word.isascii() and word.isalpha() else UNKNOWN_LANGUAGE
