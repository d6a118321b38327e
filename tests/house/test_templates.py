"""Templates carry no script and no style: the content security policy would block them in the browser anyway."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from tests.house.tree import named, templates

TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
VARIABLE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


class Offences(HTMLParser):
    """Notes what is written inline: style=, on…=, hx-on, style and script elements, javascript: addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "style" or (tag == "script" and "src" not in values and values.get("type") not in DATA):
            self._note(f"<{tag}>")
        for name, value in attributes:
            if name == "style" or name.startswith(("on", "hx-on", "hx-vals-js")):
                self._note(f"{name}=")
            if (value or "").strip().lower().startswith(("javascript:", "js:")):
                self._note(f'{name}="{value}"')

    def _note(self, what: str) -> None:
        self.found.append(f"line {self.getpos()[0]}: {what}")


# What the browser never executes.
DATA = ("application/json",)


def offences(source: str) -> list[str]:
    """Return what is inline in this template, each with its line."""
    reader = Offences()
    reader.feed(VARIABLE.sub("x", TAG.sub(_keep_lines, source)))
    reader.close()
    return reader.found


def _keep_lines(match: re.Match[str]) -> str:
    return " " + "\n" * match.group().count("\n")


def _all() -> Iterator[tuple[str, str]]:
    for path in templates():
        for found in offences(path.read_text()):
            yield named(path), found


def test_no_template_has_anything_inline() -> None:
    assert len(templates()) > 5, "the templates were not found"
    assert list(_all()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p style="color: red">', ["line 1: style="]),
        ('{% if a %}\n<p onclick="x()">{% endif %}', ["line 2: onclick="]),
        ('<p {% if a %}style="b"{% endif %}>', ["line 1: style="]),
        ("<script>x()</script>", ["line 1: <script>"]),
        ("<style>p {}</style>", ["line 1: <style>"]),
        ('<a href="javascript:x()">', ['line 1: href="javascript:x()"']),
        ('<script src="{% static "a.js" %}"></script><p class="{{ style }}" hx-get="/on">', []),
        ('{# <p style="x"> #}<script type="application/json">{}</script>', []),
    ],
)
def test_what_counts_as_inline(source: str, found: list[str]) -> None:
    assert offences(source) == found
