"""The line behind a figure of a finished file that its destination refuses."""

from collections.abc import Sequence
from typing import Any

from projects.audio import causes
from projects.audio.sums import Placed
from projects.audio.treatment import Treatment
from projects.models import Sound

AT_ONCE = 500


def of(
    rows: Sequence[dict[str, Any]],
    field: str,
    figure: float | None,
    *,
    least: float | None,
    most: float | None,
) -> int | None:
    """The take that makes a file too loud, too soft or too noisy; None where no line alone does.

    ``rows`` are the lines of the file as the plan of its export has them; ``field`` is one of ``audio.causes.LEVELS``,
    ``figure`` what the file has of it. Nothing is decoded: what was measured of each take once is read, with the gain
    that it has in the file. A query for each five hundred sounds.
    """
    if field not in causes.LEVELS or figure is None:
        return None
    too_soft = least is not None and figure < least
    bounds = {"least": least if too_soft else None, "most": None if too_soft else most}
    measured = _measured({row["audio_sha256"] for row in rows})
    heard = [row for row in rows if row["audio_sha256"] in measured]
    placed = [
        Placed(measured[row["audio_sha256"]], 0, Treatment(**row.get("treatment", {}))) for row in heard
    ]
    found = causes.line(placed, field, **bounds)
    return None if found is None else int(heard[found]["take"])


def _measured(hashes: set[str]) -> dict[str, Any]:
    """The sums of these sounds."""
    every = sorted(hashes)
    found: dict[str, Any] = {}
    for start in range(0, len(every), AT_ONCE):
        rows = Sound.objects.filter(sha256__in=every[start : start + AT_ONCE])
        found |= {sound.sha256: sound.sums for sound in rows}
    return found
