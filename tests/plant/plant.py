"""A plant of which parts can be broken: real Valkey, real workers, the stand-in over HTTP. And what must hold after.

For tests/plant and bench/faults.py. The database and the endpoint are the caller's.
"""

import contextlib
import dataclasses
import hashlib
import shutil
import signal
import socket
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

import redis

from narrator import places
from narrator.studio import broker, parts
from narrator.studio.part import Part, Running, inherited_env, running
from projects.models import Call, CallState, Script, Take, TakeStatus
from projects.speech.standin.server import Standin
from tests.journeys.waiting import until

# Generous: what is waited for comes within seconds, on a machine with other work within tens of them.
LONG_S = 90.0
WAV_HEADER_BYTES = 44


def standin_on_a_port_of_its_own() -> Standin:
    """A stand-in that comes back at the same address after it was stopped."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return Standin(speech="tone", token="plant", port=port)


class Plant:
    """Broker and workers on a data folder of their own. ``with Plant(...)`` starts both and stops what is left."""

    def __init__(
        self,
        data: Path,
        standin: Standin,
        *,
        database_url: str,
        slots: int,
        deadline_s: float,
        more: Mapping[str, str] | None = None,
    ) -> None:
        """``more``: what the environment of each part says besides."""
        self.data, self.standin, self.slots = data, standin, slots
        self._env = inherited_env(
            DJANGO_SETTINGS_MODULE="tests.plant.settings",
            NARRATOR_DATA_DIR=str(data),
            DATABASE_URL=database_url,
            REDIS_URL=places.broker_url(data),
            NARRATOR_SPEECH_URL=standin.url,
            NARRATOR_SPEECH_TOKEN=standin.token,
            NARRATOR_SPEECH_IS_STANDIN="1",
            NARRATOR_SPEECH_DEADLINE=str(deadline_s),
            NARRATOR_CONCURRENCY=str(slots),
            **(more or {}),
        )
        self._living: dict[str, tuple[Running, contextlib.ExitStack]] = {}

    def __enter__(self) -> "Plant":
        with contextlib.ExitStack() as stack:
            stack.push(self.__exit__)
            self.mend()
            stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in reversed(list(self._living)):
            self.stop(name)

    def mend(self) -> None:
        """Start what is not there, as the studio's supervisor does: Celery's worker ends where it loses its broker."""
        for name, start in (("broker", self.start_broker), ("worker", self.start_worker)):
            if not self.is_whole(name):
                if name in self._living:
                    self.stop(name)
                start()

    def wait(self, done: Callable[[], object], what: str) -> None:
        """Return when this is true; what ends by itself meanwhile is started again, as the studio does it."""

        def is_done() -> object:
            self.mend()
            return done()

        until(is_done, within_s=LONG_S, what=what)

    def wait_for_calls(self, least: int) -> None:
        self.wait(lambda: len(self.standin.calls) >= least, f"{least} calls")

    def start_broker(self) -> None:
        broker.prepare(self.data)
        self._start(broker.part(self.data))

    def start_worker(self, name: str = "worker", data: Path | None = None) -> None:
        """A worker with a clock inside, on another machine where ``data`` is that one's folder.

        Each clock rings for a sweep every second.
        """
        worker = parts.worker(self._env_on(data), concurrency=self.slots)
        clock = ("-B", "-s", str(self.data / f"{name}.clock"))
        self._start(dataclasses.replace(worker, name=name, argv=(*worker.argv, "-n", f"{name}@%h", *clock)))

    def start_web(self, name: str, data: Path) -> str:
        """A web server with one process on a machine whose folder this is; returns its address."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            web = parts.web(
                self._env_on(data),
                listener_fd=listener.fileno(),
                host="127.0.0.1",
                port=port,
                access_log=self.data / "logs" / f"{name}-access.log",
            )
            self._start(dataclasses.replace(web, name=name, argv=(*web.argv, "--workers", "1")))
        return f"http://127.0.0.1:{port}"

    def _env_on(self, data: Path | None) -> dict[str, str]:
        return {**self._env, "NARRATOR_DATA_DIR": str(data)} if data else self._env

    def _start(self, part: Part) -> None:
        with contextlib.ExitStack() as stack:
            process = stack.enter_context(running(part, self.data / "logs"))
            self._living[part.name] = process, stack.pop_all()

    def kill(self, name: str) -> None:
        """SIGKILL."""
        process, stack = self._living.pop(name)
        process.kill()
        stack.close()

    def stop(self, name: str) -> int:
        """SIGTERM, and wait; returns the exit code, negative where it had to be killed."""
        process, stack = self._living.pop(name)
        process.send(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.process.wait(LONG_S)
        stack.close()
        return process.process.returncode

    def empty_broker(self) -> None:
        with redis.Redis(unix_socket_path=str(places.broker_socket(self.data))) as connection:
            connection.flushall()

    def log(self, name: str = "worker") -> str:
        return (self.data / "logs" / f"{name}.log").read_text(errors="replace")

    def is_whole(self, name: str = "worker") -> bool:
        return name in self._living and not self._living[name][0].ended()


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """A second writer that holds SQLite's lock as long as the block lasts."""
    writer = sqlite3.connect(database, isolation_level=None, timeout=LONG_S)
    try:
        writer.execute("BEGIN IMMEDIATE")
        yield
    finally:
        writer.close()


@contextlib.contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not one byte is free on this disk as long as the block lasts."""
    filler = disk / "filler"
    try:
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            for size in (2**20, 2**12, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass
        yield
    finally:
        filler.unlink(missing_ok=True)


@dataclasses.dataclass(frozen=True)
class Count:
    """What became of the lines of a script. ``again``: calls for a line that the endpoint had been asked for before.

    ``paid_twice``: lines for which the ledger has more than one call that was answered and charged.
    """

    lines: int
    ready: int
    failed: int
    calls: int
    again: int
    paid_twice: int

    @property
    def lost(self) -> int:
        return self.lines - self.ready - self.failed


def count(script: Script, standin: Standin) -> Count:
    takes = Take.objects.filter(paragraph__script=script)
    texts = Counter(str(call.input) for call in standin.calls)
    charged = Counter(
        Call.objects.filter(take__in=takes, state=CallState.CHARGED).values_list("take", flat=True)
    )
    return Count(
        lines=script.paragraphs.count(),
        ready=takes.filter(status=TakeStatus.READY).count(),
        failed=takes.filter(status=TakeStatus.FAILED).count(),
        calls=sum(texts.values()),
        again=sum(texts.values()) - len(texts),
        paid_twice=sum(calls > 1 for calls in charged.values()),
    )


def is_over(script: Script) -> bool:
    return not Take.objects.filter(paragraph__script=script).active().exists()


def faults_of_the_store(media: Path) -> list[str]:
    """Ready takes whose file is not there as recorded, and files in the store that no ready take has."""
    found = {str(file.relative_to(media)) for file in media.glob("takes/*/*.wav")}
    wrong = []
    ready = list(Take.objects.filter(status=TakeStatus.READY))
    for take in ready:
        data = (media / take.audio).read_bytes() if take.audio in found else b""
        same = hashlib.sha256(data).hexdigest() == take.audio_sha256
        if not same or len(data) != WAV_HEADER_BYTES + 2 * take.frames:
            wrong.append(f"{take}: {take.audio} is not what is recorded")
    return wrong + sorted(f"{name} belongs to no take" for name in found - {take.audio for take in ready})


def clear_store(media: Path) -> None:
    """Forget the files of takes whose rows are gone."""
    shutil.rmtree(media / "takes", ignore_errors=True)
