"""Progress on a terminal, for commands. What is being done is not its concern."""

from typing import Any


class Bar:
    """A progress bar on a terminal; elsewhere a line whenever another tenth is done."""

    WIDTH = 30

    def __init__(self, stream: Any, unit: str) -> None:
        self.stream, self.unit = stream, unit
        self.tenth = -1

    def show(self, done: int, total: int) -> None:
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

    def end(self) -> None:
        if self.stream.isatty():
            self.stream.write("")
