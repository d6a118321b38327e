"""What may be wrong with a take: cut off, silent, clipped, too long a pause, said twice, out of level or pace.

Each finding says what and where, in a sentence for the person who will listen there. A finding is a hint, never a
verdict: docs/checks.md has what the checks find and what they miss, measured. Nothing here changes sound.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from projects.audio import pcm
from projects.audio.hearing import CELL_MS, HOP_MS, Hearing
from projects.sentences import gettext_noop as _

SHORT = _("Very short for its text: %(spoken)s s, expected about %(expected)s s")
LONG = _("Very long for its text: %(spoken)s s, expected about %(expected)s s")
PAUSE = _("Pause of %(length)s s at %(clock)s")
CLIPPED = _("Clipped in %(count)s places, first at %(clock)s")
TWICE = _("Perhaps said twice, again at %(clock)s")
QUICKER = _("%(share)s quicker than this voice usually speaks here")
SLOWER = _("%(share)s slower than this voice usually speaks here")
LOUDER = _("%(over)s dB louder than this voice usually is here")
SOFTER = _("%(over)s dB softer than this voice usually is here")

CODES = ("silent", "cut", "pause", "clipped", "repeat", "length", "level", "pace")


@dataclass(frozen=True)
class Finding:
    """One thing that may be wrong, from ``at_ms`` to ``until_ms``; ``text`` is a sentence without its full stop."""

    code: str
    text: str
    at_ms: int
    until_ms: int


@dataclass(frozen=True)
class Limits:
    """From where on something is told. Shares are of what is usual: 0.4 is 40 % more or less."""

    pause_ms: int = 1500
    level_db: float = 6.0
    pace_share: float = 0.4


@dataclass(frozen=True)
class Usual:
    """What other takes of the same voice and language came to, newest last: speech levels in dBFS, and paces.

    A pace is the length of the speech over the length that its text leads one to expect.
    """

    levels_dbfs: list[float] = field(default_factory=list)
    paces: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Checked:
    """What was found, and the two figures by which later takes are judged (None: too little was heard)."""

    findings: list[Finding]
    level_dbfs: float | None
    pace: float | None


ENOUGH_TAKES = 8
"""With fewer takes of a voice nothing is said about its level and pace."""

_SIGMAS = 4.0
_SHORTEST_JUDGED_MS = 1500
"""Lines that should last less vary so much in pace that nothing can be said of it."""

_PAUSE_COUNTED_MS = 700
_LEAST_SHARE, _MOST_SHARE = 0.5, 2.0
_STRAY = 8  # below it a sample is noise of the last bits
_CUT_END_DB, _CUT_START_DB = 16.0, 20.0
_BARE_END_DB = 22.0
_SWING = 0.4
_CUT_SHOWN_MS = 200
_CLIPPED_RUN = 3
_CLIPPED_PLACES = 3
_REPEAT_LIKENESS, _SHORT_REPEAT_LIKENESS = 0.7, 0.8
_SHORT_REPEAT_MS = 900
_LEAST_VARIETY = 1.1
_REPEAT_LEAST_MS, _REPEAT_MOST_MS = 400, 8000


def check(
    samples: pcm.Pcm,
    *,
    text: str = "",
    expected_ms: int | None = None,
    limits: Limits = Limits(),
    usual: Usual = Usual(),
) -> Checked:
    """Look at one take: mono, 24 kHz, int16 of shape (n,).

    text: what it should say, for what it repeats by itself. expected_ms: about how long this text lasts at the
    usual pace of its language; None where nobody knows, and then length and pace are not judged.
    """
    hearing = Hearing(pcm.checked(samples))
    if not hearing.spoken.any():
        return Checked([Finding("silent", _("Silent"), 0, pcm.frames_to_ms(samples.size))], None, None)
    found = [*_cut(hearing), *_pauses(hearing, limits.pause_ms), *_clipped(samples), *_repeats(hearing, text)]
    spoken_ms = hearing.speech_ms(_PAUSE_COUNTED_MS)
    pace = spoken_ms / expected_ms if expected_ms and expected_ms >= _SHORTEST_JUDGED_MS else None
    found += _length(hearing, spoken_ms, expected_ms if pace is not None else None, usual)
    if not any(finding.code in ("length", "repeat", "cut") for finding in found):
        found += _pace(hearing, pace, usual.paces, limits.pace_share)
    found += _level(hearing, usual.levels_dbfs, limits.level_db)
    return Checked(found, round(hearing.level_dbfs, 2), None if pace is None else round(pace, 3))


def _cut(hearing: Hearing) -> Iterator[Finding]:
    """A wave that breaks off in full swing, whether or not silence was put after it; and so at the start.

    At the end a voice leaves at least a moment of quiet, so speech that goes on to the last millisecond is cut, too.
    """
    samples = hearing.samples
    there = (samples > _STRAY) | (samples < -_STRAY)
    if not there.any() or hearing.cells_dbfs.size < 4:
        return
    first, last = int(there.argmax()), there.size - int(there[::-1].argmax())
    loud_dbfs = hearing.loud_dbfs
    to_the_end = (
        samples.size - last < pcm.ms_to_frames(1) and hearing.cells_dbfs[-2] > loud_dbfs - _BARE_END_DB
    )
    if to_the_end or _breaks_off(samples[first:last], loud_dbfs - _CUT_END_DB):
        at_ms = pcm.frames_to_ms(last)
        yield Finding("cut", _("Cut off at the end"), max(0, at_ms - _CUT_SHOWN_MS), at_ms)
    if _breaks_off(samples[first:last][::-1], loud_dbfs - _CUT_START_DB):
        at_ms = pcm.frames_to_ms(first)
        yield Finding("cut", _("Begins in the middle of a sound"), at_ms, at_ms + _CUT_SHOWN_MS)


def _breaks_off(samples: pcm.Pcm, loud_dbfs: float) -> bool:
    """Whether the last 15 ms are loud, and the very last millisecond hardly less so: speech dies away in more."""
    near = np.abs(samples[-pcm.ms_to_frames(15) :].astype(np.float32))
    level_dbfs = 10 * np.log10(float(np.mean(near * near)) / pcm.FULL_SCALE**2)
    return level_dbfs > loud_dbfs and float(near[-pcm.ms_to_frames(1) :].mean()) > _SWING * float(near.mean())


def _pauses(hearing: Hearing, limit_ms: int) -> Iterator[Finding]:
    for first, after in hearing.pauses:
        length_ms = (after - first) * CELL_MS
        if length_ms > limit_ms:
            at_ms = first * CELL_MS
            text = PAUSE % {"length": f"{length_ms / 1000:.1f}", "clock": _clock(at_ms)}
            yield Finding("pause", text, at_ms, after * CELL_MS)


def _clipped(samples: pcm.Pcm) -> Iterator[Finding]:
    """Waves with flat tops: the take's own extreme, three samples and more at a time, in several places."""
    runs = [*_flat_runs(samples, int(samples.max())), *_flat_runs(samples, int(samples.min()))]
    if len(runs) < _CLIPPED_PLACES:
        return
    at_ms, until_ms = pcm.frames_to_ms(min(runs)), pcm.frames_to_ms(max(runs))
    yield Finding("clipped", CLIPPED % {"count": len(runs), "clock": _clock(at_ms)}, at_ms, until_ms + 1)


def _flat_runs(samples: pcm.Pcm, extreme: int) -> list[int]:
    if abs(extreme) < pcm.FULL_SCALE // 50:
        return []
    there = np.flatnonzero(samples == extreme)
    runs = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    return [int(run[0]) for run in runs if run.size >= _CLIPPED_RUN]


def _repeats(hearing: Hearing, text: str) -> Iterator[Finding]:
    """The same sound twice in a row, unless the text says something twice in about that distance."""
    if hearing.variety < _LEAST_VARIETY:
        return  # a held tone is always like itself
    own = _own_repeats(text)
    total_ms = pcm.frames_to_ms(hearing.samples.size)

    def is_meant(lag_ms: float) -> bool:
        return any(0.4 < lag_ms / (share * total_ms) < 2.2 for share in own)

    likeness, at, lag = _likest(hearing, is_meant)
    enough = _SHORT_REPEAT_LIKENESS if lag * HOP_MS < _SHORT_REPEAT_MS else _REPEAT_LIKENESS
    if likeness < enough:
        return
    second_ms = (at + lag) * HOP_MS
    yield Finding("repeat", TWICE % {"clock": _clock(second_ms)}, second_ms, second_ms + lag * HOP_MS)


def _likest(hearing: Hearing, is_meant: Callable[[float], bool]) -> tuple[float, int, int]:
    """The most alike two stretches that follow each other: likeness up to 1, first hop, and hops from one to the
    other. Nearly as long as their distance, so that one word in common is not enough."""
    rows = hearing.spectrum
    heard = np.abs(rows).max(axis=1, initial=0) > 0
    best = (0.0, 0, 0)
    longest = min(_REPEAT_MOST_MS // HOP_MS, int(len(rows) * 0.6))
    for lag in range(_REPEAT_LEAST_MS // HOP_MS, longest + 1):
        window = min(int(lag * 0.85), len(rows) - lag)
        if window < 0.6 * lag or is_meant(lag * HOP_MS):
            continue
        alike = np.einsum("hb,hb->h", rows[:-lag], rows[lag:])
        either = _sums(np.maximum(heard[:-lag], heard[lag:]), window)
        score: np.ndarray = np.where(either >= window / 2, _sums(alike, window) / np.maximum(either, 1), 0)
        at = int(score.argmax())
        if score[at] > best[0]:
            best = (float(score[at]), at, lag)
    return best


def _sums(values: np.ndarray, window: int) -> np.ndarray:
    sums = np.concatenate([[0], np.cumsum(values, dtype=np.float64)])
    return sums[window:] - sums[:-window]


def _own_repeats(text: str) -> set[float]:
    """How far apart the text says something twice in a row by itself, as shares of the text."""
    words = re.findall(r"[⺀-鿿぀-ヿ가-힯]|[^\W⺀-鿿぀-ヿ가-힯]+", text.lower())
    stems = [word[:4] for word in words]
    found = set()
    for lag in range(1, len(words) // 2 + 1):
        same = np.array([a == b for a, b in zip(stems, stems[lag:], strict=False)], dtype=float)
        if _sums(same, min(lag, len(same))).max() >= max(1, 0.6 * lag):
            found.add(lag / len(words))
    return found


def _length(hearing: Hearing, spoken_ms: int, expected_ms: int | None, usual: Usual) -> Iterator[Finding]:
    """Far from the length of its text: words may be missing, or there may be more of them than were asked for."""
    if expected_ms is None:
        return
    if len(usual.paces) >= ENOUGH_TAKES:
        expected_ms = round(expected_ms * median(usual.paces))
    share = spoken_ms / expected_ms
    if _LEAST_SHARE <= share <= _MOST_SHARE:
        return
    lasts = {"spoken": f"{spoken_ms / 1000:.1f}", "expected": f"{expected_ms / 1000:.1f}"}
    text = (SHORT if share < 1 else LONG) % lasts
    yield Finding("length", text, *_whole(hearing))


def _pace(hearing: Hearing, pace: float | None, paces: list[float], limit: float) -> Iterator[Finding]:
    if pace is None or len(paces) < ENOUGH_TAKES:
        return
    middle, spread = _robust(paces)
    if abs(pace - middle) <= _SIGMAS * spread:
        return
    quicker = middle / pace - 1
    if quicker > limit or 1 - middle / pace > limit / (1 + limit):
        faster = quicker > 0
        share = quicker if faster else pace / middle - 1
        text = (QUICKER if faster else SLOWER) % {"share": f"{share:.0%}"}
        yield Finding("pace", text, *_whole(hearing))


def _level(hearing: Hearing, levels: list[float], limit_db: float) -> Iterator[Finding]:
    if len(levels) < ENOUGH_TAKES:
        return
    middle, spread = _robust(levels)
    over_db = hearing.level_dbfs - middle
    if abs(over_db) > max(limit_db, _SIGMAS * spread):
        text = (LOUDER if over_db > 0 else SOFTER) % {"over": f"{abs(over_db):.0f}"}
        yield Finding("level", text, *_whole(hearing))


def _robust(values: list[float]) -> tuple[float, float]:
    """The median, and a spread that a few outliers cannot move (1.48 times their median distance from it)."""
    middle = median(values)
    return middle, 1.4826 * median(abs(value - middle) for value in values)


def _whole(hearing: Hearing) -> tuple[int, int]:
    start, stop = hearing.edges
    return start * CELL_MS, stop * CELL_MS


def _clock(at_ms: int) -> str:
    return f"{at_ms // 60_000}:{at_ms // 1000 % 60:02}"
