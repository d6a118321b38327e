"""How long the silences between lines are, by what parts them: in files, seams and figures; rows.js has the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

TITLE, SCENE_END, CLIP = "title", "scene", "clip"
"""The kinds of line that are not merely spoken. A clip has the pause of a line behind it."""

Followed = tuple[int | None, str, int | None]
"""What the pause behind a line depends on: its own, its kind, and who speaks it."""


@dataclass(frozen=True)
class Pauses:
    """What a production has behind its lines, in ms. None where a change of the speaker is a line like any other."""

    line_ms: int = 600
    speaker_ms: int | None = None
    scene_ms: int = 2000
    title_ms: int = 1500

    def after(self, line: Followed, following: Followed | None) -> int:
        """The pause behind a line. Its own goes before everything else."""
        own_ms, kind, who = line
        if own_ms is not None:
            return own_ms
        if kind in (TITLE, SCENE_END):
            return self.title_ms if kind == TITLE else self.scene_ms
        speaks = kind != CLIP and following is not None and following[1] != CLIP
        changes = speaks and following is not None and following[2] != who
        return self.line_ms if self.speaker_ms is None or not changes else self.speaker_ms

    def behind(self, lines: Iterable[Followed]) -> list[int]:
        """The pause behind each of these lines, as they are heard one after the other."""
        lines = list(lines)
        return [self.after(*both) for both in zip_longest(lines, lines[1:])]
