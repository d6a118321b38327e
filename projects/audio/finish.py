"""How a production is finished: silence at both ends, what is done to each take, and how loud it comes out.

Plain numbers, kept with a project. From them and from what was measured of a take comes its treatment; nothing here
reads sound. The gains are settled once and kept, so that one changed line does not move all others.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from projects.audio import loudness, pcm
from projects.audio.sums import Figures
from projects.audio.treatment import Treatment

Scale = Literal["lufs", "rms"]

EVERY_VOICE = ""
"""The gain of a voice that has none of its own."""

CLOSE_DB = 0.12
"""Gains are kept while the whole is so near to its target: encoded sound is worth more than a tenth of a decibel."""

LOOKS = 6
"""How often the gains are set anew at most, since with the gain grows what the limit takes of it."""

CLOSE_VOICE_DB = 0.5
MOST_GAIN_DB = 30.0
_LEAST_FRAMES = pcm.ms_to_frames(100)


@dataclass(frozen=True)
class Finish:
    """What a project's files get. All levels in dB, all times in ms.

    `target_db` on its `scale` (LUFS, or RMS in dBFS) is that of the whole file; None leaves levels and peaks as they
    are. `peak_db` is the true peak that no take passes. `keep_ms` is how much of a take's own silence stays at each
    of its edges, None all of it. Lines without a pause between them fade into each other over `crossfade_ms`. `tone`
    puts room tone at both ends of a file, `tone_in_pauses` between its lines, too. `gains_db` is by voice, `loss_db`
    what holding peaks down costs the whole, `tone_sha256` names the room tone; these are settled, not set.
    """

    preset: str = "none"
    scale: Scale = "lufs"
    target_db: float | None = None
    peak_db: float = -3.0
    match_voices: bool = False
    head_ms: int = 500
    tail_ms: int = 1000
    keep_ms: int | None = None
    fade_ms: int = 0
    crossfade_ms: int = 0
    tone: bool = False
    tone_in_pauses: bool = False
    gains_db: Mapping[str, float] = field(default_factory=dict)
    loss_db: float = 0.0
    tone_sha256: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Finish":
        """As `kept` wrote it; what an older version did not know has its usual value."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})

    @property
    def asked(self) -> "Finish":
        """What a person set, without what was settled."""
        return replace(self, gains_db={}, loss_db=0.0, tone_sha256="")

    @property
    def mark(self) -> str:
        """A short name for what is done to takes; empty where nothing is."""
        levels = self.target_db, self.peak_db, sorted(self.gains_db.items())
        if self.target_db is None and not (self.gains_db or self.fade_ms) and self.keep_ms is None:
            return ""
        return hashlib.sha256(repr((levels, self.keep_ms, self.fade_ms)).encode()).hexdigest()[:8]

    def kept(self) -> dict[str, Any]:
        """Plain values, to be written down."""
        return asdict(self)

    def level_db(self, heard: Figures | Any) -> float | None:
        """How loud something is on the scale of the target."""
        level: float | None = heard.loudness_lufs if self.scale == "lufs" else heard.rms_dbfs
        return level

    def overlap(self, pause_ms: int, frames: int, following: int | None) -> int:
        """How many frames of a line are heard under the beginning of the next one, which has so many frames."""
        if pause_ms or following is None:
            return 0
        return min(pcm.ms_to_frames(self.crossfade_ms), frames // 2, following // 2)

    def gain_db(self, voice: str) -> float:
        return self.gains_db.get(voice, self.gains_db.get(EVERY_VOICE, 0.0))

    def treatment(
        self, *, voice: str, frames: int, lead_ms: int, tail_ms: int, true_peak: float | None
    ) -> Treatment:
        """What a take of `frames` frames gets, with so much silence of its own at its edges.

        `true_peak` is a share of full scale, None where it was never measured.
        """
        head, tail = self._cuts(frames, lead_ms, tail_ms)
        if self.target_db is None and voice not in self.gains_db:
            return Treatment(head, tail, fade_ms=self.fade_ms)
        level = Treatment(head, tail, self.gain_db(voice), self.peak_db, self.fade_ms)
        passes = true_peak is None or true_peak * level.gain > (level.ceiling or 0)
        return level if passes else replace(level, limit_db=None)

    def _cuts(self, frames: int, lead_ms: int, tail_ms: int) -> tuple[int, int]:
        """Whole cells of loudness, so that what was measured is right for what is left."""
        if self.keep_ms is None:
            return 0, 0
        head, tail = (
            max(pcm.ms_to_frames(own - self.keep_ms), 0) // loudness.CELL_FRAMES * loudness.CELL_FRAMES
            for own in (lead_ms, tail_ms)
        )
        return (head, tail) if frames - head - tail >= _LEAST_FRAMES else (0, 0)


def settled(
    finish: Finish,
    whole: Callable[[Finish], Figures | Any],
    voices: Mapping[str, float | None],
    loss: Callable[[Finish], float],
    clips: Mapping[str, float] = MappingProxyType({}),
) -> Finish:
    """The finish with gains that bring the whole to its target; the very same where those it has still do.

    `whole` says how all of it is heard with a finish, `voices` how loud each voice is without any gain, in LUFS, and
    `loss` how many dB of the whole a finish takes by holding peaks down: the more gain, the more of it. `clips` are the
    gains that bring each clip to the speech as it is, whatever the target.
    """
    if finish.target_db is None:
        kept = finish.gains_db
        near = kept.keys() == clips.keys() and all(
            abs(kept[one] - clips[one]) <= CLOSE_VOICE_DB for one in clips
        )
        gains_db = kept if near else {one: _rounded(gain_db) for one, gain_db in clips.items()}
        return replace(finish, gains_db=gains_db, loss_db=0.0)
    base = _matched(finish, voices) | dict(clips)
    if _fits(finish, base, clips, finish.level_db(whole(finish))):
        return finish
    level_db = finish.level_db(whole(replace(finish, gains_db=base, loss_db=0.0)))
    if level_db is None:
        return finish
    found, lost_db = finish, 0.0
    for _ in range(LOOKS):
        by_db = finish.target_db - level_db + lost_db
        # What a limit takes of speech it does not take of music: a clip is not given it back.
        gains_db = {
            voice: _rounded(gain_db + by_db - (lost_db if voice in clips else 0.0))
            for voice, gain_db in base.items()
        }
        if gains_db == found.gains_db:
            break
        found = replace(finish, gains_db=gains_db)
        lost_db = loss(found)
        found = replace(found, loss_db=round(lost_db, 2))
    return found


def _matched(finish: Finish, voices: Mapping[str, float | None]) -> dict[str, float]:
    """What brings each voice to one loudness, before the whole is brought to its target."""
    heard = {voice: level for voice, level in voices.items() if level is not None}
    if not finish.match_voices or not heard:
        return {EVERY_VOICE: 0.0}
    middle = sum(heard.values()) / len(heard)
    return {EVERY_VOICE: 0.0} | {voice: middle - level for voice, level in heard.items()}


def _fits(
    finish: Finish, base: Mapping[str, float], clips: Mapping[str, float], level_db: float | None
) -> bool:
    """Whether the gains that were settled before are still right."""
    if level_db is None or finish.target_db is None or set(finish.gains_db) != set(base):
        return False
    apart = {
        voice: gain_db - base[voice] + (finish.loss_db if voice in clips else 0.0)
        for voice, gain_db in finish.gains_db.items()
    }
    spread = max(apart.values()) - min(apart.values())
    return abs(level_db - finish.target_db) <= CLOSE_DB and spread <= CLOSE_VOICE_DB


def _rounded(gain_db: float) -> float:
    return round(min(max(gain_db, -MOST_GAIN_DB), MOST_GAIN_DB), 1)


PRESETS: dict[str, Finish] = {
    "none": Finish(),
    "acx": Finish("acx", "rms", -20.0, -4.5, head_ms=700, tail_ms=2000, keep_ms=200, fade_ms=5, tone=True),
    "shops": Finish(
        "shops", "lufs", -18.0, -4.5, head_ms=900, tail_ms=2500, keep_ms=200, fade_ms=5, tone=True
    ),
    "podcast": Finish("podcast", "lufs", -16.0, -3.0, keep_ms=200, fade_ms=5),
    "spotify": Finish("spotify", "lufs", -15.0, -3.0, keep_ms=200, fade_ms=5),
    "r128": Finish("r128", "lufs", -23.0, -3.0, keep_ms=200, fade_ms=5),
}
"""What to begin with for a destination. Peaks are held below what it allows: encoders raise them, AAC by up to 2 dB."""
