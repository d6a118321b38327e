"""How far an export is, and how long it will still take, written to its row once a second by the worker that has it."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from projects.audio import delivery
from projects.audio.delivery import Found
from projects.models import Export, ExportStatus

LEASE_S = 120
EVERY_S = 1.0
# Sooner than that nobody knows how fast the work goes.
KNOWN_AFTER_S = 2.0

Ear = Callable[[Path, Callable[[], None]], Found]


class Cancelled(Exception):
    """A person took the export back while it was assembled."""


def lease() -> Any:
    return timezone.now() + timedelta(seconds=LEASE_S)


class Progress:
    """Takes what the engines tell, in frames, renews the claim with it, and notices a cancel.

    Neither what is done nor what is left ever jumps back, not even when another worker goes on.
    """

    def __init__(self, export: Export, *, is_heard: bool) -> None:
        self._id, self._token = export.pk, export.claim_token
        self._least_ms, self._most_left_s = export.done_ms, export.left_s
        self._is_heard, self._heard = is_heard, 0
        self._done = self._total = 0
        self._began: tuple[float, float] | None = None
        self._at = 0.0

    def __call__(self, done_frames: int, total_frames: int) -> None:
        self._done, self._total = done_frames, total_frames
        self._tell()

    def heard_by(self, ear: Ear | None) -> Ear | None:
        """The ear, that tells of each piece it has heard."""
        return ear and (lambda path, tick: ear(path, lambda: self._hears(tick)))

    def _hears(self, tick: Callable[[], None]) -> None:
        self._heard += delivery.PIECE_FRAMES
        tick()

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._at < EVERY_S:
            return
        self._at = now
        share = self._share()
        self._began = self._began or (now, share)
        total_ms = self._total // 24
        self._least_ms = max(self._least_ms, min(int(share * total_ms), total_ms))
        self._most_left_s = self._left_s(now - self._began[0], share - self._began[1], 1 - share)
        held = Export.objects.filter(pk=self._id, claim_token=self._token, status=ExportStatus.RUNNING)
        if not held.update(
            done_ms=self._least_ms, total_ms=total_ms, left_s=self._most_left_s, lease_until=lease()
        ):
            raise Cancelled

    def _share(self) -> float:
        """How much is done, 0 to 1. To hear a file is as much work as to encode it."""
        encoded = self._done / self._total if self._total else 1.0
        if not self._is_heard:
            return encoded
        heard = min(self._heard / self._total, 1.0) if self._total else 1.0
        return (encoded + heard) / 2

    def _left_s(self, gone_s: float, done: float, left: float) -> int | None:
        """As the work went so far, and never longer than was said before."""
        if gone_s < KNOWN_AFTER_S or done <= 0:
            return self._most_left_s
        found = round(gone_s * left / done)
        return found if self._most_left_s is None else min(found, self._most_left_s)
