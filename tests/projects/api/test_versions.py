"""What goes out and comes back through the API: new versions of a manuscript, edited audio, pickups, archives."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from projects.actions import archives, checks, exports, reviews
from projects.models import Archive, Paragraph, Project, Script
from tests import factories
from tests.audio.sounds import wav_bytes
from tests.audio.test_splitting import spoken
from tests.cast import Cast
from tests.projects.api.programs import HOME, Program
from tests.projects.api.test_import import BOOK, hand_in

pytestmark = pytest.mark.one_database


@pytest.fixture
def program(cast: Cast) -> Program:
    return Program(cast.editor)


def send(program: Program, address: str, name: str, data: bytes, **more: object) -> HttpResponse:
    return program.client.post(f"{HOME}{address}", {"file": SimpleUploadedFile(name, data), **more})


def test_a_new_version_is_decided_taken_over_and_taken_back(cast: Cast, program: Program) -> None:
    found = hand_in(program, cast.team.pk)
    project = program.post(f"/manuscripts/{found['id']}/project", {"voice": "Maia"}).json()["id"]
    home = f"/projects/{project}/revisions"
    newer = BOOK.replace(b"Nobody came.", b"Somebody came.") + b"\nIt was over.\n"
    row = send(program, home, "night-2.txt", newer).json()
    assert send(program, home, "night-2.txt", newer).json() == row
    address = f"/revisions/{row['id']}"
    review = program.get(address).json()
    assert (review["state"], review["differences"]["changed"], review["differences"]["added"]) == (
        "waiting",
        1,
        1,
    )
    changed, added = program.get(f"{address}/differences").json()["items"]
    assert (changed["old"], changed["new"], added["new"]) == (
        "Nobody came.",
        "Somebody came.",
        "It was over.",
    )
    assert program.get(f"{address}/differences", limit=1, cursor=1).json()["items"] == [added]
    decided = program.post(f"{address}/decide", {"choice": "mine", "marks": [added["mark"]]}).json()
    refused = program.post(f"{address}/apply", {"seen": review["seen"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "changed_since")
    assert program.post(f"{address}/decide", {"choice": "mine", "marks": ["x"]}).status_code == 409
    assert program.post(f"{address}/decide", {"choice": "theirs", "of": "all"}).json()["cost"]["lines"] == 2
    program.post(f"{address}/decide", {"choice": "mine", "of": "added"})
    applied = program.post(f"{address}/apply", {"seen": decided["seen"]}, key="take").json()
    assert applied["state"] == program.get(address).json()["state"] == "applied"
    texts = list(Paragraph.objects.order_by("script__position", "position").values_list("text", flat=True))
    assert "Somebody came." in texts
    assert "It was over." not in texts
    assert program.post(f"{address}/decide", {"choice": "mine", "of": "all"}).json()["code"] == "gone"
    assert program.post(f"{address}/undo").json()["state"] == "waiting"
    assert program.post(f"{address}/discard").json()["state"] == "discarded"
    assert [one["id"] for one in program.get(home).json()["items"]] == [row["id"]]


@pytest.fixture
def script(cast: Cast) -> Script:
    script = factories.script(cast.team, lines=2)
    factories.all_ready(script, duration_ms=400)
    return script


def test_edited_audio_comes_back_as_takes(program: Program, script: Script) -> None:
    project = script.project
    export = exports.request(project, [script], format="wav", by=None)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    exports.assemble(claimed)
    file = program.get(f"/exports/{export.pk}/file")
    data, home = b"".join(file.streaming_content), f"/exports/{export.pk}/returns"  # type: ignore[attr-defined]
    assert send(program, home, "a.wav", b"no sound").json()["code"] == "unreadable"
    made = send(program, home, "edited.wav", data)
    assert made.status_code == 201, made.content
    row = made.json()
    first, second = (line.pk for line in script.paragraphs.all())
    assert [(line["line_id"], line["change"]) for line in row["lines"]] == [(first, "same"), (second, "same")]
    assert program.get(f"/returns/{row['id']}").json() == row
    assert [one["id"] for one in program.get(home).json()["items"]] == [row["id"]]
    assert b"".join(program.get(f"/returns/{row['id']}/audio").streaming_content)[:4] == b"RIFF"  # type: ignore[attr-defined]
    confirm = f"/returns/{row['id']}/confirm"
    assert program.post(confirm, {"lines": [999_999]}).status_code == 422
    assert program.post(confirm, {"lines": [second]}).json() == {"takes": 1}
    assert program.post(confirm, {"lines": [second]}).json() == {"takes": 0}


def test_one_recording_of_the_pickups_is_cut_and_filed(cast: Cast, program: Program, script: Script) -> None:
    home = f"/projects/{script.project_id}/pickups"
    lines = list(script.paragraphs.all())
    for line in lines:
        assert line.chosen_id is not None
        reviews.judge(line, take_id=line.chosen_id, kind="pickup", reason="Softer.", by=cast.reviewer)
    assert [(one["line_id"], one["reason"]) for one in program.get(home).json()] == [
        (line.pk, "Softer.") for line in lines
    ]
    lengths = [checks.expected_ms(line.text, "English") for line in lines]
    row = send(program, home, "pickups.wav", wav_bytes(spoken(lengths[0], 300, lengths[1]))).json()
    assert [(one["line_id"], one["first"], one["count"]) for one in row["lines"]] == [
        (lines[0].pk, 0, 1),
        (lines[1].pk, 2, 1),
    ]
    assert program.get(f"/pickups/{row['id']}").json()["pieces"] == row["pieces"]
    confirm = f"/pickups/{row['id']}/confirm"
    twice = [{"line_id": line.pk, "first": 0} for line in lines]
    assert "given to two lines" in program.post(confirm, {"lines": twice}).json()["detail"]
    assert program.post(confirm, {"lines": twice[:1]}).json() == {"takes": 1}
    assert program.post(confirm, {"lines": twice[:1]}).json() == {"takes": 0}
    assert b"".join(program.get(f"/pickups/{row['id']}/audio").streaming_content)[:4] == b"RIFF"  # type: ignore[attr-defined]


def test_an_archive_goes_out_and_comes_in(cast: Cast, program: Program, script: Script, broker: str) -> None:
    home = f"/projects/{script.project_id}/archives"
    row = program.post(home, key="k").json()
    assert (row["way"], row["status"]) == ("out", "queued")
    address = f"/archives/{row['id']}"
    assert program.get(f"{address}/file").status_code == 404
    _run(row["id"])
    assert program.get(address).json()["status"] == program.get(home).json()["items"][0]["status"] == "ready"
    data = b"".join(program.get(f"{address}/file").streaming_content)  # type: ignore[attr-defined]
    assert send(program, "/archives", "a.zip", b"PK", team_id=cast.team.pk).json()["code"] == "unreadable"
    assert send(program, "/archives", "a.zip", data, team_id=cast.other_team.pk).status_code == 404
    handed = send(program, "/archives", "a.zip", data, team_id=cast.team.pk).json()
    _run(handed["id"])
    made = program.get(f"/archives/{handed['id']}").json()["project_id"]
    assert made != script.project_id
    assert Project.objects.get(pk=made).title.startswith("The Long Night")


def _run(archive_id: int) -> None:
    job = archives.claim(archive_id)
    assert job is not None
    archives.run(job)
    assert Archive.objects.get(pk=archive_id).status == "ready"
