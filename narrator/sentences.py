"""Sentences that were kept or made in English, said in the language of whoever reads them. Why: docs/adr/0035.

What is shown to who asked for it is translated where it is written, by gettext. This is for what waits in a row for a
reader, or comes from an engine: both know of no language.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from django.utils.translation import get_language, gettext, ngettext, override

MARKED: dict[str, str | None] = {}
"""Marked sentences with placeholders, each with its plural where it has one: the frame's; see ``KNOWN``."""
KNOWN = [MARKED]
"""Where marked sentences are found. The work adds its own when it is ready (projects/apps.py)."""

_PLACEHOLDER = re.compile(r"%\((?P<name>\w+)\)[sd]")


def gettext_noop(sentence: str) -> str:
    """Mark a sentence that is kept: it stays English until somebody reads it."""
    if "%(" in sentence:
        MARKED[sentence] = None
    return sentence


def said(text: str) -> str:
    """Say a marked sentence in the language of whoever reads; what is not one, or not one any more, as it is.

    A label that was put into a sentence in small letters is found by its capital.
    """
    if not text or (get_language() or "en").startswith("en"):
        return text
    for wording in (text, text[0].upper() + text[1:]):
        if (whole := gettext(wording)) != wording:
            return whole
    singular, plural, values = _made_of(text, sum(map(len, KNOWN)))
    if not singular:
        return text
    sentence = gettext(singular) if plural is None else ngettext(singular, plural, _count(values))
    return sentence % {name: _value(name, value) for name, value in values.items()}


def english(label: Any) -> str:
    """What a label says in English: for what is kept, and for what a program reads."""
    with override("en"):
        return str(label)


@lru_cache(maxsize=4096)
def _made_of(text: str, known: int) -> tuple[str, str | None, dict[str, str]]:
    """The marked sentence that ``text`` was made of, its plural, and what stands in its placeholders; "" for none."""
    for pattern, singular, plural in _patterns(known):
        if match := pattern.fullmatch(text):
            return singular, plural, match.groupdict()
    return "", None, {}


@cache
def _patterns(known: int) -> list[tuple[re.Pattern[str], str, str | None]]:
    """All marked sentences as patterns, those first that say most by themselves. ``known``: how many there are."""
    marked = [one for table in KNOWN for one in table.items()]
    wordings = [(wording, one, many) for one, many in marked for wording in (one, many) if wording]
    wordings.sort(key=lambda each: -len(_PLACEHOLDER.sub("", each[0])))
    return [(_pattern(wording), one, many) for wording, one, many in wordings]


def _pattern(wording: str) -> re.Pattern[str]:
    parts, names = _PLACEHOLDER.split(wording)[::2], _PLACEHOLDER.findall(wording)
    literal = [re.escape(part.replace("%%", "%")) for part in parts]
    groups = [f"(?P<{name}>{'[0-9,]+' if name == 'count' else '.*?'})" for name in names]
    return re.compile("".join(a + b for a, b in zip(literal, [*groups, ""], strict=True)), re.DOTALL)


def _value(name: str, value: str) -> str:
    """What stands in a placeholder: ``said_all`` are phrases with commas between, ``said…`` is one, else a name."""
    if name == "said_all":
        return gettext(", ").join(_each(value.split(", ")))
    return said(value) if name.startswith("said") else value


def _each(parts: list[str]) -> Iterator[str]:
    """Say phrases that were joined by commas, some of which have commas of their own."""
    while parts:
        joined = (", ".join(parts[: n + 1]) for n in range(len(parts)))
        n, phrase = next(
            ((n, done) for n, text in enumerate(joined, 1) if (done := said(text)) != text), (1, parts[0])
        )
        yield phrase
        parts = parts[n:]


def _count(values: dict[str, str]) -> int:
    digits = values.get("count", "").replace(",", "")
    return int(digits) if digits.isdigit() else 2
