"""Life of a running stand-in: doors, limits, journal, links, starting and stopping."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from projects.speech.standin.links import Shelf
from projects.speech.standin.server import PortTaken, Standin
from projects.speech.standin.settings import Settings
from projects.speech.voices import MODEL
from tests.studio.waiting import until

ROOT = Path(__file__).resolve().parents[3]


def test_unknown_doors(standin: Standin) -> None:
    missing = requests.get(standin.url + "/v1/models", timeout=60)
    assert (missing.status_code, missing.json()["code"]) == (404, "NotFound")
    wrong = requests.get(standin.url + "/v1/audio/speech", timeout=60)
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")


def test_one_connection_serves_many_requests(standin: Standin, ask) -> None:
    assert [ask(stream=stream).status_code for stream in (True, False, True)] == [200, 200, 200]
    assert len(standin._server._open) == 1  # type: ignore[union-attr]


def test_the_journal(standin: Standin, ask) -> None:
    ask("你好", language_type="Chinese", instructions="慢", optimize_instructions=False)
    standin.fail("429")
    ask(stream=True)
    rows = requests.get(standin.url + "/standin/calls", timeout=60).json()
    assert rows[0] == {
        "at": pytest.approx(time.time(), abs=60),
        "input": "你好",
        "voice": "Cherry",
        "language_type": "Chinese",
        "instructions": "慢",
        "optimize_instructions": False,
        "model": "qwen3-tts-instruct-flash",
        "response_format": None,
        "stream": False,
        "status": 200,
        "code": "",
        "characters": 4,
        "fault": None,
    }
    assert (rows[1]["stream"], rows[1]["status"], rows[1]["code"]) == (True, 429, "Throttling.RateQuota")
    assert rows[1]["fault"] == "429"
    state = requests.get(standin.url + "/standin/state", timeout=60).json()
    assert state == {"in_flight": 0, "max_in_flight": 1, "calls": 2, "characters": 4}
    requests.delete(standin.url + "/standin/calls", timeout=60)
    assert standin.calls == []


def test_requests_per_minute(standin: Standin, ask) -> None:
    standin.settings.requests_per_minute = 3
    answers = [ask() for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["code"] == "Throttling.RateQuota"


def test_concurrency(standin: Standin) -> None:
    standin.settings.change({"concurrency": 2, "latency_s": 2})

    def post() -> tuple[int, str]:
        body = {"model": MODEL, "input": "Hello.", "voice": "Neil"}
        headers = {"Authorization": "Bearer test"}
        answer = requests.post(standin.url + "/v1/audio/speech", json=body, headers=headers, timeout=60)
        return answer.status_code, answer.json()["code"]

    with ThreadPoolExecutor(2) as pool:
        first = [pool.submit(post) for _ in range(2)]
        until(lambda: standin.state.gate.in_flight == 2)
        assert post() == post() == (429, "Throttling.BurstRate")
        assert [one.result() for one in first] == [(200, "")] * 2
    assert standin.state.gate.max_in_flight == 2
    assert standin.state.gate.in_flight == 0


def test_a_place_is_free_when_the_answer_is_there(standin: Standin, ask) -> None:
    standin.settings.concurrency = 1
    assert {ask(stream=number % 2 == 0).status_code for number in range(100)} == {200}


def test_latency(standin: Standin, ask) -> None:
    requests.put(standin.url + "/standin/settings", json={"latency_s": 0.3}, timeout=60)
    started = time.monotonic()
    ask()
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(
    "body", [{"nothing": 1}, {"limit": "x"}, {"limit_unit": "words"}, {"latency_s": -1}, 5]
)
def test_bad_settings_change_nothing(standin: Standin, body: object) -> None:
    values = {"requests_per_minute": 7, **body} if isinstance(body, dict) else body
    answer = requests.put(standin.url + "/standin/settings", json=values, timeout=60)
    assert answer.status_code == 400
    assert standin.settings == Settings()


def test_a_link_is_for_a_plain_get(standin: Standin, ask) -> None:
    audio = ask().json()["output"]["audio"]
    url = audio["url"]
    assert f"Expires={audio['expires_at']}" in url
    assert audio["expires_at"] == pytest.approx(time.time() + 86_400, abs=60)
    whole = requests.get(url, timeout=60)
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "audio/wav")
    part = requests.get(url, headers={"Range": "bytes=0-3"}, timeout=60)
    assert (part.status_code, part.content) == (206, b"RIFF")
    past = requests.get(url, headers={"Range": "bytes=99999999-"}, timeout=60)
    assert past.status_code == 416
    leaked = requests.get(url, headers={"Authorization": "Bearer test"}, timeout=60)
    assert (leaked.status_code, "<Code>InvalidArgument</Code>" in leaked.text) == (400, True)
    assert requests.head(url, timeout=60).status_code == 403


def test_a_link_cannot_be_changed(ask) -> None:
    url = ask().json()["output"]["audio"]["url"]
    for bad in (
        url[:-6] + "AAAA%3D",
        url.replace("Expires=1", "Expires=2"),
        url.split("?")[0],
        url + "%E4",
        url + "x",
    ):
        answer = requests.get(bad, timeout=60)
        assert answer.status_code == 403
        assert answer.headers["Content-Type"] == "application/xml"
        assert answer.text.startswith("<?xml")


def test_a_link_expires(standin: Standin, ask) -> None:
    standin.settings.link_life_s = 0
    assert "Request has expired" in requests.get(ask().json()["output"]["audio"]["url"], timeout=60).text


def test_the_shelf_is_bounded() -> None:
    shelf = Shelf(kept_bytes=2_500)
    for _ in range(10):
        shelf.put(bytes(1_000), 60)
    assert shelf.size_bytes == 2_000


def test_the_link_begins_where_the_client_came_in(standin: Standin) -> None:
    body = {"model": MODEL, "input": "Hello.", "voice": "Neil"}
    headers = {"Authorization": "Bearer test", "Host": "voices.example:81"}
    answer = requests.post(standin.url + "/v1/audio/speech", json=body, headers=headers, timeout=60)
    assert answer.json()["output"]["audio"]["url"].startswith("http://voices.example:81/audio/")


def test_nothing_is_left_behind() -> None:
    before = set(threading.enumerate())
    with Standin(token="test") as standin:
        session = requests.Session()
        session.get(standin.url + "/standin/state", timeout=60)  # an idle connection
        standin.fail("stall")
        stalled = socket.create_connection(
            (standin.url.split("//")[1].split(":")[0], int(standin.url.rsplit(":")[-1]))
        )
        body = b'{"model":"qwen3-tts-instruct-flash","input":"Hello.","voice":"Neil"}'
        head = (
            b"POST /v1/audio/speech HTTP/1.1\r\nAuthorization: Bearer test\r\nContent-Length: %d\r\n\r\n"
            % len(body)
        )
        stalled.sendall(head + body)
        while not standin.calls or standin.calls[0].fault is None:
            time.sleep(0.01)
        started = time.monotonic()
    assert time.monotonic() - started < 20, "nobody waits for the one who stalls"
    assert set(threading.enumerate()) <= before
    assert stalled.recv(10) == b""
    stalled.close()
    session.close()


def test_a_client_that_leaves_frees_its_place(standin: Standin) -> None:
    standin.fail("stall")
    body = {"model": MODEL, "input": "Hello.", "voice": "Neil"}
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(
            standin.url + "/v1/audio/speech", json=body, headers={"Authorization": "Bearer test"}, timeout=0.2
        )
    until(lambda: not standin.state.gate.in_flight)


def test_a_taken_port_is_one_sentence(standin: Standin) -> None:
    port = int(standin.url.rsplit(":")[-1])
    with pytest.raises(PortTaken, match="cannot listen on"):
        Standin(port=port).start()
    done = subprocess.run(
        [sys.executable, "-m", "projects.speech.standin", "--port", str(port), "--speech", "tone"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_is_told(number: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "projects.speech.standin",
        "--port",
        "0",
        "--speech",
        "tone",
        "--token",
        "t",
    ]
    command += [
        "--fault",
        "429",
        "ok",
        "--latency",
        "0.01",
        "--concurrency",
        "3",
        "--requests-per-minute",
        "50",
    ]
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("stand-in ready on http://127.0.0.1:")
        url = line.split()[-1] + "/v1/audio/speech"
        body = {"model": MODEL, "input": "Hello.", "voice": "Neil"}
        statuses = [
            requests.post(url, json=body, headers={"Authorization": "Bearer t"}, timeout=60).status_code
            for _ in "ab"
        ]
        assert statuses == [429, 200]
        process.send_signal(number)
        assert process.wait(60) == 0
