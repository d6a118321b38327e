"""Markdown: front matter, headings, and the words without their marks. HTML inside it is read as HTML."""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from projects.sentences import gettext_noop as _
from projects.sentences import ngettext_lazy

from . import language, markup, pieces, xhtml
from .manuscript import Manuscript, Unreadable

CODE = ngettext_lazy("%(count)s code block is not read aloud.", "%(count)s code blocks are not read aloud.")

FRONT_MATTER = re.compile(
    r"\A\ufeff?\s*(?P<fence>---|\+\+\+)[ \t]*\n(?P<body>.*?)\n(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL
)
FIELD = re.compile(r"^(?P<name>[A-Za-z_]+)[ \t]*[:=][ \t]*(?P<value>.*)$", re.MULTILINE)
NOTE_BODY = re.compile(
    r"^ {0,3}\[\^[^\]\n]{1,60}\]:(?P<words>[^\n]*(?:\n(?:[ \t]+[^\n]*|[ \t]*(?=\n[ \t]+\S)))*)", re.MULTILINE
)
NOTE_MARK = re.compile(r"\[\^[^\]\n]{1,60}\]")
TASK = re.compile(r"\[[ xX]\]\s+")
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
TAG = re.compile(r"(<[^<>]*>)")
CODE_SIGNS = frozenset("{}[]<>=;$\\|#")


def read(text: str, *, title: str = "", notes: Sequence[str] = ()) -> Manuscript:
    """A manuscript from Markdown. `title` is used when neither front matter nor a first heading names one."""
    fields, body = _front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    walk = _pieces(NOTE_MARK.sub("", NOTE_BODY.sub(_as_html, body)))
    found = [replace(piece, text=TASK.sub("", piece.text, count=1)) for piece in walk.pieces]
    own_title = _only_title(found)
    if own_title:
        found = [piece for piece in found if piece.level != 1]
    name = fields.get("title") or own_title or title
    chapters = pieces.split(found, name)
    spoken = "\n".join(paragraph for chapter in chapters for paragraph in chapter.paragraphs)
    return Manuscript(
        name,
        fields.get("author", ""),
        language.code(fields.get("lang") or fields.get("language") or "") or language.guess(spoken),
        tuple(chapters),
        tuple(note for note in (*notes, _code_note(walk.code)) if note),
    )


def _as_html(found: re.Match[str]) -> str:
    """The body of a footnote as the element that the reader of pages knows as a note, where it stands."""
    lines = (line.strip() for line in found["words"].split("\n"))
    words = html.escape(" ".join(line for line in lines if line), quote=False)
    return f'\n<aside class="footnote">{words}</aside>\n\n'


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    found = FRONT_MATTER.match(text)
    if not found or not FIELD.search(found["body"]):
        return {}, text
    fields = {
        match["name"].lower(): match["value"].strip().strip("\"'").strip()
        for match in FIELD.finditer(found["body"])
    }
    return fields, text[found.end() :]


def _pieces(text: str) -> xhtml.Walk:
    parser = MarkdownIt("commonmark", renderer_cls=_Renderer).enable(["table", "strikethrough"])
    try:
        page = parser.render(text)
        return xhtml.pieces(f"<html><body>{page}</body></html>")
    except (markup.Malformed, RecursionError) as error:
        raise Unreadable(
            _("This Markdown file cannot be read. Save it as plain text and try again.")
        ) from error


class _Renderer(RendererHTML):
    """HTML of a Markdown file, with Markdown inside HTML blocks read and indented prose kept as prose."""

    def html_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        parts = TAG.split(COMMENT.sub("", tokens[idx].content))
        return "".join(part if part.startswith("<") else self._inline(part) for part in parts)

    def _inline(self, text: str) -> str:
        inline: Any = MarkdownIt("commonmark").renderInline(text)
        return str(inline)

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # Writers indent the first line of a paragraph; four spaces make that code in Markdown.
        parts = [part for part in tokens[idx].content.split("\n\n") if part.strip()]
        tags = ("<p>", "</p>"), ("<pre><code>", "</code></pre>")
        wrapped = ((tags[not _is_prose(part)], html.escape(part)) for part in parts)
        return "".join(f"{before}{part}{after}\n" for (before, after), part in wrapped)


def _is_prose(text: str) -> bool:
    """True for sentences: they end as sentences do and hold no sign that only code uses."""
    return text.rstrip().endswith((".", "!", "?", "…", '"', "”", "’", "。")) and not CODE_SIGNS & set(text)


def _only_title(found: Sequence[pieces.Piece]) -> str:
    """The text of the one first-level heading when it opens the document."""
    first = [piece for piece in found if piece.level == 1]
    return first[0].text if len(first) == 1 and found[0].level == 1 else ""


def _code_note(count: int) -> str:
    if not count:
        return ""
    return CODE.of(count)
