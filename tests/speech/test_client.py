"""Every scenario of contract.md 9.3 that the stand-in commits, over real HTTP, asked for with and without streaming."""

import logging
import traceback
from collections.abc import Callable

import pytest

from projects.speech.budget import Budget
from projects.speech.client import Client
from projects.speech.errors import Busy, Refused, SpeechError, Stopped, TooLong, Unavailable
from projects.speech.line import Line
from projects.speech.standin.server import Standin
from tests.speech.scripted import CANARY

TEXT = "Hello there, dear reader."
OK = None
BOTH = (
    ("auth-401", Stopped, ""),
    ("auth-402", Stopped, ""),
    ("auth-403", Stopped, ""),
    ("ali:400:Arrearage", Stopped, "Arrearage"),
    ("ok-code:DataInspectionFailed", Refused, "DataInspectionFailed"),
    ("openai:429:limit_requests", Busy, "limit_requests"),
    ("audio-null", Unavailable, "no_audio"),
    ("audio-blank", Unavailable, "no_audio"),
    ("empty-body", Unavailable, "empty_answer"),
    ("html-502", Unavailable, "http_502"),
    ("html-503", Unavailable, "http_503"),
    ("html-504", Unavailable, "http_504"),
    ("html-520", Unavailable, "http_520"),
    ("html-200", Unavailable, "bad_answer"),
    ("plain-text", Unavailable, ""),
    ("redirect-302", OK, ""),
    ("redirect-307", OK, ""),
    ("redirect-page", Unavailable, "bad_audio"),
    ("audio-bytes", OK, ""),
    ("json-for-sse", OK, ""),
    ("sse-for-json", OK, ""),
    ("sse-error-status", Busy, "Throttling.RateQuota"),
    ("silence", Unavailable, "silent_audio"),
    ("no-audio-stop", Unavailable, "no_audio"),
    ("only-url", OK, ""),
    ("url-http", OK, ""),
    ("url-placeholder-sizes", OK, ""),
    ("429", Busy, "Throttling.RateQuota"),
    ("429-seconds", Busy, ""),
    ("429-date", Busy, ""),
    ("reset", Unavailable, "connection_lost"),
    ("reset-mid", Unavailable, ""),
    ("no-status", OK, ""),
    ("status-zero", OK, ""),
    ("no-expires", OK, ""),
    ("expires-ms", OK, ""),
    ("numbers-as-strings", OK, ""),
    ("null-finish", OK, ""),
)
STREAMED = (
    ("sse-error-first", Busy, "Throttling.RateQuota"),
    ("sse-error-late", Busy, "Throttling.RateQuota"),
    ("sse-error-space", Busy, "Throttling.RateQuota"),
    ("sse-error-first:Arrearage", Stopped, "Arrearage"),
    ("sse-error-late:DataInspectionFailed", Refused, "DataInspectionFailed"),
    ("sse-cut-line", Unavailable, "cut_short"),
    ("sse-cut-base64", Unavailable, "cut_short"),
    ("sse-cut-before-stop", Unavailable, "cut_short"),
    ("sse-no-last-blank", OK, ""),
    ("sse-done", OK, ""),
    ("sse-comments", OK, ""),
    ("sse-crlf", OK, ""),
    ("sse-space", OK, ""),
    ("sse-split-utf8", OK, ""),
    ("sse-long-line", OK, ""),
    ("bad-base64", Unavailable, "bad_audio"),
    ("odd-pcm", OK, ""),
    ("odd-total", Unavailable, "bad_audio"),
    ("riff-chunk", OK, ""),
    ("stop-without-url", OK, ""),
)
DOWNLOADED = (
    ("stop-without-url", Unavailable, "no_audio"),
    ("url-expired", Unavailable, "audio_expired"),
    ("url-404", Unavailable, "audio_expired"),
    ("url-short", Unavailable, "cut_short"),
    ("url-not-wav", Unavailable, "bad_audio"),
    ("url-private", Stopped, "audio_host_refused"),
)
SLOW = (
    ("stall", "stalled"),
    ("stall-mid", "stalled"),
    ("drip", "deadline_passed"),
    ("url-slow", "deadline_passed"),
)


def marked(fault: str) -> Line:
    return Line(f"{TEXT}{{{{fault:{fault}}}}}", "Cherry", "English")


def both(
    rows: tuple[tuple[str, type[SpeechError] | None, str], ...], *streams: bool
) -> list[tuple[object, ...]]:
    return [(*row, stream) for row in rows for stream in streams]


@pytest.fixture(scope="module")
def pcm(client: Client) -> bytes:
    """The stand-in speaks a text always alike."""
    return client.synthesize(Line(TEXT, "Cherry", "English")).pcm


@pytest.mark.parametrize(
    ("fault", "fate", "code", "stream"),
    both(BOTH, False, True) + both(STREAMED, True) + both(DOWNLOADED, False),
)
def test_a_fault_gives_the_whole_audio_or_the_right_error(
    client: Client, pcm: bytes, fault: str, fate: type[SpeechError] | None, code: str, stream: bool
) -> None:
    heard: list[bytes] = []
    if fate is None:
        speech = client.synthesize(marked(fault), stream=stream, on_audio=heard.append)
        assert speech.pcm == pcm
        assert b"".join(heard) == pcm
        assert all(len(piece) % 2 == 0 for piece in heard)
        return
    with pytest.raises(SpeechError) as caught:
        client.synthesize(marked(fault), stream=stream, on_audio=heard.append)
    error = caught.value
    assert type(error) is fate
    assert error.code == code or not code
    assert pcm.startswith(b"".join(heard)) or code in ("silent_audio", "bad_audio")
    assert "<" not in error.message + error.detail


@pytest.mark.parametrize(("fault", "code"), SLOW)
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_too_slow_ends_in_time(
    endpoint: Standin, make_client: Callable[..., Client], fault: str, code: str, stream: bool
) -> None:
    if fault == "url-slow" and stream:
        fault = "drip"  # a stream needs no download
    patience = {"idle_timeout_s": 0.8} if code == "stalled" else {"deadline_s": 1.6}
    client = make_client(endpoint.url, **patience)
    with pytest.raises(Unavailable) as caught:
        client.synthesize(marked(fault), stream=stream)
    assert caught.value.code == code


def test_the_request_is_the_contracts(endpoint: Standin, client: Client) -> None:
    line = Line("Guten Tag.", "Eldric Sage", "German", "Speak softly.", optimize_instructions=True)
    speech = client.synthesize(line, stream=True)
    call = endpoint.calls[-1]
    assert (call.input, call.voice, call.language_type) == ("Guten Tag.", "Eldric Sage", "German")
    assert (call.instructions, call.optimize_instructions, call.stream) == ("Speak softly.", True, True)
    assert speech.characters == 10
    assert speech.request_id
    assert speech.calls == 1
    client.synthesize(Line("Guten Tag.", "Cherry"))
    assert (endpoint.calls[-1].optimize_instructions, endpoint.calls[-1].stream) == (False, False)


def test_streaming_and_downloading_give_the_same_audio(client: Client, pcm: bytes) -> None:
    assert client.synthesize(Line(TEXT, "Cherry", "English"), stream=True).pcm == pcm
    assert len(pcm) > 24000


def test_the_endpoints_own_limit_is_reported(endpoint: Standin, make_client: Callable[..., Client]) -> None:
    client = make_client(endpoint.url, budget=Budget(5000))
    with pytest.raises(TooLong) as caught:
        client.synthesize(Line("word " * 200, "Cherry"))
    assert caught.value.limit == 600
    assert caught.value.request_id


def test_nothing_is_sent_that_cannot_be_spoken(endpoint: Standin, client: Client) -> None:
    before = len(endpoint.calls)
    for text in ("", " \n", "***"):
        with pytest.raises(Refused, match="nothing to speak"):
            client.synthesize(Line(text, "Cherry"))
    with pytest.raises(TooLong) as caught:
        client.synthesize(Line("x" * 601, "Cherry"))
    assert caught.value.limit == 600
    assert len(endpoint.calls) == before


def test_a_wait_that_is_asked_for_is_passed_on(client: Client) -> None:
    for fault, low, high in (("429-seconds", 1, 1), ("429-date", 0, 120)):
        with pytest.raises(Busy) as caught:
            client.synthesize(marked(fault))
        assert caught.value.retry_after_s is not None
        assert low <= caught.value.retry_after_s <= high
    with pytest.raises(Busy) as caught:
        client.synthesize(marked("429"))
    assert caught.value.retry_after_s is None


def test_what_the_listener_raises_comes_out_as_it_is(client: Client) -> None:
    def refuse(_samples: bytes) -> None:
        raise KeyError("the page was closed")

    for stream in (False, True):
        with pytest.raises(KeyError, match="the page was closed"):
            client.synthesize(Line(TEXT, "Cherry"), stream=stream, on_audio=refuse)
    client.synthesize(Line(TEXT, "Cherry"), stream=True)


def test_a_failure_after_a_paid_call_keeps_its_request_id(client: Client) -> None:
    for fault, stream in (
        ("url-404", False),
        ("silence", True),
        ("odd-total", True),
        ("sse-cut-before-stop", True),
    ):
        with pytest.raises(Unavailable) as caught:
            client.synthesize(marked(fault), stream=stream)
        assert caught.value.request_id, fault


def everything_said(error: BaseException) -> str:
    said = []
    step: BaseException | None = error
    while step is not None:
        said += [repr(step), str(step), repr(vars(step)), *traceback.format_exception(step, limit=-20)]
        request = getattr(step, "request", None)
        said.append(repr(vars(request)) if request is not None else "")
        step = step.__cause__ or step.__context__
    return "".join(said)


@pytest.mark.parametrize(
    "fault",
    [
        "auth-401",
        "reset",
        "html-502",
        "sse-error-late",
        "url-404",
        f"ali:401:InvalidApiKey:Incorrect key {CANARY}",
        f"openai:500:{CANARY}:your key {CANARY}",
        f"ok-code:{CANARY}:{CANARY}",
    ],
)
def test_the_token_is_nowhere_to_be_read(
    client: Client, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SpeechError) as caught:
        client.synthesize(marked(fault), stream=fault == "sse-error-late")
    assert CANARY not in everything_said(caught.value)
    assert CANARY not in caplog.text
    assert CANARY not in repr(client)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "base",
    [
        "",
        "localhost:80",
        "ftp://x.y",
        "https://",
        "https://u:p@x.y",
        "https://x.y?a=b",
        "https://x.y/#a",
        "https://x .y",
    ],
)
def test_an_address_that_cannot_be_right_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Client(base, CANARY)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://baze-api.powerbuyin.top", "https://baze-api.powerbuyin.top/v1/audio/speech"),
        ("https://X.Y/", "https://x.y/v1/audio/speech"),
        ("https://x.y/v1", "https://x.y/v1/audio/speech"),
        ("https://x.y/v1/audio/speech", "https://x.y/v1/audio/speech"),
        ("http://127.0.0.1:8123/gate/way/", "http://127.0.0.1:8123/gate/way/v1/audio/speech"),
        ("http://[::1]:8123", "http://[::1]:8123/v1/audio/speech"),
    ],
)
def test_the_address_may_be_given_in_several_ways(base: str, url: str) -> None:
    with Client(base, "") as client:
        assert client.url == url


@pytest.mark.parametrize("token", ["a b", "a\nb", "schlüssel", "a\x00"])
def test_a_token_that_cannot_be_right_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(ValueError, match="token") as caught:
        Client("https://x.y", token)
    assert token not in str(caught.value)
