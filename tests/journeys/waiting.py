"""Waiting for what another process does to the database, where nothing tells us that it is done."""

import time
from collections.abc import Callable

ASK_EACH_S = 0.02


def until(done: Callable[[], object], within_s: float = 90.0, what: str = "") -> None:
    """Return as soon as ``done()`` is true; fail when it is not within that time."""
    deadline = time.monotonic() + within_s
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(f"after {within_s:.0f} s still waiting{f' for {what}' if what else ''}")
        time.sleep(ASK_EACH_S)
