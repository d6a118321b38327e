"""One token through everything: entered, used, refused, rotated. It is then nowhere but in the requests."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core import serializers
from django.core.management import call_command
from django.core.signals import got_request_exception
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.views.debug import ExceptionReporter

from narrator.teams.models import User
from projects import tasks
from projects.actions import endpoint, holds
from projects.models import Call, Hold, Take, TeamEndpoint
from tests import factories
from tests.cast import Cast
from tests.speech.scripted import Scripted, Visit, http

CANARY = "sk-canary-7d1e55"
REFUSAL = f'{{"error": {{"code": "invalid_api_key", "message": "Incorrect API key provided: {CANARY}."}}}}'
VOICES = b'{"voices": ["af_heart"]}'


def script(visit: Visit) -> None:
    """Lists a voice, and refuses to speak with an error that quotes the token."""
    if b"/voices" in visit.request:
        visit.send(http(VOICES, "application/json"))
    else:
        visit.send(http(REFUSAL.encode(), "application/json", status="401 Unauthorized"))


@pytest.mark.django_db(transaction=True)
def test_a_token_shows_nowhere(
    transactional_db: None,
    cast: Cast,
    broker: str,
    sign_in: Callable[[User], Client],
    settings: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    client, shown = sign_in(cast.admin), []
    client.raise_request_exception = False
    with Scripted(script) as server:
        settings.PRIVATE_ENDPOINTS = [server.url]  # type: ignore[attr-defined]
        entered = {
            "kind": "openai",
            "address": server.url,
            "model": "kokoro",
            "token": CANARY,
            "concurrency": 4,
            "text_limit": 600,
            "limit_unit": "bytes",
        }
        address = reverse("endpoint-edit", args=[cast.team.pk])
        answer = client.post(address, entered)
        assert answer.status_code == 302, answer.context["form"].errors
        shown.append(client.post(address, entered | {"text_limit": 1}).content.decode())
        project = factories.script(cast.team, lines=1, voice="af_heart")
        tasks.queue_takes(project, project.paragraphs.all(), by=None)
        tasks.pump(cast.team.pk)
        trial = reverse("endpoint-try", args=[cast.team.pk])
        shown.append(client.post(trial, {"voice": "af_heart", "sentence": "Hello."}).content.decode())
        shown += [repr(endpoint.of(cast.team.pk)), repr(endpoint.of(cast.team.pk).client)]
        server_gone = entered | {"address": f"{server.url}/elsewhere", "limit_unit": "x" * 50}
        shown.append(client.post(address, server_gone).content.decode())
        shown.append(crash(client, address, entered))
        endpoint.forget_own()
    assert sum(CANARY.encode() in request for request in server.requests) >= 3
    hold = holds.of(cast.team.pk)
    assert hold is not None
    assert "[token]" in hold.detail
    call_command("rotate_tokens")
    for page in (address, reverse("run-list"), reverse("usage"), "/", project.get_absolute_url()):
        shown.append(client.get(page).content.decode())
    shown += [serializers.serialize("json", rows.objects.all()) for rows in (TeamEndpoint, Hold, Take, Call)]
    shown += [caplog.text, database_dump()]
    assert [text[:200] for text in shown if CANARY in text] == []
    assert TeamEndpoint.objects.get().token() == CANARY
    media = Path(django_settings.MEDIA_ROOT)
    assert not any(CANARY.encode() in path.read_bytes() for path in media.rglob("*") if path.is_file())


def crash(client: Client, address: str, entered: dict[str, object]) -> str:
    """What Django reports of an error that happens with the token in hand, and what the person sees."""
    reports = []

    def report(request: HttpRequest, **_about: object) -> None:
        reporter = ExceptionReporter(request, *sys.exc_info())
        reports.extend([reporter.get_traceback_html(), reporter.get_traceback_text()])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TeamEndpoint, "save", lambda *_args, **_named: 1 / 0)
        got_request_exception.connect(report)
        page = client.post(address, entered)
        got_request_exception.disconnect(report)
    assert page.status_code == 500
    assert "ZeroDivisionError" in reports[0]
    return "".join([*reports, page.content.decode()])


def database_dump() -> str:
    """Every row of every table, as it is kept."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.append(repr(cursor.fetchall()))
    return "\n".join(rows)
