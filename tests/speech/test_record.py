"""What is kept of a call: all that went over the wire but the token, wherever it stands, and the sound."""

import base64
import html
import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest

from projects.speech import record
from projects.speech.client import Client
from projects.speech.errors import SpeechError
from projects.speech.line import Line
from tests.speech.scripted import Scripted, envelope, http, stream, tone, unframed, wav

LINE = Line("“Hello” there — <b>你好</b>.", "Cherry", instructions="Softly.")
TOKEN = "sk-a/b+c&d\"e'canary-5f2e91c7d"


def legs(*answers: bytes, is_stream: bool = False) -> list[dict[str, Any]]:
    """What is kept of one call that these answers come to, one for each request."""
    left = list(answers)
    with (
        Scripted(lambda visit: visit.send(left.pop(0))) as server,
        record.recorded() as wire,
        Client(server.url, TOKEN, idle_timeout_s=60, deadline_s=100) as client,
        suppress(SpeechError),
    ):
        client.synthesize(LINE, stream=is_stream)
    return wire.legs()


def test_request_and_answer_are_kept_as_they_were() -> None:
    said = '{"code": "DataInspectionFailed", "message": "Nicht erlaubt — 不行", "request_id": "r-1"}'
    (leg,) = legs(http(said.encode(), "application/json", "400 Bad Request", "X-Request-Id: r-1"))
    assert leg["method"] == "POST"
    assert str(leg["url"]).endswith("/v1/audio/speech")
    assert json.loads(str(leg["body"])) == LINE.body()
    assert (leg["status"], leg["answer"], leg["size"]) == (400, said, len(said.encode()))
    assert leg["headers"]["Authorization"] == "Bearer [token]"
    assert leg["answer_headers"]["X-Request-Id"] == "r-1"


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (http(wav(tone(0.5)), "audio/wav"), f"[{len(wav(tone(0.5))):,} bytes, not text]"),
        (http(json.dumps(envelope(wav(tone(0.5)))).encode()), "characters]"),
        (http(b"\xff\xfe\x00not text", "application/json"), "[11 bytes, not text]"),
        (http(b"", "application/json"), ""),
    ],
)
def test_sound_is_counted_not_kept(answer: bytes, kept: str) -> None:
    (leg,) = legs(answer)
    assert kept in str(leg["answer"])
    assert len(str(leg["answer"])) < 600
    assert int(str(leg["size"])) == len(answer.partition(b"\r\n\r\n")[2])


def test_of_a_stream_the_events_are_kept_and_of_a_long_answer_both_ends() -> None:
    pcm = tone(3.0)
    events = stream([pcm[at : at + 4800] for at in range(0, len(pcm), 4800)])
    (leg,) = legs(unframed(events), is_stream=True)
    answer = str(leg["answer"])
    assert len(events) > 100_000
    assert int(str(leg["size"])) == len(events)
    assert "bytes …]" in answer
    assert "characters]" in answer
    assert '"finish_reason": "stop"' in answer.replace('":"', '": "')
    assert len(answer) <= record.SHOWN_CHARACTERS + 100


def test_a_download_is_a_leg_of_its_own_without_its_signature() -> None:
    url = "/a.wav?Expires=1&OSSAccessKeyId=LTAI5&Signature=aBc%2FdEf"
    post, get = legs(
        http(b"", "text/plain", "302 Found", f"Location: {url}"), http(wav(tone(0.5)), "audio/wav")
    )
    assert (get["method"], get["status"]) == ("GET", 200)
    assert "Authorization" not in get["headers"]
    for leg in (post, get):
        assert "aBc" not in json.dumps(leg)
        assert "LTAI5" not in json.dumps(leg)
    assert "Expires=1" in str(get["url"])
    assert "Expires=1" in post["answer_headers"]["Location"]


PLACES = {
    "body": lambda token: http(
        f'{{"message": {json.dumps(f"wrong key {token}.")}}}'.encode(), status="401 No"
    ),
    "slashes": lambda token: http(
        json.dumps({"message": token}).replace("/", "\\/").encode(), status="401 No"
    ),
    "web page": lambda token: http(f"<p>{html.escape(token)}</p>".encode(), "text/html", "502 Bad"),
    "address": lambda token: http(f"see /?key={quote(token, safe='')}".encode(), "text/plain", "400 No"),
    "lower": lambda token: http(f"see /?k={quote(token, safe='').lower()}".encode(), "text/plain", "400 No"),
    "base64": lambda token: http(base64.b64encode(f"Bearer {token}!".encode()), "text/plain", "400 No"),
    "header": lambda token: http(b"{}", "application/json", "400 No", f"X-Debug: got {token}"),
    "cookie": lambda token: http(b"{}", "application/json", "400 No", f"Set-Cookie: t={token}"),
    "location": lambda token: http(b"", "text/plain", "302 There", f"Location: /x?{quote(token, safe='')}"),
    "event": lambda token: unframed(f'data: {{"message": {json.dumps(token)}, "code": "x"}}\n\n'.encode()),
}


@pytest.mark.parametrize("place", PLACES)
def test_the_token_is_nowhere_in_what_is_kept(place: str) -> None:
    answer = PLACES[place](TOKEN)
    kept = json.dumps(legs(answer, http(b"no", "text/plain", "404 Gone"), is_stream=place == "event"))
    coded = base64.b64encode(f"Bearer {TOKEN}!".encode()).decode()
    for trace in (TOKEN, "canary", quote(TOKEN, safe=""), html.escape(TOKEN), coded[12:40]):
        assert trace not in kept, trace
    assert "[token]" in kept


@pytest.mark.parametrize("before", range(0, 40, 3))
def test_a_token_on_the_cut_of_a_long_body_leaves_no_part_of_it(before: int) -> None:
    filled = "word " * 20_000
    for end in (32 * 1024, len(filled) - 8 * 1024):
        body = filled[: end - before] + TOKEN + filled[end - before + len(TOKEN) :]
        kept = json.dumps(legs(http(body.encode(), "text/plain", "400 No")))
        assert "canary" not in kept
        assert "sk-a" not in kept
        assert "5f2e" not in kept


def test_nothing_is_kept_where_nobody_asks() -> None:
    sound = http(wav(tone(0.5)), "audio/wav")
    with Scripted(lambda visit: visit.send(sound)) as server, Client(server.url, TOKEN) as client:
        client.synthesize(LINE)
        assert record.begin("GET", "/", {}, None) is None
