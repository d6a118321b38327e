"""Small studios and the whole one, as real processes that are gone when the test is over."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Program:
    """A program under test; its output lines can be waited for."""

    def __init__(self, argv: list[str], env: dict[str, str], cwd: Path) -> None:
        self.process = subprocess.Popen(
            argv, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def says(self, text: str, within_s: float = 120) -> str:
        """Wait for a line with this text and return it; fail if the program ends or stays silent."""
        while (line := self._queue.get(timeout=within_s)) is not None:
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"it ended without saying {text!r}:\n" + "\n".join(self.lines))

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self, within_s: float = 100) -> int:
        """Wait for the end; return the exit code. All that it said is in ``lines``."""
        code = self.process.wait(within_s)
        self._reader.join(within_s)
        while (line := self._queue.get(timeout=within_s)) is not None:
            self.lines.append(line)
        self._close()
        return code

    def _close(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()

    def clear_away(self) -> None:
        """End it, if the test has not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(30)
        self._close()


@pytest.fixture
def run_program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Return a function that runs a Python program of ours with a clean environment."""
    programs: list[Program] = []

    def run(*argv: str, **env: str) -> Program:
        ours = ("NARRATOR_", "DJANGO_", "REDIS_URL", "DATABASE_URL", "PORT", "HOST")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        program = Program([sys.executable, *argv], {**clean, "PYTHONPATH": str(ROOT), **env}, tmp_path)
        programs.append(program)
        return program

    yield run
    for program in programs:
        program.clear_away()


@pytest.fixture
def small_studio(run_program: Callable[..., Program], tmp_path: Path) -> Callable[..., Program]:
    """Return a function that runs a supervisor over parts given as name=code; their logs are in tmp_path/logs."""

    def run(*, stop_within_s: float = 60, **parts: str) -> Program:
        logs, seconds = str(tmp_path / "logs"), str(stop_within_s)
        return run_program("-m", "tests.studio.small_studio", logs, json.dumps(parts), seconds)

    return run
