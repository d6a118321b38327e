import json
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from narrator.studio import standin
from narrator.studio.part import running


def ask(url: str, token: str) -> dict[str, object]:
    body = json.dumps({"model": "qwen3-tts-instruct-flash", "input": "Hello.", "voice": "Cherry"}).encode()
    request = urllib.request.Request(
        f"{url}/v1/audio/speech",
        data=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def test_a_token_may_begin_with_a_dash(tmp_path: Path) -> None:
    """One random token in 64 does."""
    part = standin.part(port=standin.free_port(), token="-dashed", voices="tone")
    with running(part, tmp_path / "logs"):
        pass


def test_it_speaks_with_its_token_and_not_without(tmp_path: Path) -> None:
    with standin.running_standin(tmp_path, voices="tone") as (url, token):
        assert ask(url, token)["output"]
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(url, "another")
        assert refused.value.code == 401
        refused.value.close()
    with pytest.raises(urllib.error.URLError):
        ask(url, token)


def test_the_port_of_the_last_start_is_kept_while_it_is_free(tmp_path: Path) -> None:
    note = tmp_path / "port"
    first = standin.kept_port(note)
    assert standin.kept_port(note) == first
    with socket.create_server((standin.HOST, first)):
        assert standin.kept_port(note) != first


@pytest.mark.parametrize("content", ["", "x", "-1", "80", "99999999"])
def test_a_note_that_makes_no_sense_gives_a_free_port(tmp_path: Path, content: str) -> None:
    (tmp_path / "port").write_text(content)
    assert standin.kept_port(tmp_path / "port") >= 1024


def test_voices_that_are_not_installed_are_replaced_by_the_light_ones() -> None:
    assert standin.speech("light") == "light"
    assert standin.speech("neural") in ("neural", "light")
