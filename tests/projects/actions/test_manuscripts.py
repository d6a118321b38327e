"""From a file to a project."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone

from projects.actions import manuscripts, narration
from projects.forms.manuscripts import ImportForm
from projects.manuscript.arrangement import Arrangement
from projects.manuscript.manuscript import Kind, Unreadable
from projects.models import Guide, Manuscript, Paragraph, Project
from tests.cast import Cast

TEXT = b"CHAPTER I\n\nThe lamp was lit.\n\nNobody came.\n\nCHAPTER II\n\nRain.\n"


PLAY = """INT. KITCHEN - NIGHT

The lamp is lit.

ANNA
(softly)
Come in.

BERT
No.
"""


def test_a_manuscript_becomes_scripts_of_paragraphs(cast: Cast) -> None:
    row, read = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=cast.editor)
    plan = Arrangement.of(read)
    project = manuscripts.make_project(row, read, plan=plan, by=cast.editor, title="A Book", voice="Maia")
    assert [script.title for script in project.scripts.all()] == ["CHAPTER I", "CHAPTER II"]
    lines = list(Paragraph.objects.filter(script__project=project))
    assert [line.text for line in lines] == ["The lamp was lit.", "Nobody came.", "Rain."]
    assert all(line.digest == line.line(Guide.of(project.pk)).digest for line in lines)
    row.refresh_from_db()
    assert row.project == project


def test_confirming_twice_makes_one_project(cast: Cast) -> None:
    row, read = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=None)
    first = manuscripts.make_project(row, read, plan=Arrangement.of(read), by=None, title="A Book")
    assert manuscripts.make_project(row, read, plan=Arrangement.of(read), by=None, title="A Book") == first
    assert Project.objects.count() == 1


def test_only_the_chosen_chapters_become_scripts(cast: Cast) -> None:
    row, read = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=None)
    first, second = Arrangement.of(read).sections
    plan = Arrangement((replace(first, ticked=False), replace(second, title="Only this")))
    project = manuscripts.make_project(row, read, plan=plan, by=None, title="A Book")
    assert [script.title for script in project.scripts.all()] == ["Only this"]
    assert Paragraph.objects.get().text == "Rain."


def imported(cast: Cast, text: str, name: str, **plan: object) -> list[Paragraph]:
    row, read = manuscripts.keep(text.encode(), name, team=cast.team, by=None)
    arranged = replace(Arrangement.of(read), **plan)  # type: ignore[arg-type]
    project = manuscripts.make_project(row, read, plan=arranged, by=None, title="A Book")
    return list(Paragraph.objects.filter(script__project=project))


def test_a_scene_break_is_a_pause_after_the_line_before_it(cast: Cast) -> None:
    lines = imported(cast, "# One\n\nRain.\n\n* * *\n\nSun.\n", "a.md")
    assert [(line.text, line.kind) for line in lines] == [("Rain.", "scene"), ("Sun.", "")]


def test_titles_are_spoken_first_where_that_is_asked_for(cast: Cast) -> None:
    lines = imported(cast, TEXT.decode(), "a.txt", titles=True)
    assert [line.text for line in lines] == [
        "CHAPTER I",
        "The lamp was lit.",
        "Nobody came.",
        "CHAPTER II",
        "Rain.",
    ]


def test_speeches_lose_their_labels_and_manners_direct_them(cast: Cast) -> None:
    lines = imported(cast, PLAY, "play.fountain")
    assert [(line.text, line.instructions) for line in lines if line.text == "Come in."] == [
        ("Come in.", "softly")
    ]


def test_labels_are_spoken_as_printed_where_they_are_wanted(cast: Cast) -> None:
    lines = imported(cast, PLAY, "play.fountain", labels=True)
    spoken = [line for line in lines if "Come in." in line.text]
    assert [(line.text, line.instructions) for line in spoken] == [("ANNA: (softly) Come in.", "")]


def test_a_manner_in_a_language_that_the_endpoint_does_not_take_directs_nothing(cast: Cast) -> None:
    lines = imported(
        cast,
        "# Eins\n\n" + "ANNA: (ganz leise und mit der Hand auf dem Mund) Herein.\n\nBERT: Nein.\n\n" * 4,
        "a.md",
    )
    assert (lines[0].text, lines[0].instructions) == ("Herein.", "")


def test_names_that_differ_in_their_case_become_one_character(cast: Cast) -> None:
    text = "# A Talk\n\n" + "ANNA: Come in.\n\nAnna: Well?\n\nBERT: No.\n\n" * 4
    row, read = manuscripts.keep(text.encode(), "a.md", team=cast.team, by=None)
    assert set(read.speakers) == {"ANNA", "Anna", "BERT"}
    plan = Arrangement.of(read)
    project = manuscripts.make_project(row, read, plan=plan, by=None, with_cast=True, title="A Talk")
    assert sorted(one.paragraphs.count() for one in project.characters.all()) == [4, 8]


def test_a_book_without_speakers_has_no_cast(cast: Cast) -> None:
    row, read = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=None)
    plan = Arrangement.of(read)
    project = manuscripts.make_project(row, read, plan=plan, by=None, with_cast=True, title="A Book")
    assert not project.characters.exists()
    assert not project.cast_changes.exists()


def test_chapters_without_anything_to_speak_become_no_script(cast: Cast) -> None:
    text = "# One\n\nRain.\n\n# Two\n\n![A lamp](lamp.png)\n"
    assert {line.script.title for line in imported(cast, text, "a.md")} == {"One"}


def test_the_offer_says_what_each_chapter_and_the_ticked_ones_would_cost(cast: Cast) -> None:
    row, read = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=None)
    first, second = Arrangement.of(read).sections
    plan = Arrangement((first, replace(second, ticked=False)))
    offers, total = manuscripts.offers(plan, read, language="English", team_id=cast.team.pk)
    assert [(one.lines, one.expected.characters, one.first) for one in offers] == [
        (2, 29, "The lamp was lit."),
        (1, 5, "Rain."),
    ]
    assert (total.lines, total.characters, total.amount_micro) == (2, 29, 2320)
    chinese, _ = manuscripts.offers(plan, read, language="Chinese", team_id=cast.team.pk)
    assert chinese[0].expected.minutes > 3 * offers[0].expected.minutes
    assert row.project is None


def test_the_state_of_a_preview_is_kept_until_it_is_a_project(cast: Cast) -> None:
    row, read = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=None)
    plan = replace(Arrangement.of(read).split(1, read), titles=True, kinds=frozenset((Kind.NOTE,)))
    manuscripts.arrange(row, plan, {"title": "Mine"})
    row.refresh_from_db()
    assert manuscripts.arrangement(row, read) == plan
    assert row.plan["fields"] == {"title": "Mine"}
    manuscripts.make_project(row, read, plan=plan, by=None, title="A Book")
    manuscripts.arrange(row, Arrangement.of(read), {})
    row.refresh_from_db()
    assert manuscripts.arrangement(row, read) == plan


def test_a_broken_file_is_not_kept(cast: Cast) -> None:
    with pytest.raises(Unreadable):
        manuscripts.keep(b"PK\x03\x04 broken", "book.epub", team=cast.team, by=None)
    assert not Manuscript.objects.exists()


def test_uploads_that_became_nothing_are_removed_after_two_days(cast: Cast) -> None:
    old, _ = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=None)
    used, read = manuscripts.keep(TEXT + b"More.", "book.txt", team=cast.team, by=None)
    manuscripts.make_project(used, read, plan=Arrangement.of(read), by=None, title="A Book")
    new, _ = manuscripts.keep(TEXT + b"Even more.", "book.txt", team=cast.team, by=None)
    before = timezone.now() - timezone.timedelta(days=3)
    Manuscript.objects.exclude(pk=new.pk).update(created_at=before)
    assert manuscripts.forget_unused() == 1
    assert set(Manuscript.objects.all()) == {used, new}
    assert not old.file.storage.exists(old.file.name)


@pytest.mark.parametrize(
    ("tag", "name"),
    [("en-GB", "English"), ("zh-Hant", "Chinese"), ("ja", "Japanese"), ("la", "Auto"), ("", "Auto")],
)
def test_languages_of_books_and_of_the_endpoint(tag: str, name: str) -> None:
    assert manuscripts.endpoint_language(tag) == name


@pytest.mark.one_database
@pytest.mark.parametrize(
    "name",
    ["shakespeare_macbeth_speaker-labels.txt", "brick-and-steel.fountain", "carroll_alice_pg11_utf8-bom.txt"],
)
def test_the_preview_as_it_is_offered_and_narrate_speak_the_same_lines(
    cast: Cast, shared: Path, name: str
) -> None:
    data = (shared / "manuscripts" / name).read_bytes()
    row, read = manuscripts.keep(data, name, team=cast.team, by=None)
    form = ImportForm(None, read=read, plan=manuscripts.arrangement(row, read), team_id=cast.team.pk)
    previewed = manuscripts.make_project(row, read, plan=form.arranged(), by=None, title="A", voice="Maia")
    narrated, _ = narration.project_for(cast.team, data, name, name="B", direction={"voice": "Maia"})
    assert said(narrated) == said(previewed)


def said(project: Project) -> list[tuple[str, str, str]]:
    lines = Paragraph.objects.filter(script__project=project).order_by("script__position", "position")
    return list(lines.values_list("script__title", "text", "instructions"))
