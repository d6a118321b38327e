"""The client for endpoints that answer with sound, against the stand-in of that kind and against raw servers."""

import logging
import threading
from collections.abc import Callable, Iterator

import pytest

from projects.speech.budget import Budget
from projects.speech.errors import Busy, Refused, SpeechError, Stopped, TooLong, Unavailable
from projects.speech.line import Line
from projects.speech.openai import OpenAIClient
from projects.speech.standin.encoders import FORMS
from projects.speech.standin.server import Standin
from projects.speech.voices import VOICE_NAMES
from tests.speech.scripted import CANARY, Scripted, Visit, http, saying, tone
from tests.speech.test_client import everything_said

TEXT = "Hello there, dear reader."
OK = None
FAULTS = (
    ("401", Stopped, "invalid_api_key"),
    ("401-detail", Stopped, "http_401"),
    ("404-model", Stopped, "model_not_found"),
    ("404-detail", Stopped, "http_404"),
    ("422-detail", Refused, "http_422"),
    ("429", Busy, "rate_limit_exceeded"),
    ("429-seconds", Busy, "rate_limit_exceeded"),
    ("500-detail", Unavailable, "processing_error"),
    ("500-text", Unavailable, "http_500"),
    ("html-502", Unavailable, "http_502"),
    ("html-200", Unavailable, "bad_answer"),
    ("text-200", Unavailable, "bad_answer"),
    ("json-200", Unavailable, "internal_error"),
    ("empty", Unavailable, "empty_answer"),
    ("redirect", Stopped, "redirected"),
    ("cut-short", Unavailable, "cut_short"),
    ("reset", Unavailable, "connection_lost"),
    ("silence", Unavailable, "silent_audio"),
    ("odd", Unavailable, "bad_audio"),
    ("as:wav", OK, ""),
    ("as:flac", OK, ""),
)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Standin]:
    with Standin(speech="tone", token=CANARY, kind="openai") as standin:
        yield standin


@pytest.fixture
def make() -> Iterator[Callable[..., OpenAIClient]]:
    made: list[OpenAIClient] = []

    def client(url: str, token: str = CANARY, **options: object) -> OpenAIClient:
        settings = {"model": "kokoro", "idle_timeout_s": 60.0, "deadline_s": 100.0} | options
        made.append(OpenAIClient(url, token, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield client
    for client_made in made:
        client_made.close()


@pytest.fixture
def client(endpoint: Standin, make: Callable[..., OpenAIClient]) -> OpenAIClient:
    return make(endpoint.url)


def marked(fault: str) -> Line:
    return Line(f"{TEXT}{{{{fault:{fault}}}}}", "Cherry", "English")


@pytest.mark.parametrize(("fault", "fate", "code"), FAULTS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_fault_gives_the_whole_audio_or_the_right_error(
    client: OpenAIClient, fault: str, fate: type[SpeechError] | None, code: str, stream: bool
) -> None:
    pcm = client.synthesize(Line(TEXT, "Cherry")).pcm
    heard: list[bytes] = []
    if fate is None:
        speech = client.synthesize(marked(fault), stream=stream, on_audio=heard.append)
        assert speech.pcm == b"".join(heard) == pcm
        return
    with pytest.raises(SpeechError) as caught:
        client.synthesize(marked(fault), stream=stream, on_audio=heard.append)
    assert (type(caught.value), caught.value.code) == (fate, code)
    assert "<" not in caught.value.message + caught.value.detail
    assert caught.value.retry_after_s == (2 if fault == "429-seconds" else None)


@pytest.mark.parametrize("response_format", ["mp3", "opus", "aac", "flac"])
@pytest.mark.parametrize("stream", [False, True])
def test_another_format_than_asked_for_is_heard_all_the_same(
    client: OpenAIClient, response_format: str, stream: bool
) -> None:
    pcm = client.synthesize(Line(TEXT, "Cherry")).pcm
    heard: list[bytes] = []
    speech = client.synthesize(marked(f"as:{response_format}"), stream=stream, on_audio=heard.append)
    assert len(speech.pcm) == pytest.approx(len(pcm), rel=0.1)
    assert heard == [speech.pcm]


@pytest.mark.parametrize("form", FORMS)
def test_a_wav_file_of_another_form_is_heard(client: OpenAIClient, form: str) -> None:
    pcm = client.synthesize(Line(TEXT, "Cherry")).pcm
    assert len(client.synthesize(marked(f"wav:22050:2:{form}")).pcm) == pytest.approx(len(pcm), abs=8)


def test_glued_files_are_heard_to_the_end(client: OpenAIClient) -> None:
    assert len(client.synthesize(marked("glued")).pcm) == 2 * len(client.synthesize(Line(TEXT, "Cherry")).pcm)


def test_raw_samples_that_are_none_are_refused(client: OpenAIClient) -> None:
    with pytest.raises(Unavailable) as caught:
        client.synthesize(marked("static"), stream=True)
    assert caught.value.code == "bad_audio"
    assert caught.value.request_id == "req-openai"


def test_raw_samples_in_place_of_a_file_are_read_only_where_they_say_so() -> None:
    for content_type, good in (("audio/pcm", True), ("audio/wav", False)):
        with (
            Scripted(saying(http(tone(1), content_type))) as server,
            OpenAIClient(server.url, model="m") as client,
        ):
            if good:
                assert client.synthesize(Line(TEXT, "a")).pcm == tone(1)
            else:
                with pytest.raises(Unavailable, match="no format"):
                    client.synthesize(Line(TEXT, "a"))


def test_samples_are_heard_as_they_come() -> None:
    pcm = tone(1)
    first = threading.Event()

    def script(visit: Visit) -> None:
        visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        visit.send(b"%x\r\n%b\r\n" % (4801, pcm[:4801]))
        assert first.wait(60)  # the rest is sent only after the first was heard
        visit.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(pcm) - 4801, pcm[4801:]))

    heard: list[bytes] = []

    def hear(samples: bytes) -> None:
        heard.append(samples)
        first.set()

    with Scripted(script) as server, OpenAIClient(server.url, model="m", deadline_s=100) as client:
        assert client.synthesize(Line(TEXT, "a"), stream=True, on_audio=hear).pcm == pcm
    assert len(heard[0]) == 4800
    assert b"".join(heard) == pcm


def test_the_request_is_openais(endpoint: Standin, client: OpenAIClient) -> None:
    client.synthesize(Line("Guten Tag.", "Eldric Sage", "German", " Speak softly. "), stream=True)
    call = endpoint.calls[-1]
    assert (call.model, call.input, call.voice) == ("kokoro", "Guten Tag.", "Eldric Sage")
    assert (call.instructions, call.response_format) == ("Speak softly.", "pcm")
    assert (call.language_type, call.optimize_instructions) == (None, None)
    client.synthesize(Line("Guten Tag.", "Cherry", instructions=" "))
    assert (endpoint.calls[-1].instructions, endpoint.calls[-1].response_format) == (None, "wav")


def test_a_server_that_wants_no_token_gets_none() -> None:
    with (
        Scripted(saying(http(tone(1), "audio/pcm"))) as server,
        OpenAIClient(server.url + "/v1/", model="m") as client,
    ):
        client.synthesize(Line(TEXT, "a"))
        assert server.requests[0].startswith(b"POST /v1/audio/speech HTTP/1.1\r\n")
        assert b"authorization" not in server.requests[0].lower()


def test_limits_are_the_callers_and_the_endpoints(
    endpoint: Standin, make: Callable[..., OpenAIClient]
) -> None:
    with pytest.raises(TooLong) as caught:
        make(endpoint.url, budget=Budget(100, "characters")).synthesize(Line("a" * 101, "Cherry"))
    assert (caught.value.code, caught.value.limit) == ("over_budget", 100)
    with pytest.raises(TooLong) as caught:
        make(endpoint.url, budget=Budget(9000)).synthesize(Line("a" * 4097, "Cherry"))
    assert caught.value.code == "string_above_max_length"
    assert make(endpoint.url).synthesize(Line("word " * 300, "Cherry")).characters is None


def test_an_unknown_voice_is_told_with_the_endpoints_words(client: OpenAIClient) -> None:
    with pytest.raises(Refused) as caught:
        client.synthesize(Line(TEXT, "af_nobody"))
    assert caught.value.code == "validation_error"
    assert "Voice 'af_nobody' not found" in caught.value.detail


@pytest.mark.parametrize("fault", ["drip", "stall"])
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_too_slow_ends_in_time(
    endpoint: Standin, make: Callable[..., OpenAIClient], fault: str, stream: bool
) -> None:
    code, patience = {
        "drip": ("deadline_passed", {"deadline_s": 1.6}),
        "stall": ("stalled", {"idle_timeout_s": 0.8}),
    }[fault]
    with pytest.raises(Unavailable) as caught:
        make(endpoint.url, **patience).synthesize(marked(fault), stream=stream)
    assert caught.value.code == code


@pytest.mark.parametrize("stream", [False, True])
def test_too_much_is_too_much(endpoint: Standin, make: Callable[..., OpenAIClient], stream: bool) -> None:
    with pytest.raises(Unavailable) as caught:
        make(endpoint.url, max_audio_bytes=20_000).synthesize(Line(TEXT, "Cherry"), stream=stream)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("fault", ["401", "500-detail", "html-502", "reset", "redirect"])
def test_the_token_is_nowhere_to_be_read(
    client: OpenAIClient, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SpeechError) as caught:
        client.synthesize(marked(fault))
    assert CANARY not in everything_said(caught.value) + caplog.text + repr(client)


def test_a_token_in_an_answer_is_not_shown() -> None:
    body = b'{"detail": {"error": "denied", "message": "Wrong key %b"}}' % CANARY.encode()
    for answer in (http(body, status="401 No"), http(b"Wrong " + CANARY.encode(), status="500 No")):
        with Scripted(saying(answer)) as server, OpenAIClient(server.url, CANARY, model="m") as client:
            with pytest.raises(SpeechError) as caught:
                client.synthesize(Line(TEXT, "a"))
            assert CANARY not in everything_said(caught.value)
            assert "[token]" in caught.value.detail


def test_nothing_is_sent_that_cannot_be_spoken(endpoint: Standin, client: OpenAIClient) -> None:
    before = len(endpoint.calls)
    with pytest.raises(Refused, match="nothing to speak"):
        client.synthesize(Line("...", "Cherry"))
    assert len(endpoint.calls) == before


def test_the_standins_voices(
    client: OpenAIClient, make: Callable[..., OpenAIClient], endpoint: Standin
) -> None:
    assert client.voices() == list(VOICE_NAMES)
    with pytest.raises(Stopped):
        make(endpoint.url, "wrong").voices()


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"voices": ["af_bella", "am_adam", "af_bella"]}', ["af_bella", "am_adam"]),
        (b'{"voices": [{"id": "a1", "name": "Anna"}, {"name": "Bo"}, {"x": 1}, null, 3, ""]}', ["a1", "Bo"]),
        (b'{"data": [{"voice_id": "v"}]}', ["v"]),
        (b'["alloy", "echo"]', ["alloy", "echo"]),
        (b'{"voices": {"a": 1}}', []),
        (b'{"voices": ["a\\nb", "%b"]}' % (b"x" * 300), []),
        (b"<html>", []),
        (b"", []),
        (b"[" * 100_000, []),
    ],
)
def test_lists_of_voices_have_many_forms(body: bytes, names: list[str]) -> None:
    with Scripted(saying(http(body))) as server, OpenAIClient(server.url, model="m") as client:
        assert client.voices() == names


@pytest.mark.parametrize(
    ("status", "fate"),
    [("404 No", OK), ("405 No", OK), ("302 Moved", OK), ("400 No", OK), ("501 No", OK), ("401 No", Stopped),
     ("429 Slow", Busy), ("503 Down", Unavailable)],
)  # fmt: skip
def test_a_server_without_a_list_has_none(status: str, fate: type[SpeechError] | None) -> None:
    with (
        Scripted(saying(http(b'{"detail": "x"}', status=status))) as server,
        OpenAIClient(server.url, model="m") as client,
    ):
        if fate is None:
            assert client.voices() == []
        else:
            with pytest.raises(fate):
                client.voices()


def test_an_address_where_nobody_is_says_so() -> None:
    with (
        OpenAIClient("http://127.0.0.1:9", model="m") as client,
        pytest.raises(Unavailable, match="cannot be reached"),
    ):
        client.voices()
