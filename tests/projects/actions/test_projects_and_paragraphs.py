"""Edits of lines and of what they inherit."""

from projects.actions import paragraphs, projects
from projects.models import Take
from tests import factories
from tests.cast import Cast


def test_a_new_voice_of_the_project_makes_the_lines_that_inherit_it_stale(cast: Cast) -> None:
    script = factories.script(cast.team, lines=2)
    one, two = script.paragraphs.all()
    two.voice = "Maia"
    paragraphs.edit(two, project=script.project, by=None)
    factories.all_ready(script)
    script.refresh_from_db()
    script.project.voice = "Serena"
    assert projects.direct(script.project, by=None) == 1
    one, two = script.paragraphs.with_takes()
    assert (one.mark, two.mark) == ("stale", "ready")
    assert list(script.paragraphs.changed_since(script.version)) == [one]
    assert Take.objects.count() == 2


def test_a_longer_pause_makes_nothing_stale(cast: Cast) -> None:
    script = factories.script(cast.team)
    factories.all_ready(script)
    script.project.pause_ms = 900
    assert projects.direct(script.project, by=None) == 0


def test_an_edit_taken_back_brings_its_take_back(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    take = factories.ready(line)
    before = line.text
    for text, mark in (("Another text.", "stale"), (before, "ready")):
        line = script.paragraphs.with_takes().get()
        line.text = text
        paragraphs.edit(line, project=script.project, by=cast.editor)
        line = script.paragraphs.with_takes().get()
        assert line.mark == mark
    assert line.chosen == take
    assert line.edited_by == cast.editor


def test_going_back_to_an_older_text_chooses_the_take_that_speaks_it(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    first_text, first = line.text, factories.ready(line)
    line.text = "Another text."
    paragraphs.edit(line, project=script.project, by=None)
    factories.ready(line)
    line = script.paragraphs.with_takes().get()
    line.text = first_text
    paragraphs.edit(line, project=script.project, by=None)
    assert script.paragraphs.get().chosen == first


def test_a_failure_of_an_older_text_says_nothing_about_the_present_one(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    factories.failed(line)
    line = script.paragraphs.with_takes().get()
    assert line.mark == "failed"
    line.text = "A milder text."
    paragraphs.edit(line, project=script.project, by=None)
    assert script.paragraphs.with_takes().get().mark == "none"
