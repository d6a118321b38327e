"""Which directions the endpoint takes (1,600 tokens, Chinese or English: contract.md 4), and some ready-made ones.

The endpoint does not say how it counts tokens. No byte-level tokenizer makes more tokens than a text has bytes, so
a direction of 1,600 UTF-8 bytes is safe under every reading.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from projects.sentences import gettext_noop as _

MAX_BYTES = 1600
TOO_LONG = _(
    "This direction is too long for the endpoint: %(size)s of %(most)s, where a Chinese character counts as three. "
    "Shorten it."
)
FOREIGN = _(
    "The endpoint takes directions in English or Chinese only, whatever the language of the text. "
    "Write it in one of them."
)

# Small words, and such as directions are made of. Words that are English as well stand in no other list.
WORDS = {
    "en": "a the and of in with as if to like but not very more less slow slowly fast quick quiet quietly soft softly "
    "warm calm voice tone whisper sad happy speak read say pause low high loud gentle tired old young",
    "de": "der die das und nicht ein eine einen sich mit als ob wie sehr mehr etwas langsam schnell leise laut traurig "
    "fröhlich flüstern flüstere flüsternd stimme ton ruhig sanft warme tief müde sprich lies bitte",
    "fr": "le la les et des une dans avec comme très plus moins lentement vite doucement triste gai voix chuchoté "
    "chuchoter murmure ton calme chaleureux parle lisez grave fatigué sans d un",
    "es": "el los las y una con como muy más menos despacio lento rápido suave triste alegre voz susurro susurrando "
    "tono tranquilo cálido habla lee grave cansado sin",
    "it": "il lo gli e una con come molto più meno piano lento lentamente veloce dolce triste allegro voce sussurro "
    "sussurrando tono calmo caldo parla leggi stanco senza",
    "pt": "o os as e uma com como muito mais menos devagar lento rápido suave triste alegre voz sussurro sussurrando "
    "tom calmo quente fala leia cansado sem",
}
# Scripts in which neither English nor Chinese is written, by the first word of a letter's Unicode name.
OTHER_SCRIPTS = frozenset(
    {
        "CYRILLIC",
        "GREEK",
        "HANGUL",
        "HIRAGANA",
        "KATAKANA",
        "ARABIC",
        "HEBREW",
        "THAI",
        "DEVANAGARI",
        "ARMENIAN",
    }
)


@dataclass(frozen=True)
class Preset:
    """A direction to begin from: a word for the button, and the words that go into the instructions."""

    name: str
    words: str


# What this installation offers. Change the words here; takes that were made with older ones keep them.
PRESETS = (
    Preset(_("Plain"), "Plain and even, without colouring."),
    Preset(_("Warm"), "Warm and unhurried, like a storyteller by the fire."),
    Preset(_("Newsreader"), "Like a newsreader: level, clear, brisk."),
    Preset(_("Whisper"), "In a whisper, close to the microphone."),
    Preset(_("Urgent"), "Urgent and quick, short of breath."),
    Preset(_("Shout"), "Shouted, from far away."),
    Preset(_("Sad"), "Sad and slow, close to tears."),
    Preset(_("Laughing"), "With a laugh in the voice."),
)


def fault(text: str) -> str:
    """One sentence on why the endpoint would not take this direction and what to do; empty for a good one."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        return TOO_LONG % {"size": f"{size:,}", "most": f"{MAX_BYTES:,}"}
    return FOREIGN if text and _is_foreign(text) else ""


def _is_foreign(text: str) -> bool:
    """Whether this is surely neither English nor Chinese. A name in another script, or one odd word, is let pass."""
    letters = [char for char in text if char.isalpha()]
    other = sum(1 for char in letters if unicodedata.name(char, "").split(" ")[0] in OTHER_SCRIPTS)
    if other > 0.3 * max(len(letters), 1):
        return True
    words = Counter(re.findall(r"[^\W\d_]+", text.casefold()))
    counts = {code: sum(words[word] for word in listed.split()) for code, listed in WORDS.items()}
    english = counts.pop("en")
    best = max(counts.values())
    return best > english and (best >= 2 or (english == 0 and not text.isascii()))
