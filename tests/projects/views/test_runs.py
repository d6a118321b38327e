"""The queue's page and panel, its poll, and what its buttons do."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from narrator.cache import own
from narrator.direct import together
from narrator.teams.models import Membership, Role, Team, User
from projects.actions import claims, holds, takes
from projects.models import Hold, Run, RunState, Take, TakeStatus
from projects.views import runs
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


def begun(team: Team, *, lines: int = 3) -> Run:
    script = factories.script(team, lines=lines)
    (first, *_) = takes.request(script, script.paragraphs.all(), by=None)
    assert first.run is not None
    return first.run


def fail_one() -> Take:
    take = claims.claim(worker="w")
    assert take is not None
    Take.objects.filter(pk=take.pk).move(to=TakeStatus.FAILED, error_reason="Refused.", claim_token=None)
    return take


def poll(client: Client, seen: str = "") -> HttpResponse:
    return client.get(reverse("run-list"), {"seen": seen}, HTTP_HX_REQUEST="true")


def cursor(response: HttpResponse) -> str:
    return re.findall(rb"seen=(\w+)", response.content)[0].decode()


def press(client: Client, name: str, pk: int) -> HttpResponse:
    return client.post(reverse(name, args=[pk]), HTTP_HX_REQUEST="true")


def test_the_page_shows_the_runs_of_my_teams_alone(cast: Cast, sign_in: SignIn) -> None:
    mine, theirs = begun(cast.team), begun(cast.other_team, lines=7)
    fail_one()
    page = sign_in(cast.viewer).get(reverse("run-list")).content.decode()
    assert f'id="run-{mine.pk}"' in page
    assert f'id="run-{theirs.pk}"' not in page
    assert "of 7" not in page
    assert "Pause" not in page  # a viewer has no buttons


def test_who_joins_a_team_between_the_two_questions_sees_its_runs_at_the_next_look(cast: Cast) -> None:
    memberships, in_sight = runs.asking(cast.stranger)
    together(memberships)
    Membership.objects.create(team=cast.team, user=cast.stranger, role=Role.VIEWER)
    run = begun(cast.team)
    assert runs.queue((memberships, in_sight))["rows"] == []
    assert [row.run for row in runs.queue(runs.asking(cast.stranger))["rows"]] == [run]


def test_an_empty_queue_says_what_to_do(cast: Cast, sign_in: SignIn) -> None:
    assert (
        "Open a script and press Generate." in sign_in(cast.editor).get(reverse("run-list")).content.decode()
    )


def test_old_runs_are_out_of_sight(cast: Cast, sign_in: SignIn) -> None:
    run = begun(cast.team)
    Run.objects.update(state=RunState.DONE, finished_at=timezone.now())
    assert f'id="run-{run.pk}"' in poll(sign_in(cast.editor)).content.decode()
    Run.objects.update(finished_at=timezone.now() - timedelta(days=2))
    assert f'id="run-{run.pk}"' not in poll(sign_in(cast.editor)).content.decode()


def test_a_poll_that_brings_nothing_is_204_and_cheap_however_many_runs_there_are(
    cast: Cast, sign_in: SignIn
) -> None:
    client, counts = sign_in(cast.editor), []
    for more in (1, 6):
        for _ in range(more):
            begun(cast.team)
        seen = cursor(poll(client))
        with CaptureQueriesContext(connection) as queries:
            assert poll(client, seen).status_code == 204
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4  # session, user, teams, runs; their figures are kept


def test_a_poll_tells_counts_and_the_first_failed_line(cast: Cast, sign_in: SignIn) -> None:
    run = begun(cast.team, lines=4)
    client = sign_in(cast.editor)
    seen = cursor(poll(client))
    failed = fail_one()
    assert poll(client, seen).status_code == 204  # a run is counted once a second
    own.clear()
    response = poll(client, seen)
    assert response.status_code == 200
    page = response.content.decode()
    assert "1 of 4" in page
    assert f"{reverse('script-detail', args=[run.script_id])}#line-{failed.paragraph_id}" in page
    assert "<html" not in page


def test_the_poll_hurries_only_while_something_moves(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    assert b"every 15s" in poll(client).content
    run = begun(cast.team)
    assert b"every 2s" in poll(client).content
    press(client, "run-pause", run.pk)
    assert b"every 15s" in poll(client).content
    press(client, "run-resume", run.pk)
    holds.place(cast.team.pk, code="Arrearage", reason="The account is in arrears.")
    assert b"every 15s" in poll(client).content


def test_pause_resume_and_cancel_work_and_twice_is_harmless(cast: Cast, sign_in: SignIn, broker: str) -> None:
    run, client = begun(cast.team), sign_in(cast.editor)
    for name, state in (
        ("run-pause", RunState.PAUSED),
        ("run-resume", RunState.ACTIVE),
        ("run-cancel", RunState.CANCELLED),
    ):
        for _ in range(2):
            response = press(client, name, run.pk)
            assert f'id="run-{run.pk}"' in response.content.decode()
            assert Run.objects.get().state == state
    assert set(Take.objects.values_list("status", flat=True)) == {TakeStatus.CANCELLED}


def test_retry_puts_the_failed_lines_back(cast: Cast, sign_in: SignIn, broker: str) -> None:
    run, client = begun(cast.team, lines=2), sign_in(cast.editor)
    fail_one()
    fail_one()
    assert "2 failed" in poll(client).content.decode()
    for _ in range(2):
        page = press(client, "run-retry", run.pk).content.decode()
        assert "0 of 2" in page
        assert "failed</a>" not in page
    assert Take.objects.filter(status=TakeStatus.QUEUED).count() == 2


def test_a_held_team_has_a_banner_with_the_reason_and_a_button(
    cast: Cast, sign_in: SignIn, broker: str
) -> None:
    begun(cast.team)
    holds.place(cast.team.pk, code="Arrearage", reason="The account <b>is</b> in arrears.")
    address = reverse("team-resume", args=[cast.team.pk])
    seen = poll(sign_in(cast.editor)).content.decode()
    assert "The account &lt;b&gt;is&lt;/b&gt; in arrears." in seen
    assert address in seen
    assert "Held" in seen
    viewed = poll(sign_in(cast.viewer)).content.decode()
    assert "in arrears" in viewed
    assert address not in viewed
    assert "in arrears" not in poll(sign_in(cast.stranger)).content.decode()
    for _ in range(2):
        assert "in arrears" not in press(sign_in(cast.editor), "team-resume", cast.team.pk).content.decode()
    assert not Hold.objects.exists()


@pytest.mark.parametrize("name", ["run-pause", "run-resume", "run-cancel", "run-retry"])
def test_without_script_a_button_leads_to_the_page(
    cast: Cast, sign_in: SignIn, broker: str, name: str
) -> None:
    run = begun(cast.team)
    response = sign_in(cast.editor).post(reverse(name, args=[run.pk]))
    assert (response.status_code, response["Location"]) == (302, reverse("run-list"))


def test_every_page_has_the_way_to_the_queue(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.viewer).get("/").content.decode()
    assert 'popovertarget="queue"' in page
    assert f'hx-get="{reverse("run-list")}"' in page
