"""``manage.py probe_endpoint`` as people run it: against a stand-in over HTTP."""

import io
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from projects.management.commands import probe_endpoint
from projects.speech import probing
from projects.speech.standin.server import Standin
from projects.speech.standin.settings import Settings

TOKEN = "test-token"


@pytest.fixture
def speech(settings: Any) -> Iterator[Standin]:
    with Standin(token=TOKEN, settings=Settings(limit_unit="weighted")) as server:
        settings.SPEECH_URL, settings.SPEECH_TOKEN = server.url, TOKEN
        yield server


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("probe_endpoint", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_table_and_the_bill(speech: Standin) -> None:
    out, err = run("--yes", "--price-per-10k", "0.8", "--currency", "CNY")
    assert f"at most {probing.most_characters():,} billing characters" in err
    spent = sum(call.characters for call in speech.calls)
    assert f"7 calls, {spent:,} billing characters (0.0957 CNY)." in out
    assert "NARRATOR_SPEECH_LIMIT=600 NARRATOR_SPEECH_LIMIT_UNIT=weighted" in out
    assert TOKEN not in out + err


def test_as_json(speech: Standin) -> None:
    out, _err = run("--yes", "--json", "--price-per-10k", "0.8")
    told = json.loads(out)
    assert {finding["key"]: finding["value"] for finding in told["findings"]}["limit_unit"] == "weighted"
    assert told["characters"] == sum(call.characters for call in speech.calls)
    assert (told["calls"], told["cost"], told["currency"]) == (7, "0.0957", None)


@pytest.mark.parametrize("answer", ["", "n\n", "\n", "what\n"])
def test_nothing_is_spent_without_a_yes(
    speech: Standin, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    with pytest.raises(CommandError, match="Nothing was asked") as caught:
        run()
    assert caught.value.returncode == 1
    assert speech.calls == []


def test_a_yes_is_enough(speech: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert "7 calls" in run()[0]


def test_an_endpoint_that_cannot_be_used_is_one_sentence(speech: Standin) -> None:
    with pytest.raises(CommandError) as caught:
        run("--yes", "--token", "wrong")
    assert caught.value.returncode == 2
    assert str(caught.value).startswith(
        "The endpoint cannot be used: The endpoint does not accept the token."
    )
    assert "\n" not in str(caught.value)


def test_the_token_of_the_settings_goes_to_their_endpoint_alone(speech: Standin) -> None:
    with Standin(token=TOKEN) as other:
        with pytest.raises(CommandError) as caught:
            run("--yes", "--url", other.url)
        assert caught.value.returncode == 2
        assert [call.status for call in other.calls] == [401]
        assert "To use it" in run("--yes", "--url", other.url, "--token", TOKEN)[0]
    assert "To use it" in run("--yes", "--url", speech.url + "/")[0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--url", "ftp://x"], "address cannot be used"),
        (["--url", "http://x.y", "--token", "a b"], "token cannot be right"),
        (["--price-per-10k", "much"], "price is a number"),
        (["--price-per-10k", "NaN"], "price is a number"),
        (["--price-per-10k", "-1"], "price is a number"),
        ([], "No endpoint is set"),
    ],
)
def test_what_cannot_be_right_is_told(settings: Any, arguments: list[str], sentence: str) -> None:
    settings.SPEECH_URL = settings.SPEECH_TOKEN = ""
    with pytest.raises(CommandError, match=sentence) as caught:
        run("--yes", *arguments)
    assert caught.value.returncode == 2


def test_money_is_never_said_too_low() -> None:
    price = probe_endpoint._price("0.8")
    assert price is not None
    assert str(probe_endpoint._cost(1196, price)) == "0.0957"
    assert str(probe_endpoint._cost(1, price)) == "0.0001"
