"""A file that was edited elsewhere: each line is found to the sample, wherever it was moved, and what became of it."""

import numpy as np

from projects.audio import pcm, returning
from projects.audio.returning import Change, Was
from tests.audio import sounds

LINES = [sounds.speech(24_000 + 3_000 * n, seed=n, level=5000) for n in range(6)]
PAUSE = 9_600


def placed(pieces: list[pcm.Pcm], head: int = 12_000) -> tuple[pcm.Pcm, list[Was]]:
    at, was, parts = head, [], [pcm.silence(head)]
    for piece in pieces:
        was.append(Was(at, at + piece.size))
        parts += [piece, pcm.silence(PAUSE)]
        at += piece.size + PAUSE
    return np.concatenate(parts), was


def louder(sound: pcm.Pcm, db: float) -> pcm.Pcm:
    return np.clip(np.rint(sound * 10 ** (db / 20)), -32_768, 32_767).astype(np.int16)


def test_an_untouched_file_is_found_to_be_the_same() -> None:
    whole, was = placed(LINES)
    found = returning.find(whole, was, LINES.__getitem__)
    assert [(one.start, one.end, one.change) for one in found] == [
        (line.start, line.end, Change.SAME) for line in was
    ]


def test_lines_that_moved_are_found_to_the_sample_and_what_became_of_them() -> None:
    """The first line is cut shorter by a pause, the second is louder, the third replaced by a longer one, the fourth
    deleted; what is behind has moved. The fifth went through a filter."""
    _, was = placed(LINES)
    filtered = np.convolve(LINES[4], np.ones(8) / 8, "same").astype(np.int16)
    other = sounds.speech(27_000, seed=99, level=5000)
    pieces = [LINES[0], louder(LINES[1], 4), other, filtered, LINES[5]]
    edited, now = placed(pieces, head=5_000)
    found = returning.find(edited, was, LINES.__getitem__)
    assert [one.change for one in found] == [
        Change.SAME,
        Change.LEVEL,
        Change.OTHER,
        Change.GONE,
        Change.SOUND,
        Change.SAME,
    ]
    assert [found[n].start for n in (0, 1, 5)] == [now[n].start for n in (0, 1, 4)]
    assert abs(found[4].start - now[3].start) <= 240
    assert abs(found[1].level_db - 4) < 0.1
    assert now[2].start - 3_000 < found[2].start < now[2].start + 2_400
    assert now[2].end - 2_400 < found[2].end < now[2].end + 3_000


def test_regions_keep_a_little_of_the_silence_around_them_and_never_of_each_other() -> None:
    whole = pcm.silence(4 * 24_000)
    spans = returning.between(whole, [(0.05, 1.0), (1.1, 2.0), (3.0, 4.5)])
    assert spans == [(600, 25_200), (25_200, 50_880), (69_120, 96_000)]
