"""What is worked out from every line of a script, or of a book, rests while that changes: the longer, the more lines.

So a run of ten thousand lines is not counted for each line that comes, and for each reader (docs/scale.md). Each
process keeps what it worked out last, and what that was true of; meanwhile it tells what was true a moment ago.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from narrator.cache import own as cache

# What has fewer lines is worked out at once: nobody waits for it.
AT_ONCE_LINES = 1_000

Value = TypeVar("Value")


@dataclass(frozen=True)
class Told(Generic[Value]):
    """``is_behind``: it was so a moment ago, and something has changed since."""

    value: Value
    is_behind: bool


def rest_s(lines: int, each_thousand_s: float) -> float:
    """How long something of so many lines rests."""
    return each_thousand_s * lines / 1_000 if lines > AT_ONCE_LINES else 0.0


def told(
    key: str,
    mark: Any,
    work_out: Callable[[], Value],
    *,
    rest_s: Callable[[Value], float],
    kept_s: float,
    will_do: Callable[[Any], bool],
) -> Told[Value]:
    """What is kept under this key, where it was worked out for this mark, or rests; else it is worked out now.

    ``will_do`` says whether what is true of an earlier mark may be told at all.
    """
    kept = cache.get(key)
    if kept is not None:
        was, rests_until, value = kept
        if was == mark:
            return Told(value, False)
        now = time.monotonic()
        if now < rests_until and will_do(was):
            return Told(value, True)
        # For others who ask meanwhile.
        cache.set(key, (was, now + rest_s(value), value), kept_s)
    value = work_out()
    cache.set(key, (mark, time.monotonic() + rest_s(value), value), kept_s)
    return Told(value, False)


def is_due(key: str, mark: Any) -> bool:
    """Whether who asks for it now gets something else than was told before."""
    kept = cache.get(key)
    return kept is None or (kept[0] != mark and time.monotonic() >= kept[1])
