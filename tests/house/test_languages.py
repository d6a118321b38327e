"""Everything that people read is marked for translation, and every language has all of it, whole and up to date."""

import gettext
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

from bin import messages
from tests.house.tree import ROOT, named, templates

# What is the same in every language: names, keys, units and forms of files.
SAME = re.compile(
    r"\b(?:Narrator|CSV|WAV|M4B|MP3|M4A|AAC|EPUB|ZIP|RSS|JSON|API|URL|ACX|LUFS|LRA|dBTP|dBFS|dB|kHz|Hz|kbit|ms|min|MB|kB"
    r"|Ctrl|Enter|Esc|Space|Aa|ab|Bearer)\b|&\w+;"
)
LETTERS = re.compile(r"[A-Za-z]{2}")
# Attributes that people read or hear. What else begins with data- is for scripts.
READ = (
    "title",
    "placeholder",
    "alt",
    "label",
    "aria-label",
    "aria-description",
    "aria-valuetext",
    "data-busy",
)
UNREAD = ("script", "style", "code", "kbd", "svg")
# Filters and arguments by which a text comes into a page past the tags for it.
QUOTED = re.compile(r"""\|(?:default|default_if_none|join|yesno|add|date):(?P<text>"[^"]*"|'[^']*')""")
GIVEN = re.compile(r"""\b(?P<name>\w+)=(?P<text>"[^"]*"|'[^']*')""")
# Arguments that name something to a template or a script, and are not shown.
NAMES = (
    "name",
    "kind",
    "mark",
    "icon",
    "field",
    "id",
    "class",
    "of",
    "least",
    "action",
    "target",
    "trigger",
    "part",
)


class Unmarked(HTMLParser):
    """Notes every text, and every attribute that is read, in which letters are left."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        for name in READ:
            self._look(values.get(name) or "")
        if tag == "input" and values.get("type") in ("submit", "button", "reset"):
            self._look(values.get("value") or "")
        if tag in UNREAD:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self._look(data)

    def _look(self, text: str) -> None:
        if LETTERS.search(SAME.sub("", text)):
            self.found.append(" ".join(text.split()))


def unmarked(source: str, *, is_html: bool = True) -> list[str]:
    """The texts of a template that no tag translates."""
    found, rest, skipping = [], [], ""
    for token in Lexer(source).tokenize():
        word = token.contents.split(" ")[0] if token.token_type == TokenType.BLOCK else ""
        if skipping:
            skipping = "" if word == f"end{skipping}" else skipping
        elif token.contents == "block body_class":
            skipping = "block"
        elif word in ("comment", "blocktranslate"):
            skipping = word
            found += _past_the_tags(token.contents)
        elif token.token_type == TokenType.TEXT:
            rest.append(token.contents)
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR):
            found += _past_the_tags(token.contents)
    reader = Unmarked()
    if is_html:
        reader.feed("".join(rest))
        reader.close()
    else:
        reader.handle_data("".join(rest))
    return found + reader.found


def _past_the_tags(contents: str) -> Iterator[str]:
    """Texts that a variable or tag brings in by itself."""
    if re.search(r"\|pluralize\b", contents):
        yield contents
    for match in QUOTED.finditer(contents):
        if LETTERS.search(SAME.sub("", match["text"])) and match["text"][1] not in "./#":
            yield match[0]
    if contents.startswith(("include ", "with ")):
        for match in GIVEN.finditer(contents):
            if match["name"] not in NAMES and re.search(
                r"[A-Z][a-z]|[a-z] [a-z]", SAME.sub("", match["text"])
            ):
                yield match[0]


def test_every_text_of_a_template_is_marked() -> None:
    texts = sorted((ROOT / "templates").rglob("*.txt"))
    left = {
        named(path): found
        for path in [*templates(), *texts]
        if (found := unmarked(path.read_text(), is_html=path.suffix == ".html"))
    }
    assert left == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p title="Hello">{% translate "Hello" %}</p>', ["Hello"]),
        ("<p>{% if a %}One{% else %}{{ b }} two{% endif %}</p>", ["One two"]),
        (
            '{{ a|default:"nobody" }}{{ n }} take{{ n|pluralize }}',
            ['|default:"nobody"', "n|pluralize", "take"],
        ),
        ('{% include "ui/field.html" with label="The name" %}', ['label="The name"']),
        ('<input type="submit" value="Send">', ["Send"]),
        ('<p title="{% translate "Hello" %}" class="quiet">{{ a|date:_("j F Y") }} 2 MB · Narrator</p>', []),
        ("{% blocktranslate %}Hello {{ you }}{% endblocktranslate %}{# Hello #}", []),
        ('{% include "ui/field.html" with label=_("Name") %}<script>hello</script>', []),
    ],
)
def test_what_counts_as_unmarked(source: str, found: list[str]) -> None:
    assert unmarked(source) == found


SAID = re.compile(r'(?P<before>[\w.]*\(?)"(?P<text>[A-Z][a-z]+ [^"]+)"|`(?P<made>[A-Z][a-z]+ [^`]*)`')


def test_every_sentence_of_a_script_is_marked() -> None:
    left = [
        f"{path.name}: {match[0]}"
        for path in messages.scripts()
        for line in path.read_text().splitlines()
        if not line.lstrip().startswith(("//", "*", "/*"))
        for match in SAID.finditer(re.sub(r'gettext\("[^"]*"(, "[^"]*")?', "", line))
    ]
    assert left == []


@cache
def sources() -> dict[messages.Message, list[str]]:
    return messages.everything()


CATALOGUES = messages.catalogues()


def test_every_language_has_a_catalogue() -> None:
    assert {messages.code(path) for path in CATALOGUES} == {code for code, _ in settings.LANGUAGES} - {"en"}


@pytest.fixture(params=CATALOGUES, ids=messages.code)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param  # type: ignore[no-any-return]


def key(entry: polib.POEntry) -> messages.Message:
    return messages.Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def test_the_catalogue_has_what_the_sources_say_and_nothing_else(path: Path) -> None:
    assert len(sources()) > 400, "the sentences were not found"
    has = {key(entry) for entry in polib.pofile(str(path))}
    assert (set(sources()) - has, has - set(sources())) == (set(), set()), "run: make messages"


def test_every_sentence_is_translated(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy] == []


# Of the marks only those that do something: Chinese has no italics, and quotes what English sets in them.
GAP = re.compile(r"%\(\w+\)[a-z]|%%|</?(?:strong|a|time|span|kbd|code)\b[^>]*>|\{\w*\}")


def test_every_translation_has_the_gaps_and_marks_of_its_sentence(path: Path) -> None:
    wrong = []
    for entry in polib.pofile(str(path)):
        wanted = set(GAP.findall(entry.msgid_plural or entry.msgid))
        for said in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            if said and set(GAP.findall(said)) != wanted:
                wrong.append((entry.msgid, said))
    assert wrong == []


def test_what_is_compiled_is_what_is_translated(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in catalogue:
        if entry.msgid_plural:
            said = [compiled.ngettext(entry.msgid, entry.msgid_plural, count) for count in (1, 2)]
            assert set(said) <= set(entry.msgstr_plural.values()), "run: make messages"
        elif entry.msgctxt:
            assert compiled.pgettext(entry.msgctxt, entry.msgid) == entry.msgstr, "run: make messages"
        else:
            assert compiled.gettext(entry.msgid) == entry.msgstr, "run: make messages"
    words = ROOT / "static/js/words" / f"{messages.code(path)}.js"
    assert words.read_text() == messages.for_scripts(catalogue), "run: make messages"


@pytest.mark.parametrize("call", ['_(f"Line {number}")', '_("Line " + number)', '_("Line %s" % number)'])
def test_a_sentence_that_is_filled_before_it_is_translated_is_refused(call: str) -> None:
    with pytest.raises(SyntaxError, match="afterwards"):
        list(messages.in_python(call))
