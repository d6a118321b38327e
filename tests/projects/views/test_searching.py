"""Search and replace over HTTP."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator import limits
from narrator.teams.models import User
from projects.models import Paragraph
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


def test_search_answers_with_lines_and_places_as_browsers_count_them(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=3)
    first, second, _ = script.paragraphs.all()
    Paragraph.objects.filter(pk=first.pk).update(text="𝄞 the lamp, the lamp")
    Paragraph.objects.filter(pk=second.pk).update(text="The lamp was lit.")
    client = sign_in(cast.viewer)
    address = reverse("script-search", args=[script.pk])
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, {"q": "the lamp"}).json()
    assert len(queries) <= 5
    assert answer == {"count": 3, "lines": [[first.pk, [[3, 11], [13, 21]]], [second.pk, [[0, 8]]]]}
    assert client.get(address, {"q": "the lamp", "case": "on"}).json()["count"] == 2
    refused = client.get(address, {"q": "(", "pattern": "on"})
    assert (refused.status_code, "cannot be read" in refused.json()["error"]) == (422, True)


@pytest.mark.one_database
def test_the_search_bar_is_told_in_its_own_way_that_it_asks_too_often(
    cast: Cast, sign_in: SignIn, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BURST", 1)
    settings.REQUESTS_EACH_MINUTE = 1  # type: ignore[attr-defined]
    address = reverse("script-search", args=[factories.script(cast.team, lines=1).pk])
    client = sign_in(cast.viewer)
    assert client.get(address, {"q": "a"}).status_code == 200
    refused = client.get(address, {"q": "b"})
    assert (refused.status_code, "Wait a moment" in refused.json()["error"]) == (429, True)
    assert int(refused["Retry-After"]) > 0


def test_every_change_is_shown_and_only_what_is_ticked_is_made(cast: Cast, sign_in: SignIn) -> None:
    project = factories.project(cast.team, lines=3, scripts=2)
    script = project.scripts.first()
    client = sign_in(cast.editor)
    address = reverse("script-replace", args=[script.pk])
    assert client.get(address).status_code == 200
    asked = {"q": "lamp", "replacement": "<b>lantern</b>"}
    page = client.get(address, asked).content.decode()
    assert "<del>lamp</del><ins>&lt;b&gt;lantern&lt;/b&gt;</ins>" in page
    assert len(re.findall(r'name="line"', page)) == 1
    page = client.get(address, {**asked, "everywhere": "on"}).content.decode()
    ticks = re.findall(r'name="line" id="tick-\d+" value="(\d+:\w+)"', page)
    assert len(ticks) == 2
    assert Paragraph.objects.filter(text__contains="lantern").count() == 0
    response = client.post(address, {**asked, "line": [ticks[1], "x", "999:0"]}, follow=True)
    assert "Replaced in 1 line." in response.content.decode()
    changed = Paragraph.objects.get(text__contains="lantern")
    assert changed.pk == int(ticks[1].split(":")[0])


def test_a_pattern_that_is_none_is_refused_in_place(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team)
    address = reverse("script-replace", args=[script.pk])
    response = sign_in(cast.editor).get(address, {"q": "[", "pattern": "on"})
    assert response.status_code == 422
    assert "cannot be read" in response.content.decode()
    assert 'value="["' in response.content.decode()
