"""Who is behind a request of a program: a token that is alive, within its scopes, not too often."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from narrator import limits
from narrator.teams.models import Membership, User
from projects.actions import tokens
from projects.models import ApiToken
from projects.models.tokens import SCOPES
from tests import factories
from tests.cast import Cast
from tests.projects.api.programs import HOME, Program

pytestmark = pytest.mark.one_database


def test_only_a_living_token_opens(cast: Cast) -> None:
    program = Program(cast.editor)
    answer = program.get("/me")
    assert answer.status_code == 200
    assert answer.json()["teams"] == [{"id": cast.team.pk, "name": "Night Desk", "role": "editor"}]
    session = Client()
    session.force_login(cast.editor)
    strangers = [
        Client(),
        session,
        *(Client(headers={"Authorization": word}) for word in _no_tokens(program)),
    ]
    for client in strangers:
        refused = client.get(f"{HOME}/me")
        assert refused.status_code == 401
        assert refused["WWW-Authenticate"].startswith("Bearer")
        assert "token" in refused.json()["detail"]


def _no_tokens(program: Program) -> list[str]:
    return ["", "Bearer", "Bearer x", f"Basic {program.secret}", f"Bearer {program.secret}x", "Bearer \xe4"]


@pytest.mark.parametrize("how", ["revoked", "over", "inactive", "out of the team"])
def test_a_token_that_died_opens_nothing(cast: Cast, how: str) -> None:
    program, project = Program(cast.editor), factories.project(cast.team)
    address = f"/projects/{project.pk}"
    assert program.get(address).status_code == 200
    if how == "revoked":
        assert tokens.revoke(program.token)
        assert not tokens.revoke(program.token)
    elif how == "over":
        ApiToken.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    elif how == "inactive":
        User.objects.filter(pk=cast.editor.pk).update(is_active=False)
    else:
        Membership.objects.filter(user=cast.editor).delete()
    assert program.get(address).status_code == (404 if how == "out of the team" else 401)


def test_a_token_opens_what_its_scopes_say_and_never_more_than_its_person_may(cast: Cast) -> None:
    project = factories.project(cast.team)
    reads, writes = Program(cast.editor, "projects:read"), Program(cast.editor, "projects:write")
    for program, may_write in ((reads, 403), (writes, 200), (Program(cast.viewer, "projects:write"), 403)):
        assert program.get(f"/projects/{project.pk}").status_code == 200
        answer = program.patch(f"/projects/{project.pk}", {"title": "Another"})
        assert answer.status_code == may_write, answer.content
        assert program.get("/runs").json()["code"] == "scope"
    assert "projects:write" in reads.patch(f"/projects/{project.pk}", {"title": "X"}).json()["detail"]


def test_a_secret_is_kept_nowhere_and_its_use_is_noted_to_the_minute(cast: Cast) -> None:
    program = Program(cast.editor)
    row = ApiToken.objects.get()
    assert program.secret not in str(vars(row))
    assert program.secret.startswith(row.hint)
    assert row.last_used_at is None
    assert set(row.scopes) == set(SCOPES)
    program.get("/me")
    first = ApiToken.objects.get().last_used_at
    program.get("/me")
    assert first is not None
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    program.get("/me")
    assert ApiToken.objects.get().last_used_at >= first


def test_a_token_that_asks_too_often_is_told_when_to_ask_again(
    cast: Cast, broker: str, settings: object
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3  # type: ignore[attr-defined]
    often, other = Program(cast.editor), Program(cast.editor)
    answers = [often.get("/me") for _ in range(8)]  # the minute may change once between them
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 0 < int(refused[0]["Retry-After"]) <= 60
    assert refused[0].json()["code"] == "too_many"
    assert other.get("/me").status_code == 200


def test_a_client_that_floods_the_studio_gets_a_problem_and_no_page(
    cast: Cast, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BURST", 2)
    settings.REQUESTS_EACH_MINUTE = 1  # type: ignore[attr-defined]
    program = Program(cast.editor)
    answers = [program.get("/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert answers[2].json()["code"] == "too_many"
    assert "Wait a moment" in answers[2].json()["detail"]
    assert 0 < int(answers[2]["Retry-After"]) <= 61
    assert program.get("/nowhere").json()["code"] == "too_many"
    settings.REQUESTS_EACH_MINUTE = 0  # type: ignore[attr-defined]
    large = Client().generic("POST", f"{HOME}/projects", b"", CONTENT_LENGTH=str(limits.BODY_BYTES + 1))
    assert (large.status_code, large.json()["code"]) == (413, "too_large")


def test_what_is_no_address_or_no_json_is_a_problem_and_no_page(cast: Cast) -> None:
    program, script = Program(cast.editor), factories.script(cast.team)
    runs = f"{HOME}/scripts/{script.pk}/runs"
    for answer, status in (
        (program.get("/nowhere"), 404),
        (program.get("/"), 404),
        (program.get("/projects/x"), 422),
        (program.get(f"/projects/{10**30}"), 422),
        (program.get("/projects", cursor="-1"), 422),
        (program.get("/projects", limit=0), 422),
        (program.client.post(runs, "{", content_type="application/json"), 400),
        (program.client.post(runs, "[]", content_type="application/json"), 422),
    ):
        assert answer.status_code == status, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert set(answer.json()) >= {"status", "code", "title", "detail", "errors"}
    assert program.client.delete(f"{HOME}/projects").status_code == 405
