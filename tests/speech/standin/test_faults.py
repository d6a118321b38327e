"""Fault names and the queue."""

import pytest
import requests

from projects.speech.standin.faults import UnknownFault, parse, take_marker
from projects.speech.standin.server import Standin


def test_the_parametrised_ones() -> None:
    fault = parse("ali:429:Throttling.RateQuota:Too fast: wait")
    assert fault is not None
    assert (fault.name, fault.status, fault.code, fault.message) == (
        "ali",
        429,
        "Throttling.RateQuota",
        "Too fast: wait",
    )
    assert parse("ok") is None


@pytest.mark.parametrize(
    "text", ["", "nothing", "ali:400", "ali:abc:X", "ali:99:X", "reset:1", "ok-code", "ok:1"]
)
def test_unknown_names_are_refused(text: str) -> None:
    with pytest.raises(UnknownFault):
        parse(text)


def test_a_marker_is_taken_out_of_the_text() -> None:
    text, fault = take_marker("Hello {{fault:ali:400:Arrearage}}there.")
    assert text == "Hello there."
    assert fault is not None
    assert fault.code == "Arrearage"


def test_a_marker_is_neither_spoken_nor_counted(standin: Standin, ask) -> None:
    standin.settings.limit = 10
    answer = ask("{{fault:no-status}}abcdefghij")
    assert answer.status_code == 200
    assert answer.json()["usage"]["characters"] == 10
    assert standin.calls[0].fault == "no-status"


def test_an_unknown_marker_is_told(ask) -> None:
    answer = ask("{{fault:nothing}}Hello.")
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")
    assert "nothing" in answer.json()["message"]


def test_the_queue_serves_one_request_each(standin: Standin, ask) -> None:
    standin.fail("429", "ok", "html-502")
    assert [ask().status_code for _ in range(4)] == [429, 200, 502, 200]


def test_the_queue_over_http(standin: Standin, ask) -> None:
    faults = standin.url + "/standin/faults"
    assert requests.post(faults, json={"fault": "429", "count": 2}, timeout=60).json() == {"added": 2}
    assert requests.post(faults, json={"faults": ["html-502", "ok"]}, timeout=60).json() == {"added": 2}
    assert [ask().status_code for _ in range(3)] == [429, 429, 502]
    assert requests.post(faults, json={"faults": ["reset"]}, timeout=60).status_code == 200
    assert requests.post(faults, json={"faults": []}, timeout=60).json() == {"added": 0}
    assert ask().status_code == 200


@pytest.mark.parametrize(
    "body", [{"faults": ["nothing"]}, {"fault": 1}, {"fault": "429", "count": 0}, [], {}]
)
def test_a_bad_fault_request_changes_nothing(standin: Standin, ask, body: object) -> None:
    assert requests.post(standin.url + "/standin/faults", json=body, timeout=60).status_code == 400
    assert ask().status_code == 200
