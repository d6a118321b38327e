import itertools

import numpy as np
import pytest

from projects.audio import joining, measure, pcm
from tests.audio import sounds

CELL = measure.CELL_FRAMES


def pauses(sound: pcm.Pcm) -> list[int]:
    """Lengths in frames of the stretches between tones, each at least 20 ms without sound."""
    loud = np.flatnonzero(np.abs(sound.astype(int)) > 500)
    gaps = np.diff(loud)
    return [int(gap) for gap in gaps if gap > 480]


@pytest.mark.parametrize(
    ("tail", "lead"),
    [
        (0, 0),
        (12_000, 12_000),
        (12_000, 0),
        (0, 12_000),
        (600, 600),
        (1_440, 1_440),
        (100, 24_000),
        (2_880, 0),
    ],
)
def test_between_two_pieces_stands_the_gap_whatever_silence_they_bring(tail: int, lead: int) -> None:
    one, two = sounds.padded(sounds.tone(24_000), 700, tail), sounds.padded(sounds.tone(24_000), lead, 900)
    (pause,) = pauses(joining.join([one, two], gap_ms=120))
    # A cell of silence on each side, and what the fade takes off a tone that is cut hard.
    assert pause == pytest.approx(pcm.ms_to_frames(120), abs=2 * CELL + 2 * joining.FADE_FRAMES)


def test_the_gap_can_be_chosen_and_be_none() -> None:
    parts = [sounds.padded(sounds.tone(24_000), 5_000, 5_000)] * 2
    short, long = joining.join(parts, gap_ms=50), joining.join(parts, gap_ms=800)
    assert long.size - short.size == pcm.ms_to_frames(750)
    assert pauses(joining.join(parts, gap_ms=0)) == []


def test_the_outer_edges_stay_as_they_are() -> None:
    one, two = sounds.burst(24_000), sounds.burst(24_000, seed=1)
    joined = joining.join([one, two])
    assert np.array_equal(joined[:20_000], one[:20_000])
    assert np.array_equal(joined[-20_000:], two[-20_000:])


def test_a_piece_in_the_middle_keeps_its_sound() -> None:
    middle = sounds.padded(sounds.tone(9_600), 4_800, 4_800)
    joined = joining.join([sounds.tone(4_800), middle, sounds.tone(4_800)])
    assert len(pauses(joined)) == 2
    inner = middle[4_800:-4_800]
    assert any(
        np.array_equal(joined[at : at + inner.size], inner) for at in np.flatnonzero(joined == inner[1]) - 1
    )


def spoken(frames: int, hz: float, *, lead: int, tail: int) -> pcm.Pcm:
    """A tone that is cut hard where it has no silence and dies away over 10 ms where it has some."""
    sound, ramp = sounds.tone(frames, hz=hz, level=20_000), pcm.fade_in_gain(240)
    if lead:
        sound[:240] = pcm.scaled(sound[:240], ramp)
    if tail:
        sound[-240:] = pcm.scaled(sound[-240:], ramp[::-1])
    return sounds.padded(sound, lead, tail)


def largest_step(sound: pcm.Pcm) -> int:
    return int(np.abs(np.diff(sound.astype(int))).max())


@pytest.mark.parametrize("gap_ms", [0, 3, 120, 500])
def test_no_step_at_a_join_is_larger_than_within_the_pieces(gap_ms: int) -> None:
    lengths = range(7_000, 7_300, 12)
    silences = itertools.product((0, 1, 130, 2_000, 9_000), repeat=2)
    for frames, (tail, lead) in zip(lengths, silences, strict=True):
        one = spoken(frames, 91, lead=0, tail=tail)
        two = spoken(9_000, 117, lead=lead, tail=0)[0 if lead else frames - 7_000 :]
        joined = joining.join([one, two], gap_ms=gap_ms)
        assert largest_step(joined) <= max(largest_step(one), largest_step(two)), (frames, tail, lead)


def test_offset_pieces_do_not_click() -> None:
    parts = [np.full(4_800, level, np.int16) for level in (9_000, -9_000, 9_000)]
    joined = joining.join(parts)
    assert np.abs(np.diff(joined.astype(int))).max() < 9_000 * 0.03


def test_room_noise_is_kept_rather_than_zeros() -> None:
    room = sounds.burst(12_000, level=20)
    joined = joining.join([np.concatenate([sounds.tone(24_000), room]), sounds.tone(24_000)], gap_ms=200)
    gap = joined[24_000 + 120 : 24_000 + pcm.ms_to_frames(200) - 240]
    assert np.count_nonzero(gap) > 0.9 * gap.size


def test_pieces_without_sound_add_nothing() -> None:
    one, two = sounds.tone(4_800), sounds.tone(4_800, hz=300)
    silent = pcm.silence(48_000)
    assert np.array_equal(joining.join([silent, one, silent, pcm.silence(0), two]), joining.join([one, two]))
    assert np.array_equal(joining.join([one]), one)
    assert joining.join([silent, silent]).size == 96_000


def test_very_short_pieces_are_joined() -> None:
    joined = joining.join([np.array([9_000], np.int16)] * 3, gap_ms=10)
    assert joined.size == 3 + 2 * 240


def test_the_pieces_themselves_are_not_touched() -> None:
    one, two = sounds.tone(4_801), sounds.tone(4_801)
    joining.join([one, two])
    assert np.array_equal(one, sounds.tone(4_801))
    assert np.array_equal(two, sounds.tone(4_801))


def test_nothing_and_floats_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing to join"):
        joining.join([])
    with pytest.raises(TypeError, match="int16"):
        joining.join([np.zeros(10), np.zeros(10)])
