"""A new version of a manuscript over HTTP: handed in, looked through, decided, taken over, taken back, discarded."""

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import paragraphs, revisions
from projects.models import Act, Paragraph, Project, Revision
from tests.cast import Cast
from tests.projects.actions.test_revisions import (
    BOOK,
    FIVE,
    FOUR,
    ONE,
    THREE,
    TWO,
    approve,
    imported,
    line_of,
    says,
    text,
)

SignIn = Callable[[User], Client]
NEW = [("I", [ONE, TWO + " It fell."]), ("II", [THREE + " Sadly.", FOUR, "A new line of the author’s."])]


def handed_in(client: Client, project: Project, data: bytes = text(NEW), name: str = "b.md") -> HttpResponse:
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("revision-new", args=[project.pk]), {"file": file})


def seen(page: HttpResponse) -> str:
    return re.search(r'name="seen" value="([^"]+)"', page.content.decode()).group(1)  # type: ignore[union-attr]


def act(client: Client, name: str, row: Revision, data: dict[str, str] | None = None, **headers: str):  # type: ignore[no-untyped-def]
    return client.post(reverse(f"revision-{name}", args=[row.pk]), data or {}, **headers)  # type: ignore[arg-type]


def mark_of(row: Revision, words: str) -> str:
    found = revisions.review(Revision.objects.get(pk=row.pk)).differences
    return next(one.mark for one in found if words in one.new or words in one.old)


def test_the_way_of_a_new_version(cast: Cast, sign_in: SignIn) -> None:
    client, project = sign_in(cast.editor), imported(cast)
    answer = handed_in(client, project)
    row = Revision.objects.get()
    assert answer.url == row.get_absolute_url()
    page = client.get(row.get_absolute_url())
    said = page.content.decode()
    for words in (
        "<ins> It fell.</ins>",
        "<del>",
        "All 3",
        "Changed 3",
        "2 lines unchanged",
        "To generate then: 3 lines",
    ):
        assert words in said, words
    assert "b.md" in client.get(project.get_absolute_url()).content.decode()
    assert says(project) == BOOK
    done = act(client, "apply", row, {"seen": seen(page)})
    assert done.url == project.get_absolute_url()
    assert says(project) == NEW
    assert act(client, "apply", row, {"seen": seen(page)}).url == project.get_absolute_url(), (
        "twice is harmless"
    )
    assert "Taken over by Edgar" in client.get(row.get_absolute_url()).content.decode()
    assert act(client, "undo", row).url == row.get_absolute_url()
    assert act(client, "undo", row).url == row.get_absolute_url()
    assert says(project) == BOOK
    for _ in range(2):
        assert act(client, "discard", row).url == project.get_absolute_url()
    assert client.get(row.get_absolute_url()).url == project.get_absolute_url()
    client.get(project.get_absolute_url())  # which says that it was discarded
    assert "b.md" not in client.get(project.get_absolute_url()).content.decode()
    assert Act.objects.get(project=project).words == "discarded the new version b.md"


def test_a_decision_answers_with_its_row_and_the_sum_and_works_without_script(
    cast: Cast, sign_in: SignIn
) -> None:
    client, project = sign_in(cast.editor), imported(cast)
    handed_in(client, project)
    row = Revision.objects.get()
    mark = mark_of(row, "Sadly")
    part = act(
        client, "decide", row, {"mark": mark, "choice": "mine"}, HTTP_HX_REQUEST="true"
    ).content.decode()
    assert part.count('<li class="difference') == 1
    assert re.search(r'id="revision-sum" hx-swap-oob="true"', part)
    assert "2 changes to take over" in part
    plain = act(client, "decide", row, {"mark": mark, "choice": "theirs", "show": "changed"})
    assert plain.url == f"{row.get_absolute_url()}?show=changed#d-{mark}"
    assert act(client, "decide", row, {"choice": "mine", "every": "1"}).status_code == 302
    assert "Nothing to take over" in client.get(row.get_absolute_url()).content.decode()
    for bad in ({"choice": "both", "mark": mark}, {"choice": "mine", "mark": "<b>"}):
        assert act(client, "decide", row, bad).status_code == 422


def test_a_page_that_is_overtaken_changes_nothing_and_says_so(cast: Cast, sign_in: SignIn) -> None:
    client, project = sign_in(cast.editor), imported(cast)
    handed_in(client, project)
    row = Revision.objects.get()
    page = client.get(row.get_absolute_url())
    line = line_of(project, "At ten")
    line.text = "Ours."
    paragraphs.edit(line, project=project, by=cast.admin)
    answer = act(client, "apply", row, {"seen": seen(page)})
    assert answer.status_code == 409
    assert "Something changed since you opened this page" in answer.content.decode()
    assert says(project)[0][1] == [ONE, "Ours."]
    again = act(client, "apply", row, {"seen": seen(answer)})
    assert again.status_code == 409
    assert "1 difference still waits for your decision" in again.content.decode()
    assert "disabled" in answer.content.decode().split('id="take-over"')[1][:20]


def test_an_approval_that_would_go_and_a_conflict_are_said(cast: Cast, sign_in: SignIn) -> None:
    client, project = sign_in(cast.editor), imported(cast)
    approve(line_of(project, "He had"), cast)
    line = line_of(project, "In the")
    line.text = FOUR + " Ours."
    paragraphs.edit(line, project=project, by=cast.editor)
    handed_in(client, project, text([BOOK[0], ("II", [THREE, FOUR + " Theirs."])]))
    page = client.get(Revision.objects.get().get_absolute_url()).content.decode()
    for words in (
        "Approved",
        "Changed by both",
        "<ins> Theirs.</ins>",
        "<ins> Ours.</ins>",
        "2 wait for your decision",
    ):
        assert words in page, words
    only = client.get(f"{Revision.objects.get().get_absolute_url()}?show=removed").content.decode()
    assert FIVE in only
    assert "Theirs." not in only


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"PK\x03\x04 broken", "b.epub", "cannot be"),
        (b"   ", "b.txt", "no text in it"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_where_it_was_chosen(
    cast: Cast, sign_in: SignIn, data: bytes, name: str, words: str
) -> None:
    answer = handed_in(sign_in(cast.editor), imported(cast), data, name)
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.content.decode()
    assert not Revision.objects.exists()


def test_a_pasted_text_will_do_and_nothing_at_all_will_not(cast: Cast, sign_in: SignIn) -> None:
    client, project = sign_in(cast.editor), imported(cast)
    address = reverse("revision-new", args=[project.pk])
    assert client.post(address, {"text": " "}).status_code == 422
    assert client.post(address, {"text": "\n\n".join(BOOK[0][1])}).status_code == 302
    assert Revision.objects.get().manuscript.filename == "Pasted text.txt"


def test_a_version_that_says_nothing_new_says_so(cast: Cast, sign_in: SignIn) -> None:
    client, project = sign_in(cast.editor), imported(cast)
    handed_in(client, project, text(BOOK))
    page = client.get(Revision.objects.get().get_absolute_url()).content.decode()
    assert "says nothing that the project does not say already" in page
    assert 'id="take-over"' not in page


def test_its_manuscript_cannot_become_a_project_of_its_own(cast: Cast, sign_in: SignIn) -> None:
    client, project = sign_in(cast.editor), imported(cast)
    handed_in(client, project)
    row = Revision.objects.get()
    place = row.manuscript.get_absolute_url()
    assert client.get(place).url == row.get_absolute_url()
    fields = {"title": "Mine", "voice": "Maia", "language": "English", "tick": "0", "title-0": "One"}
    assert client.post(place, fields).url == row.get_absolute_url()
    assert Project.objects.count() == 1


def test_many_differences_are_shown_in_pages_with_as_many_queries(cast: Cast, sign_in: SignIn) -> None:
    client, counts = sign_in(cast.editor), []
    for many in (2, 130):
        project = imported(cast, [("I", [f"{ONE} It was the {n}th time." for n in range(many)])])
        handed_in(client, project, text([("I", [f"{ONE} It was the {n}th hour." for n in range(many)])]))
        row = Revision.objects.get(project=project)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(row.get_absolute_url()).content.decode()
        counts.append(len(queries))
        assert page.count('<li class="difference') == min(many, 60)
    assert counts[0] == counts[1]
    last = client.get(f"{row.get_absolute_url()}?at=120").content.decode()
    assert last.count('<li class="difference') == 10
    assert "Earlier" in last
    assert "Further on" not in last
    assert Paragraph.objects.filter(text__endswith="hour.").count() == 0
