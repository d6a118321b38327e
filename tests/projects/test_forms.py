"""Clean input: the voices that forms offer are those of the team's endpoint."""

from django.http import QueryDict

from projects.forms import ProjectForm
from projects.forms.direction import DirectionForm
from projects.forms.manuscripts import ImportForm
from projects.manuscript import reading
from projects.manuscript.arrangement import Arrangement
from projects.models import Guide, TeamEndpoint
from tests import factories
from tests.cast import Cast

FIELDS = {"title": "The Long Night", "language": "Auto", "pause_ms": 600, "chapter_pause_ms": 2000}


def named(form: object) -> list[str]:
    return [value for value, _ in form.fields["voice"].choices]  # type: ignore[attr-defined]


def test_every_form_offers_the_voices_of_the_teams_endpoint(cast: Cast) -> None:
    factories.endpoint(cast.team)
    project = factories.project(cast.team, voice="bm_george")
    read = reading.read_bytes(b"CHAPTER I\n\nSome words.\n", "a.txt")
    line = project.scripts.get().paragraphs.first()
    assert named(ImportForm(read=read, plan=Arrangement.of(read), team_id=cast.team.pk)) == [
        "af_heart",
        "bm_george",
    ]
    assert named(ProjectForm(instance=project, may_set_cap=True)) == ["af_heart", "bm_george"]
    form = DirectionForm(instance=line, project=project, inherited=Guide.of(project.pk).of_project)
    assert named(form) == ["", "af_heart", "bm_george"]


def test_a_voice_that_the_endpoint_does_not_have_is_refused(cast: Cast) -> None:
    factories.endpoint(cast.team)
    project = factories.project(cast.team, voice="bm_george")
    form = ProjectForm(FIELDS | {"voice": "Maia"}, instance=project, may_set_cap=False)
    assert list(form.errors) == ["voice"]


def test_a_voice_of_an_earlier_endpoint_says_so_and_does_not_stand_in_the_way(cast: Cast) -> None:
    project = factories.project(cast.team, voice="Neil")
    factories.endpoint(cast.team)
    form = ProjectForm(FIELDS | {"voice": "Neil"}, instance=project, may_set_cap=False)
    assert form.fields["voice"].choices[0] == ("Neil", "Neil · unknown to the team's endpoint")  # type: ignore[attr-defined]
    assert form.is_valid()


def test_where_no_voice_is_known_the_form_says_who_can_change_that(cast: Cast) -> None:
    factories.endpoint(cast.team)
    TeamEndpoint.objects.update(listed_voices=[])
    read = reading.read_bytes(b"CHAPTER I\n\nSome words.\n", "a.txt")
    data = QueryDict("title=A&language=Auto&tick=0")
    form = ImportForm(data, read=read, plan=Arrangement.of(read), team_id=cast.team.pk)
    assert form.errors["voice"][0].startswith("No voice of the team's endpoint is known.")
