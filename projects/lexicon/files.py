"""Lexicons as files: CSV and the W3C's Pronunciation Lexicon Specification in; what the columns of a CSV are called."""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from projects.lexicon import patterns
from projects.lexicon.entries import (
    ANY,
    EXACT,
    KEEP,
    PATTERN,
    SPOKEN_CHARACTERS,
    WORD,
    WRITTEN_CHARACTERS,
    Entry,
)
from projects.sentences import gettext_noop as _

TOO_LONG = _("At most %(written)s characters can be written, and %(spoken)s said instead.")
NO_LANGUAGE = _("%(language)s is no language of the endpoint.")
TOO_MANY = _("This file has more than %(count)s entries. Import it in parts.")
NO_CSV = _("This is no CSV file: %(why)s.")
PHONEMES_ONLY = _("“%(text)s” has phonemes only, which the endpoint does not take.")

COLUMNS = ("written", "say", "kind", "capitals", "language")
FIELDS = ("written", "spoken", "kind", "case", "language")
_ALSO_CALLED = {
    "spoken": ("say", "spoken", "alias", "respelling", "pronunciation", "to", "replacement"),
    "written": ("written", "grapheme", "word", "from", "text"),
    "kind": ("kind", "type"),
    "case": ("capitals", "case"),
    "language": ("language", "lang"),
}
MOST_ROWS = 2_000
# A cell that begins like this is a formula to a spreadsheet; an apostrophe before it says that it is none.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_PLS = "{http://www.w3.org/2005/01/pronunciation-lexicon}"


class Unusable(Exception):
    """Nothing can be read from this file; ``str()`` says why."""


@dataclass
class Rows:
    """What a file has: entries as ``FIELDS`` name them, and a sentence for each row that is left out."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def fault(row: dict[str, Any]) -> str:
    """Why an entry cannot be used, as a sentence; empty where it can."""
    written, spoken = row["written"], row["spoken"]
    if not written or not spoken.strip():
        return _("Something has to be written, and something said instead.")
    if len(written) > WRITTEN_CHARACTERS or len(spoken) > SPOKEN_CHARACTERS:
        return TOO_LONG % {
            "written": WRITTEN_CHARACTERS,
            "spoken": SPOKEN_CHARACTERS,
        }
    if row["kind"] == PATTERN:
        return patterns.fault(Entry(**row))
    return (
        ""
        if any(char.isalnum() for char in spoken)
        else _("There is nothing to speak in what is to be said.")
    )


def cleaned(row: dict[str, Any]) -> dict[str, Any]:
    """An entry in composed letters; words without white space around them or twice in them. Patterns may need it."""
    said = {name: unicodedata.normalize("NFC", str(row.get(name) or "")) for name in FIELDS}
    if said["kind"].strip() == PATTERN:
        return {**{name: value.strip() for name, value in said.items()}, "spoken": said["spoken"]}
    return {name: " ".join(value.split()) for name, value in said.items()}


def read(text: str, *, languages: Collection[str]) -> Rows:
    """The entries of a file's text, CSV or PLS. ``languages`` are the names that an entry may have one of.

    Raises ``Unusable``. Rows that cannot be used are left out, each with the reason.
    """
    text = text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
    found, is_pls = Rows(), text.lstrip().startswith("<")
    for number, row in _pls(text) if is_pls else _csv(text):
        if len(found.rows) == MOST_ROWS:
            raise Unusable(TOO_MANY % {"count": f"{MOST_ROWS:,}"})
        said, reason = _checked(row, languages)
        if reason:
            found.left_out.append(f"{'Entry' if is_pls else 'Row'} {number}: {reason}")
        else:
            found.rows.append(said)
    if not found.rows and not found.left_out:
        raise Unusable(
            _("There is no entry in this file: each row needs what is written and what is said instead.")
        )
    return found


def _checked(row: dict[str, Any], languages: Collection[str]) -> tuple[dict[str, Any], str]:
    if reason := row.pop("reason", ""):
        return row, reason
    said = cleaned(row)
    said["kind"] = said["kind"].lower() or WORD
    said["case"] = said["case"].lower() or KEEP
    named = {name.lower(): name for name in languages}
    language = said["language"].lower()
    if said["kind"] not in (WORD, PATTERN) or said["case"] not in (KEEP, ANY, EXACT):
        return said, _("Kind is word or pattern, capitals are keep, any or exact.")
    if language and language not in named:
        return said, NO_LANGUAGE % {"language": said["language"][:40]}
    said["language"] = named.get(language, "")
    return said, fault(said)


def _csv(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    first = text.partition("\n")[0]
    sign = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=sign))
    except csv.Error as error:
        raise Unusable(NO_CSV % {"why": error}) from error
    names = _header(rows[0]) if rows else None
    for number, cells in enumerate(rows, 1):
        if (number == 1 and names) or not any(cell.strip() for cell in cells):
            continue
        yield number, {name: _cell(cell) for name, cell in zip(names or FIELDS, cells, strict=False) if name}


def _header(cells: list[str]) -> list[str] | None:
    """What the columns are, by the first row; None where that is an entry already."""
    called = {also: name for name, others in _ALSO_CALLED.items() for also in others}
    names = [called.get(cell.strip().lower(), "") for cell in cells]
    return names if "written" in names and "spoken" in names else None


def _cell(text: str) -> str:
    return text[1:] if text[:1] == "'" and _FORMULA.match(text[1:]) else text


def _pls(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each grapheme of each lexeme with its alias. No entities, no network, no document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Unusable(_("This XML file is damaged: it cannot be read to its end.")) from error
    if root.tag != f"{_PLS}lexicon":
        raise Unusable(_("This XML file is no pronunciation lexicon (PLS)."))
    number = 0
    for lexeme in root.iter(f"{_PLS}lexeme"):
        said = lexeme.findtext(f"{_PLS}alias")
        for grapheme in lexeme.iter(f"{_PLS}grapheme"):
            number += 1
            row: dict[str, Any] = {"written": grapheme.text or "", "spoken": said or "", "case": EXACT}
            if said is None:
                row["reason"] = PHONEMES_ONLY % {"text": (grapheme.text or "")[:40]}
            yield number, row
