import io

import pytest

from projects.audio import book


@pytest.mark.parametrize(("frames", "pause_ms"), [(0, 600), (-1, 600), (100, -1)])
def test_a_line_without_sound_or_with_a_negative_pause_is_refused(frames: int, pause_ms: int) -> None:
    with pytest.raises(ValueError, match="needs sound"):
        book.Line(io.BytesIO, frames, pause_ms)
