"""Aozora Bunko notation: ruby readings, start marks, editors' notes, the legend and the colophon."""

import re
from dataclasses import dataclass

from .headings import MARK

RUBY = re.compile(r"《[^《》\n]{1,60}》")
NOTE = re.compile(r"※?［＃[^［］\n]*(?:［[^［］\n]*］[^［］\n]*)*］")
# "［＃５字下げ］一　序［＃「一　序」は中見出し］": the source says itself that the line is a heading.
HEADED = re.compile(
    r"^(?P<line>[^\n]{0,120})［＃「[^「」\n]{1,60}」は(?:同行|窓)?[大中]見出し］[^\n]*$", re.MULTILINE
)
LEGEND = re.compile(
    r"^-{10,}[ \t]*\n【テキスト中に現れる記号について】.*?^-{10,}[ \t]*$", re.MULTILINE | re.DOTALL
)
COLOPHON = re.compile(r"^底本[：:]", re.MULTILINE)
# A ruby reading is kana (sometimes with dots) right behind a base text of kanji or after a start mark.
READING = re.compile(r"[一-龯々〆ヶ〇\w]《[\u3041-\u30ff・ー　]{1,40}》")


@dataclass(frozen=True)
class Trimmed:
    """Text without the notation. `found` is False for any other text, which comes back as it is."""

    text: str
    found: bool = False
    title: str = ""
    author: str = ""


def trim(text: str) -> Trimmed:
    legend = LEGEND.search(text)
    if not (legend or "［＃" in text or len(READING.findall(text[:200_000])) >= 3):
        return Trimmed(text)
    title, author = _title_page(text) if legend or COLOPHON.search(text) else ("", "")
    body = text[legend.end() :] if legend else text
    colophon = _last(COLOPHON, body)
    if colophon is not None:
        body = body[:colophon]
    if not legend and title:
        body = "\n".join(line for line in body.split("\n") if line.strip() not in (title, author))
    body = HEADED.sub(rf"\n{MARK}\g<line>\n", body)
    body = NOTE.sub("", body)
    body = RUBY.sub("", body).replace("｜", "")
    return Trimmed(body, True, title, author)


def _title_page(text: str) -> tuple[str, str]:
    """The lines before the first blank line: title, perhaps a subtitle, and the author as the last."""
    lines = [line.strip() for line in text.strip().split("\n\n", 1)[0].split("\n")]
    lines = [NOTE.sub("", RUBY.sub("", line)) for line in lines if line]
    if not 2 <= len(lines) <= 5 or any(len(line) > 60 for line in lines):
        return "", ""
    return lines[0], lines[-1]


def _last(pattern: re.Pattern[str], text: str) -> int | None:
    """Where the colophon starts: it closes the file, so only the last part of the text can hold it."""
    found = None
    for match in pattern.finditer(text):
        found = match.start() if found is None or match.start() - found > 3000 else found
    return found
