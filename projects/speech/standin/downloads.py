"""Serves the audio behind the download links, whole, in ranges, or badly where a fault wants it."""

import re
from urllib.parse import parse_qsl

from projects.speech.standin.links import Audio
from projects.speech.standin.replies import Reply, storage_error
from projects.speech.standin.state import State
from projects.speech.standin.wire import Wire

SLOW_BYTES = 2_048
SLOW_S = 0.1
_RANGE = re.compile(r"bytes=(\d+)-(\d*)$")


def serve(state: State, wire: Wire, verb: str, path: str, query: str, headers: dict[str, str]) -> None:
    """A GET below /audio/. A request that carries a token is refused: the token has leaked to the object
    store."""
    if "authorization" in headers:
        wire.reply(
            storage_error(
                400, "InvalidArgument", "Only one auth mechanism allowed; do not send the token here."
            )
        )
        return
    found = state.shelf.open(verb, path, dict(parse_qsl(query)))
    if isinstance(found, Reply):
        wire.reply(found)
    elif found.manner == "short":
        _short(wire, found)
    elif found.manner == "slow":
        _slow(wire, found)
    elif found.manner == "not-wav":
        wire.reply(Reply(200, b"<html><body>This is not audio.</body></html>", "audio/wav"))
    else:
        wire.reply(_part(found.body, headers.get("range", "")))


def _part(body: bytes, wanted: str) -> Reply:
    match = _RANGE.match(wanted)
    if match is None:
        return Reply(200, body, "audio/wav", {"Accept-Ranges": "bytes"})
    start, end = int(match[1]), min(int(match[2] or len(body)), len(body) - 1)
    if start > end:
        return storage_error(416, "InvalidRange", "The requested range is not satisfiable.")
    return Reply(
        206, body[start : end + 1], "audio/wav", {"Content-Range": f"bytes {start}-{end}/{len(body)}"}
    )


def _short(wire: Wire, audio: Audio) -> None:
    wire.close = True
    wire.head(Reply(200, b"", "audio/wav"), len(audio.body))
    wire.write(audio.body[: len(audio.body) // 2])


def _slow(wire: Wire, audio: Audio) -> None:
    wire.head(Reply(200, b"", "audio/wav"), len(audio.body))
    for place in range(0, len(audio.body), SLOW_BYTES):
        wire.write(audio.body[place : place + SLOW_BYTES])
        wire.pause(SLOW_S)
