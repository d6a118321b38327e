"""What belongs to files through the API: finish, destinations, the report, text beside them, clips and covers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.actions import exports
from projects.models import Script
from tests import factories
from tests.audio.sounds import wav_bytes
from tests.audio.test_destinations import png
from tests.cast import Cast
from tests.projects.api.programs import HOME, Program

pytestmark = pytest.mark.one_database
LOUD = {"rule": "loudness_lufs", "least": -19, "most": -17}
SHORT = {"rule": "duration_ms", "most": 60_000}
FORMAT = {"rule": "ending", "among": ["wav"]}


@pytest.fixture
def program(cast: Cast) -> Program:
    return Program(cast.editor)


@pytest.fixture
def script(cast: Cast) -> Script:
    script = factories.script(cast.team, lines=2)
    factories.all_ready(script, duration_ms=300)
    return script


def test_a_destination_asks_a_finish_aims_at_it_and_the_gate_reports(
    cast: Cast, program: Program, script: Script, broker: str
) -> None:
    team, home = f"/teams/{cast.team.pk}/destinations", f"/projects/{script.project_id}"
    shop = program.post(team, {"name": "Our shop", "asked": [LOUD, SHORT, FORMAT]}, key="k").json()
    assert shop["preset"] == "own:Our shop"
    assert [(one["rule"], one["least"], one["most"], one["among"]) for one in shop["asked"]] == [
        ("loudness_lufs", -19, -17, []),
        ("duration_ms", None, 60_000, []),
        ("ending", None, None, ["wav"]),
    ]
    for asked, status in (([], 422), ([{"rule": "colour"}], 422), ([{**LOUD, "least": -90}], 422)):
        assert program.post(team, {"name": "X", "asked": asked}).status_code == status
    begun = {one["preset"]: one["finish"] for one in program.get(f"{home}/presets").json()}
    assert begun["own:Our shop"]["target_db"] == -18
    assert begun["acx"]["scale"] == "rms"
    assert program.patch(f"{home}/finish", {"preset": "nowhere"}).json()["errors"][0]["field"] == "preset"
    finish = program.patch(f"{home}/finish", {"preset": "own:Our shop", "head_ms": 0}).json()
    assert (finish["target_db"], finish["head_ms"]) == (-18, 0)
    assert finish == program.get(f"{home}/finish").json()
    assert finish["levels"]["loudness_lufs"] is not None
    looser = program.ask("put", f"/destinations/{shop['id']}", {"asked": [FORMAT]}).json()
    assert [one["rule"] for one in looser["asked"]] == ["ending"]

    ordered = program.post(f"{home}/exports", {"format": "flac"}).json()
    claimed = exports.claim(ordered["id"])
    assert claimed is not None
    exports.assemble(claimed)
    address = f"/exports/{ordered['id']}"
    report = program.get(f"{address}/delivery/report").json()
    assert (report["destination"], report["is_met"]) == ("Our shop", False)
    assert report["is_met"] is program.get(f"{address}/delivery").json()["is_met"]
    (check,) = report["files"][0]["checks"]
    assert (check["rule"], check["found"], check["asked"], check["line_id"]) == (
        "ending",
        "flac",
        "wav",
        None,
    )
    fixed = program.post(f"{address}/delivery/fix", {"rule": "ending"}).json()["remedy"]
    assert (fixed["by_hand"], fixed["is_done"]) == (False, False)
    assert program.post(f"{address}/delivery/fix", {"rule": "ending"}).json()["remedy"] is None
    assert program.post(f"{address}/again", key="again").json()["format"] == "wav"

    captions = program.get(f"{address}/text/srt")
    assert captions.content.startswith(b"1\n00:00:0")
    assert "The Long Night.srt" in captions["Content-Disposition"]
    assert program.get(f"{address}/text/pdf").status_code == 422
    assert program.get(f"/scripts/{script.pk}/text/cues").content.decode().count("\n") == 3
    assert b"Chapter 1" in program.get(f"{address}/chapters/podlove").content
    assert program.get(f"{address}/approvals").status_code == 404
    for _ in range(2):
        gone = program.post(f"/destinations/{shop['id']}/remove").status_code
    assert gone == 404


def test_clips_are_handed_in_named_placed_and_taken_away(program: Program, script: Script) -> None:
    home = f"/projects/{script.project_id}/clips"
    sound = wav_bytes(factories.sound(300))
    made = program.client.post(f"{HOME}{home}", {"file": SimpleUploadedFile("Sting.wav", sound)})
    assert made.status_code == 201, made.content
    clip = made.json()
    assert (clip["name"], clip["duration_ms"], clip["project_id"]) == ("Sting", 300, script.project_id)
    again = program.client.post(f"{HOME}{home}", {"file": SimpleUploadedFile("Sting.wav", sound)})
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    unheard = program.client.post(f"{HOME}{home}", {"file": SimpleUploadedFile("A.wav", b"no sound")})
    assert (unheard.status_code, unheard.json()["code"]) == (422, "unreadable")
    address = f"{home}/{clip['id']}"
    assert program.patch(address, {"name": "Intro"}).json()["name"] == "Intro"
    heard = program.get(f"{address}/audio")
    assert b"".join(heard.streaming_content).startswith(b"RIFF")
    placed = program.post(f"/scripts/{script.pk}/clips", {"clip_id": clip["id"]}).json()["lines"]
    first = program.get(f"/scripts/{script.pk}/lines").json()["items"][0]
    assert ([first["id"]], first["kind"], first["text"]) == (placed, "clip", "Intro")
    assert program.post(f"{address}/remove").status_code == 204
    assert program.post(f"{address}/remove").status_code == 404
    assert program.get(home).json()["items"] == []


def test_a_cover_is_given_seen_and_taken_off(program: Program, script: Script) -> None:
    home = f"/projects/{script.project_id}/cover"
    assert program.get(home).status_code == 404
    for picture, status in ((b"GIF89a", 422), (png(64, 64), 200)):
        given = program.client.post(f"{HOME}{home}", {"file": SimpleUploadedFile("a.png", picture)})
        assert given.status_code == status
    seen = program.get(home)
    assert (b"".join(seen.streaming_content), seen["Content-Type"]) == (png(64, 64), "image/png")
    for _ in range(2):
        assert program.post(f"{home}/remove").status_code == 204
    assert program.get(home).status_code == 404
