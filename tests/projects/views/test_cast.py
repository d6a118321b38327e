"""The Cast page, recasting over finished work, and undo, over HTTP."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import cast as acting
from projects.actions import takes
from projects.models import Character, Paragraph, Project, Take, TakeStatus
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


@pytest.fixture
def project(cast: Cast) -> Project:
    """Three lines; the first is Filby's and finished."""
    row = factories.project(cast.team, lines=3, voice="Neil", language="English")
    filby = acting.add(row, name="Filby", by=cast.editor)
    first = Paragraph.objects.order_by("position")[0]
    acting.assign(row, Paragraph.objects.filter(pk=first.pk), filby, by=cast.editor)
    factories.ready(first)
    return row


def filby_of(project: Project) -> Character:
    return project.characters.get(name="Filby")


def post(client: Client, address: str, pk: int, /, **data: object) -> HttpResponse:
    return client.post(reverse(address, args=[pk]), data, follow=True)


FORM = {"name": "Filby", "colour": "blue", "voice": "Vincent", "instructions": "Gruff.", "language": ""}


def test_recasting_over_finished_work_says_first_what_it_comes_to(
    project: Project, cast: Cast, sign_in: SignIn
) -> None:
    client, filby = sign_in(cast.editor), filby_of(project)
    question = post(client, "character-edit", filby.pk, **FORM)
    assert b"1 line would be spoken differently; it is finished." in question.content
    assert "under a minute of speech, ¥ 0.01" in question.content.decode().replace("under ¥", "¥")
    assert filby_of(project).voice == ""  # nothing is saved yet
    done = post(client, "character-edit", filby.pk, **FORM, agreed="1")
    assert b"One line would now be spoken differently" in done.content
    assert filby_of(project).voice == "Vincent"
    assert [line.mark for line in Paragraph.objects.with_takes().order_by("position")] == [
        "stale",
        "none",
        "none",
    ]


def test_an_agreement_to_fewer_lines_is_asked_again(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client, filby = sign_in(cast.editor), filby_of(project)
    second = Paragraph.objects.order_by("position")[1]
    acting.assign(project, Paragraph.objects.filter(pk=second.pk), filby, by=cast.editor)
    factories.ready(second)
    question = post(client, "character-edit", filby.pk, **FORM, agreed="1")
    assert b"Recast 2 lines" in question.content
    assert filby_of(project).voice == ""


def test_undo_stands_on_the_page_and_works_once(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    post(client, "character-edit", filby_of(project).pk, **FORM, agreed="1")
    page = client.get(reverse("cast-detail", args=[project.pk])).content.decode()
    assert "Filby was recast" in page
    change = project.cast_changes.first()
    assert b"Taken back: Filby was recast." in post(client, "cast-undo", change.pk).content  # type: ignore[union-attr]
    assert b"Somebody took this back already." in post(client, "cast-undo", change.pk).content  # type: ignore[union-attr]
    assert filby_of(project).voice == ""


def test_a_waiting_line_goes_on_waiting_with_the_new_voice(
    project: Project, cast: Cast, sign_in: SignIn, broker: str
) -> None:
    second = Paragraph.objects.order_by("position")[1]
    acting.assign(project, Paragraph.objects.filter(pk=second.pk), filby_of(project), by=cast.editor)
    takes.request(second.script, [second], by=None)
    post(sign_in(cast.editor), "character-edit", filby_of(project).pk, **FORM, agreed="1")
    waiting = Take.objects.filter(paragraph=second).order_by("number")
    assert [(take.status, take.voice) for take in waiting] == [
        ("cancelled", "Neil"),
        (TakeStatus.QUEUED, "Vincent"),
    ]


def test_wrong_input_is_refused_in_place(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    acting.add(project, name="Weena", by=None)
    for changed, sentence in (
        ({"name": "weena"}, "There is a character Weena already"),
        ({"name": " "}, "This field is required"),
        ({"voice": "Nobody"}, "Select a valid choice"),
        ({"instructions": "Langsam und traurig."}, "English or Chinese only"),
    ):
        answer = post(client, "character-edit", filby_of(project).pk, **FORM | changed)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


def test_found_names_are_decided_by_a_person(project: Project, cast: Cast, sign_in: SignIn) -> None:
    texts = ["“Well?” said the Psychologist.", "“No,” said Filby."]
    for line, text in zip(Paragraph.objects.order_by("position")[1:], texts, strict=True):
        Paragraph.objects.filter(pk=line.pk).update(text=text)
    client = sign_in(cast.editor)
    page = post(client, "cast-find", project.pk).content.decode()
    assert "Psychologist" in page
    assert "said the Psychologist" in page
    assert b"Tick at least one name." in post(client, "cast-decide", project.pk, to="new", least="0").content
    done = post(client, "cast-decide", project.pk, names=["Psychologist", "Filby"], to="new", least="0")
    assert b"Done: 2 lines changed hands." in done.content
    assert {one.name: one.paragraphs.count() for one in project.characters.all()} == {
        "Filby": 2,
        "Psychologist": 1,
    }


def test_assigning_finished_lines_to_another_voice_is_a_question(
    project: Project, cast: Cast, sign_in: SignIn
) -> None:
    weena = acting.add(project, name="Weena", voice="Maia", by=None)
    second = Paragraph.objects.order_by("position")[1]
    Paragraph.objects.filter(pk=second.pk).update(speaker="Weena", speaker_sure=95)
    factories.ready(second)
    client = sign_in(cast.editor)
    decision = {"names": ["Weena"], "to": str(weena.pk), "least": "0"}
    question = post(client, "cast-decide", project.pk, **decision)
    assert b"1 line would be spoken differently; it is finished." in question.content
    assert not weena.paragraphs.exists()
    post(client, "cast-decide", project.pk, **decision, agreed="1")
    assert weena.paragraphs.get() == second


def test_a_narrator_can_be_cast_once(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    form = {"name": "Narrator", "colour": "slate", "voice": "Kai", "is_narrator": "on"}
    post(client, "character-new", project.pk, **form)
    assert project.characters.get(is_narrator=True).voice == "Kai"
    again = post(client, "character-new", project.pk, **form | {"name": "Second"})
    assert b"Narrator speaks those lines already" in again.content


def test_merging_and_removing_ask_where_lines_are_finished(
    project: Project, cast: Cast, sign_in: SignIn
) -> None:
    client, filby = sign_in(cast.editor), filby_of(project)
    weena = acting.add(project, name="Weena", voice="Maia", by=None)
    assert b"Merge Filby into Weena?" in post(client, "character-merge", filby.pk, into=weena.pk).content
    post(client, "character-merge", filby.pk, into=weena.pk, agreed="1")
    assert [one.name for one in project.characters.all()] == ["Weena"]
    factories.ready(Paragraph.objects.get(character=weena))
    assert b"Remove Weena from the cast?" in post(client, "character-remove", weena.pk).content
    post(client, "character-remove", weena.pk, agreed="1")
    assert not project.characters.exists()


def test_viewers_see_the_cast_and_no_buttons(project: Project, cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.viewer).get(reverse("cast-detail", args=[project.pk])).content.decode()
    assert "Filby" in page
    assert "Look for speakers" not in page
    assert "Undo" not in page


def test_the_page_asks_as_much_for_many_as_for_few(cast: Cast, sign_in: SignIn) -> None:
    client, counts = sign_in(cast.editor), []
    for people in (1, 4):
        project = factories.project(cast.team, lines=5)
        for n, line in enumerate(Paragraph.objects.filter(script__project=project)[:people]):
            acting.add(project, name=f"Person {n}", by=cast.editor)
            Paragraph.objects.filter(pk=line.pk).update(speaker=f"Name {n}", speaker_sure=90)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("cast-detail", args=[project.pk])).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 17


def test_a_line_gets_a_character_in_the_inspector(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client, filby = sign_in(cast.editor), filby_of(project)
    filby.voice = "Vincent"
    acting.recast(filby, by=None)
    second = Paragraph.objects.order_by("position")[1]
    answer = post(client, "paragraph-character", second.pk, character=filby.pk).content.decode()
    assert '<span class="who" data-colour="blue" lang="en">Filby</span>' in answer
    assert "Vincent" in answer
    assert "the character Filby" in answer
    second.refresh_from_db()
    assert second.character == filby
    other = acting.add(factories.project(cast.team), name="Weena", by=None)
    post(client, "paragraph-character", second.pk, character=other.pk)
    second.refresh_from_db()
    assert second.character == filby


def test_a_chapter_has_a_direction(project: Project, cast: Cast, sign_in: SignIn) -> None:
    client, script = sign_in(cast.editor), project.scripts.get()
    assert b"Neil, from the project" in client.get(reverse("script-direction", args=[script.pk])).content
    factories.ready(script.paragraphs.first())
    wanted = {"voice": "Kai", "language": "", "instructions": ""}
    question = post(client, "script-direction", script.pk, **wanted)
    assert b"3 lines would be spoken differently; 1 of them is finished." in question.content
    assert project.scripts.get().voice == ""
    done = post(client, "script-direction", script.pk, agreed="1", **wanted)
    assert b"3 lines would now be spoken differently" in done.content
    line = client.get(reverse("paragraph-detail", args=[script.paragraphs.first().pk])).content.decode()  # type: ignore[union-attr]
    assert "the chapter Chapter 1" in line
