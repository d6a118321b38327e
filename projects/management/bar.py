"""Progress on a terminal, for commands. What is being done is not its concern."""

import time
from typing import Any

# What keeps things from going on is worth a sentence when nothing was done for so long.
STUCK_S = 3.0


class Bar:
    """A progress bar on a terminal; elsewhere a line whenever another tenth is done."""

    WIDTH = 30

    def __init__(self, stream: Any, unit: str) -> None:
        self.stream, self.unit = stream, unit
        self.tenth = -1
        self._done, self._since, self._said = -1, 0.0, ""

    def show(self, done: int, total: int, waits: str = "") -> None:
        """``waits``: in a sentence, what keeps it from going on; said once where nothing is done for STUCK_S."""
        self._tell(done, waits)
        tenth = done * 10 // total if total else 10
        if self.stream.isatty():
            full = done * self.WIDTH // total if total else self.WIDTH
            self.stream.write(
                f"\r{'█' * full}{'░' * (self.WIDTH - full)} {done} of {total} {self.unit}", ending=""
            )
            self.stream.flush()
        elif tenth != self.tenth:
            self.stream.write(f"{done} of {total} {self.unit}")
        self.tenth = tenth

    def _tell(self, done: int, waits: str) -> None:
        if done != self._done:
            self._done, self._since, self._said = done, time.monotonic(), ""
        elif waits and waits != self._said and time.monotonic() - self._since >= STUCK_S:
            self._said = waits
            self.end()
            self.stream.write(f"Waiting. {waits}")

    def end(self) -> None:
        if self.stream.isatty():
            self.stream.write("")
