import itertools
import random
from collections.abc import Callable

import pytest

from projects.speech.client import Client
from projects.speech.errors import Busy, SpeechError, Stopped, Unavailable
from projects.speech.line import Line
from projects.speech.streaming import Listener, first_error
from tests.speech.scripted import Scripted, Visit, envelope, event, stream, tone, unframed

PCM = tone(0.4)


def listened(*pieces: bytes, status: int = 200) -> bytes:
    return Listener(status, {}, "", 10**7, lambda _samples: None).listen(pieces).pcm


def variant(dice: random.Random) -> bytes:
    """A valid stream of the tone in one of the many dresses that gateways give it."""
    cuts = sorted(dice.randrange(len(PCM)) for _ in range(dice.randint(0, 6)))
    whole = stream(PCM[start:stop] for start, stop in itertools.pairwise([0, *cuts, len(PCM)]))
    if dice.random() < 0.5:
        whole = whole.replace(b"\ndata:", b"\ndata: ")
    if dice.random() < 0.3:
        whole = whole.replace(b":HTTP_STATUS/200\n", b"").replace(b"id:", b": keep-alive \xe6\xb1\x89\nid:")
    if dice.random() < 0.3:
        whole = whole.replace(b'"null"', b"null")
    if dice.random() < 0.3:
        whole = whole.rstrip(b"\n")
    elif dice.random() < 0.5:
        whole += b"data: [DONE]\n\n"
    return whole.replace(b"\n", dice.choice([b"\n", b"\r\n", b"\r"]))


def cut_anywhere(dice: random.Random, whole: bytes) -> list[bytes]:
    cuts = sorted(dice.randrange(len(whole)) for _ in range(dice.randint(0, 60)))
    return [whole[start:stop] for start, stop in itertools.pairwise([0, *cuts, len(whole)])]


@pytest.mark.parametrize("seed", range(60))
def test_a_valid_stream_gives_the_same_audio_however_it_is_cut(seed: int) -> None:
    dice = random.Random(seed)
    for _round in range(10):
        assert listened(*cut_anywhere(dice, variant(dice))) == PCM


@pytest.mark.parametrize("seed", range(8))
def test_and_so_it_does_over_a_real_connection(make_client: Callable[..., Client], seed: int) -> None:
    dice = random.Random(seed)
    whole = unframed(variant(dice))
    with Scripted(lambda visit: visit.send(*cut_anywhere(dice, whole))) as server:
        assert make_client(server.url).synthesize(Line("Hello.", "Cherry"), stream=True).pcm == PCM


@pytest.mark.parametrize("seed", range(30))
def test_a_stream_that_is_cut_off_is_never_an_answer(seed: int) -> None:
    dice = random.Random(seed)
    whole = stream([PCM[:9000], PCM[9000:]])
    stop = whole.index(b'"stop"')
    with pytest.raises(Unavailable) as caught:
        listened(whole[: dice.randrange(stop + 6)])
    assert caught.value.code == "cut_short"


@pytest.mark.parametrize(
    ("sent", "fate", "code", "status"),
    [
        (
            event({"code": "Throttling.RateQuota", "message": "slow"}, "error", 429),
            Busy,
            "Throttling.RateQuota",
            429,
        ),
        (
            event({"code": "Throttling.RateQuota", "message": "slow"}, "result", 200),
            Busy,
            "Throttling.RateQuota",
            200,
        ),
        (event({"code": "Arrearage"}, " error ", 400), Stopped, "Arrearage", 400),
        (event({"message": "it broke"}, "error", 500), Unavailable, "http_500", 500),
        (
            event({"error": {"message": "no", "code": "invalid_api_key"}}, "", 200),
            Stopped,
            "invalid_api_key",
            200,
        ),
        (event({"error": "overloaded"}, "message", 503), Unavailable, "http_503", 503),
        (b"event: error\ndata: not json at all\nstatus: 401\n\n", Stopped, "http_401", 401),
        (event({"status_code": 429, "message": "x"}), Busy, "http_429", 429),
    ],
)
def test_errors_are_found_in_every_form(sent: bytes, fate: type[SpeechError], code: str, status: int) -> None:
    first = event(envelope(PCM, "null"))
    for whole in (sent + stream([PCM]), first + sent + stream([PCM]), first + sent.rstrip(b"\n")):
        with pytest.raises(SpeechError) as caught:
            listened(whole)
        assert (type(caught.value), caught.value.code, caught.value.status) == (fate, code, status)


def test_pings_of_any_kind_are_passed_over() -> None:
    pings = b": x\n\nevent: ping\ndata: alive\n\nevent: heartbeat\ndata:\n\ndata: {}\n\ndata: [DONE]\n\n"
    assert listened(pings + stream([PCM])) == PCM


def test_what_follows_the_stop_is_not_looked_at() -> None:
    assert listened(stream([PCM]) + event({"code": "Arrearage"}, "error", 400)) == PCM


def test_the_last_usage_and_the_first_request_id_count() -> None:
    first = envelope(PCM, "null") | {"usage": {"characters": 3}}
    last = envelope(url="https://x.aliyuncs.com/a.wav") | {"usage": {"characters": "12"}}
    heard = Listener(200, {}, "", 10**7, lambda _samples: None).listen([event(first), event(last)])
    assert (heard.pcm, heard.characters, heard.request_id, heard.url) == (
        PCM,
        12,
        "req-1",
        "https://x.aliyuncs.com/a.wav",
    )


def test_an_error_status_without_an_error_event_has_none() -> None:
    assert first_error(b"data: {}\n\n", 500, {}, "") is None
    assert first_error(event(envelope()), 500, {}, "") is None


def test_the_listener_hears_each_event_at_once(make_client: Callable[..., Client]) -> None:
    heard: list[int] = []

    def script(visit: Visit) -> None:
        visit.send(unframed(stream([PCM[:101], PCM[101:300], PCM[300:]])))

    with Scripted(script) as server:
        make_client(server.url).synthesize(
            Line("Hello.", "Cherry"), stream=True, on_audio=lambda pcm: heard.append(len(pcm))
        )
    assert heard == [100, 200, len(PCM) - 300]
