"""Which language a text is spoken in, and which texts no engine here can pronounce. Looks at scripts only."""

from enum import Enum


class Unspeakable(Exception):
    """The offline voices cannot pronounce this text; the message says why. Answered as HTTP 400, never as
    silence."""


class Script(Enum):
    LATIN = "Latin"
    HAN = "Han"
    KANA = "kana"
    HANGUL = "Hangul"
    CYRILLIC = "Cyrillic"
    DIGIT = "digit"
    OTHER = "other"


_RANGES = (
    (0x0041, 0x024F, Script.LATIN),
    (0x0250, 0x02AF, Script.LATIN),
    (0x0400, 0x052F, Script.CYRILLIC),
    (0x1100, 0x11FF, Script.HANGUL),
    (0x1E00, 0x1EFF, Script.LATIN),
    (0x3040, 0x30FF, Script.KANA),
    (0x3130, 0x318F, Script.HANGUL),
    (0x31F0, 0x31FF, Script.KANA),
    (0xA960, 0xA97F, Script.HANGUL),
    (0xAC00, 0xD7FF, Script.HANGUL),
    (0xFF21, 0xFF5A, Script.LATIN),
    (0xFF66, 0xFF9F, Script.KANA),
)
_HAN = ((0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
_HOME = {"Chinese": Script.HAN, "Japanese": Script.KANA, "Korean": Script.HANGUL, "Russian": Script.CYRILLIC}


def is_han(character: str) -> bool:
    """Han in the sense of the bill: simplified, traditional, kanji, hanja, and the two signs 々 and 〇."""
    point = ord(character)
    return point >= 0x3005 and any(low <= point <= high for low, high in _HAN)


def script_of(character: str) -> Script | None:
    """The script of a letter or digit; None for spaces, punctuation, symbols and emoji."""
    if is_han(character):
        return Script.HAN
    if not character.isalnum():
        return None
    if character.isdecimal():
        return Script.DIGIT
    point = ord(character)
    return next((script for low, high, script in _RANGES if low <= point <= high), Script.OTHER)


def scripts_in(text: str) -> set[Script]:
    """All scripts that occur in the text."""
    return {script for script in map(script_of, set(text)) if script is not None}


def language_for(text: str, language: str) -> str:
    """The language to speak the text in.

    A named language is kept unless the text has no letter of its script: then, and for Auto, the script
    decides. Raises Unspeakable for a text without any letter or digit.
    """
    found = scripts_in(text)
    if not found - {Script.OTHER}:
        raise Unspeakable("the input has no letter or digit that can be spoken")
    home = _HOME.get(language, Script.LATIN)
    if language != "Auto" and (home in found or found <= {Script.DIGIT, Script.OTHER}):
        return language if not (home is Script.LATIN and Script.HAN in found) else "Chinese"
    if language == "Japanese" and Script.HAN in found:
        return "Japanese"
    return _by_script(found)


def _by_script(found: set[Script]) -> str:
    if Script.KANA in found:
        return "Japanese"
    if Script.HANGUL in found:
        return "Korean"
    if Script.HAN in found:
        return "Chinese"
    return "Russian" if Script.CYRILLIC in found else "English"


def refuse_unreadable(text: str, language: str) -> None:
    """Raises Unspeakable for Han letters in Japanese and Korean: espeak-ng reads them as "Chinese letter"."""
    if language in ("Japanese", "Korean") and Script.HAN in scripts_in(text):
        what = (
            "kanji; write the words in kana" if language == "Japanese" else "hanja; write the words in Hangul"
        )
        raise Unspeakable(f"the stand-in's {language} voice cannot read {what}")
