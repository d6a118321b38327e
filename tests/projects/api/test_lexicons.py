"""Lexicons through the API: a look at a change, the change, a file, what is to be generated, and back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import LexiconEntry
from tests import factories
from tests.cast import Cast
from tests.projects.api.programs import HOME, Program

pytestmark = pytest.mark.one_database


def test_a_change_is_seen_before_it_is_made_and_taken_back(cast: Cast, broker: str) -> None:
    program, script = Program(cast.editor), factories.script(cast.team)
    factories.all_ready(script, duration_ms=200)
    home = f"/projects/{script.project_id}/lexicon"
    wanted = {
        "entries": [{"written": "lamp", "spoken": "lantern"}, {"written": "Zürich", "spoken": "Zoo Rick"}]
    }
    seen = program.post(f"{home}/preview", wanted).json()
    assert (seen["lines"], seen["finished"], seen["locked"]) == (1, 1, 0)
    assert seen["examples"][0]["spoken"].startswith("The lantern")
    assert not LexiconEntry.objects.exists()
    refused = program.post(f"{home}/changes", wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, "reaches_lines")
    assert refused.json()["preview"] == seen
    made = program.post(f"{home}/changes", {**wanted, "agreed": 1}, key="k").json()
    assert (made["finished"], made["who"], len(made["entries"])) == (1, "Edgar", 2)
    entries = program.get(home).json()["items"]
    assert [one["written"] for one in entries] == ["lamp", "Zürich"]
    assert script.paragraphs.missing().count() == 1

    change = f"/lexicon-changes/{made['id']}"
    cost = program.post(f"{change}/render", {"agreed_micro": 1}).json()["cost"]
    assert program.post(f"{change}/render", {"agreed_micro": cost["amount_micro"]}).json() == {"lines": 1}
    undone = program.post(f"{change}/undo").json()
    assert (undone["kept"], undone["change"]["entries"][0]["after"]) == (0, None)
    assert program.post(f"{change}/undo").json() == {"change": None, "kept": 0}
    assert not LexiconEntry.objects.exists()
    assert len(program.get(f"{home}/changes").json()["items"]) == 2


def test_entries_change_and_go_and_a_file_brings_more(cast: Cast) -> None:
    program, script = Program(cast.editor), factories.script(cast.team)
    project, team = f"/projects/{script.project_id}", f"/teams/{cast.team.pk}/lexicon"
    entry = {"written": "SQL", "spoken": "sequel"}
    assert program.post(f"{team}/changes", {"entries": [entry]}).status_code == 201
    assert program.post(f"{team}/changes", {"entries": [entry]}).json()["code"] == "unfit"
    (there,) = program.get(team).json()["items"]
    changed = {**entry, "id": there["id"], "spoken": "ess queue ell"}
    assert program.post(f"{team}/changes", {"entries": [changed]}).status_code == 201
    for wanted, field in (
        ({"entries": [entry, {"written": "", "spoken": "x"}]}, "entries.1.written"),
        ({"remove": [there["id"] + 1]}, None),
        ({"expansions": ["years"]}, None),
    ):
        refused = program.post(f"{team}/changes", wanted)
        assert refused.status_code == 422, wanted
        assert field is None or refused.json()["errors"][0]["field"] == field
    file = SimpleUploadedFile("words.csv", b"written,say\nWeena,Weena\nMorlock,more lock\n")
    made = program.client.post(f"{HOME}{team}/import", {"file": file})
    assert (made.status_code, made.json()["words"]) == (201, "Imported 2 entries")
    assert program.post(f"{team}/changes", {"remove": [there["id"]]}).json()["entries"][0]["after"] is None
    expanded = program.post(f"{project}/lexicon/changes", {"expansions": ["years"]})
    assert expanded.status_code == 201, expanded.content
    assert program.get(project).json()["expansions"] == ["years"]
    assert (
        program.post(f"{project}/lexicon/samples", {"entries": [{"written": "q", "spoken": "r"}]}).json()[
            "code"
        ]
        == "no_line"
    )
