"""The script page and its poll."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.cache import own
from narrator.teams.models import User
from projects import tasks
from projects.actions import claims, figures, paragraphs, resting, takes
from projects.models import Script, Take, TakeStatus
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


def poll(client: Client, script: Script, since: int | str) -> HttpResponse:
    return client.get(reverse("script-changes", args=[script.pk]), {"since": since}, HTTP_HX_REQUEST="true")


def rows(response: HttpResponse) -> list[int]:
    """The lines an answer brings."""
    return [int(pk) for pk in re.findall(rb'id="line-(\d+)"', response.content)]


def cursor(response: HttpResponse) -> str:
    return re.findall(rb"since=([\d-]+)", response.content)[0].decode()


def time_told(response: HttpResponse) -> str:
    """How long the script is, as its head says."""
    return re.findall(rb'class="figure-time"[^>]*>([\d:]+)', response.content)[0].decode()


def test_the_page_costs_the_same_queries_for_three_lines_and_for_sixty(cast: Cast, sign_in: SignIn) -> None:
    counts = []
    for lines in (3, 60):
        script = factories.script(cast.team, lines=lines)
        factories.ready(script.paragraphs.first())  # type: ignore[arg-type]
        takes.request(script, script.paragraphs.missing(), by=None)
        client = sign_in(cast.editor)
        client.get(reverse("script-detail", args=[script.pk]))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("script-detail", args=[script.pk]))
        assert len(rows(response)) == lines
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_each_reads_the_rows_in_a_language_of_their_own(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team)
    pages = {}
    for person, language in ((cast.editor, "en"), (cast.admin, "zh-hans"), (cast.editor, "en")):
        User.objects.filter(pk=person.pk).update(language=language)
        page = sign_in(person).get(reverse("script-detail", args=[script.pk])).content.decode()
        rows_of_it = page[page.index('id="lines"') : page.index("</ol>", page.index('id="lines"'))]
        assert rows_of_it.count(f'lang="{language}"') == 2 * 3  # the mark at the edge and the foot
        assert pages.setdefault(language, rows_of_it) == rows_of_it
    assert "To generate" in pages["en"]


def test_a_poll_where_nothing_changed_is_204_and_cheap(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team)
    client = sign_in(cast.viewer)
    with CaptureQueriesContext(connection) as queries:
        response = poll(client, script, script.version)
    assert (response.status_code, response.content) == (204, b"")
    assert len(queries) <= 4  # session, user, script, role


def test_figures_that_are_behind_come_with_a_later_poll(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resting, "AT_ONCE_LINES", 1)
    monkeypatch.setattr(figures, "REST_S", 1e9)
    script = factories.script(cast.team, lines=2)
    client = sign_in(cast.viewer)
    assert cursor(client.get(reverse("script-detail", args=[script.pk]))) == str(script.version)
    factories.ready(script.paragraphs.first(), duration_ms=9_000)  # type: ignore[arg-type]
    brought = poll(client, script, script.version)
    assert (len(rows(brought)), time_told(brought)) == (1, "0:00")
    assert poll(client, script, cursor(brought)).status_code == 204
    own.delete(f"heard-{script.pk}")  # as if they had rested long enough
    later = poll(client, script, cursor(brought))
    assert (rows(later), time_told(later)) == ([], "0:09")
    script.refresh_from_db()
    assert cursor(later) == str(script.version)


def test_a_poll_brings_just_the_lines_that_changed(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=5)
    client = sign_in(cast.editor)
    third = script.paragraphs.all()[2]
    factories.ready(third)
    response = poll(client, script, 0)
    assert rows(response) == [third.pk]
    assert poll(client, script, cursor(response)).status_code == 204


def test_a_row_is_drawn_once_until_its_line_changes(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=12)
    first, last = script.paragraphs.first(), script.paragraphs.last()
    assert first is not None
    assert last is not None
    address = reverse("script-window", args=[script.pk])

    def window(person: User) -> tuple[str, int]:
        client = sign_in(person)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address, {"from": first.position, "to": last.position}).content.decode()
        return page, len(queries)

    fresh, asked = window(cast.editor)
    assert window(cast.editor) == (fresh, asked - 1)
    assert window(cast.admin) == (fresh, asked - 1)
    factories.failed(last)
    changed, again = window(cast.editor)
    assert (again, "Failed" in changed, "Failed" in fresh) == (asked, True, False)
    # Who may not edit has rows of their own: nothing to try again.
    assert "hx-post" in changed
    assert "hx-post" not in window(cast.viewer)[0]


def test_many_changes_come_in_several_polls_and_none_is_missed(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=150)
    for line in script.paragraphs.all():
        line.text += " And more."
        paragraphs.edit(line, project=script.project, by=None)
    client, since, seen = sign_in(cast.editor), "0", []
    while (response := poll(client, script, since)).status_code == 200:
        seen += rows(response)
        since = cursor(response)
    assert sorted(seen) == [line.pk for line in script.paragraphs.all()]


def test_many_lines_changed_by_one_press_are_not_missed_either(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=150)
    takes.request(script, script.paragraphs.all(), by=None)
    client, since, seen = sign_in(cast.editor), "0", set()
    while (response := poll(client, script, since)).status_code == 200:
        seen |= set(rows(response))
        since = cursor(response)
    assert len(seen) == 150


def test_one_poll_brings_lines_queue_and_people_and_each_only_when_it_changed(
    cast: Cast, sign_in: SignIn, broker: str
) -> None:
    script = factories.script(cast.team, lines=2)
    edgar, ada = sign_in(cast.editor), sign_in(cast.admin)
    address = reverse("script-changes", args=[script.pk])
    assert b"every 1.5s" in edgar.get(reverse("script-detail", args=[script.pk])).content
    asked: dict[str, object] = {"since": script.version, "seen": "", "here": "", "pen": ""}

    def ask() -> HttpResponse:
        response = edgar.get(address, asked)
        told = {
            "since": rb"since=([\d-]+)",
            "seen": rb'data-seen="(\w+)" hx-sw',
            "here": rb'id="here" data-seen="(\w+)"',
        }
        for name, pattern in told.items():
            found = re.search(pattern, response.content)
            asked[name] = found[1].decode() if found else asked[name]
        return response

    first = ask()
    assert b'id="queue-body"' in first.content
    assert rows(first) == []
    with CaptureQueriesContext(connection) as queries:
        assert ask().status_code == 204
    assert len(queries) <= 6  # session, user, script, role; memberships, runs
    line = script.paragraphs.first()
    ada.get(address, {"since": script.version, "here": "", "pen": line.pk})
    met = ask()
    assert f'data-at="{line.pk}"'.encode() in met.content
    assert b'title="Ada is writing"' in met.content
    assert b'id="queue-body"' not in met.content
    tasks.queue_takes(script, script.paragraphs.all(), by=cast.admin)
    made = ask()
    assert len(rows(made)) == 2
    assert b"0 of 2" in made.content
    assert ask().status_code == 204


def test_generate_asks_for_what_is_missing_and_answers_with_the_figures(
    cast: Cast, sign_in: SignIn, broker: str
) -> None:
    script = factories.script(cast.team, lines=3)
    factories.ready(script.paragraphs.first())  # type: ignore[arg-type]
    address = reverse("script-render", args=[script.pk])
    response = sign_in(cast.editor).post(address, HTTP_HX_REQUEST="true")
    assert b'id="progress"' in response.content
    assert b"<html" not in response.content
    assert Take.objects.filter(status=TakeStatus.QUEUED).count() == 2


def test_stop_takes_back_what_waits(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=3)
    takes.request(script, script.paragraphs.all(), by=None)
    claims.claim(worker="w")
    sign_in(cast.editor).post(reverse("script-stop", args=[script.pk]))
    assert Take.objects.filter(status=TakeStatus.CANCELLED).count() == 2
    assert Take.objects.filter(status=TakeStatus.RUNNING).count() == 1


def test_a_viewer_sees_no_buttons_that_change_things(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team)
    address = reverse("script-detail", args=[script.pk])
    assert b"Generate 3 lines" in sign_in(cast.editor).get(address).content
    seen = sign_in(cast.viewer).get(address).content
    assert b"Generate 3 lines" not in seen
    assert b'data-act="edit"' not in seen


def test_text_is_shown_as_text(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=1)
    nasty = """<script>alert(1)</script>"><img src=x onerror=alert(1)> {{ 7|add:7 }} hx-get="/x\""""
    script.paragraphs.update(text=nasty)
    page = sign_in(cast.editor).get(reverse("script-detail", args=[script.pk])).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "{{ 7|add:7 }}" in page


def test_the_head_says_how_long_and_how_loud_the_script_is(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=2)
    client = sign_in(cast.viewer)
    page = client.get(reverse("script-detail", args=[script.pk]))
    assert b"LUFS" not in page.content
    factories.all_ready(script, duration_ms=1000)
    heard = figures.of_script(Script.objects.get(), script.project)
    assert said(heard) in poll(client, script, 0).content
    book = figures.of_book(script.project, Script.objects.all())
    assert said(book) in client.get(reverse("project-detail", args=[script.project_id])).content


def said(heard: figures.Heard) -> bytes:
    """A loudness as the pages write it."""
    return f"{heard.loudness_lufs:.1f} LUFS".replace("-", "−").encode()


def test_the_chapter_of_the_page_is_marked_at_the_side_and_no_other(cast: Cast, sign_in: SignIn) -> None:
    project, client = factories.project(cast.team, lines=1, scripts=3), sign_in(cast.viewer)
    for script in [*project.scripts.all(), project.scripts.all()[0]]:
        page = client.get(reverse("script-detail", args=[script.pk])).content.decode()
        side = page[page.index('<ol class="chapters">') :].split("</ol>")[0]
        assert side.count('class="chapter"') == 3
        assert side.count("aria-current") == 1
        assert f'id="chapter-{script.pk}" href="{script.get_absolute_url()}" aria-current="page">' in side


def test_lines_may_be_moved_to_the_end_of_the_other_chapters(cast: Cast, sign_in: SignIn) -> None:
    project = factories.project(cast.team, lines=1, scripts=3)
    first, *others = project.scripts.all()
    page = sign_in(cast.editor).get(first.get_absolute_url()).content.decode()
    places = re.search(r'<select id="more-to".*?</select>', page, re.DOTALL)
    assert places is not None
    assert re.findall(r'<option value="(\d+)">(\d) · ([^<]+)<', places[0]) == [
        (str(other.pk), str(other.position), other.title) for other in others
    ]
    assert 'id="more-to"' not in sign_in(cast.viewer).get(first.get_absolute_url()).content.decode()
    alone = factories.script(cast.team)
    assert 'id="more-to"' not in sign_in(cast.editor).get(alone.get_absolute_url()).content.decode()
