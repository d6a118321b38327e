"""Who is connected to, how often, over what, and what the environment has no say in."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from projects.speech.client import Client
from projects.speech.errors import Stopped, Unavailable
from projects.speech.line import Line
from projects.speech.openai import OpenAIClient
from projects.speech.standin.server import Standin
from tests.speech.scripted import CANARY, Scripted, http, saying, tone, wav

PEM = (
    Path(__file__).with_name("tls") / "speech_test.pem"
)  # for speech.test, made for these tests and trusted nowhere else
LINE = Line("Hello there.", "Cherry")
PCM = tone(0.5)
Make = Callable[..., Client]


@pytest.fixture
def tls_server() -> Iterator[tuple[Scripted, list[str | None]]]:
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    context.sni_callback = lambda _sock, name, _context: names.append(name)  # type: ignore[assignment]
    with Scripted(saying(http(wav(PCM), "audio/wav")), tls=context) as server:
        yield server, names


@pytest.fixture
def everything_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_args, **_named: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", 0))]
    )


@pytest.mark.usefixtures("everything_is_here")
def test_tls_is_checked_against_the_name_not_the_address(
    make_client: Make, tls_server: tuple[Scripted, list[str | None]]
) -> None:
    server, names = tls_server
    client = make_client(f"https://speech.test:{server.port}", ca_bundle=str(PEM))
    assert client.synthesize(LINE).pcm == PCM
    assert names == ["speech.test"]
    assert f"\r\nHost: speech.test:{server.port}\r\n".encode() in server.requests[0]
    with pytest.raises(Unavailable) as caught:
        make_client(f"https://other.test:{server.port}", ca_bundle=str(PEM)).synthesize(LINE)
    assert caught.value.code == "tls_failed"


@pytest.mark.usefixtures("everything_is_here")
def test_a_stranger_certificate_gets_no_token(
    make_client: Make, tls_server: tuple[Scripted, list[str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _names = tls_server
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(PEM))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(PEM))
    with pytest.raises(Unavailable) as caught:
        make_client(f"https://speech.test:{server.port}").synthesize(LINE)
    assert caught.value.code == "tls_failed"
    assert server.requests == []


def test_a_tls_handshake_that_drips_ends_in_time(make_client: Make) -> None:
    listener = socket.create_server(("127.0.0.1", 0))  # accepts by its backlog and never says a word
    client = make_client(
        f"https://127.0.0.1:{listener.getsockname()[1]}", connect_timeout_s=0.3, deadline_s=100
    )
    with listener, pytest.raises(Unavailable) as caught:
        client.synthesize(LINE)
    assert caught.value.code == "stalled"


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
def test_the_environment_leads_nothing_astray(
    endpoint: Standin, make_client: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login mallory password secret\n")
    with Scripted(saying(http(b"proxied", "text/plain"))) as proxy:
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NETRC", str(netrc))
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        client = make_client(endpoint.url)
        client.synthesize(LINE)
        client.synthesize(LINE, stream=True)
        assert proxy.connections == 0
    assert endpoint.calls[-1].status == 200  # the stand-in refuses every token but its own


def counted_connections(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    opened: list[object] = []
    real = socket.socket.connect

    def connect(sock: socket.socket, place: object) -> None:
        opened.append(place)
        real(sock, place)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
    return opened


@pytest.mark.parametrize("stream", [False, True])
def test_connections_are_kept_and_used_again(
    client: Client, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    client.synthesize(LINE, stream=stream)
    opened = counted_connections(monkeypatch)
    for _call in range(5):
        client.synthesize(LINE, stream=stream)
    assert opened == []


def test_many_threads_share_one_client(client: Client) -> None:
    expected = {
        text: client.synthesize(Line(text, "Cherry")).pcm for text in (f"Line number {n}." for n in range(8))
    }
    wrong: list[str] = []

    def speak(text: str, stream: bool) -> None:
        for _call in range(5):
            if client.synthesize(Line(text, "Cherry"), stream=stream).pcm != expected[text]:
                wrong.append(text)

    threads = [
        threading.Thread(target=speak, args=(text, at % 2 == 0)) for at, text in enumerate(list(expected) * 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_token_is_not_needed(make_client: Make) -> None:
    with Scripted(saying(http(wav(PCM), "audio/wav"))) as server, Client(server.url, "") as client:
        client.synthesize(LINE)
    assert b"authorization" not in server.requests[0].lower()
    assert CANARY.encode() not in server.requests[0]


@pytest.mark.parametrize("kind", [Client, partial(OpenAIClient, model="kokoro")])
@pytest.mark.parametrize("host", ["speech.test", "127.0.0.1", "[::1]", "169.254.169.254"])
@pytest.mark.usefixtures("everything_is_here")
def test_an_endpoint_that_must_be_public_is_not_called_inside_by_any_name(
    kind: Callable[..., Client], host: str, tls_server: tuple[Scripted, list[str | None]]
) -> None:
    server, _names = tls_server
    client = kind(f"https://{host}:{server.port}", CANARY, ca_bundle=str(PEM), public_only=True)
    with client, pytest.raises(Stopped) as caught:
        client.synthesize(LINE)
    assert caught.value.code == "address_refused"
    assert server.connections == 0
