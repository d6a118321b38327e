"""Every fault is really on the wire: asserted on the bytes that a raw socket receives."""

import base64
import json
import re
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from projects.speech.standin.faults import NAMES
from projects.speech.standin.server import Standin
from projects.speech.voices import MODEL

SECOND = 48_000


def raw(standin: Standin, fault: str, stream: bool, until_bytes: int = 0, timeout_s: float = 60) -> bytes:
    """All bytes up to the end of the connection, or the first `until_bytes` of them."""
    standin.fail(fault)
    text = "Hello there, my friend, how are you today?"
    body = json.dumps({"model": MODEL, "input": text, "voice": "Cherry"}).encode()
    sse = "X-DashScope-SSE: enable\r\n" if stream else ""
    head = (
        f"POST /v1/audio/speech HTTP/1.1\r\nHost: {urlsplit(standin.url).netloc}\r\nConnection: close\r\n"
        f"Authorization: Bearer test\r\n{sse}Content-Length: {len(body)}\r\n\r\n"
    )
    address = (urlsplit(standin.url).hostname, urlsplit(standin.url).port)
    received = b""
    with socket.create_connection(address, timeout=timeout_s) as connection:
        connection.sendall(head.encode() + body)
        while not until_bytes or len(received) < until_bytes:
            block = connection.recv(65_536)
            if not block:
                break
            received += block
    return received


def unchunked(body: bytes) -> tuple[bytes, bool]:
    """The content of a chunked body and whether its end was marked."""
    content = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            return content, True
        content, body = content + rest[:length], rest[length + 2 :]
    return content, False


def stream_of(standin: Standin, fault: str) -> str:
    """The text of the stream, which ended properly."""
    head, _, body = raw(standin, fault, stream=True).partition(b"\r\n\r\n")
    assert b" 200 " in head.splitlines()[0]
    assert b"text/event-stream" in head
    content, ended = unchunked(body)
    assert ended
    return content.decode()


def events_of(text: str) -> list[dict]:
    return [json.loads(line.partition(":")[2]) for line in text.splitlines() if re.match(r"data: ?\{", line)]


def sound_of(events: list[dict]) -> list[bytes]:
    parts = [event["output"]["audio"].get("data", "") for event in events if "output" in event]
    return [base64.b64decode(part, validate=True) for part in parts if part]


def whole(standin: Standin, fault: str) -> dict:
    head, _, body = raw(standin, fault, stream=False).partition(b"\r\n\r\n")
    assert b" 200 " in head.splitlines()[0]
    return json.loads(body)


def url_of(standin: Standin, fault: str) -> str:
    return whole(standin, fault)["output"]["audio"]["url"]


def test_an_ordinary_stream_is_framed_as_the_native_one(standin: Standin) -> None:
    text = stream_of(standin, "ok")
    events = events_of(text)
    assert re.match(r"id:1\nevent:result\n:HTTP_STATUS/200\ndata:\{", text)
    assert text.endswith("}\n\n")
    assert "[DONE]" not in text
    assert [event["output"]["finish_reason"] for event in events] == ["null"] * (len(events) - 1) + ["stop"]
    assert all("url" not in event["output"]["audio"] for event in events[:-1])
    assert all("code" not in event and "status_code" not in event for event in events)
    assert events[-1]["output"]["audio"]["data"] == ""
    link = requests.get(events[-1]["output"]["audio"]["url"], timeout=60)
    assert link.content[44:] == b"".join(sound_of(events))
    used = [event["usage"]["characters"] for event in events]
    assert used == sorted(used)
    assert used[0] < used[-1] == 42


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("auth-401", 401, "invalid_api_key"),
        ("auth-402", 402, "insufficient_user_quota"),
        ("auth-403", 403, "access_denied"),
        ("openai:500:bad_response:ali TTS error: Throttling - slow down", 500, "bad_response"),
        ("openai:500:channel:no_available_key", 500, "channel:no_available_key"),
        ("openai:503:", 503, None),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_gateway_errors(standin: Standin, fault: str, status: int, code: str | None, stream: bool) -> None:
    head, _, body = raw(standin, fault, stream).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(body)["error"]["code"] == code


def test_native_errors(standin: Standin) -> None:
    head, _, body = raw(standin, "ali:400:Arrearage:Pay: now", stream=False).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert {**json.loads(body), "request_id": ""} == {
        "request_id": "",
        "code": "Arrearage",
        "message": "Pay: now",
    }


def test_success_that_is_none(standin: Standin) -> None:
    answer = whole(standin, "ok-code:DataInspectionFailed:No")
    assert (answer["code"], answer["message"], answer["output"]) == ("DataInspectionFailed", "No", None)
    assert whole(standin, "audio-null")["output"]["audio"] is None
    blank = whole(standin, "audio-blank")["output"]["audio"]
    assert (blank["url"], blank["data"]) == ("", "")
    assert raw(standin, "empty-body", stream=False).endswith(
        b"Content-Length: 0\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize("name", ["html-502", "html-503", "html-504", "html-520", "html-200"])
def test_pages(standin: Standin, name: str) -> None:
    head, _, body = raw(standin, name, stream=True).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %s " % name[-3:].encode())
    assert b"text/html" in head
    assert body.startswith(b"<html>")


def test_plain_text(standin: Standin) -> None:
    head, _, body = raw(standin, "plain-text", stream=False).partition(b"\r\n\r\n")
    assert b"Content-Type: text/plain" in head
    assert body.startswith(b"upstream connect error")


@pytest.mark.parametrize("status", [302, 307])
def test_redirects_to_the_audio(standin: Standin, status: int) -> None:
    head = raw(standin, f"redirect-{status}", stream=False).decode()
    assert head.startswith(f"HTTP/1.1 {status} ")
    location = re.search(r"Location: (\S+)", head)
    assert location is not None
    assert requests.get(location[1], timeout=60).content[:4] == b"RIFF"


def test_redirect_to_a_page(standin: Standin) -> None:
    assert b"Location: /login\r\n" in raw(standin, "redirect-page", stream=False)
    assert requests.get(standin.url + "/login", timeout=60).text.startswith("<html>")


def test_audio_in_the_body(standin: Standin) -> None:
    head, _, body = raw(standin, "audio-bytes", stream=False).partition(b"\r\n\r\n")
    assert b"Content-Type: audio/wav" in head
    assert body[:4] == b"RIFF"
    assert len(body) > SECOND


def test_the_other_form(standin: Standin) -> None:
    assert b"application/json" in raw(standin, "json-for-sse", stream=True).partition(b"\r\n\r\n")[0]
    assert b"text/event-stream" in raw(standin, "sse-for-json", stream=False).partition(b"\r\n\r\n")[0]


def test_errors_in_a_stream(standin: Standin) -> None:
    first = stream_of(standin, "sse-error-first")
    assert first.startswith("id:1\nevent:error\n:HTTP_STATUS/429\ndata:{")
    assert events_of(first)[0]["code"] == "Throttling.RateQuota"
    late = events_of(stream_of(standin, "sse-error-late:DataInspectionFailed"))
    assert [event.get("code") for event in late] == [None, None, "DataInspectionFailed"]
    assert "\nevent: error\n" in stream_of(standin, "sse-error-space")


def test_an_error_stream_with_an_error_status(standin: Standin) -> None:
    head, _, body = raw(standin, "sse-error-status:InvalidApiKey", stream=True).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 401 ")
    assert b"text/event-stream" in head
    assert body.startswith(b"id:1\nevent:error\n:HTTP_STATUS/401\n")


def test_cut_streams(standin: Standin) -> None:
    line = stream_of(standin, "sse-cut-line")
    assert "\n" not in line[-20:]
    assert '"finish_reason":"stop"' in line
    in_base64 = stream_of(standin, "sse-cut-base64").splitlines()[-1]
    assert re.search(r'"data":"[A-Za-z0-9+/]+$', in_base64)
    before_stop = stream_of(standin, "sse-cut-before-stop")
    assert before_stop.endswith("\n\n")
    assert '"stop"' not in before_stop


def test_framing_variants(standin: Standin) -> None:
    assert stream_of(standin, "sse-no-last-blank").endswith("}")
    done = stream_of(standin, "sse-done")
    assert done.endswith("}\n\ndata: [DONE]\n\n")
    comments = stream_of(standin, "sse-comments")
    assert comments.startswith(": keep-alive\nevent:result\n")
    assert "id:" not in re.sub(r"data:.*", "", comments)
    crlf = stream_of(standin, "sse-crlf")
    assert crlf.startswith("id:1\r\nevent:result\r\n")
    assert "\n" not in crlf.replace("\r\n", "")
    assert stream_of(standin, "sse-space").startswith("id: 1\nevent: result\n:HTTP_STATUS/200\ndata: {")


def test_a_letter_split_between_reads(standin: Standin) -> None:
    _, _, body = raw(standin, "sse-split-utf8", stream=True).partition(b"\r\n\r\n")
    first_chunk = body.partition(b"\r\n")[2][: int(body.partition(b"\r\n")[0], 16)]
    with pytest.raises(UnicodeDecodeError):
        first_chunk.decode()
    assert "合成正常" in unchunked(body)[0].decode()


def test_a_very_long_line(standin: Standin) -> None:
    text = stream_of(standin, "sse-long-line")
    assert max(map(len, text.splitlines())) > 1_048_576
    assert len(events_of(text)) == 2


def test_sound_in_bad_shape(standin: Standin) -> None:
    good = b"".join(sound_of(events_of(stream_of(standin, "ok"))))
    bad = events_of(stream_of(standin, "bad-base64"))
    with pytest.raises(ValueError):
        sound_of(bad)
    odd = sound_of(events_of(stream_of(standin, "odd-pcm")))
    assert len(odd[0]) % 2 == 1
    assert b"".join(odd) == good
    assert len(b"".join(sound_of(events_of(stream_of(standin, "odd-total"))))) == len(good) + 1
    riff = b"".join(sound_of(events_of(stream_of(standin, "riff-chunk"))))
    assert riff[:4] == b"RIFF"
    assert riff[44:] == good
    silent = b"".join(sound_of(events_of(stream_of(standin, "silence"))))
    assert silent == bytes(len(good))


def test_streams_without_sound_or_link(standin: Standin) -> None:
    (nothing,) = events_of(stream_of(standin, "no-audio-stop"))
    assert nothing["output"]["finish_reason"] == "stop"
    assert nothing["output"]["audio"]["url"] == ""
    (only,) = events_of(stream_of(standin, "only-url"))
    assert requests.get(only["output"]["audio"]["url"], timeout=60).content[:4] == b"RIFF"
    events = events_of(stream_of(standin, "stop-without-url"))
    assert len(events) > 1
    assert all("url" not in event["output"]["audio"] for event in events)


def test_links_that_fail(standin: Standin) -> None:
    assert requests.get(url_of(standin, "url-http"), timeout=60).status_code == 200
    expired = requests.get(url_of(standin, "url-expired"), timeout=60)
    assert (expired.status_code, "Request has expired" in expired.text) == (403, True)
    missing = requests.get(url_of(standin, "url-404"), timeout=60)
    assert (missing.status_code, "NoSuchKey" in missing.text) == (404, True)
    assert requests.get(url_of(standin, "url-not-wav"), timeout=60).content[:4] != b"RIFF"
    assert url_of(standin, "url-private").startswith("http://10.0.0.1/audio/")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _ = requests.get(url_of(standin, "url-short"), timeout=60).content


def test_a_lying_header(standin: Standin) -> None:
    body = requests.get(url_of(standin, "url-placeholder-sizes"), timeout=60).content
    assert body[4:8] == b"\xbf\xff\xff\x7f"
    assert body[40:44] == b"\x9b\xff\xff\x7f"
    assert len(body) > SECOND


def test_a_slow_link(standin: Standin) -> None:
    url, started = url_of(standin, "url-slow"), time.monotonic()
    with requests.get(url, timeout=60, stream=True) as answer:
        blocks = answer.iter_content(1_024)
        assert sum(len(next(blocks)) for _ in range(8)) == 8_192
        assert time.monotonic() - started > 0.25


def test_throttling_and_when_to_come_back(standin: Standin) -> None:
    assert b"Retry-After" not in raw(standin, "429", stream=False)
    assert b"\r\nRetry-After: 1\r\n" in raw(standin, "429-seconds", stream=False)
    assert re.search(
        rb"\r\nRetry-After: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n", raw(standin, "429-date", stream=True)
    )


@pytest.mark.parametrize("stream", [False, True])
def test_reset_before_any_byte(standin: Standin, stream: bool) -> None:
    with pytest.raises(ConnectionResetError):
        raw(standin, "reset", stream)


@pytest.mark.parametrize("stream", [False, True])
def test_reset_in_the_middle(standin: Standin, stream: bool) -> None:
    assert raw(standin, "reset-mid", stream, until_bytes=300).startswith(b"HTTP/1.1 200 ")
    with pytest.raises(ConnectionResetError):
        raw(standin, "reset-mid", stream)


@pytest.mark.parametrize("stream", [False, True])
def test_silence_on_the_wire(standin: Standin, stream: bool) -> None:
    with pytest.raises(TimeoutError):
        raw(standin, "stall", stream, timeout_s=0.3)
    begun = raw(standin, "stall-mid", stream, until_bytes=300)
    assert begun.startswith(b"HTTP/1.1 200 ")
    with pytest.raises(TimeoutError):
        raw(standin, "stall-mid", stream, timeout_s=0.3)


@pytest.mark.parametrize("stream", [False, True])
def test_dripping(standin: Standin, stream: bool) -> None:
    with pytest.raises(TimeoutError):
        raw(standin, "drip", stream, timeout_s=0.1)
    head = len(raw(standin, "drip", stream, until_bytes=1))
    started = time.monotonic()
    raw(standin, "drip", stream, until_bytes=head + 15)
    assert time.monotonic() - started > (0.3 if stream else 2.5)  # a chunk of one byte is six bytes long


def test_fields_that_vary(standin: Standin) -> None:
    assert "status_code" not in whole(standin, "no-status")
    assert whole(standin, "status-zero")["status_code"] == 0
    assert "expires_at" not in whole(standin, "no-expires")["output"]["audio"]
    assert whole(standin, "expires-ms")["output"]["audio"]["expires_at"] > 1e12
    strings = whole(standin, "numbers-as-strings")
    assert (strings["status_code"], strings["usage"]["characters"]) == ("200", "42")
    assert strings["output"]["audio"]["expires_at"].isdigit()
    finishes = [event["output"]["finish_reason"] for event in events_of(stream_of(standin, "null-finish"))]
    assert finishes == [None] * (len(finishes) - 1) + ["stop"]


def test_every_fault_name_is_in_this_file() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    dynamic = {f"redirect-{status}" for status in (302, 307)}
    assert [name for name in NAMES if f'"{name}' not in source and name not in dynamic] == []
