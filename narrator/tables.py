"""Tables for spreadsheets: CSV that opens as UTF-8, and in which no text is taken for a formula."""

import csv
import io
from collections.abc import Iterable

from django.http import HttpResponse

from narrator import media

# A cell that begins like this is a formula to a spreadsheet, and may do harm there.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# It lets spreadsheets know that what follows is UTF-8.
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


def cell(value: object) -> str:
    """A value as it may stand in a table; one that looks like a formula gets a mark that says it is a text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def answer(name: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A table as a file of this name to be saved."""
    text = io.StringIO(newline="")
    text.write(MARK)
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return media.saved(text.getvalue().encode(), name, "text/csv; charset=utf-8")
