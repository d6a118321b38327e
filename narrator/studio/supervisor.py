"""The supervisor: starts parts, waits until they are ready, starts again what dies, stops everything.

It knows nothing about what the parts are. It has one thread: it sleeps until a signal (a child that ended is one,
too) or the next appointment wakes it.
"""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType

from narrator.studio import logs as log_files
from narrator.studio.part import POLL_S, STOP_WITHIN_S, CannotStart, Part, Running
from narrator.studio.warden import Warden

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
HEALTHY_AFTER_S = 60.0
"""A part that lived this long starts again with the first delay."""

LOOK_EVERY_S = 1.0
LOGS_EVERY_S = 30.0

IMPATIENT_AFTER_S = 0.5
"""A second Ctrl-C counts as one only this long after the first: make and the shell may both pass on the first."""


class Stopped(Exception):
    """Somebody asked the studio to stop while it was starting."""


@dataclass
class Kept:
    """A part, its present life, and when the next one begins."""

    part: Part
    running: Running | None
    ready: bool = False
    delay_s: float = FIRST_DELAY_S
    start_again_at: float = 0.0


class Supervisor:
    """Keeps parts running; a context manager that leaves no process behind. One at a time, in the main thread."""

    def __init__(
        self,
        logs: Path,
        say: Callable[[str], None],
        keep_open: Iterable[int] = (),
        *,
        stop_within_s: float = STOP_WITHIN_S,
    ) -> None:
        """Logs go to the folder ``logs``; ``say`` gets each line for the terminal; for ``keep_open`` see Warden."""
        self.stop_within_s = stop_within_s
        self.logs = logs
        self.say = say
        self.keep_open = keep_open
        self.waves: list[list[Kept]] = []
        self.asked_at: float | None = None
        self._logs_due_at = time.monotonic() + LOGS_EVERY_S

    # Beginning and end.

    def __enter__(self) -> "Supervisor":
        self.logs.mkdir(parents=True, exist_ok=True)
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._old_wakeup = signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        self._old = {signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda number, frame: None)}
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
                self._old[number] = signal.signal(number, self._asked)
        self.warden = Warden(self.keep_open)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.warden.__exit__(kind, error, trace)
        for number, handler in self._old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_wakeup)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.asked_at is None:
            self.asked_at = now
        elif number == signal.SIGINT and now - self.asked_at > IMPATIENT_AFTER_S:
            for running in self._alive():
                running.kill()
                self.warden.over(running.group)
            os._exit(130)

    # Starting.

    def start(self, *parts: Part) -> None:
        """Start these parts at the same time, as one wave. Raises CannotStart."""
        wave: list[Kept] = []
        self.waves.append(wave)
        for part in parts:
            log_files.set_aside(log_files.path_of(self.logs, part.name))
            kept = Kept(part, None)
            wave.append(kept)
            self._begin(kept)

    def _begin(self, kept: Kept) -> None:
        kept.running = Running(kept.part, self.logs)
        self.warden.guard(kept.running.group)
        if kept.ready:  # an earlier life of it was
            kept.running.give_way()

    def wait_until_ready(self, *parts: Part) -> None:
        """Return when these parts, or all, are ready. Raises CannotStart, and Stopped when a signal came first."""
        wanted = [kept for kept in self._kept() if not parts or kept.part in parts]
        while waiting := [kept for kept in wanted if not kept.ready]:
            for kept in waiting:
                if self.asked_at is not None:
                    raise Stopped
                kept.ready = kept.running is not None and kept.running.is_ready()
            self._sleep(POLL_S)

    def finish(self, part: Part) -> Running:
        """Run a part that ends by itself, to its end. Raises CannotStart for a failure, and Stopped."""
        log_files.set_aside(log_files.path_of(self.logs, part.name))
        job = Running(part, self.logs)
        self.warden.guard(job.group)
        try:
            while not job.ended():
                if self.asked_at is not None:
                    raise Stopped
                if time.monotonic() - job.started_at > part.ready_within_s:
                    raise CannotStart(f"The {part.name} took over {part.ready_within_s:.0f} s.", job.tail())
                self._sleep(POLL_S)
        finally:
            job.stop()
            self.warden.over(job.group)
        if job.process.returncode:
            raise CannotStart(
                f"The {part.name} failed ({job.how_it_ended()}). {part.hint}".strip(), job.tail()
            )
        return job

    # Keeping.

    def watch(self) -> None:
        """Keep every part running until a signal asks to stop."""
        while self.asked_at is None:
            for kept in self._kept():
                self._look_after(kept)
            if self.warden.revive():
                self.say("The warden had ended; it was started again.")
            self._trim_logs()
            self._sleep(LOOK_EVERY_S)

    def _look_after(self, kept: Kept) -> None:
        if kept.running and kept.running.ended():
            self._note_death(kept, kept.running)
        if kept.running is None and time.monotonic() >= kept.start_again_at:
            try:
                self._begin(kept)
            except CannotStart as error:
                self.say(str(error))
                self._put_off(kept)

    def _note_death(self, kept: Kept, running: Running) -> None:
        running.bury()
        self.warden.over(running.group)
        kept.running = None
        if time.monotonic() - running.started_at > HEALTHY_AFTER_S:
            kept.delay_s = FIRST_DELAY_S
        self.say(
            f"The {kept.part.name} ended ({running.how_it_ended()}); it starts again in {kept.delay_s:g} s. "
            f"Its log is {running.log}."
        )
        self._put_off(kept)

    def _put_off(self, kept: Kept) -> None:
        kept.start_again_at = time.monotonic() + kept.delay_s
        kept.delay_s = min(kept.delay_s * 2, LONGEST_DELAY_S)

    def _trim_logs(self) -> None:
        now = time.monotonic()
        if now < self._logs_due_at:
            return
        self._logs_due_at = now + LOGS_EVERY_S
        for log in self.logs.glob("*.log"):
            log_files.trim(log)

    # Stopping.

    def stop(self) -> None:
        """Stop every part, the last wave first, each wave together: TERM, stop_within_s seconds, KILL."""
        while self.waves:
            wave = [kept.running for kept in self.waves[-1] if kept.running]
            for running in wave:
                running.send(signal.SIGTERM)
            deadline = time.monotonic() + self.stop_within_s
            while not all(running.ended() for running in wave) and time.monotonic() < deadline:
                self._sleep(POLL_S)
            for running in wave:
                self._make_sure(running)
            self.waves.pop()

    def _make_sure(self, running: Running) -> None:
        if not running.ended():
            self.say(f"The {running.part.name} did not stop within {self.stop_within_s:g} s and was killed.")
        running.stop(within_s=0)
        self.warden.over(running.group)

    # Small things.

    def _kept(self) -> list[Kept]:
        return [kept for wave in self.waves for kept in wave]

    def _alive(self) -> list[Running]:
        return [kept.running for kept in self._kept() if kept.running]

    def _sleep(self, seconds: float) -> None:
        """Sleep until a signal comes, the next part is due, or the time is over."""
        due = [kept.start_again_at - time.monotonic() for kept in self._kept() if kept.running is None]
        select.select([self._wake_read], [], [], max(0.0, min([seconds, *due])))
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)
