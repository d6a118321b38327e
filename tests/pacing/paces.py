"""What tests of the shared pace do again and again."""

import itertools
from collections.abc import Callable

from projects.pacing.pace import Pace, Slot

MakePace = Callable[..., Pace]
SHARE = 178 / 180


def state_key(account: str) -> str:
    return "narrator:pace:{" + account + "}"


def borrowed(pace: Pace) -> Slot:
    slot = pace.slot(wait_s=0)
    assert slot is not None
    return slot


def starts_us(slot: Slot, turns: int) -> list[int]:
    """Take turns and return when they began, by the server's clock."""
    starts = []
    for _ in range(turns):
        assert slot.turn()
        assert slot.in_hand is not None
        starts.append(slot.in_hand.start_us)
        assert slot.begin()
    return starts


def gaps_s(starts: list[int]) -> list[float]:
    return [(later - earlier) / 1e6 for earlier, later in itertools.pairwise(sorted(starts))]
