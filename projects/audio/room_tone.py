"""Room tone: what a room sounds like while nobody speaks, for the ends of a file and the pauses in it.

It is made of the quiet between the words of takes, laid over each other in changing order so that nothing repeats; of
soft noise where the takes have only digital silence. Nothing here reads files.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from projects.audio import measure, pcm

FRAMES = pcm.ms_to_frames(20_500)
"""Longer than the longest pause that can be set."""

MOST_DBFS = -65.0
"""Shops want the noise floor under -60 dB: 5 dB stay for what else is heard there."""

MADE_DBFS = -72.0
ENOUGH_FRAMES = pcm.ms_to_frames(500)
_CELL = pcm.ms_to_frames(10)
_EDGE_CELLS = 3
_LEAST_CELLS = 16
_SILENT_DBFS = -96.0
_GRAIN = pcm.ms_to_frames(100)
_UNUSUAL_DB = 3.0


def quiet(samples: pcm.Pcm) -> Iterator[pcm.Pcm]:
    """The stretches of a take, 100 ms and more, in which nobody speaks and a room is heard.

    What speech leaves behind and what comes before it, 30 ms, is left out; digital silence is no room.
    """
    cells = samples[: samples.size // _CELL * _CELL].reshape(-1, _CELL).astype(np.float64)
    with np.errstate(divide="ignore"):
        levels = 10 * np.log10(np.mean(cells * cells, axis=1) / pcm.FULL_SCALE**2)
    is_room = (levels < measure.SILENCE_DBFS) & (levels > _SILENT_DBFS)
    changes = np.flatnonzero(np.diff(np.concatenate([[False], is_room, [False]]).astype(np.int8)))
    for first, end in changes.reshape(-1, 2):
        if end - first >= _LEAST_CELLS:
            yield samples[(first + _EDGE_CELLS) * _CELL : (end - _EDGE_CELLS) * _CELL]


def made(rooms: Iterable[pcm.Pcm], *, seed: int = 1) -> pcm.Pcm:
    """FRAMES of room tone from such stretches, at their level but never above MOST_DBFS.

    Of stretches louder than the others, with a breath in them say, nothing is used. Where less than half a second of
    room is left, soft noise takes its place. The same stretches make the same tone.
    """
    random = np.random.default_rng(seed)
    usual = _usual(list(rooms))
    if sum(room.size for room in usual) < ENOUGH_FRAMES:
        return _rounded(_noise(random), MADE_DBFS, random)
    level = float(np.median([_level(room) for room in usual]))
    return _rounded(_woven(usual, random), min(level, MOST_DBFS), random)


def _usual(rooms: list[pcm.Pcm]) -> list[pcm.Pcm]:
    levels = [_level(room) for room in rooms]
    middle = float(np.median(levels)) if levels else 0.0
    return [room for room, level in zip(rooms, levels, strict=True) if level <= middle + _UNUSUAL_DB]


def _woven(rooms: Sequence[pcm.Pcm], random: np.random.Generator) -> npt.NDArray[np.float64]:
    """Grains of 100 ms from anywhere in the rooms, each fading into the next with its power kept."""
    window = np.sin(np.pi * (np.arange(_GRAIN) + 0.5) / _GRAIN)
    woven = np.zeros(FRAMES + 2 * _GRAIN)
    shares = np.array([room.size for room in rooms], np.float64)
    for start in range(0, FRAMES + _GRAIN, _GRAIN // 2):
        room = rooms[random.choice(len(rooms), p=shares / shares.sum())]
        at = int(random.integers(0, room.size - _GRAIN + 1))
        woven[start : start + _GRAIN] += window * room[at : at + _GRAIN]
    return woven[_GRAIN : _GRAIN + FRAMES]


def _noise(random: np.random.Generator) -> npt.NDArray[np.float64]:
    """Noise that is softer the higher it is, as rooms are."""
    spectrum = np.fft.rfft(random.standard_normal(FRAMES))
    hz = np.fft.rfftfreq(FRAMES, 1 / pcm.RATE_HZ)
    return np.fft.irfft(spectrum / np.sqrt(1 + (hz / 400) ** 2) * (hz > 40), FRAMES)


def _level(samples: npt.NDArray[np.generic]) -> float:
    power = float(np.mean(np.square(samples.astype(np.float64)))) / pcm.FULL_SCALE**2
    return 10 * np.log10(max(power, 1e-12))


def _rounded(sound: npt.NDArray[np.float64], dbfs: float, random: np.random.Generator) -> pcm.Pcm:
    """The sound at this level in whole numbers, dithered: at a few steps of 16 bit rounding alone would be heard."""
    scaled = sound * 10 ** ((dbfs - _level(sound)) / 20)
    dither = random.random(sound.size) - random.random(sound.size)
    return np.rint(scaled + dither).astype(np.int16)
