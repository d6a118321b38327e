"""What is refused and how it is said; how characters are counted."""

import pytest
import requests

from projects.speech.standin.orders import billed_characters, length_of
from projects.speech.standin.server import Standin


def test_han_counts_two_and_all_else_one() -> None:
    assert billed_characters("你好, world。") == 2 * 2 + 8
    assert billed_characters("かなカナ漢字") == 4 + 4
    assert billed_characters("한글漢") == 2 + 2
    assert billed_characters("𠀀") == 2


def test_three_readings_of_the_limit() -> None:
    assert [length_of("你好ab", unit) for unit in ("bytes", "weighted", "characters")] == [8, 6, 4]


@pytest.mark.parametrize(
    ("fields", "status", "code", "part"),
    [
        ({"model": None}, 400, "BadRequest.EmptyModel", "model"),
        ({"model": "other"}, 404, "ModelNotFound", "other"),
        ({"model": 5}, 400, "InvalidParameter", "model"),
        ({"input": None}, 400, "BadRequest.EmptyInput", "input"),
        ({"input": "  \n"}, 400, "BadRequest.EmptyInput", "input"),
        ({"input": 5}, 400, "InvalidParameter", "input"),
        ({"input": "\ud800"}, 400, "InvalidParameter", "surrogate"),
        ({"voice": "cherry"}, 400, "InvalidParameter", "Voice 'cherry' is not supported."),
        ({"voice": None}, 400, "InvalidParameter", "Voice '' is not supported."),
        ({"voice": ["Cherry"]}, 400, "InvalidParameter", "voice"),
        ({"language_type": "english"}, 400, "InvalidParameter", "Auto, Chinese, English"),
        ({"language_type": 1}, 400, "InvalidParameter", "language_type"),
        ({"instructions": 1}, 400, "InvalidParameter", "instructions"),
        ({"instructions": "slow " * 1300}, 400, "InvalidParameter", "[0, 1600]"),
        ({"optimize_instructions": "no"}, 400, "InvalidParameter", "optimize_instructions"),
        ({"input": "x" * 601}, 400, "InvalidParameter", "Range of input length should be [0, 600]"),
        ({"input": "你" * 201}, 400, "InvalidParameter", "Range of input length should be [0, 600]"),
        ({"input": "... !"}, 400, "InvalidParameter", "no letter or digit"),
    ],
)
def test_refusals(ask, fields: dict, status: int, code: str, part: str) -> None:
    answer = ask(fields.pop("input", "Hello."), **fields)
    assert answer.status_code == status
    body = answer.json()
    assert set(body) == {"request_id", "code", "message"}
    assert body["code"] == code
    assert part in body["message"]


def test_the_longest_text_is_spoken(ask) -> None:
    assert ask("x" * 600).status_code == 200
    assert ask("你" * 200).json()["usage"]["characters"] == 400


def test_the_exact_message_of_the_limit(standin: Standin, ask) -> None:
    standin.settings.change({"limit": 300, "limit_unit": "characters"})
    wanted = "<400> InternalError.Algo.InvalidParameter: Range of input length should be [0, 300]"
    assert ask("你" * 301).json()["message"] == wanted
    assert ask("你" * 300).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_broken_body(standin: Standin, body: bytes) -> None:
    url = standin.url + "/v1/audio/speech"
    answer = requests.post(url, data=body, headers={"Authorization": "Bearer test"}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest.IllegalInput")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic test", "test"])
def test_the_token_is_asked_for_first(standin: Standin, header: str) -> None:
    url = standin.url + "/v1/audio/speech"
    answer = requests.post(url, data=b"{", headers={"Authorization": header}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (401, "InvalidApiKey")


def test_a_huge_body_is_refused(standin: Standin) -> None:
    url = standin.url + "/v1/audio/speech"
    answer = requests.post(url, data=b" " * 1_048_577, headers={"Authorization": "Bearer test"}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (413, "BadRequest.TooLarge")
