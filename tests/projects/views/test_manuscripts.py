"""The preview of a manuscript over HTTP: arranging its chapters, looking into them, and what stays after a reload."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import manuscripts
from projects.manuscript.arrangement import Arrangement
from projects.models import Manuscript, Paragraph, Project
from tests.cast import Cast

SignIn = Callable[[User], Client]
TEXT = "CHAPTER I\n\nThe lamp was lit.\n\nNobody came.\n\nCHAPTER II\n\nRain.\n"
TALK = "# A Talk\n\n" + "ANNA: (softly) Come in.\n\nBERT: No.\n\n" * 4
FIELDS = {"title": "Mine", "author": "", "voice": "Maia", "language": "English", "instructions": "Calmly."}
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "chapters"}


def kept(cast: Cast, text: str = TEXT, name: str = "Book.txt") -> Manuscript:
    row, _ = manuscripts.keep(text.encode(), name, team=cast.team, by=cast.editor)
    return row


def arrange(client: Client, row: Manuscript, data: dict[str, Any], **headers: str):  # type: ignore[no-untyped-def]
    return client.post(reverse("manuscript-arrange", args=[row.pk]), data, **headers)  # type: ignore[arg-type]


def titles(row: Manuscript) -> list[tuple[int, str, bool]]:
    row.refresh_from_db()
    plan = Arrangement.from_json(row.plan, manuscripts.read(row))
    return [(one.start, one.title, one.ticked) for one in plan.sections]


def test_what_is_done_in_a_preview_survives_a_reload_and_makes_no_project(
    cast: Cast, sign_in: SignIn
) -> None:
    client, row = sign_in(cast.editor), kept(cast)
    form = FIELDS | {"tick": ["2"], "title-0": "First", "title-2": "  ", "titles": "on"}
    assert arrange(client, row, form).url == row.get_absolute_url()
    assert titles(row) == [(0, "First", False), (2, "CHAPTER II", True)]
    page = client.get(row.get_absolute_url()).content.decode()
    for said in ('value="First"', 'value="Mine"', "Calmly.", 'name="titles" checked', "1 of 2 chapters"):
        assert said in page, said
    assert not Project.objects.exists()


def test_chapters_are_merged_and_split_without_script_and_the_person_lands_there(
    cast: Cast, sign_in: SignIn
) -> None:
    client, row = sign_in(cast.editor), kept(cast)
    both = FIELDS | {"tick": ["0", "2"], "title-0": "One", "title-2": "Two"}
    assert arrange(client, row, both | {"merge": "2"}).url.endswith("#chapter-0")
    assert titles(row) == [(0, "One", True)]
    assert arrange(client, row, FIELDS | {"tick": "0", "title-0": "One", "split": "1"}).url.endswith(
        "#chapter-1"
    )
    assert titles(row) == [(0, "One", True), (1, "One, continued", True)]
    again = arrange(client, row, FIELDS | {"tick": "0", "title-0": "One", "split": "1"})
    assert again.status_code == 302
    assert titles(row) == [(0, "One", True), (1, "One, continued", True)]
    client.post(row.get_absolute_url(), FIELDS | {"tick": ["0", "1"], "title-0": "One", "title-1": "Rest"})
    scripts = Project.objects.get().scripts.all()
    assert [[line.text for line in one.paragraphs.all()] for one in scripts] == [
        ["The lamp was lit."],
        ["Nobody came.", "Rain."],
    ]


def test_with_script_an_act_answers_with_the_chapters_and_the_sum(cast: Cast, sign_in: SignIn) -> None:
    client, row = sign_in(cast.editor), kept(cast)
    form = FIELDS | {"tick": ["0", "2"], "title-0": "One", "title-2": "Two"}
    part = arrange(client, row, form | {"merge": "2"}, **HTMX).content.decode()
    assert part.count('class="pick-row"') == 1
    assert re.search(r'id="sum"[^>]*hx-swap-oob="true"', part)
    assert "1 of 1 chapters" in part
    ticked = arrange(client, row, FIELDS | {"title-0": "One"}, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="sum")
    assert ticked.content.decode().count("<p") == 1
    assert "0 of 1 chapters" in ticked.content.decode()


def test_what_is_no_number_is_refused_and_changes_nothing(cast: Cast, sign_in: SignIn) -> None:
    client, row = sign_in(cast.editor), kept(cast)
    assert arrange(client, row, {"split": "a"}).status_code == 422
    assert arrange(client, row, {"merge": "-1"}).status_code == 422
    assert arrange(client, row, {"split": "99999", "title-0": "One", "tick": "0"}).status_code == 302
    assert [start for start, _, _ in titles(row)] == [0, 2]


def test_arranging_needs_a_post_and_a_manuscript_that_is_no_project_yet(cast: Cast, sign_in: SignIn) -> None:
    client, row = sign_in(cast.editor), kept(cast)
    address = reverse("manuscript-arrange", args=[row.pk])
    assert client.get(address).status_code == 405
    client.post(row.get_absolute_url(), FIELDS | {"tick": "0"})
    project = Project.objects.get()
    assert arrange(client, row, FIELDS | {"merge": "2"}).url == project.get_absolute_url()
    assert arrange(client, row, FIELDS, **HTMX)["HX-Redirect"] == project.get_absolute_url()
    assert project.scripts.count() == 2


@pytest.mark.parametrize("ticked", [[], ["77"]])
def test_a_refused_form_stays_as_it_was_filled_in(cast: Cast, sign_in: SignIn, ticked: list[str]) -> None:
    client, row = sign_in(cast.editor), kept(cast)
    form = FIELDS | {"tick": ticked, "title-0": "My own", "title-2": "Two"}
    response = client.post(row.get_absolute_url(), form)
    assert response.status_code == 422
    assert "Tick at least one chapter" in response.content.decode()
    assert 'value="My own"' in response.content.decode()
    assert not Project.objects.exists()


def test_a_look_inside_shows_so_many_passages_and_goes_on_to_the_end_of_the_chapter(
    cast: Cast, sign_in: SignIn
) -> None:
    text = "# One\n\n" + "\n\n".join(f"Line {n} of it." for n in range(100)) + "\n\n# Two\n\nRain.\n"
    client, row = sign_in(cast.editor), kept(cast, text, "a.md")
    first, last = (reverse("manuscript-passages", args=[row.pk, at]) for at in (0, 80))
    part = client.get(first, HTTP_HX_REQUEST="true").content.decode()
    assert part.count("inside-row") == 40
    assert 'value="0"' not in part, "a chapter begins here already"
    assert reverse("manuscript-passages", args=[row.pk, 40]) in part
    rest = client.get(last, HTTP_HX_REQUEST="true").content.decode()
    assert rest.count("inside-row") == 20
    assert "inside-more" not in rest
    assert client.get(first).url.endswith("?look=0")
    assert arrange(client, row, {"look": "40"}).url.endswith("?look=40#chapter-0")
    page = client.get(f"{row.get_absolute_url()}?look=40").content.decode()
    assert page.count("inside-row") - page.count("inside-rows") == 40
    assert (
        client.get(reverse("manuscript-passages", args=[row.pk, 9999]), HTTP_HX_REQUEST="true").status_code
        == 404
    )


def test_what_is_not_spoken_is_offered_by_kind_with_its_count(cast: Cast, sign_in: SignIn) -> None:
    text = "# One\n\nRain[^1].\n\n![A lamp](lamp.png)\n\n[^1]: It was wet.\n"
    client, row = sign_in(cast.editor), kept(cast, text, "a.md")
    page = client.get(row.get_absolute_url()).content.decode()
    assert '<input type="checkbox" name="kinds" value="footnote"> 1 footnote<' in page
    arrange(client, row, FIELDS | {"tick": "0", "kinds": ["footnote", "nonsense"]})
    assert 'value="footnote" checked' in client.get(row.get_absolute_url()).content.decode()
    client.post(row.get_absolute_url(), FIELDS | {"tick": "0", "kinds": "footnote"})
    assert "It was wet." in [line.text for line in Paragraph.objects.all()]


def test_speakers_are_listed_and_their_names_are_spoken_only_where_that_is_asked_for(
    cast: Cast, sign_in: SignIn
) -> None:
    client = sign_in(cast.editor)
    for name, form, spoken, directed, names in (
        ("a.md", {"cast": "on"}, "Come in.", "softly", ["Anna", "Bert"]),
        ("b.md", {}, "ANNA: (softly) Come in.", "", []),
    ):
        row = kept(cast, TALK, name)
        page = client.get(row.get_absolute_url()).content.decode()
        assert re.search(r'ANNA <span class="num">4</span>', page)
        assert 'name="cast" checked' in page
        done = client.post(row.get_absolute_url(), FIELDS | {"tick": "0"} | form)
        project = Project.objects.get(pk=done.url.split("/")[2])
        line = Paragraph.objects.filter(script__project=project).select_related("character")[0]
        assert (line.text, line.instructions) == (spoken, directed)
        assert [one.name for one in project.characters.all()] == names
        assert str(line.character) == (names[0] if names else "None")


def test_a_preview_of_many_chapters_costs_as_many_queries_as_one_of_few(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    counts, sizes = [], []
    for chapters in (1, 200):
        text = "\n\n".join(f"# Part {n}\n\n" + f"Line {n} of it.\n\n" * 50 for n in range(chapters))
        row = kept(cast, text, "a.md")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(row.get_absolute_url())
        counts.append(len(queries))
        sizes.append(len(page.content))
    assert counts[0] == counts[1] <= 8
    assert sizes[1] - sizes[0] < 199 * 2000
    ticks = {"tick": [str(50 * n) for n in range(200)]} | {f"title-{50 * n}": f"T{n}" for n in range(200)}
    assert arrange(client, row, FIELDS | ticks).status_code == 302
    assert len(titles(row)) == 200
