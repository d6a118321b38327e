"""Which line is blamed for a level of the whole file."""

import numpy as np
import pytest

from projects.audio import causes, sums
from projects.audio.sums import Placed
from projects.audio.treatment import Treatment
from tests.audio import sounds


def placed(level: int, frames: int = 48_000, *, room: int = 0, gain_db: float = 0.0) -> Placed:
    sound = sounds.speech(frames, seed=level, level=level)
    noise = np.random.default_rng(1).standard_normal(frames) * room
    sound = (sound + noise).astype(np.int16)
    return Placed(sums.measure(sound), 0, Treatment(gain_db=gain_db))


@pytest.mark.parametrize(
    ("lines", "level", "bounds", "wanted"),
    [
        ([4000, 16_000, 5000], "rms_dbfs", {"least": None, "most": -24.0}, 1),
        ([4000, 16_000, 5000], "loudness_lufs", {"least": None, "most": -24.0}, 1),
        ([4000, 500, 5000], "rms_dbfs", {"least": -30.0, "most": None}, 1),
        ([4000, 4500, 5000], "rms_dbfs", {"least": -60.0, "most": -10.0}, None),
    ],
)
def test_the_line_that_is_furthest_out_is_named_and_none_where_all_are_within(
    lines: list[int], level: str, bounds: dict[str, float | None], wanted: int | None
) -> None:
    assert causes.line([placed(one) for one in lines], level, **bounds) == wanted


def test_a_long_line_that_is_a_little_too_loud_outweighs_a_short_one() -> None:
    short, long = placed(9000, 12_000), placed(8000, 240_000)
    assert causes.line([short, long], "rms_dbfs", least=None, most=-40.0) == 1


def test_the_gain_that_a_line_has_in_the_file_counts() -> None:
    lines = [placed(4000), placed(4000, gain_db=9.0)]
    assert causes.line(lines, "loudness_lufs", least=None, most=-30.0) == 1


def test_the_noisiest_room_is_named_however_short_the_line_is() -> None:
    lines = [placed(4000, 240_000), placed(4001, 48_000, room=120), placed(4002, 240_000)]
    assert causes.line(lines, "floor_dbfs", least=None, most=-60.0) == 1
    assert causes.line(lines, "floor_dbfs", least=None, most=-20.0) is None
