"""One recording of many lines: cut at its pauses, and given to the lines by order and length."""

import numpy as np
import pytest

from projects.audio import pcm, splitting
from projects.audio.splitting import Piece
from tests.audio import sounds

EXPECTED_MS = [2000, 5000, 1200, 3500]


def spoken(*lengths_ms: int, pause_ms: int = 1200, noise: int = 0) -> pcm.Pcm:
    parts = [pcm.silence(pcm.ms_to_frames(500))]
    for seed, length_ms in enumerate(lengths_ms):
        frames = pcm.ms_to_frames(length_ms)
        swell = np.minimum(1, np.sin(np.pi * np.arange(frames) / frames) * 4)
        parts += [
            (sounds.burst(frames, seed=seed) * swell).astype(np.int16),
            pcm.silence(pcm.ms_to_frames(pause_ms)),
        ]
    whole = np.concatenate(parts)
    return (
        (whole + np.random.default_rng(9).normal(0, noise, whole.size)).astype(np.int16) if noise else whole
    )


def pieces(*lengths_ms: int) -> list[Piece]:
    starts = np.cumsum([0, *(length + 1000 for length in lengths_ms)])
    return [Piece(int(start), int(start) + length) for start, length in zip(starts, lengths_ms, strict=False)]


@pytest.mark.parametrize("noise", [0, 40])
def test_a_recording_is_cut_at_its_pauses(noise: int) -> None:
    found = splitting.split(spoken(*EXPECTED_MS, noise=noise))
    assert [piece.duration_ms for piece in found] == pytest.approx(
        [length + 240 for length in EXPECTED_MS], abs=120
    )
    assert found[0].start_ms == pytest.approx(380, abs=60)


def test_short_pauses_and_clicks_make_no_pieces() -> None:
    assert len(splitting.split(spoken(900, 900, pause_ms=400))) == 1
    assert len(splitting.split(spoken(900, 40, 900))) == 2
    assert splitting.split(pcm.silence(48_000)) == []
    assert splitting.split(pcm.silence(0)) == []


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ([2000, 5000, 1200, 3500], [(0, 1), (1, 2), (2, 3), (3, 4)]),
        ([2900, 7200, 1800, 5100], [(0, 1), (1, 2), (2, 3), (3, 4)]),  # a slow reader
        ([2000, 300, 5000, 1200, 3500], [(0, 1), (2, 3), (3, 4), (4, 5)]),  # a cough
        ([2000, 2600, 2300, 1200, 3500], [(0, 1), (1, 3), (3, 4), (4, 5)]),  # a pause inside the second line
        ([2000, 1200, 3500], [(0, 1), None, (1, 2), (2, 3)]),  # a line was forgotten
        ([], [None] * 4),
    ],
)
def test_pieces_go_to_lines_by_order_and_length(said: list[int], given: list[object]) -> None:
    assert splitting.match(pieces(*said), EXPECTED_MS) == given


def test_no_lines_get_no_pieces() -> None:
    assert splitting.match(pieces(1000), []) == []
