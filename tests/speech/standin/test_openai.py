"""The stand-in of kind "openai", asked by a plain HTTP client."""

import io
from collections.abc import Iterator
from typing import Any

import av
import pytest
import requests

from projects.speech.standin.faults import UnknownFault
from projects.speech.standin.mishaps import parse
from projects.speech.standin.options import main
from projects.speech.standin.server import Standin
from projects.speech.voices import VOICE_NAMES


@pytest.fixture
def kin() -> Iterator[Standin]:
    with Standin(token="test", kind="openai") as standin:
        yield standin


def ask(standin: Standin, token: str = "test", **changes: Any) -> requests.Response:
    body = {"model": "tts-1", "input": "Hello there.", "voice": "Cherry"} | changes
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.post(standin.url + "/v1/audio/speech", json=body, headers=headers, timeout=60)


@pytest.mark.parametrize(
    ("response_format", "container", "codec"),
    [("mp3", "mp3", "mp3"), ("opus", "ogg", "opus"), ("aac", "aac", "aac"), ("flac", "flac", "flac")],
)
def test_files_are_what_they_are_called(
    kin: Standin, response_format: str, container: str, codec: str
) -> None:
    answer = ask(kin, response_format=response_format)
    with av.open(io.BytesIO(answer.content)) as opened:
        assert container in opened.format.name
        assert codec in opened.streams.audio[0].codec_context.name


def test_wav_and_raw_samples_are_streamed(kin: Standin) -> None:
    wav, raw = ask(kin, response_format="wav"), ask(kin, response_format="pcm")
    assert wav.content[:4] == b"RIFF"
    assert wav.content[4:8] == wav.content[40:44] == b"\xff" * 4
    assert wav.content[44:] == raw.content
    assert wav.headers["Transfer-Encoding"] == "chunked"
    assert ask(kin).content[:3] == b"ID3"


def test_voices_and_the_token(kin: Standin) -> None:
    url, headers = kin.url + "/v1/audio/voices", {"Authorization": "Bearer test"}
    listed = requests.get(url, headers=headers, timeout=60).json()["voices"]
    assert [voice["id"] for voice in listed] == list(VOICE_NAMES)
    assert requests.get(url, timeout=60).status_code == 401
    assert ask(kin, token="").json()["error"]["code"] == "invalid_api_key"
    with Standin(kind="openai") as free:
        assert ask(free, token="").status_code == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"input": ""}, 422),
        ({"input": "a" * 4097}, 400),
        ({"voice": "Nobody"}, 400),
        ({"voice": ["Cherry"]}, 400),
        ({"model": ""}, 400),
        ({"response_format": "tape"}, 400),
        ({"input": "Hi {{fault:nothing}}"}, 400),
        ({"input": "Hi {{fault:html-502}}"}, 502),
    ],
)
def test_refusals(kin: Standin, changes: dict[str, Any], status: int) -> None:
    assert ask(kin, **changes).status_code == kin.calls[-1].status == status


def test_the_queue_the_journal_and_the_limits(kin: Standin) -> None:
    kin.fail("429", "ok")
    kin.settings.requests_per_minute = 2
    assert [ask(kin).status_code for _ in range(3)] == [429, 200, 429]
    call = kin.calls[1]
    assert (call.model, call.input, call.characters, call.status) == ("tts-1", "Hello there.", 12, 200)


@pytest.mark.parametrize("name", ["as:tape", "wav:24000:1", "wav:24000:9:s16", "401:x", "sse-done", ""])
def test_unknown_faults(name: str) -> None:
    with pytest.raises(UnknownFault):
        parse(name)


def test_a_fault_of_the_other_kind_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--kind", "openai", "--port", "0", "--speech", "tone", "--fault", "sse-done"]) == 2
    assert "kind openai" in capsys.readouterr().err
