"""What programs do, one noun after the other, and that it is what pages do: the same rows, the same sentences."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.actions import exports, manuscripts, prices
from projects.manuscript.manuscript import Chapter
from projects.models import Paragraph, Price, Project, Run, Script, Take
from tests import factories
from tests.audio.sounds import wav_bytes
from tests.cast import Cast
from tests.projects.api.programs import HOME, Program

pytestmark = pytest.mark.one_database


@pytest.fixture
def program(cast: Cast) -> Program:
    return Program(cast.editor)


@pytest.fixture
def script(cast: Cast) -> Script:
    return factories.script(cast.team)


def test_a_page_says_with_which_cursor_the_next_one_is_asked_for(program: Program, script: Script) -> None:
    wanted, cursor, pages = list(script.paragraphs.values_list("pk", flat=True)), None, 0
    found: list[int] = []
    while pages == 0 or cursor:
        page = program.get(
            f"/scripts/{script.pk}/lines", limit=2, **({"cursor": cursor} if cursor else {})
        ).json()
        found, cursor, pages = found + [line["id"] for line in page["items"]], page["next"], pages + 1
    assert (found, pages) == (wanted, 2)
    assert program.get(f"/scripts/{script.pk}/lines", limit=3).json()["next"] is None


LISTS = (
    *("/projects", "/projects/{project}/scripts", "/scripts/{script}/lines", "/runs", "/lines/{line}/takes"),
    *("/projects/{project}/exports", "/lines/{line}/comments", "/teams/{team}/calls", "/teams/{team}/usage"),
    *("/projects/{project}/cast", "/projects/{project}/review", "/scripts/{script}/review", "/review"),
    *("/lines/{line}/edits", "/teams/{team}/members", "/notifications", "/projects/{project}/activity"),
)


def test_lists_ask_as_much_for_three_rows_as_for_one(cast: Cast, program: Program, broker: str) -> None:
    def ask() -> dict[str, int]:
        project = Project.objects.order_by("pk")[0]
        line = Paragraph.objects.filter(script__project=project).order_by("pk")[0]
        places = {"project": project.pk, "script": line.script_id, "line": line.pk, "team": cast.team.pk}
        asked = {}
        for address in LISTS:
            with CaptureQueriesContext(connection) as queries:
                assert program.get(address.format(**places)).status_code == 200
            asked[address] = len(queries)
        return asked

    def grow() -> None:
        first = Project.objects.order_by("pk").first() or factories.project(cast.team, scripts=1, lines=1)
        manuscripts.add_script(first, Chapter.of("More", ["One line.", "And another."]))
        for script in first.scripts.all():
            factories.all_ready(script, duration_ms=200)
            line = script.paragraphs.first()
            assert line is not None
            program.post(f"/lines/{line.pk}/comments", {"text": "Hm."})
        assert program.post(f"/projects/{first.pk}/exports", {"format": "wav"}).status_code == 201
        other = factories.script(cast.team)
        assert program.post(f"/scripts/{other.pk}/runs").status_code == 201

    program.get("/me")  # notes the use of the token
    grow()
    before = ask()
    grow()
    grow()
    assert ask() == before
    # The trail asks each kind of row that it is told from.
    assert max(number for address, number in before.items() if "activity" not in address) <= 10, before


def test_a_project_changes_and_asks_before_it_makes_finished_lines_stale(
    cast: Cast, program: Program, script: Script
) -> None:
    factories.all_ready(script, duration_ms=200)
    address = f"/projects/{script.project_id}"
    assert program.patch(address, {"title": "Dawn", "pause_ms": 700}).json()["pause_ms"] == 700
    refused = program.patch(address, {"voice": "Maia"})
    assert refused.status_code == 409
    problem = refused.json()
    assert (problem["code"], problem["finished"]) == ("reaches_finished", 3)
    assert "all are finished" in problem["detail"]
    assert program.patch(address, {"voice": "Maia", "agreed": 2}).status_code == 409
    assert program.patch(address, {"voice": "Maia", "agreed": 3}).json()["voice"] == "Maia"
    assert script.paragraphs.missing().count() == 3
    assert program.patch(address, {"cap_micro": 5}).status_code == 403
    assert Program(cast.admin).patch(address, {"cap_micro": 2_500_000}).json()["cap_micro"] == 2_500_000
    assert program.patch(address, {"voice": "Nobody"}).json()["errors"][0]["field"] == "voice"
    chapter = program.patch(f"/scripts/{script.pk}", {"language": "German"})
    assert chapter.json()["language"] == "German"


def test_a_line_changes_as_one_edit_and_overwrites_nobodys_words(program: Program, script: Script) -> None:
    line = script.paragraphs.first()
    assert line is not None
    address = f"/lines/{line.pk}"
    opened = program.get(address).json()["text_mark"]
    changed = program.patch(
        address, {"text": "New words.", "opened": opened, "voice": "Maia", "pause_ms": 900}
    )
    assert changed.status_code == 200, changed.content
    body = changed.json()
    assert (body["text"], body["voice"], body["pause_ms"], body["state"]) == (
        "New words.",
        "Maia",
        900,
        "none",
    )
    assert line.changes.count() == 1
    overtaken = program.patch(address, {"text": "Mine.", "opened": opened})
    assert (overtaken.status_code, overtaken.json()["code"]) == (409, "overtaken")
    assert program.patch(address, {"pause_ms": None}).json()["pause_ms"] is None
    for body, field in (({"text": "…"}, "text"), ({"voice": "X"}, "voice"), ({"words": ""}, "words")):
        refused = program.patch(address, body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == field
    assert program.post(f"/scripts/{script.pk}/undo").status_code == 201
    assert program.post(f"/scripts/{script.pk}/redo").status_code == 201


def test_many_lines_are_inserted_moved_directed_locked_and_removed(
    cast: Cast, program: Program, script: Script
) -> None:
    home = f"/scripts/{script.pk}/lines"
    first, second, third = script.paragraphs.all()
    new = program.post(home, {"text": "One more.\n\nAnd one.", "after": first.pk}).json()["lines"]

    def order() -> list[int]:
        return [line["id"] for line in program.get(home).json()["items"]]

    assert order() == [first.pk, *new, second.pk, third.pk]
    assert program.post(f"{home}/move", {"lines": [third.pk], "after": first.pk}).status_code == 200
    assert order() == [first.pk, third.pk, *new, second.pk]
    elsewhere = factories.script(cast.team)
    foreign = program.post(f"{home}/move", {"lines": [third.pk], "to": elsewhere.pk})
    assert (foreign.status_code, foreign.json()["code"]) == (409, "other_project")
    assert program.post(f"{home}/remove", {"lines": new}).json()["lines"] == []
    assert order() == [first.pk, third.pk, second.pk]
    assert program.post(f"{home}/pause", {"lines": [first.pk], "pause_ms": 1500}).status_code == 200
    factories.ready(first, duration_ms=200)
    reached = program.post(f"{home}/direct", {"lines": [first.pk, second.pk], "voice": "Maia"})
    assert (reached.status_code, reached.json()["finished"]) == (409, 1)
    assert program.post(f"{home}/lock", {"lines": [first.pk, second.pk]}).json()["lines"] == [first.pk]
    directed = program.post(
        f"{home}/direct", {"lines": [first.pk, second.pk], "voice": "Maia", "instructions": "softly"}
    )
    assert directed.json()["lines"] == [second.pk]
    locked = program.patch(f"/lines/{first.pk}", {"text": "Other."})
    assert (locked.status_code, locked.json()["code"]) == (409, "locked")
    assert "locked by Edgar" in locked.json()["detail"]
    assert program.post(f"{home}/unlock", {"lines": [first.pk]}).json()["lines"] == [first.pk]
    parts = program.post(f"/lines/{second.pk}/split", {"text": "Nobody came", "rest": "to the door."}).json()
    assert program.post(f"/lines/{parts['lines'][0]}/merge").status_code == 201
    assert program.post(f"/lines/{second.pk}/merge").json()["code"] == "no_neighbour"


def test_generating_asks_before_it_spends_and_a_run_is_followed(
    cast: Cast, program: Program, script: Script, broker: str
) -> None:
    prices.save(Price(team=cast.team, per_10k_micro=10_000_000, confirm_above_micro=0), by=cast.admin)
    home = f"/scripts/{script.pk}"
    cost = program.get(f"{home}/estimate").json()
    assert cost["lines"] == 3
    assert cost["amount_micro"] > 0
    refused = program.post(f"{home}/runs", {"agreed_micro": cost["amount_micro"] - 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "costs")
    assert refused.json()["cost"] == cost
    assert not Take.objects.exists()
    asked = program.post(f"{home}/runs", {"agreed_micro": cost["amount_micro"]}).json()
    assert asked["requested"] == asked["run"]["total"] == 3
    run = f"/runs/{asked['run']['id']}"
    for act, state in (("pause", "paused"), ("resume", "active"), ("cancel", "cancelled")):
        assert program.post(f"{run}/{act}").json()["state"] == state
    assert program.get("/runs").json()["items"][0]["id"] == Run.objects.get().pk
    first = script.paragraphs.first()
    assert first is not None
    alone = program.post(f"{home}/runs", {"lines": [first.pk], "agreed_micro": 10**9}).json()
    assert (alone["requested"], alone["run"], alone["take_id"]) == (1, None, first.takes.last().pk)
    assert program.post(f"{home}/stop").json() == {"lines": 1}
    factories.failed(first)
    take = first.takes.last()
    assert take is not None
    shown = program.get(f"/lines/{first.pk}").json()
    assert shown["state"] == "failed"
    assert shown["error"].startswith("The endpoint refused")
    assert program.post(f"/takes/{take.pk}/retry").json()["status"] == "queued"


def test_takes_are_heard_handed_in_chosen_and_put_aside(
    program: Program, script: Script, broker: str
) -> None:
    line = script.paragraphs.first()
    assert line is not None
    take = factories.ready(line, duration_ms=200)
    sound = program.client.get(f"{HOME}/takes/{take.pk}/audio", headers={"Range": "bytes=0-3"})
    assert (sound.status_code, b"".join(sound.streaming_content)) == (206, b"RIFF")
    file = SimpleUploadedFile("mine.wav", wav_bytes(factories.sound(300)))
    own = program.client.post(f"{HOME}/lines/{line.pk}/recording", {"file": file})
    assert own.status_code == 201, own.content
    assert (own.json()["source"], own.json()["status"]) == ("uploaded", "ready")
    assert program.get(f"/lines/{line.pk}").json()["chosen_take_id"] == own.json()["id"]
    assert program.post(f"/takes/{take.pk}/choose").status_code == 200
    discarded = program.post(f"/takes/{own.json()['id']}/discard").json()
    assert discarded["is_discarded"]
    assert not program.post(f"/takes/{own.json()['id']}/bring-back").json()["is_discarded"]
    three = program.post(f"/lines/{line.pk}/takes", {"alternatives": True}).json()["takes"]
    assert [one["status"] for one in three] == ["queued"] * 3
    assert program.get(f"/lines/{line.pk}/takes").json()["items"][0]["id"] == three[-1]["id"]


def test_a_reviewer_says_what_she_heard(cast: Cast, script: Script) -> None:
    program, line = Program(cast.reviewer), script.paragraphs.first()
    assert line is not None
    take, address = factories.ready(line, duration_ms=200), f"/lines/{line.pk}/verdicts"
    pickup = {"kind": "pickup", "take_id": take.pk}
    assert "Say in a few words" in program.post(address, pickup).json()["detail"]
    assert program.post(address, {**pickup, "reason": "Softer."}).json()["who"] == "Rosa"
    assert program.get(f"/lines/{line.pk}").json()["verdict"]["reason"] == "Softer."
    assert program.post(address, {"kind": "approved", "take_id": take.pk + 1}).json()["code"] == "not_heard"
    editor = Program(cast.editor)
    assigned = editor.ask("put", f"/scripts/{script.pk}/reviewers", {"reviewers": [cast.reviewer.pk]}).json()
    assert [one["name"] for one in assigned["reviewers"]] == ["Rosa"]
    refused = editor.ask("put", f"/scripts/{script.pk}/reviewers", {"reviewers": [cast.viewer.pk]})
    assert refused.json()["errors"][0]["field"] == "reviewers"
    (mine,) = program.get("/review").json()["scripts"]
    assert (mine["script_id"], mine["pickup_count"], mine["to_hear_count"]) == (script.pk, 1, 0)
    board = program.get(f"/projects/{script.project_id}/review").json()
    assert [(one["person"]["name"], one["pickups"]) for one in board["reviewers"]] == [("Rosa", 1)]
    assert program.get(f"/scripts/{script.pk}/review").json()["items"] == []
    comment = program.post(f"/lines/{line.pk}/comments", {"text": "Here", "at_ms": 100}).json()
    assert (comment["take_id"], comment["at_ms"]) == (take.pk, 100)
    assert program.post(f"/comments/{comment['id']}/resolve").json()["resolved_at"]
    assert not program.post(f"/comments/{comment['id']}/reopen").json()["resolved_at"]


def test_an_export_is_ordered_followed_and_downloaded(program: Program, script: Script, broker: str) -> None:
    home = f"/projects/{script.project_id}/exports"
    refused = program.post(home, {"format": "wav"}).json()
    assert (refused["code"], refused["count"]) == ("not_ready", 3)
    assert [line["id"] for line in refused["lines"]] == list(script.paragraphs.values_list("pk", flat=True))
    assert program.post(home, {"format": "wav", "partial": True}).json()["code"] == "nothing_to_export"
    assert program.post(home, {"format": "8-track"}).json()["errors"][0]["field"] == "format"
    factories.all_ready(script, duration_ms=200)
    export = program.post(home, {"format": "wav", "narrator": "Neil"}).json()
    assert (export["status"], export["narrator"]) == ("queued", "Neil")
    assert program.get(f"/exports/{export['id']}/file").status_code == 404
    claimed = exports.claim(export["id"])
    assert claimed is not None
    exports.assemble(claimed)
    done = program.get(f"/exports/{export['id']}").json()
    assert (done["status"], len(done["marks"])) == ("ready", 1)
    file = program.get(f"/exports/{export['id']}/file")
    data = b"".join(file.streaming_content)
    assert (len(data), data[:4]) == (done["size_bytes"], b"RIFF")
    assert "The Long Night.wav" in file["Content-Disposition"]
    assert program.post(f"/exports/{export['id']}/cancel").json()["status"] == "ready"


def test_usage_says_what_a_month_came_to(cast: Cast, program: Program) -> None:
    usage = program.get(f"/teams/{cast.team.pk}/usage", month="2026-11").json()
    assert (usage["month"], usage["totals"], usage["cap_used_micro"]) == ("2026-11", [], 0)
    assert program.get(f"/teams/{cast.team.pk}/usage", month="2026-13").status_code == 422
    assert {voice["name"] for voice in program.get(f"/teams/{cast.team.pk}/voices").json()} >= {
        "Neil",
        "Maia",
    }
