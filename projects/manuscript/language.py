"""Which language a text is in: from a name, a code or the text itself. BCP 47 codes out, "" if unknown."""

import re
from collections import Counter

NAMES = {
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt",
    "dutch": "nl", "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi", "polish": "pl",
    "czech": "cs", "hungarian": "hu", "russian": "ru", "ukrainian": "uk", "greek": "el", "latin": "la",
    "catalan": "ca", "esperanto": "eo", "japanese": "ja", "korean": "ko", "welsh": "cy", "irish": "ga",
    "romanian": "ro", "turkish": "tr", "arabic": "ar", "hebrew": "he", "tagalog": "tl", "icelandic": "is",
    "deutsch": "de", "français": "fr", "español": "es", "italiano": "it", "português": "pt",
}  # fmt: skip
STOP_WORDS = {
    "en": "the and of to in that was his with for had not but you her",
    "de": "der die und das nicht ist ein sich mit den er sie war auf dem",
    "fr": "le la les et des que une dans qui est pas pour vous elle avait",
    "es": "el la los que y de en una por con las su para como había",
    "it": "il che di non una per della con le del sono era gli anche più",
    "pt": "o que de não uma os com do da para em como mais um ele",
    "nl": "de het een en van niet dat zijn was met hij voor ook maar had",
    "sv": "och att det som en på är inte med han var den för jag av",
    "da": "og at det som en på er ikke med han var den for jeg af",
    "pl": "się nie i w na z że do to jest jak był ale po co",
}
SCRIPTS = (
    ("kana", "\u3041", "\u30ff"), ("han", "\u3400", "\u9fff"), ("ko", "\uac00", "\ud7a3"),
    ("cyrillic", "\u0400", "\u04ff"), ("el", "\u0370", "\u03ff"), ("he", "\u0590", "\u05ff"),
    ("ar", "\u0600", "\u06ff"), ("hi", "\u0900", "\u097f"), ("th", "\u0e00", "\u0e7f"),
)  # fmt: skip
TRADITIONAL = frozenset("個們來說這為時會過對學國還後從裡麼沒見開頭點無與經長問間門")
SIMPLIFIED = frozenset("个们来说这为时会过对学国还后从里么没见开头点无与经长问间门")
CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*\Z")
SAMPLE_CHARACTERS = 40_000


def code(name: str) -> str:
    """The code for what a file says of its language: "English", "en_GB" or "en-GB"; "" if unknown."""
    name = name.strip()
    known = NAMES.get(name.casefold().split(",")[0].split(" (")[0].strip())
    if known:
        return known
    if CODE.match(name) and name.casefold() not in ("und", "zxx", "mul"):
        return name.replace("_", "-")
    return ""


def guess(text: str) -> str:
    """The code by script, then by the most frequent small words; "" when neither speaks clearly."""
    sample = text[:SAMPLE_CHARACTERS]
    counts = _scripts(sample)
    letters = sum(1 for character in sample if character.isalpha())
    script = max(counts, key=lambda name: counts[name], default="")
    if script and counts[script] > 0.3 * max(letters, 1):
        return _by_script(script, counts, sample)
    return _by_stop_words(sample)


def _scripts(sample: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for character in sample:
        if character > "\u036f":
            for name, first, last in SCRIPTS:
                if first <= character <= last:
                    counts[name] += 1
                    break
    return counts


def _by_script(script: str, counts: Counter[str], sample: str) -> str:
    if script in ("han", "kana"):
        # Japanese always mixes kana in; a few stray kana do not make Chinese Japanese.
        if counts["kana"] > 0.1 * counts["han"]:
            return "ja"
        traditional = sum(sample.count(character) for character in TRADITIONAL - SIMPLIFIED)
        simplified = sum(sample.count(character) for character in SIMPLIFIED - TRADITIONAL)
        return "zh-Hant" if traditional > simplified else "zh-Hans"
    if script == "cyrillic":
        return "uk" if re.search("[іїєґ]", sample) else "ru"
    return script


def _by_stop_words(sample: str) -> str:
    words = re.findall(r"[^\W\d_]+", sample.casefold())
    counts = Counter(words)
    scores = {lang: sum(counts[word] for word in stops.split()) for lang, stops in STOP_WORDS.items()}
    best, second = sorted(scores.values(), reverse=True)[:2]
    if best < 3 or best < 0.08 * len(words) or best == second:
        return ""
    return max(scores, key=lambda lang: scores[lang])
