"""What an examination says, and how far two clocks may differ."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

# Leases and turns are told by the clocks of the machines; a lease has a margin of a minute.
SKEW_WRONG_S, SKEW_ODD_S = 20.0, 2.0

Level = Literal["fine", "odd", "wrong"]


@dataclass(frozen=True)
class Finding:
    """What an examination says. ``wrong`` has to be put right; ``odd`` may be meant so. ``do`` says how."""

    subject: str
    level: Level
    says: str
    do: str = ""

    def __str__(self) -> str:
        return f"{self.subject:<10} {self.level:<6} {self.says}{' ' if self.do else ''}{self.do}"

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def clock(whose: str, ahead_s: float) -> Iterator[Finding]:
    """How far this machine's clock is from another's."""
    if abs(ahead_s) >= SKEW_ODD_S:
        level: Level = "wrong" if abs(ahead_s) >= SKEW_WRONG_S else "odd"
        says = f"This machine's clock is {abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} {whose}'s."
        yield Finding("clock", level, says, "Keep all machines at the same time: timedatectl set-ntp true")
