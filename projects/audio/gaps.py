"""Where speech begins and ends in a take, and its pauses: from what is stored of its sound, without reading it."""

from dataclasses import dataclass

import numpy as np

from projects.audio import loudness

SILENT = 1e-5
"""-50 dB, as measure.py has it; in a noisy room rather what lies 35 dB below its loud parts."""
BELOW_LOUD = 10**-3.5
PAUSE_CELLS = 12


@dataclass(frozen=True)
class Heard:
    """From when to when something is heard of a sound, and the silences of 120 ms and more between. In frames."""

    start: int
    end: int
    pauses: tuple[tuple[int, int], ...]


def heard(cells: bytes, frames: int, head: int = 0) -> Heard:
    """What is heard of a sound of so many frames, its first `head` ones being cut; exact to 10 ms.

    All of it, where it has no louder parts than others or nothing is stored of it.
    """
    energies = loudness.energies(cells)[head // loudness.CELL_FRAMES :][: -(-frames // loudness.CELL_FRAMES)]
    whole = Heard(0, frames, ())
    if not energies.size:
        return whole
    limit = max(SILENT, float(np.quantile(energies, 0.9)) * BELOW_LOUD)
    loud = np.flatnonzero(energies > limit)
    if not loud.size:
        return whole
    after = np.flatnonzero(np.diff(loud) > PAUSE_CELLS)
    pauses = tuple((_frames(loud[n] + 1), _frames(loud[n + 1])) for n in after)
    return Heard(_frames(loud[0]), min(_frames(loud[-1] + 1), frames), pauses)


def _frames(cell: int) -> int:
    return int(cell) * loudness.CELL_FRAMES
