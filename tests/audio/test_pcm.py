import numpy as np
import pytest

from projects.audio import pcm


def test_a_millisecond_is_24_frames_and_back() -> None:
    assert pcm.ms_to_frames(1001) == 24_024
    assert [pcm.frames_to_ms(frames) for frames in (0, 11, 12, 24, 35, 36)] == [0, 0, 1, 1, 1, 2]
    assert all(pcm.frames_to_ms(pcm.ms_to_frames(ms)) == ms for ms in range(0, 100_000, 977))


def test_bytes_are_little_endian_and_half_a_sample_is_refused() -> None:
    assert pcm.from_bytes(b"\x01\x00\xff\x7f\x00\x80").tolist() == [1, 32767, -32768]
    assert pcm.to_bytes(np.array([1, -2], dtype=">i2")) == b"\x01\x00\xfe\xff"
    with pytest.raises(ValueError, match="odd number of bytes"):
        pcm.from_bytes(b"\x01\x00\xff")


@pytest.mark.parametrize(
    "wrong",
    [np.zeros(4, np.float32), np.zeros((2, 2), np.int16), np.zeros(4, np.int32), np.zeros(4, np.uint16)],
)
def test_anything_but_a_row_of_int16_is_a_fault_of_the_caller(wrong: np.ndarray) -> None:
    with pytest.raises(TypeError, match="int16"):
        pcm.checked(wrong)


def test_a_fade_climbs_from_nothing_to_all() -> None:
    gain = pcm.fade_in_gain(72)
    assert gain[0] < 0.001
    assert gain[-1] > 0.999
    assert np.all(np.diff(gain) > 0)
    assert pcm.scaled(np.array([-32768, 32767], np.int16), np.ones(2, np.float32)).tolist() == [-32768, 32767]
