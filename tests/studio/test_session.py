"""What one run of the studio tells; that it runs as a whole is in test_studio.py."""

import io
import socket
from pathlib import Path
from typing import Any

import pytest

from narrator.studio import plan, session
from narrator.studio.part import CannotStart


class Gone(io.StringIO):
    """A terminal that has been closed."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_reader_who_has_gone_away_does_no_harm() -> None:
    session.teller(Gone())("a line")


def test_a_complaint_shows_the_end_of_the_log() -> None:
    terminal = io.StringIO()
    session.complain(CannotStart("The web server ended.", "one\ntwo"), session.teller(terminal))
    assert terminal.getvalue() == "The web server ended.\nIts last lines:\n    one\n    two\n"


def refused() -> str:
    """Return the one sentence with which the studio declines to start."""
    out, err = io.StringIO(), io.StringIO()
    assert session.run(out=out, err=err) == 1
    (line,) = err.getvalue().splitlines()
    assert out.getvalue() == ""
    return line


def test_what_keeps_it_from_starting_is_one_sentence(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as busy:
        settings.HOST, settings.PORT = busy.getsockname()
        assert f"Port {settings.PORT} is in use" in refused()
    settings.PORT = 0
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setenv("REDIS_URL", settings.REDIS_URL)
    assert "Nothing answers at 127.0.0.1:1," in refused()
    (tmp_path / "file").write_text("")
    settings.DATA_DIR = tmp_path / "file" / "data"
    assert refused().startswith("Narrator cannot write to its data folder ")


def test_with_an_endpoint_and_a_redis_of_ones_own_it_starts_neither(
    broker: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", broker)
    settings.HOST, settings.PORT = "127.0.0.1", 0
    settings.SPEECH_URL, settings.SPEECH_TOKEN = "https://speech.example", "canary-token"
    with plan.made(tmp_path) as made:
        assert (made.broker, made.standin) == (None, None)
        assert (made.env["REDIS_URL"], made.env["NARRATOR_SPEECH_URL"]) == (broker, settings.SPEECH_URL)
        told = "\n".join(session.facts(made, "mei / secret"))
        assert "https://speech.example" in told
        assert "canary" not in told + repr(made)
    assert list(tmp_path.iterdir()) == []
