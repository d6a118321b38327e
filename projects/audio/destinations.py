"""Where files go, what is asked of them there, and whether a file that was heard has it.

The tables are what is published of the destinations in 2026, for ACX and the shops by others than themselves. They
change: see there. A team may ask for its own (``own``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from projects.audio.course import Stretch
from projects.audio.delivery import Found
from projects.audio.finish import PRESETS, Finish, Scale
from projects.sentences import gettext_noop as _

RULES = {
    "loudness_lufs": (_("Loudness"), "LUFS"),
    "rms_dbfs": ("RMS", "dB"),
    "true_peak_dbfs": (_("True peak"), "dB"),
    "floor_dbfs": (_("Noise floor"), "dB"),
    "head_ms": (_("Silence at the head"), "ms"),
    "tail_ms": (_("Silence at the tail"), "ms"),
    "longest_ms": (_("Longest silence inside"), "ms"),
    "duration_ms": (_("Length"), "ms"),
    "ending": (_("Format"), ""),
    "rate_hz": (_("Sample rate"), "Hz"),
    "channels": (_("Channels"), ""),
    "kbps": (_("Bit rate"), "kb/s"),
    "steadiness": (_("Kind of bit rate"), ""),
    "cover_px": (_("Cover"), "px"),
    "cover_shape": (_("Shape of the cover"), ""),
    "title": (_("Title"), ""),
}
"""What may be asked: fields of what was found, each with its name and unit, in the order of a report."""

MINUTE_MS = 60_000


@dataclass(frozen=True)
class Asked:
    """One thing that is asked: a rule, and two bounds (None is no bound) or what the value is to be among."""

    rule: str
    least: float | None = None
    most: float | None = None
    among: tuple[Any, ...] = ()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Asked":
        return cls(**{**kept, "among": tuple(kept.get("among", ()))})

    def kept(self) -> dict[str, Any]:
        """Plain values, to be written down."""
        return {**asdict(self), "among": list(self.among)}

    @property
    def name(self) -> str:
        return RULES[self.rule][0]

    @property
    def unit(self) -> str:
        return RULES[self.rule][1]


@dataclass(frozen=True)
class Checked:
    """One thing that was asked, with what was found; None where there is nothing that could be measured."""

    asked: Asked
    figure: Any
    is_met: bool


@dataclass(frozen=True)
class Destination:
    label: str
    asked: tuple[Asked, ...]


_TITLED = Asked("title", least=1)
_LONG = Asked("duration_ms", most=120 * MINUTE_MS)
_SQUARE = Asked("cover_shape", among=("square",))
_PODCAST_COVER = (Asked("cover_px", 1400, 3000), _SQUARE, _TITLED)
DESTINATIONS: dict[str, Destination] = {
    "acx": Destination(
        "ACX",
        (
            Asked("rms_dbfs", -23, -18),
            Asked("true_peak_dbfs", most=-3),
            Asked("floor_dbfs", most=-60),
            Asked("head_ms", 500, 1000),
            Asked("tail_ms", 1000, 5000),
            _LONG,
            Asked("ending", among=("mp3",)),
            Asked("rate_hz", among=(44_100,)),
            Asked("kbps", 192),
            Asked("steadiness", among=("constant",)),
            Asked("cover_px", 2400),
            _SQUARE,
            _TITLED,
        ),
    ),
    "shops": Destination(
        _("audiobook shops"),
        (
            Asked("loudness_lufs", -20, -14),
            Asked("true_peak_dbfs", most=-3),
            Asked("floor_dbfs", most=-60),
            Asked("head_ms", 500, 1500),
            Asked("tail_ms", 2000, 5000),
            _LONG,
            Asked("ending", among=("mp3", "flac", "wav")),
            Asked("rate_hz", among=(44_100, 48_000)),
            Asked("kbps", 192),
            Asked("cover_px", 2400),
            _SQUARE,
            _TITLED,
        ),
    ),
    "podcast": Destination(
        "Apple Podcasts",
        (
            Asked("loudness_lufs", -17, -15),
            Asked("true_peak_dbfs", most=-1),
            Asked("ending", among=("mp3", "m4a", "m4b")),
            Asked("kbps", 64, 320),
            *_PODCAST_COVER,
        ),
    ),
    "spotify": Destination(
        _("Spotify podcasts"),
        (
            Asked("loudness_lufs", -16, -14),
            Asked("true_peak_dbfs", most=-1),
            Asked("ending", among=("mp3",)),
            Asked("kbps", 96, 320),
            *_PODCAST_COVER,
        ),
    ),
    "r128": Destination(
        "EBU R 128", (Asked("loudness_lufs", -23.2, -22.8), Asked("true_peak_dbfs", most=-1))
    ),
}
"""By the preset of a finish. ``podcast`` was Apple's before there was another."""


def check(found: Found, asked: Iterable[Asked]) -> list[Checked]:
    """Each thing that is asked, with what the file has. Silence meets what has no lower bound."""
    return [
        Checked(one, figure, meets(figure, one)) for one in asked for figure in [getattr(found, one.rule)]
    ]


def meets(figure: Any, asked: Asked) -> bool:
    """Whether a figure is what is asked, as it is shown.

    To a tenth, so that no figure is refused beside a limit that looks the same.
    """
    if asked.rule == "title":
        return bool(figure)
    if figure is None:
        return asked.least is None or asked.rule == "kbps"  # WAV and FLAC have none that matters
    if asked.among:
        return figure in asked.among
    shown = round(figure, 1)
    return (asked.least is None or shown >= asked.least) and (asked.most is None or shown <= asked.most)


def heard_in(found: Found, lines: Sequence[Stretch]) -> Found:
    """What was found, with the noise floor of the lines' own sound: the silence put between them has none."""
    if found.course is None or not lines:
        return found
    return replace(found, floor_dbfs=found.course.floor_dbfs(lines))


def place(checked: Checked, found: Found, lines: Sequence[Stretch]) -> int | None:
    """Which of the file's lines stands where something is not met; None for what is of the whole (causes.py)."""
    rule = checked.asked.rule
    if rule in ("head_ms", "tail_ms"):
        return 0 if rule == "head_ms" else len(lines) - 1
    moments = {"true_peak_dbfs": found.peak_ms, "longest_ms": found.longest_at_ms}
    return _at(lines, moments[rule]) if rule in moments else None


def _at(lines: Sequence[Stretch], moment_ms: int) -> int:
    """The line that is heard at a moment, or was last."""
    return max((at for at, (start, _) in enumerate(lines) if start <= moment_ms), default=0)


def finish(preset: str, asked: Sequence[Asked]) -> Finish:
    """The finish to begin with for what is asked; peaks are held lower, since encoders raise them."""
    if preset in PRESETS:
        return PRESETS[preset]
    bounds = {one.rule: (one.least, one.most) for one in asked}
    scale: Scale = "rms" if "rms_dbfs" in bounds else "lufs"
    target = _middle(*bounds.get("rms_dbfs" if scale == "rms" else "loudness_lufs", (None, None)))
    peak = bounds.get("true_peak_dbfs", (None, None))[1]
    made = Finish(
        preset, scale, target, -3.0 if peak is None else max(peak - 2.0, -20.0), keep_ms=200, fade_ms=5
    )
    head_ms, tail_ms = (_middle(*bounds.get(name, (None, None))) for name in ("head_ms", "tail_ms"))
    if head_ms is not None:
        made = replace(made, head_ms=max(round(head_ms) - 100, 0))
    if tail_ms is not None:
        made = replace(made, tail_ms=max(round(tail_ms) - 100, 0))
    return made


def _middle(least: float | None, most: float | None) -> float | None:
    """A value well between two bounds, or at the one there is."""
    if least is None or most is None:
        return least if most is None else most
    return round((least + most) / 2, 1)
