"""Locking over HTTP: what it answers, what the page shows, and where a refusal is said."""

import json
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import locks
from projects.models import Paragraph
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


@pytest.fixture
def line(cast: Cast) -> Paragraph:
    script = factories.script(cast.team, lines=2)
    first = script.paragraphs.first()
    assert first is not None
    factories.ready(first)
    return first


def post(client: Client, name: str, pk: int, **data: object) -> HttpResponse:
    return client.post(reverse(name, args=[pk]), data, HTTP_HX_REQUEST="true")


def told(response: HttpResponse, event: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(response["HX-Trigger"])[event]
    return found


def test_an_editor_locks_and_unlocks_and_everybody_sees_who_did(
    cast: Cast, sign_in: SignIn, line: Paragraph
) -> None:
    client = sign_in(cast.editor)
    ids = ",".join(str(one.pk) for one in line.script.paragraphs.all())
    response = post(client, "lines-lock", line.script_id, lines=ids)
    assert response.status_code == 204
    assert told(response, "lines:done")["words"] == "1 line locked. 1 line without a current take left open."
    viewer = sign_in(cast.viewer)
    page = viewer.get(reverse("script-detail", args=[line.script_id])).content.decode()
    assert "Locked by Edgar" in page
    assert page.count("data-locked") == 1
    inspector = client.get(reverse("paragraph-detail", args=[line.pk])).content.decode()
    assert "Locked by Edgar" in inspector
    assert 'id="direction"' not in inspector
    assert "Unlock" not in viewer.get(reverse("paragraph-detail", args=[line.pk])).content.decode()
    response = post(client, "lines-unlock", line.script_id, lines=str(line.pk))
    assert told(response, "lines:done")["words"] == "1 line unlocked."
    none = post(client, "lines-lock", line.script_id, lines=str(line.script.paragraphs.all()[1].pk))
    assert (none.status_code, "Generate it first" in told(none, "say")["value"]) == (409, True)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("paragraph-text", {"text": "Other."}),
        ("paragraph-direction", {"voice": "Maia", "instructions": "", "language": "", "pause_ms": ""}),
        ("paragraph-render", {}),
        ("paragraph-split", {"text": "One.", "rest": "Two."}),
    ],
)
def test_a_refusal_is_said_where_it_was_pressed(
    name: str, data: dict[str, str], cast: Cast, sign_in: SignIn, line: Paragraph
) -> None:
    locks.lock(line.script, [line.pk], by=cast.owner)
    response = post(sign_in(cast.editor), name, line.pk, **data)
    assert (response.status_code, response["HX-Reswap"]) == (409, "none")
    assert "is locked by Olga. Unlock first" in told(response, "say")["value"]
    plain = sign_in(cast.editor).post(reverse(name, args=[line.pk]), data)
    assert (plain.status_code, b"is locked by Olga" in plain.content) == (409, True)


def test_replace_shows_a_locked_line_and_offers_no_tick(cast: Cast, sign_in: SignIn, line: Paragraph) -> None:
    locks.lock(line.script, [line.pk], by=cast.owner)
    address = reverse("script-replace", args=[line.script_id])
    page = sign_in(cast.editor).get(address, {"q": "number", "replacement": "figure"}).content.decode()
    assert "Locked. Unlock the line to change it." in page
    assert page.count(" checked>") >= 1
    assert page.count(" disabled>") == 1
