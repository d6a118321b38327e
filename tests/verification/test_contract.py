"""The wire contract of the speech endpoint, spoken in raw HTTP. The same tests run on the stand-in and the
real one."""

import base64
import json
import re
import struct
import time
from typing import Any

import pytest
import requests

from projects.speech.voices import LANGUAGES, VOICE_NAMES

from .conftest import Endpoint

LINE = "Introduce this product with a slightly faster speaking rate."
RATE_HZ = 24_000


def events(answer: requests.Response) -> list[dict[str, Any]]:
    """The JSON of all events, whatever the gateway did to the framing."""
    lines = [line for line in answer.content.decode().splitlines() if line.startswith("data:")]
    return [json.loads(line[5:]) for line in lines if line[5:].strip() != "[DONE]"]


def pcm_of(found: list[dict[str, Any]]) -> bytes:
    return b"".join(
        base64.b64decode(event["output"]["audio"].get("data") or "", validate=True) for event in found
    )


def wav_data(body: bytes) -> bytes:
    """The PCM of a WAV body whose sizes may lie."""
    assert body[:4] == b"RIFF"
    assert body[8:16] == b"WAVEfmt "
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[20:36])
    assert (kind, channels, rate, bits) == (1, 1, RATE_HZ, 16)
    start = body.index(b"data") + 8
    return body[start:]


def loudest(pcm: bytes) -> int:
    return max(abs(value) for (value,) in struct.iter_unpack("<h", pcm[: len(pcm) // 2 * 2]))


def test_a_whole_answer(endpoint: Endpoint) -> None:
    answer = endpoint.ask(
        LINE, instructions="Speak faster with a brighter tone.", optimize_instructions=False
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    body = answer.json()
    assert not body.get("code")
    assert body["output"]["finish_reason"] == "stop"
    assert body["usage"]["characters"] == len(LINE) == 60
    audio = body["output"]["audio"]
    assert not audio.get("data")
    assert audio["expires_at"] == pytest.approx(time.time() + 86_400, abs=900)
    assert f"Expires={audio['expires_at']}" in audio["url"]


def test_the_link_is_a_wav_without_a_token(endpoint: Endpoint) -> None:
    url = endpoint.ask("Hello there.").json()["output"]["audio"]["url"]
    pcm = wav_data(requests.get(url, timeout=60).content)
    assert 0.3 < len(pcm) / 2 / RATE_HZ < 10
    assert loudest(pcm) > 1_000


def test_a_stream(endpoint: Endpoint) -> None:
    answer = endpoint.ask(LINE, stream=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    found = events(answer)
    assert len(found) > 1
    assert all(event["output"]["finish_reason"] in ("null", None) for event in found[:-1])
    assert found[-1]["output"]["finish_reason"] == "stop"
    assert found[-1]["usage"]["characters"] == 60
    pcm = pcm_of(found)
    assert pcm[:4] != b"RIFF"
    assert len(pcm) % 2 == 0
    assert 1.5 < len(pcm) / 2 / RATE_HZ < 15
    assert loudest(pcm) > 1_000
    linked = wav_data(requests.get(found[-1]["output"]["audio"]["url"], timeout=60).content)
    assert len(linked) == pytest.approx(len(pcm), abs=RATE_HZ)


def test_the_native_framing(endpoint: Endpoint, only_standin: None) -> None:
    blocks = endpoint.ask(LINE, stream=True).text.split("\n\n")
    assert blocks.pop() == ""
    for number, block in enumerate(blocks, 1):
        assert re.fullmatch(rf"id:{number}\nevent:result\n:HTTP_STATUS/200\ndata:\{{.*\}}", block)


def test_han_is_billed_twice(endpoint: Endpoint) -> None:
    answer = endpoint.ask("你好，世界。", language_type="Chinese", voice="Neil")
    assert answer.status_code == 200
    assert answer.json()["usage"]["characters"] == 4 * 2 + 2


def test_the_name_with_a_space(endpoint: Endpoint) -> None:
    assert endpoint.ask("Good evening.", voice="Eldric Sage").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_taken(endpoint: Endpoint, only_standin: None, language: str) -> None:
    assert endpoint.ask("OK 1.", language_type=language).status_code == 200


@pytest.mark.parametrize("voice", VOICE_NAMES)
def test_every_voice_is_taken(endpoint: Endpoint, only_standin: None, voice: str) -> None:
    assert endpoint.ask("OK.", voice=voice).status_code == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"voice": "Nobody"}, "InvalidParameter"), ({"language_type": "Klingon"}, "InvalidParameter")],
)
def test_bad_parameters_are_refused(endpoint: Endpoint, fields: dict[str, str], code: str) -> None:
    answer = endpoint.ask("Hello.", **fields)
    assert answer.status_code == 400
    assert code in answer.text


def test_too_long_is_refused_whole(endpoint: Endpoint) -> None:
    answer = endpoint.ask("a" * 601)
    assert answer.status_code == 400
    assert re.search(r"Range of input length should be \[0, \d+\]", answer.text)


def test_the_longest_text_is_spoken_whole(endpoint: Endpoint, only_standin: None) -> None:
    text = ("The lamp was low and the night was long. " * 15)[:600]
    assert endpoint.ask(text).json()["usage"]["characters"] == 600


def test_no_text_is_refused(endpoint: Endpoint) -> None:
    assert 400 <= endpoint.ask("").status_code < 500
    assert 400 <= endpoint.ask(None).status_code < 500


def test_a_wrong_token_is_refused(endpoint: Endpoint) -> None:
    assert endpoint.ask("Hello.", token="wrong").status_code in (401, 403)


def test_another_model_is_refused(endpoint: Endpoint) -> None:
    assert 400 <= endpoint.ask("Hello.", model="no-such-model").status_code < 600


def test_a_changed_link_is_refused(endpoint: Endpoint) -> None:
    url = endpoint.ask("Hello.").json()["output"]["audio"]["url"]
    answer = requests.get(url.replace("Expires=1", "Expires=2"), timeout=60)
    assert answer.status_code == 403
    assert "<Error>" in answer.text


def test_a_token_at_the_link_is_noticed(endpoint: Endpoint, only_standin: None) -> None:
    url = endpoint.ask("Hello.").json()["output"]["audio"]["url"]
    answer = requests.get(url, headers={"Authorization": f"Bearer {endpoint.token}"}, timeout=60)
    assert answer.status_code == 400
    assert "<Error>" in answer.text
