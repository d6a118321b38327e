"""The pages of a read-along: a chapter's text, its overlay, the contents, and how they look."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from projects.readalong import names
from projects.readalong.edition import Chapter, Edition, Paragraph
from projects.readalong.xml import EPUB, XHTML, document, readable

SMIL = "http://www.w3.org/ns/SMIL"
_TYPE, _TEXTREF = f"{{{EPUB}}}type", f"{{{EPUB}}}textref"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

STYLE = f"""body {{ margin: 0 5%; line-height: 1.5; }}
h1 {{ margin: 2em 0 1.5em; font-size: 1.5em; line-height: 1.25; text-align: center; }}
p {{ margin: 0; text-indent: 1.4em; }}
h1 + p, .first {{ text-indent: 0; }}
.{names.ACTIVE} {{ background-color: #ffe7a3; color: #1d1a15; }}
"""


def chapter(edition: Edition, number: int) -> bytes:
    """The text of a chapter, each sentence with an id. Where its first line is its title, that is the heading."""
    one = edition.chapters[number - 1]
    h = ElementMaker(namespace=XHTML, nsmap={None: XHTML, "epub": EPUB})
    section = h.section({_TYPE: "chapter", "role": "doc-chapter", "aria-labelledby": "title"})
    if not _begins_with_title(one):
        section.append(h.h1({"id": "title"}, readable(one.title or str(number))))
    for n, paragraph in enumerate(one.paragraphs, 1):
        is_title = n == 1 and _begins_with_title(one)
        section.append(_paragraph(h, paragraph, n, is_title=is_title))
    return _page(h, edition, one.title or str(number), section, up="../")


def _begins_with_title(chapter: Chapter) -> bool:
    return bool(chapter.paragraphs) and _plain(chapter.paragraphs[0].text) == _plain(chapter.title)


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text).casefold().split())


def _paragraph(h: Any, paragraph: Paragraph, number: int, *, is_title: bool) -> etree._Element:
    made = h.h1({"id": "title"}) if is_title else h.p({"id": names.place(number)})
    if paragraph.language:
        made.set("lang", paragraph.language)
        made.set(_LANG, paragraph.language)
    for n, sentence in enumerate(paragraph.sentences, 1):
        text, after = _parted(readable(sentence.text))
        span = h.span({"id": names.sentence(number, n)})
        rows = text.split("\n")
        span.text = rows[0]
        for row in rows[1:]:
            span.append(h.br())
            span[-1].tail = row
        made.append(span)
        if "\n" in after and n < len(paragraph.sentences):
            made.append(h.br())
        elif after:
            span.tail = " "
    return made


def _parted(text: str) -> tuple[str, str]:
    """A sentence and the space behind it."""
    bare = text.rstrip()
    return bare, text[len(bare) :]


def overlay(edition: Edition, number: int) -> bytes:
    """Which sentence is heard when. The pause behind one is part of it, so the sound runs on through the chapter."""
    one = edition.chapters[number - 1]
    s = ElementMaker(namespace=SMIL, nsmap={None: SMIL, "epub": EPUB})
    page = f"../{names.text(number)}"
    chapter = s.seq({"id": "chapter", _TEXTREF: page, _TYPE: "chapter"})
    clips = iter(_clips(one))
    for n, paragraph in enumerate(one.paragraphs, 1):
        at = "title" if n == 1 and _begins_with_title(one) else names.place(n)
        sentences = s.seq({"id": f"seq-{n}", _TEXTREF: f"{page}#{at}"})
        for k in range(1, len(paragraph.sentences) + 1):
            begin, end = next(clips)
            if end > begin:
                name = names.sentence(n, k)
                sound = {
                    "src": f"../{one.audio}",
                    "clipBegin": names.clock(begin),
                    "clipEnd": names.clock(end),
                }
                sentences.append(s.par({"id": name}, s.text({"src": f"{page}#{name}"}), s.audio(sound)))
        if len(sentences):
            chapter.append(sentences)
    if not len(chapter):  # only music: its title is marked
        sound = {
            "src": f"../{one.audio}",
            "clipBegin": names.clock(0),
            "clipEnd": names.clock(one.duration_ms),
        }
        chapter.append(s.par({"id": "sound"}, s.text({"src": f"{page}#title"}), s.audio(sound)))
    return document(s.smil({"version": "3.0"}, s.body(chapter)))


def _clips(chapter: Chapter) -> Iterator[tuple[int, int]]:
    """From when to when each sentence is: without a hole, from the beginning to the end of the file."""
    starts = [sentence.start_ms for paragraph in chapter.paragraphs for sentence in paragraph.sentences]
    return pairwise([0, *starts[1:], chapter.duration_ms])


def nav(edition: Edition) -> bytes:
    """The table of contents."""
    h = ElementMaker(namespace=XHTML, nsmap={None: XHTML, "epub": EPUB})
    rows = [
        h.li(h.a({"href": names.text(n)}, readable(one.title or str(n))))
        for n, one in enumerate(edition.chapters, 1)
    ]
    toc = h.nav({_TYPE: "toc", "role": "doc-toc", "aria-labelledby": "title"})
    toc.extend([h.h1({"id": "title"}, readable(edition.title)), h.ol(*rows)])
    return _page(h, edition, edition.title, toc)


def _page(h: Any, edition: Edition, title: str, body: etree._Element, *, up: str = "") -> bytes:
    head = h.head(
        h.title(readable(title)),
        h.link({"rel": "stylesheet", "type": "text/css", "href": f"{up}{names.STYLE}"}),
    )
    html = h.html({"lang": edition.language, _LANG: edition.language}, head, h.body(body))
    return document(html, doctype="<!DOCTYPE html>")
