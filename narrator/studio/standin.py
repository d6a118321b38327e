"""The stand-in endpoint as a child process: as a part of the studio, or for one's own use during a block."""

import contextlib
import importlib.util
import secrets
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from narrator.studio.part import Part, inherited_env, log_says, running

HOST = "127.0.0.1"
READY_LINE = "stand-in ready on "
NEURAL_PACKAGE = "hibari"


def speech(voices: str) -> str:
    """Return the voices that can be had: ``neural`` becomes ``light`` where its package is not installed."""
    if voices == "neural" and importlib.util.find_spec(NEURAL_PACKAGE) is None:
        return "light"
    return voices


def url(port: int) -> str:
    """Return the address of the stand-in on a port."""
    return f"http://{HOST}:{port}"


def part(*, port: int, token: str, voices: str, name: str = "stand-in") -> Part:
    """Return the stand-in as a part. ``voices``: neural, light or tone."""
    return Part(
        name=name,
        argv=(
            *(sys.executable, "-P", "-m", "projects.speech.standin", "--host", HOST, "--port", str(port)),
            # One word, for a token may begin with a dash.
            *(f"--token={token}", "--speech", speech(voices)),
        ),
        env=inherited_env(),
        ready=log_says(READY_LINE),
        hint="Without the neural voices it needs less: NARRATOR_VOICES=light make run"
        if voices == "neural"
        else "",
    )


def free_port(preferred: int = 0) -> int:
    """Return a loopback port nobody listens on now, the preferred one if it is free."""
    for port in (preferred, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise OSError(f"no free port on {HOST}")


def kept_port(note: Path) -> int:
    """Return the port of the last start if it is free, else another, and note it for the next start."""
    try:
        preferred = int(note.read_text())
    except (OSError, ValueError):
        preferred = 0
    port = free_port(preferred if 1024 <= preferred <= 65535 else 0)
    note.write_text(f"{port}\n")
    return port


@contextlib.contextmanager
def running_standin(
    data: Path, *, voices: str = "neural", name: str = "own-stand-in"
) -> Iterator[tuple[str, str]]:
    """Run a stand-in of one's own on a free port as long as the block lasts; gives its address and token.

    Its log is ``data``/logs/NAME.log. Raises CannotStart.
    """
    port, token = free_port(), secrets.token_urlsafe(24)
    with running(part(port=port, token=token, voices=voices, name=name), data / "logs"):
        yield url(port), token
