"""Where single bytes matter: connections that drip, stall, break off or lie."""

import json
import threading
import time
from collections.abc import Callable

import pytest

from projects.speech.client import Client
from projects.speech.errors import SpeechError, Unavailable
from projects.speech.line import Line
from tests.speech.scripted import (
    CANARY,
    Script,
    Scripted,
    Visit,
    envelope,
    event,
    http,
    saying,
    stream,
    tone,
    unframed,
    wav,
)

LINE = Line("Hello there.", "Cherry")
PCM = tone(0.5)
WAV_ANSWER = http(wav(PCM), "audio/wav")
SSE = stream([PCM[:9001], PCM[9001:]])
Make = Callable[..., Client]


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def failure(make_client: Make, script: Script, **options: object) -> SpeechError:
    with Scripted(script) as server, pytest.raises(SpeechError) as caught:
        make_client(server.url, **options).synthesize(LINE, stream=True)
    return caught.value


DRIPS: dict[str, Script] = {
    "status line": lambda visit: visit.drip(WAV_ANSWER, 0.05),
    "headers": lambda visit: (visit.send(b"HTTP/1.1 200 OK\r\n"), visit.drip(b"X-Slow: 1\r\n" * 999, 0.05))[
        0
    ],
    "continue": lambda visit: visit.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 99, 0.02),
    "body": lambda visit: (visit.send(WAV_ANSWER[:300]), visit.drip(WAV_ANSWER[300:], 0.05))[0],
    "stream": lambda visit: (visit.send(unframed(SSE[:300])), visit.drip(SSE[300:], 0.05))[0],
    "comments": lambda visit: (visit.send(unframed(b"")), visit.drip(b":\n" * 999, 0.05))[0],
    "chunk": lambda visit: (visit.send(chunked(SSE[:300], end=b"ffff\r\n")), visit.drip(SSE[300:], 0.05))[0],
    "error body": lambda visit: (
        visit.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<"),
        visit.drip(b"x" * 999, 0.05),
    )[0],
}


@pytest.mark.parametrize("phase", DRIPS)
def test_a_drip_stops_at_the_deadline_in_every_phase(make_client: Make, phase: str) -> None:
    start = time.monotonic()
    error = failure(make_client, DRIPS[phase], deadline_s=0.6)
    assert error.code == "deadline_passed"
    assert "0.6 seconds" in error.message
    assert 0.5 < time.monotonic() - start < 45, "the drip itself goes on for longer"


def test_a_slow_error_body_does_not_hide_its_status(make_client: Make) -> None:
    head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
    error = failure(
        make_client, lambda visit: (visit.send(head), visit.drip(b" " * 900, 0.05))[0], deadline_s=3
    )
    assert (type(error).__name__, error.status) == ("Stopped", 401)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "connection_lost"),
        (b"HTTP/1.1 200 OK\r\nContent-", "empty_answer"),
        (b"SSH-2.0-OpenSSH_9\r\n", "connection_lost"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\n", "connection_lost"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", "connection_lost"),
        (WAV_ANSWER[:-1], "cut_short"),
        (WAV_ANSWER[:200], "cut_short"),
        (chunked(SSE[:30000], end=b""), "cut_short"),
        (chunked(SSE[:30000], end=b"ff"), "cut_short"),
        (chunked(SSE[:30000], end=b"zz\r\n"), "cut_short"),
        (unframed(SSE[:-40]), "cut_short"),
        (unframed(event({"output": None})), "cut_short"),
        (unframed(b"data: [DONE]\n\n"), "cut_short"),
        (unframed(b"data: rubbish\n\n" + SSE), "bad_answer"),
        (unframed(b'data: {"output"\n\n' + SSE), "bad_answer"),
        (http(b"{rubbish"), "bad_answer"),
        (http(b"[" * 100_000), "bad_answer"),
        (http(b"[]"), "bad_answer"),
        (http(b"null"), "bad_answer"),
        (http(b'{"a":' * 100_000), "bad_answer"),
        (http(b"{}"), "no_audio"),
        (http(b'{"output": "x", "usage": 3}'), "no_audio"),
        (http(b'{"output": {"audio": {"data": 3, "url": ["x"]}}}'), "no_audio"),
        (http(b"  \n "), "empty_answer"),
        (http(b"", status="204 No Content"), "empty_answer"),
        (http(b"", status="304 Not Modified"), "http_304"),
        (http(b"", status="302 Found"), "http_302"),
        (http(b"ID3\x04" + PCM, "audio/mpeg"), "bad_audio"),
        (http(PCM, "audio/wav"), "bad_audio"),
        (http(wav(PCM, fmt=(1, 1, 16000, 16)), "audio/wav"), "bad_audio"),
        (http(json.dumps(envelope(b"ID3" + PCM)).encode()), "bad_audio"),
        (http(json.dumps(envelope(url="file:///etc/passwd")).encode()), "audio_url_refused"),
        (http(json.dumps(envelope(url="https://127.0.0.1/")).encode()), "audio_url_refused"),
        (http(json.dumps(envelope(url="//")).encode()), "audio_url_refused"),
        (http(b"", "text/plain", "302 Found", "Location: //evil.example/x.wav"), "audio_host_refused"),
        (
            http(b"not gzip at all, not gzip", "application/json", "200 OK", "Content-Encoding: gzip"),
            "cut_short",
        ),
    ],
)
def test_broken_answers_are_failures_with_a_reason(make_client: Make, sent: bytes, code: str) -> None:
    error = failure(make_client, saying(sent))
    assert error.code == code
    assert error.message.endswith(".")


@pytest.mark.parametrize(
    "sent",
    [
        WAV_ANSWER,
        http(wav(PCM, 0x7FFFFFBF, 0x7FFFFF9B), "text/html"),
        unframed(wav(PCM), "application/json"),
        unframed(SSE),
        unframed(SSE, "application/json"),
        unframed(b"\xef\xbb\xbf" + SSE),
        unframed(b"\n\n: hello\n\n" + SSE + b"data: rubbish after the end\n\n"),
        unframed(SSE.replace(b"\n", b"\r\n")),
        unframed(SSE.replace(b"\n", b"\r").rstrip(b"\r")),
        chunked(SSE),
        chunked(*[SSE[at : at + 1] for at in range(200)], SSE[200:]),
        chunked(SSE, end=b""),
        http(json.dumps(envelope(PCM)).encode()),
        http(json.dumps(envelope(wav(PCM))).encode(), "text/event-stream"),
        unframed(event(envelope(PCM, "stop"))),
        http(b"\xef\xbb\xbf" + json.dumps(envelope(PCM)).encode(), "text/plain"),
        http(json.dumps(envelope(PCM) | {"code": "Success", "status_code": 200, "error": None}).encode()),
        http(
            json.dumps(envelope(PCM) | {"code": None, "message": "ok", "usage": {"characters": "7"}}).encode()
        ),
        b"HTTP/1.0 200 OK\r\n\r\n" + wav(PCM),
    ],
)
@pytest.mark.parametrize("asked", [False, True])
def test_every_form_of_good_audio_is_understood(make_client: Make, sent: bytes, asked: bool) -> None:
    with Scripted(saying(sent)) as server:
        assert make_client(server.url).synthesize(LINE, stream=asked).pcm == PCM


def test_a_reset_in_the_middle_is_a_failure(make_client: Make) -> None:
    def script(visit: Visit) -> None:
        visit.send(unframed(SSE[:20000]))
        visit.reset()

    assert failure(make_client, script).code in ("connection_lost", "cut_short")


def test_an_answer_without_end_is_cut_at_the_size_cap(make_client: Make) -> None:
    def script(visit: Visit) -> None:
        visit.send(unframed(b"", "audio/wav"), wav(b""))
        while True:
            visit.send(PCM)

    assert failure(make_client, script, max_audio_bytes=100_000).code == "too_large"


def test_a_stream_without_end_is_cut_at_the_size_cap(make_client: Make) -> None:
    error = failure(make_client, saying(unframed(stream([PCM] * 10))), max_audio_bytes=100_000)
    assert (error.code, error.request_id) == ("too_large", "req-1")


def test_nobody_there(make_client: Make) -> None:
    with Scripted(saying()) as server:
        port = server.port
    with pytest.raises(Unavailable) as caught:
        make_client(f"http://127.0.0.1:{port}").synthesize(LINE)
    assert caught.value.code == "unreachable"
    with pytest.raises(Unavailable) as caught:
        make_client("http://no-such-host.invalid").synthesize(LINE)
    assert caught.value.code == "dns_failed"


def test_the_first_audio_is_heard_before_the_stream_goes_on(make_client: Make) -> None:
    heard = threading.Event()

    def script(visit: Visit) -> None:
        visit.send(unframed(event(envelope(PCM[:8000], "null"))))
        assert heard.wait(60)
        visit.send(event(envelope(PCM[8000:], "null"), ident=2), event(envelope()))

    with Scripted(script) as server:
        speech = make_client(server.url).synthesize(LINE, stream=True, on_audio=lambda _samples: heard.set())
    assert speech.pcm == PCM


def test_the_endpoint_gets_the_token_and_no_cookie(make_client: Make) -> None:
    cookies = http(
        json.dumps(envelope(PCM)).encode(), "application/json", "200 OK", "Set-Cookie: a=b; Path=/"
    )
    with Scripted(saying(cookies)) as server:
        client = make_client(server.url)
        client.synthesize(LINE)
        client.synthesize(LINE, stream=True)
        plain, streamed = server.requests
    for request in (plain, streamed):
        assert f"\r\nAuthorization: Bearer {CANARY}\r\n".encode() in request
        assert b"cookie" not in request.lower()
        assert json.loads(request.partition(b"\r\n\r\n")[2]) == LINE.body()
    assert b"X-DashScope-SSE: enable" in streamed
    assert b"X-DashScope-SSE" not in plain
