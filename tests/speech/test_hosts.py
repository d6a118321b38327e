import random
import socket
import threading

import pytest

from projects.speech import hosts
from projects.speech.deadline import Deadline, DeadlinePassed, Stalled
from projects.speech.errors import SpeechError, Stopped, Unavailable
from projects.speech.hosts import AudioHosts, Origin

OSS = "dashscope-result-bj.oss-cn-beijing.aliyuncs.com"
RULE = AudioHosts(Origin.of("http://127.0.0.1:8123/v1"), (".aliyuncs.com", "audio.example.org"))


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        (
            f"http://{OSS}/7d/a.wav?Expires=1&Signature=a%2Bb%3D",
            f"https://{OSS}/7d/a.wav?Expires=1&Signature=a%2Bb%3D",
        ),
        (f"HTTPS://{OSS.upper()}:443/a.wav#x", f"https://{OSS}/a.wav"),
        (f"http://{OSS}.:80/a.wav", f"https://{OSS}/a.wav"),
        (f"http://{OSS}:8080", f"https://{OSS}:8080/"),
        ("https://audio.example.org/a", "https://audio.example.org/a"),
        ("http://127.0.0.1:8123/standin/a.wav?b=c", "http://127.0.0.1:8123/standin/a.wav?b=c"),
        ("http://127.0.0.1:9/a", "https://127.0.0.1:9/a"),  # refused later: not public
    ],
)
def test_allowed_urls_are_opened_over_https_except_on_the_endpoint_itself(url: str, opened: str) -> None:
    assert RULE.checked(url) == opened


@pytest.mark.parametrize(
    "host",
    [
        "evil.com",
        "aliyuncs.com",
        "evilaliyuncs.com",
        "x.aliyuncs.com.evil.com",
        "sub.audio.example.org",
        "10.0.0.1",
        "169.254.169.254",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
        "0",
        "127.1",
    ],
)
def test_hosts_that_are_not_listed_stop_the_queue(host: str) -> None:
    with pytest.raises(Stopped) as caught:
        RULE.checked(f"https://{host}/a.wav")
    assert caught.value.code == "audio_host_refused"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.wav",
        "/a.wav",
        "//x",
        "file:///etc/passwd",
        "ftp://x.aliyuncs.com/",
        "data:audio/wav;base64,AA",
        "javascript:1",
        "https://",
        "https://u@x.aliyuncs.com/",
        "https://u:p@x.aliyuncs.com/",
        "https://@x.aliyuncs.com/",
        "https://evil.com\\@x.aliyuncs.com/",
        "https://x.aliyuncs.com\\.evil.com/",
        "https://x.aliyuncs.com:99999/",
        "https://x.aliyuncs.com:a/",
        "https://x y.aliyuncs.com/",
        "https://x.aliyuncs.com/a b",
        "https://x.aliyuncs.com/\r\nHost: y",
        "https://\u2100.aliyuncs.com/",
        "https://[::1/",
        "https://[x]/",
        "https://[fe80::1%25eth0]/",
        "https://x..aliyuncs.com/",
        "https://x%2ealiyuncs.com/",
        "gopher://x.aliyuncs.com/",
        "https://-.x_/ü",
    ],
)
def test_urls_that_are_wrong_in_themselves_are_refused(url: str) -> None:
    with pytest.raises(Unavailable) as caught:
        RULE.checked(url)
    assert caught.value.code == "audio_url_refused"


@pytest.mark.parametrize("seed", range(10))
def test_rubbish_urls_never_crash_and_never_lead_elsewhere(seed: int) -> None:
    dice = random.Random(seed)
    base = f"https://{OSS}/a.wav"
    for _round in range(500):
        url = "".join(char if dice.random() > 0.1 else chr(dice.randrange(300)) for char in base)
        try:
            opened = RULE.checked(url)
        except SpeechError:
            continue
        assert opened.startswith("https://")
        assert Origin.of(opened).host.endswith(".aliyuncs.com")


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_open_internet_addresses_are_public(address: str) -> None:
    assert hosts.is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "0.0.0.0",
        "0.1.2.3",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:db8::1",
    ],
)
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not hosts.is_public(address)


def looked_up(
    monkeypatch: pytest.MonkeyPatch, *addresses: str, public_only: bool = True
) -> list[hosts.Address]:
    rows = [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, 443)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: rows)
    return hosts.resolve("x.aliyuncs.com", 443, Deadline(5, connect_s=1, idle_s=1), public_only=public_only)


def test_a_name_with_one_inner_address_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [row[1] for row in looked_up(monkeypatch, "8.8.8.8", "8.8.4.4", "8.8.8.8")] == [
        "8.8.8.8",
        "8.8.4.4",
    ]
    with pytest.raises(hosts.ForbiddenAddress):
        looked_up(monkeypatch, "8.8.8.8", "127.0.0.1")
    assert looked_up(monkeypatch, "127.0.0.1", public_only=False) == [(socket.AF_INET, "127.0.0.1", 443)]
    with pytest.raises(OSError, match="no address"):
        looked_up(monkeypatch)


def test_a_lookup_that_hangs_ends_with_the_deadline(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:

    release = threading.Event()
    request.addfinalizer(release.set)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: [] if release.wait(200) else [])
    with pytest.raises(Stalled):
        hosts.resolve("x.aliyuncs.com", 443, Deadline(100, connect_s=0.1, idle_s=100), public_only=True)
    with pytest.raises(DeadlinePassed):
        hosts.resolve("x.aliyuncs.com", 443, Deadline(0.1, connect_s=100, idle_s=100), public_only=True)
