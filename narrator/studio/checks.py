"""What must be true before anything starts. Each check raises Unfit with one sentence: what is wrong, what to do."""

import errno
import os
import shutil
import socket
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from narrator import places

SPACE_NEEDED_BYTES = 100_000_000
"""Below this the database and the broker would stop in the middle of the first chapter."""

PROBE_BYTES = 256 * 1024
ANSWER_WITHIN_S = 3.0


class Unfit(Exception):
    """The studio cannot start here; ``str()`` is the sentence for the reader."""


def data_folder(data: Path) -> None:
    """Insist that the folder exists or can be made, can be written, and has some room. Raises Unfit."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data) as probe:
            probe.write(os.urandom(PROBE_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
        free = shutil.disk_usage(data).free
    except OSError as error:
        raise Unfit(places.refusal(data, error))
    if free < SPACE_NEEDED_BYTES:
        raise Unfit(
            f"The disk of the data folder {data} has only {free // 1_000_000} MB left. Free at least "
            f"{SPACE_NEEDED_BYTES // 1_000_000} MB, or choose another: NARRATOR_DATA_DIR=/path/to/folder make run"
        )


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on HOST and PORT (0: any free port). Raises Unfit.

    The studio keeps it and hands it to the web server, so that a port found free stays ours, and a
    browser that comes while the server starts again waits instead of being refused.
    """
    if not 0 <= port <= 65535:
        raise Unfit(
            f"PORT is {port}, and a port is a number from 1 to 65535. For example: PORT=8001 make run"
        )
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise Unfit(f"HOST is {host}, and this machine does not know that name. Try: HOST=127.0.0.1 make run")
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise Unfit(_why_not(host, port, error))
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    other = port + 1 if port >= 1024 else 8000
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program. Choose another: PORT={other} make run"
    if error.errno == errno.EACCES:
        return f"This user may not open port {port}. Choose one above 1023: PORT={other} make run"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST is {host}, which is not an address of this machine. Try: HOST=127.0.0.1 make run"
    return f"Port {port} on {host} cannot be opened ({error.strerror}). Try: PORT={other} make run"


def redis_answers(url: str) -> None:
    """Insist that the Redis or Valkey at REDIS_URL answers. Raises Unfit; the sentence shows no password."""
    try:
        address = urlsplit(url)
        where = address.path if address.hostname is None else f"{address.hostname}:{address.port or 6379}"
        with redis.Redis.from_url(
            places.redis_url(url.partition("?")[0]),
            socket_timeout=ANSWER_WITHIN_S,
            socket_connect_timeout=ANSWER_WITHIN_S,
            retry=Retry(NoBackoff(), 0),
        ) as client:
            client.ping()
    except ValueError:
        raise Unfit("REDIS_URL is not an address of Redis or Valkey. For example: redis://127.0.0.1:6379/0")
    except redis.AuthenticationError:
        raise Unfit(f"The server at {where} refuses the password in REDIS_URL.")
    except redis.RedisError:
        raise Unfit(f"Nothing answers at {where}, which REDIS_URL names. Start it there, or unset REDIS_URL.")


def voices(name: str) -> None:
    """Insist that NARRATOR_VOICES is a word that the stand-in knows. Raises Unfit."""
    if name not in ("neural", "light", "tone"):
        raise Unfit(f"NARRATOR_VOICES is {name}. It may be neural or light.")
