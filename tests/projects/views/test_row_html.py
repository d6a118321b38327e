"""A row is written by hand, so this is where it is seen that nothing of what people write becomes HTML."""

from html.parser import HTMLParser

import pytest
from django.utils import timezone

from narrator.teams.models import User
from projects.models import Character, Paragraph, Script, Take, Verdict
from projects.models.projects import Project
from projects.models.reviews import Kind
from projects.views import row_html

HOSTILE = "<b onclick='x'>\"&amp;"


class Reader(HTMLParser):
    """Reads what a row shows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= dict(attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def line(**fields: object) -> Paragraph:
    return Paragraph(pk=7, script=Script(pk=1, project=Project(pk=1)), text=HOSTILE, digest="d", **fields)


def take(**fields: object) -> Take:
    usual = {
        "pk": 9,
        "digest": "d",
        "audio_sha256": "s",
        "status": "ready",
        "duration_ms": 61_000,
        "number": 1,
    }
    return Take(**{**usual, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("may_edit", [True, False])
def test_what_people_write_is_text(*, may_edit: bool) -> None:
    flagged = take(findings=[{"at_ms": 1, "until_ms": 2, "text": HOSTILE}])
    wanted = Verdict(take=flagged, digest="d", audio_sha256="s", kind=Kind.PICKUP, reason=HOSTILE)
    refused = take(pk=10, status="failed", number=2, error_reason=HOSTILE)
    waiting = take(pk=11, status="queued", error_reason=HOSTILE)
    locked = {"is_locked": True, "locked_at": timezone.now(), "locked_by": User(name=HOSTILE)}
    for one, texts in (
        (line(position=1, character=Character(pk=3, name=HOSTILE, colour=1)), 2),
        (line(position=1, chosen=flagged, latest=flagged), 2),
        (line(position=1, chosen=flagged, latest=flagged, verdict=wanted), 2),
        (line(position=1, latest=refused), 2),
        (line(position=1, latest=waiting), 2),
        (line(position=1, chosen=flagged, latest=flagged, **locked), 3),
    ):
        shown = Reader(row_html.draw(one, may_edit=may_edit))
        assert "".join(shown.texts).count(HOSTILE) == texts
        assert shown.tags <= {"li", "button", "svg", "use", "p", "span", "div"}
        assert shown.attributes.get("title", HOSTILE) == HOSTILE
        assert ("hx-post" in shown.attributes) == (one.mark == "failed" and may_edit)
