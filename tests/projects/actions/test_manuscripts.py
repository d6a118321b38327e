"""From a file to a project."""

import pytest
from django.utils import timezone

from projects.actions import manuscripts
from projects.manuscript.manuscript import Unreadable
from projects.models import Guide, Manuscript, Paragraph, Project
from tests.cast import Cast

TEXT = b"CHAPTER I\n\nThe lamp was lit.\n\nNobody came.\n\nCHAPTER II\n\nRain.\n"


def test_a_manuscript_becomes_scripts_of_paragraphs(cast: Cast) -> None:
    row, read = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=cast.editor)
    chapters = {n: f"{n + 1}. {chapter.title}" for n, chapter in enumerate(read.chapters)}
    project = manuscripts.make_project(
        row, read, chapters=chapters, by=cast.editor, title="A Book", voice="Maia"
    )
    scripts = list(project.scripts.all())
    assert [script.title for script in scripts] == list(chapters.values())
    lines = list(Paragraph.objects.filter(script__project=project))
    assert [line.text for line in lines] == ["The lamp was lit.", "Nobody came.", "Rain."]
    assert all(line.digest == line.line(Guide.of(project.pk)).digest for line in lines)
    row.refresh_from_db()
    assert row.project == project


def test_confirming_twice_makes_one_project(cast: Cast) -> None:
    row, read = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=None)
    first = manuscripts.make_project(row, read, chapters={0: "One"}, by=None, title="A Book")
    assert manuscripts.make_project(row, read, chapters={0: "One"}, by=None, title="A Book") == first
    assert Project.objects.count() == 1


def test_only_the_chosen_chapters_become_scripts(cast: Cast) -> None:
    row, read = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=None)
    project = manuscripts.make_project(row, read, chapters={1: "Only this"}, by=None, title="A Book")
    assert [script.title for script in project.scripts.all()] == ["Only this"]
    assert Paragraph.objects.get().text == "Rain."


def test_a_broken_file_is_not_kept(cast: Cast) -> None:
    with pytest.raises(Unreadable):
        manuscripts.keep(b"PK\x03\x04 broken", "book.epub", team=cast.team, by=None)
    assert not Manuscript.objects.exists()


def test_uploads_that_became_nothing_are_removed_after_two_days(cast: Cast) -> None:
    old, _ = manuscripts.keep(TEXT, "book.txt", team=cast.team, by=None)
    used, read = manuscripts.keep(TEXT + b"More.", "book.txt", team=cast.team, by=None)
    manuscripts.make_project(used, read, chapters={0: "One"}, by=None, title="A Book")
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
