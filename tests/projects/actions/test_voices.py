"""Voices that the team's endpoint does not have, in every layer of a direction."""

from projects.actions import cast as acting
from projects.actions import voices
from projects.models import Guide, Paragraph, Script
from tests import factories
from tests.cast import Cast


def test_unknown_voices_are_found_in_every_layer_and_counted_by_the_lines_that_speak_with_them(
    cast: Cast,
) -> None:
    project = factories.project(cast.team, lines=2, scripts=2, voice="af_heart")
    first, second = project.scripts.all()
    Script.objects.filter(pk=second.pk).update(voice="Kai")
    filby = acting.add(project, name="Filby", voice="Vincent", by=None)
    acting.add(project, name="Weena", voice="Maia", by=None)
    acting.assign(project, Paragraph.objects.filter(script=first), filby, by=None)
    factories.endpoint(cast.team)
    found = {(one.name, one.lines) for one in voices.counted(project)}
    assert found == {("Kai", 2), ("Vincent", 2), ("Maia", 0)}
    acting.add(project, name="Narrator", voice="Neil", is_narrator=True, by=None)
    assert ("Neil", 2) in {(one.name, one.lines) for one in voices.counted(project)}


def test_voices_are_replaced_in_every_layer_at_once(cast: Cast) -> None:
    project = factories.project(cast.team, lines=1, voice="Neil")
    filby = acting.add(project, name="Filby", voice="Kai", by=None)
    acting.assign(project, Paragraph.objects.all(), filby, by=None)
    voices.replace(project, {"Neil": "Kai", "Kai": "Neil"}, by=None)
    project.refresh_from_db()
    filby.refresh_from_db()
    assert (project.voice, filby.voice) == ("Kai", "Neil")
    line = Paragraph.objects.get()
    assert line.digest == line.line(Guide.of(project.pk)).digest
