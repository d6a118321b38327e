import json
import socket
from collections.abc import Callable

import pytest

from projects.speech.client import Client
from projects.speech.errors import SpeechError
from projects.speech.line import Line
from tests.speech.scripted import CANARY, Scripted, Visit, envelope, http, tone, wav

LINE = Line("Hello there.", "Cherry")
PCM = tone(0.5)
Make = Callable[..., Client]


class Gateway(Scripted):
    """Answers POSTs with a link to `start` and GETs by path from `pages`."""

    def __init__(self, pages: dict[str, bytes], start: str = "/a.wav") -> None:
        super().__init__(self._answer)
        self._pages, self._start = pages, start

    def _answer(self, visit: Visit) -> None:
        method, path, *_rest = visit.request.split(b" ", 2)
        if method == b"POST":
            url = self.url + self._start if self._start.startswith("/") else self._start
            visit.send(http(json.dumps(envelope(url=url)).encode()))
        else:
            visit.send(self._pages[path.decode()])


def to(location: str, status: str = "302 Found") -> bytes:
    return http(b"", "text/plain", status, f"Location: {location}")


def outcome(make_client: Make, gateway: Gateway, **options: object) -> str:
    with gateway:
        try:
            speech = make_client(gateway.url, **options).synthesize(LINE)
        except SpeechError as error:
            return error.code
    assert speech.pcm == PCM
    return "ok"


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ({"/a.wav": http(wav(PCM))}, "ok"),
        (
            {
                "/a.wav": to("/b"),
                "/b": to("c?d=e"),
                "/c?d=e": to("/f", "307 Temporary Redirect"),
                "/f": http(wav(PCM)),
            },
            "ok",
        ),
        (
            {"/a.wav": to("/b"), "/b": to("/c"), "/c": to("/d"), "/d": to("/e"), "/e": http(wav(PCM))},
            "audio_url_refused",
        ),
        ({"/a.wav": to("/a.wav")}, "audio_url_refused"),
        ({"/a.wav": to("https://evil.example/x")}, "audio_host_refused"),
        ({"/a.wav": to("http://169.254.169.254/latest/meta-data")}, "audio_host_refused"),
        ({"/a.wav": to("file:///etc/passwd")}, "audio_url_refused"),
        ({"/a.wav": to("https://127.0.0.1:1/x")}, "audio_url_refused"),
        (
            {"/a.wav": http(b"<Error>Request has expired</Error>", "application/xml", "403 Forbidden")},
            "audio_expired",
        ),
        ({"/a.wav": http(b"", "text/plain", "404 Not Found")}, "audio_expired"),
        ({"/a.wav": http(b"", "text/plain", "503 Busy")}, "audio_unavailable"),
        ({"/a.wav": http(wav(PCM), "audio/wav", "206 Partial Content")}, "audio_unavailable"),
        ({"/a.wav": to("")}, "audio_unavailable"),
        ({"/a.wav": http(b"<html>", "text/html")}, "bad_audio"),
        ({"/a.wav": http(b"", "audio/wav")}, "bad_audio"),
        ({"/a.wav": http(wav(bytes(len(PCM))))}, "silent_audio"),
        ({"/a.wav": http(wav(PCM))[:-10]}, "cut_short"),
    ],
)
def test_downloads_are_followed_with_care(make_client: Make, pages: dict[str, bytes], code: str) -> None:
    assert outcome(make_client, Gateway(pages)) == code


def test_a_file_past_the_size_cap_is_refused(make_client: Make) -> None:
    assert (
        outcome(make_client, Gateway({"/a.wav": http(wav(tone(4)))}), max_audio_bytes=100_000) == "too_large"
    )


def test_the_token_is_not_sent_along(make_client: Make) -> None:
    gateway = Gateway(
        {"/a.wav?Signature=a%2Bb%3D&x=%C3%A9": http(wav(PCM))}, "/a.wav?Signature=a%2Bb%3D&x=%C3%A9"
    )
    with gateway:
        make_client(gateway.url).synthesize(LINE)
    post, get = gateway.requests
    assert CANARY.encode() in post
    assert CANARY.encode() not in get
    assert b"authorization" not in get.lower()
    assert b"cookie" not in get.lower()
    assert b"Signature=a%2Bb%3D" in get


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.7", "169.254.169.254", "100.64.1.1", "::1", "::ffff:127.0.0.1", "0.0.0.0"],
)
def test_a_listed_name_that_stands_for_an_inner_address_is_not_visited(
    make_client: Make, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    gateway = Gateway({}, "http://x.oss-cn-beijing.aliyuncs.com/a.wav")
    with gateway:
        client = make_client(gateway.url)
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_args, **_named: [(family, 1, 6, "", (address, 443))]
        )
        with pytest.raises(SpeechError) as caught:
            client.synthesize(LINE)
    assert caught.value.code == "audio_url_refused"


def test_the_checked_address_is_the_one_that_is_visited(
    make_client: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second answer would lead inside, but there is no second question."""
    answers = iter(["203.0.114.9", "127.0.0.1", "127.0.0.1"])
    asked: list[str] = []
    visited: list[object] = []

    def getaddrinfo(host: str, *_args: object, **_named: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", (next(answers), 443))]

    real_connect = socket.socket.connect

    def connect(sock: socket.socket, place: tuple[str, int]) -> None:
        if place[0] == "127.0.0.1":
            return real_connect(sock, place)
        visited.append(place)
        raise ConnectionRefusedError

    gateway = Gateway({}, "http://x.oss-cn-beijing.aliyuncs.com/a.wav")
    with gateway:
        client = make_client(gateway.url)
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr(socket.socket, "connect", connect)
        with pytest.raises(SpeechError) as caught:
            client.synthesize(LINE)
    assert caught.value.code == "unreachable"
    assert visited == [("203.0.114.9", 443)]
    assert asked == ["x.oss-cn-beijing.aliyuncs.com"]
    assert len(gateway.requests) == 1
