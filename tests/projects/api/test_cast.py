"""The cast through the API: who was found, who is cast, what it reaches, and taking it back."""

import pytest

from projects.actions import manuscripts
from projects.manuscript.manuscript import Chapter
from projects.models import Script
from tests import factories
from tests.cast import Cast
from tests.projects.api.programs import Program

pytestmark = pytest.mark.one_database
TEXTS = ("“Come in,” said Weena.", "“No,” said Filby.", "The lamp was lit.")


@pytest.fixture
def script(cast: Cast) -> Script:
    project = factories.project(cast.team, scripts=0, language="English")
    return manuscripts.add_script(project, Chapter.of("One", TEXTS))


def test_who_speaks_is_found_decided_recast_and_taken_back(cast: Cast, script: Script) -> None:
    program, home = Program(cast.editor), f"/projects/{script.project_id}"
    assert program.post(f"{home}/cast/find").json() == {"lines": 2}
    found = program.get(f"{home}/cast").json()["found"]
    assert {(one["name"], one["lines"]) for one in found} == {("Weena", 1), ("Filby", 1)}
    assert program.post(f"{home}/cast/decide", {"names": ["Weena"], "each_new": True}).json() == {"lines": 1}
    parts = program.get(f"{home}/cast").json()["parts"]
    assert [(part["character"] or {}).get("name") for part in parts] == [None, "Weena"]
    assert (parts[1]["lines"], parts[1]["voice"]) == (1, "Neil")

    factories.all_ready(script, duration_ms=200)
    weena = f"/characters/{parts[1]['character']['id']}"
    refused = program.patch(weena, {"voice": "Maia"})
    assert (refused.status_code, refused.json()["code"], refused.json()["finished"]) == (
        409,
        "reaches_finished",
        1,
    )
    assert program.patch(weena, {"voice": "Maia", "agreed": 1}).json()["voice"] == "Maia"
    assert script.paragraphs.missing().count() == 1
    newest, first = program.get(f"{home}/cast/changes").json()["items"]
    assert (newest["words"], newest["who"]) == ("Weena was recast", "Edgar")
    assert program.post(f"/cast-changes/{newest['id']}/undo").status_code == 200
    assert program.get(weena).json()["voice"] == ""
    assert not script.paragraphs.missing().exists()
    assert program.post(f"/cast-changes/{first['id']}/undo").json() == {"lines": 1, "kept": 0}
    assert program.post(f"/cast-changes/{first['id']}/undo").json() == {"lines": 0, "kept": 0}
    assert program.get(weena).status_code == 404


def test_characters_join_are_merged_and_leave(cast: Cast, script: Script) -> None:
    program, home = Program(cast.editor), f"/projects/{script.project_id}/characters"
    made = program.post(home, {"name": "Weena", "voice": "Maia"}, key="weena")
    assert made.status_code == 201, made.content
    assert program.post(home, {"name": "Weena", "voice": "Maia"}, key="weena").json() == made.json()
    narrator = program.post(home, {"name": "Narrator", "is_narrator": True}).json()
    assert [row["name"] for row in program.get(home).json()] == ["Narrator", "Weena"]
    for body, field in (({"name": "weena"}, "name"), ({"name": "X", "colour": "pink"}, "colour")):
        assert program.post(home, body).json()["errors"][0]["field"] == field
    assert program.patch(f"/characters/{narrator['id']}", {"name": "Weena"}).status_code == 422
    weena = made.json()["id"]
    line = script.paragraphs.first()
    assert line is not None
    assert program.patch(f"/lines/{line.pk}", {"character_id": weena}).status_code == 200
    other = program.post(home, {"name": "Filby"}).json()["id"]
    assert program.post(f"/characters/{weena}/merge", {"into": weena}).status_code == 404
    assert program.post(f"/characters/{weena}/merge", {"into": other}).json()["name"] == "Filby"
    assert program.get(f"/lines/{line.pk}").json()["character_id"] == other
    assert program.post(f"/characters/{other}/remove", {}).status_code == 204
    assert program.get(f"/lines/{line.pk}").json()["character_id"] is None
