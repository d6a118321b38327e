"""A file that was edited elsewhere and comes back: where each of its lines is in it by now, and what became of it.

Lines are looked for one after the other, each near where the ones before it have come to stand: by how the level goes,
then to the sample. What is edited beyond that is what stands between its neighbours. A guess, which a person confirms.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from projects.audio import pcm, splitting

STEP = pcm.ms_to_frames(10)
NEAR_MS, FAR_MS = 2_000, 30_000
"""A line is looked for so far around where it should be; farther where it is not found."""

_LIKE = 0.8  # of how the level goes
_SAME_DB = -20.0  # what is left when the line as it was is taken away, beside it
_LOUDER_DB = 0.5
_FLOOR_DB = -60.0
_KEPT_MS = 120
_SAMPLES_AROUND = 2 * STEP


class Change(StrEnum):
    """What became of a line."""

    SAME = "same"
    LEVEL = "level"
    SOUND = "sound"
    OTHER = "other"
    GONE = "gone"


@dataclass(frozen=True)
class Was:
    """Where a line stood in the file as it was exported, in frames of 24 kHz."""

    start: int
    end: int


@dataclass(frozen=True)
class Is:
    """Where it stands in the file that came back, and what became of it; ``level_db`` is by how much it is louder."""

    start: int
    end: int
    change: Change
    level_db: float = 0.0


@dataclass(frozen=True)
class _Match:
    start: int
    likeness: float


def find(edited: pcm.Pcm, lines: Sequence[Was], sound: Callable[[int], pcm.Pcm]) -> list[Is]:
    """Each line of the edited file (mono, 24 kHz, int16). ``sound`` gives a line as it was; one is held at a time."""
    envelope = _envelope(edited)
    found: list[_Match] = []
    shift = 0
    for index, line in enumerate(lines):
        match = _search(envelope, _envelope(sound(index)), (line.start + shift) // STEP)
        if match.likeness >= _LIKE:
            shift = match.start * STEP - line.start
        found.append(match)
    rest = _unlike(edited, lines, found)
    return [rest.get(n) or _judged(edited, sound(n), match) for n, match in enumerate(found)]


def between(edited: pcm.Pcm, regions: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """The frames of regions that somebody has marked, in seconds, with a little of the silence around them."""
    spans = []
    for index, (start_s, end_s) in enumerate(regions):
        before = regions[index - 1][1] if index else 0.0
        behind = regions[index + 1][0] if index + 1 < len(regions) else edited.size / pcm.RATE_HZ
        room = _KEPT_MS / 1000
        start = max(start_s - room, min((before + start_s) / 2, start_s), 0.0)
        end = min(end_s + room, max((behind + end_s) / 2, end_s), edited.size / pcm.RATE_HZ)
        spans.append((round(start * pcm.RATE_HZ), round(max(end, start) * pcm.RATE_HZ)))
    return spans


def compared(was: pcm.Pcm, now: pcm.Pcm) -> tuple[Change, float]:
    """What became of a line, of two sounds that begin together."""
    size = min(was.size, now.size)
    one, two = was[:size].astype(np.float64), now[:size].astype(np.float64)
    power = float(one @ one)
    if not power or not size:
        return (Change.SAME if not two.any() else Change.OTHER), 0.0
    gain = float(one @ two) / power
    left = two - gain * one
    residue = float(left @ left) / max(float(two @ two), 1.0)
    if gain <= 0 or 10 * np.log10(max(residue, 1e-12)) > _SAME_DB:
        return Change.SOUND, 0.0
    level_db = float(20 * np.log10(gain))
    return (Change.LEVEL if abs(level_db) >= _LOUDER_DB else Change.SAME), level_db


def _judged(edited: pcm.Pcm, was: pcm.Pcm, match: _Match) -> Is:
    start = _to_the_sample(edited, was, match.start * STEP)
    now = edited[start : start + was.size]
    change, level_db = compared(was, now)
    return Is(start, start + now.size, change, level_db)


def _unlike(edited: pcm.Pcm, lines: Sequence[Was], found: Sequence[_Match]) -> dict[int, Is]:
    """The lines that were not found, by what is spoken between those that were."""
    rest: dict[int, Is] = {}
    missing = [n for n, match in enumerate(found) if match.likeness < _LIKE]
    while missing:
        first = after = missing[0]
        while after in missing:
            missing.remove(after)
            after += 1
        start = _ends(lines, found, first - 1) if first else 0
        end = _begins(lines, found, after) if after < len(lines) else edited.size
        rest |= _spoken(edited, max(start, 0), min(end, edited.size), lines, range(first, after))
    return rest


def _ends(lines: Sequence[Was], found: Sequence[_Match], index: int) -> int:
    """Half way through the pause behind a line that was found."""
    pause = lines[index + 1].start - lines[index].end
    return found[index].start * STEP + lines[index].end - lines[index].start + pause // 2


def _begins(lines: Sequence[Was], found: Sequence[_Match], index: int) -> int:
    """Half way through the pause before a line that was found."""
    return found[index].start * STEP - (lines[index].start - lines[index - 1].end) // 2


def _spoken(edited: pcm.Pcm, start: int, end: int, lines: Sequence[Was], among: range) -> dict[int, Is]:
    """A stretch given to its lines by order and length, each with what is spoken of it."""
    pieces = splitting.split(edited[start : max(end, start)])
    lengths = [pcm.frames_to_ms(lines[n].end - lines[n].start) for n in among]
    given = [(0, len(pieces))] if len(among) == 1 and pieces else splitting.match(pieces, lengths)
    spoken = {}
    for n, span in zip(among, given, strict=True):
        if span is None or span[0] == span[1]:
            spoken[n] = Is(start, start, Change.GONE)
            continue
        first, last = pieces[span[0]], pieces[span[1] - 1]
        ends = (start + pcm.ms_to_frames(first.start_ms), start + pcm.ms_to_frames(last.stop_ms))
        spoken[n] = Is(*ends, Change.OTHER)
    return spoken


def _envelope(samples: pcm.Pcm) -> npt.NDArray[np.float32]:
    """The level of each 10 ms in dB, -60 at least."""
    whole = samples[: samples.size // STEP * STEP].reshape(-1, STEP).astype(np.float32) / pcm.FULL_SCALE
    power = np.einsum("ij,ij->i", whole, whole) / STEP
    return (10 * np.log10(np.maximum(power, 10 ** (_FLOOR_DB / 10)))).astype(np.float32)


def _search(envelope: npt.NDArray[np.float32], line: npt.NDArray[np.float32], at: int) -> _Match:
    match = _best(envelope, line, at, NEAR_MS // 10)
    return match if match.likeness >= _LIKE else _best(envelope, line, at, FAR_MS // 10)


def _best(envelope: npt.NDArray[np.float32], line: npt.NDArray[np.float32], at: int, around: int) -> _Match:
    """Where the level goes most as it does in the line; likeness is the correlation, 1 for the very same."""
    low = max(min(at - around, envelope.size - line.size), 0)
    part = envelope[low : max(at + around, 0) + line.size].astype(np.float64)
    shape = line - line.mean()
    norm = float(np.sqrt(shape @ shape))
    if part.size < line.size or line.size < 3 or not norm:
        return _Match(max(at, 0), 0.0)
    products = _correlated(part, shape.astype(np.float64))
    sums = np.cumsum(np.insert(part, 0, 0.0))
    squares = np.cumsum(np.insert(part * part, 0, 0.0))
    count = line.size
    mean = (sums[count:] - sums[:-count]) / count
    spread = np.sqrt(np.maximum((squares[count:] - squares[:-count]) - count * mean * mean, 1e-6))
    likeness = products / (spread * norm)
    best = int(likeness.argmax())
    return _Match(low + best, float(likeness[best]))


def _to_the_sample(edited: pcm.Pcm, was: pcm.Pcm, at: int) -> int:
    """The start of a line that is known to 10 ms."""
    low = max(at - _SAMPLES_AROUND, 0)
    part = edited[low : at + was.size + _SAMPLES_AROUND].astype(np.float64)
    if part.size < was.size or not was.any():
        return at
    return low + int(_correlated(part, was.astype(np.float64)).argmax())


def _correlated(part: npt.NDArray[np.float64], shape: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The products of a shape with each stretch of its length, by way of their spectra."""
    size = 1 << int(part.size).bit_length()
    products = np.fft.irfft(np.fft.rfft(part, size) * np.conj(np.fft.rfft(shape, size)), size)
    return products[: part.size - shape.size + 1]
