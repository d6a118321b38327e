"""The layers of a direction: each overrides the one above, and each value says where it comes from."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Character, Guide, Paragraph, Script
from tests import factories
from tests.cast import Cast


def said(guide: Guide, line: Paragraph) -> dict[str, tuple[str, str]]:
    return {name: (one.value, one.origin) for name, one in guide.direction(line).items()}


def test_each_layer_overrides_the_one_above(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1, voice="Neil", language="English", instructions="Even.")
    line, project = script.paragraphs.get(), script.project
    filby = Character.objects.create(project=project, name="Filby")
    line.character = filby
    line.save()

    def voice() -> tuple[str, str]:
        line.refresh_from_db()
        return said(Guide.of(project.pk), line)["voice"]

    assert voice() == ("Neil", "the project")
    Script.objects.filter(pk=script.pk).update(voice="Kai")
    assert voice() == ("Kai", "the chapter Chapter 1")
    Character.objects.filter(pk=filby.pk).update(voice="Vincent")
    assert voice() == ("Vincent", "the character Filby")
    Paragraph.objects.filter(pk=line.pk).update(voice="Maia")
    assert voice() == ("Maia", "this line")
    rest = said(Guide.of(project.pk), line)
    assert rest["language"] == ("English", "the project")
    assert rest["instructions"] == ("Even.", "the project")


def test_the_narrator_speaks_the_lines_of_nobody_else(cast: Cast) -> None:
    project = factories.project(cast.team, lines=2, voice="Neil")
    one, two = Paragraph.objects.all()
    narrator = Character.objects.create(project=project, name="Narrator", voice="Kai", is_narrator=True)
    two.character = Character.objects.create(project=project, name="Filby")
    two.save()
    guide = Guide.of(project.pk)
    assert said(guide, one)["voice"] == ("Kai", "the character Narrator")
    assert said(guide, two)["voice"] == ("Neil", "the project")
    assert (guide.narrator, guide.character_of(two)) == (narrator, two.character)


def test_auto_is_a_word_of_its_own_and_not_a_blank(cast: Cast) -> None:
    line = factories.script(cast.team, lines=1, language="English").paragraphs.get()
    line.language = "Auto"
    assert line.line(Guide.of(line.script.project_id)).language == "Auto"


@pytest.mark.parametrize("lines", [1, 300])
def test_one_guide_serves_any_number_of_lines(cast: Cast, lines: int) -> None:
    project = factories.project(cast.team, lines=lines)
    rows = list(Paragraph.objects.all())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        guide = Guide.of(project.pk)
        assert len({line.line(guide).digest for line in rows}) == lines
    assert len(queries) == 4
