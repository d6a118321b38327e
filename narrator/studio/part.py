"""One part of the studio: what it is (Part), and one life of it as a process (Running).

Nothing here knows which parts there are, or what to do when one of them dies.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from narrator.studio import logs as log_files
from narrator.studio.warden import Warden, signal_group

POLL_S = 0.02
"""How often a part that is starting is asked whether it is ready."""

GONE_WITHIN_S = 1.0
"""How long a killed group may take to vanish; only a process that hangs in the kernel takes longer."""

STOP_WITHIN_S = 10.0
"""How long a part may take to stop after TERM before it is killed."""


class CannotStart(Exception):
    """A part did not come up. ``str()`` is a sentence for people; ``tail`` holds the last lines of its log."""

    def __init__(self, sentence: str, tail: str = "") -> None:
        super().__init__(sentence)
        self.tail = tail


@dataclass(frozen=True, kw_only=True)
class Part:
    """A program the studio consists of."""

    name: str
    """Its log is NAME.log."""
    argv: tuple[str, ...]
    env: Mapping[str, str]
    """The whole environment of the process."""
    ready: Callable[[Path], bool]
    """Asks, quickly and without raising, whether the part does its work by now; gets the path of its log."""
    ready_within_s: float = 60.0
    hint: str = ""
    """A sentence added when it cannot start: what the reader may do about it."""
    pass_fds: tuple[int, ...] = ()
    niceness: int = 0
    """Once it is ready: how far it stands back where the others want the processor, 0 to 19."""
    leftovers: tuple[Path, ...] = ()
    """Files, and then empty folders, that a killed process leaves behind; removed when it is over."""


def inherited_env(**more: str) -> dict[str, str]:
    """Return this process's environment for a child, which finds the project's packages from any folder."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", **more}


def log_says(text: str) -> Callable[[Path], bool]:
    """Return a question for ``Part.ready``: has the part written this text to its log?"""

    def says(log: Path) -> bool:
        with contextlib.suppress(OSError):
            return text in log.read_text(errors="replace")
        return False

    return says


class Running:
    """One life of a part, in a session and process group of its own, its output appended to its log."""

    def __init__(self, part: Part, logs: Path) -> None:
        """Start it. Raises CannotStart when the program cannot even be executed."""
        self.part = part
        self.log = log_files.path_of(logs, part.name)
        try:
            with self.log.open("ab") as output:
                self.process = subprocess.Popen(
                    part.argv,
                    env=dict(part.env),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=part.pass_fds,
                )
        except OSError as error:
            raise CannotStart(f"The {part.name} cannot be started: {error}. {part.hint}".strip()) from error
        self.started_at = time.monotonic()

    @property
    def group(self) -> int:
        """The process group; the same number as the process id."""
        return self.process.pid

    def ended(self) -> bool:
        """Whether the process itself is over; members of its group may still live."""
        return self.process.poll() is not None

    def is_ready(self) -> bool:
        """Whether the part says that it does its work. Raises CannotStart when it ended or takes too long."""
        if self.ended():
            raise CannotStart(self._sentence(f"ended while starting ({self.how_it_ended()})"), self.tail())
        if self.part.ready(self.log):
            self.give_way()
            return True
        if time.monotonic() - self.started_at > self.part.ready_within_s:
            raise CannotStart(
                self._sentence(f"was not ready after {self.part.ready_within_s:g} s"), self.tail()
            )
        return False

    def give_way(self) -> None:
        """Stand back as far as the part says; what it starts later does, too.

        Linux shares the processor between sessions, and only then between the processes of each by their niceness;
        but a session has a niceness of its own.
        """
        if self.part.niceness:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PGRP, self.group, self.part.niceness)
            with contextlib.suppress(OSError):
                Path(f"/proc/{self.group}/autogroup").write_text(str(self.part.niceness))

    def _sentence(self, what: str) -> str:
        return f"The {self.part.name} {what}. Its log is {self.log}. {self.part.hint}".strip()

    def how_it_ended(self) -> str:
        """Say in a few words how the process ended."""
        code = self.process.returncode
        if code is None:
            return "running"
        return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def tail(self) -> str:
        """Return the last lines of the log."""
        return log_files.tail(self.log)

    def send(self, number: int) -> None:
        """Send a signal to the whole group."""
        signal_group(self.group, number)

    def bury(self) -> None:
        """After the process has ended: kill what is left of its group and remove the files it leaves behind."""
        self.send(signal.SIGKILL)
        deadline = time.monotonic() + GONE_WITHIN_S
        while signal_group(self.group, 0) and time.monotonic() < deadline:
            time.sleep(0.005)
        for path in self.part.leftovers:
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()

    def kill(self) -> None:
        """KILL, and return when the process and its group are gone. It takes no lock: a signal handler may call it."""
        self.send(signal.SIGKILL)
        deadline = time.monotonic() + GONE_WITHIN_S
        while not self.ended() and time.monotonic() < deadline:
            time.sleep(0.005)
        self.bury()

    def stop(self, within_s: float = STOP_WITHIN_S) -> None:
        """TERM, wait, KILL; returns when the process and its group are gone."""
        self.send(signal.SIGTERM)
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.process.wait()
        self.bury()


@contextlib.contextmanager
def running(part: Part, logs: Path, keep_open: Iterable[int] = ()) -> Iterator[Running]:
    """Run one part as long as the block lasts, ready from its first line on. Raises CannotStart.

    The part ends with the block, and also when this process is killed. For ``keep_open`` see Warden.
    """
    logs.mkdir(parents=True, exist_ok=True)
    log_files.set_aside(log_files.path_of(logs, part.name))
    with Warden(keep_open) as warden:
        process = Running(part, logs)
        warden.guard(process.group)
        try:
            while not process.is_ready():
                time.sleep(POLL_S)
            yield process
        finally:
            process.stop()
            warden.over(process.group)
