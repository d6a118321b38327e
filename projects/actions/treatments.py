"""What is done to a take in the files of its project: the project's finish, applied to what was measured of it."""

from projects.audio.finish import Finish
from projects.audio.treatment import Treatment
from projects.models import Take
from projects.models.takes import Source

# What a treatment is made of, as fields of a take.
FROM = ("voice", "source", "frames", "lead_silence_ms", "tail_silence_ms", "sound__true_peak")


def of(take: Take, finish: Finish) -> Treatment:
    """The treatment of a finished take; read it with its ``sound``."""
    peak = take.sound.true_peak if take.sound else None
    return of_values(
        finish, take.voice, take.source, take.frames, take.lead_silence_ms, take.tail_silence_ms, peak
    )


def frames(take: Take, finish: Finish) -> int:
    """How much is heard of a take. Its sound is not asked for."""
    values = (take.voice, take.source, take.frames, take.lead_silence_ms, take.tail_silence_ms)
    how = of_values(finish, *values, true_peak=0.0)
    return take.frames - how.head - how.tail


def of_values(
    finish: Finish,
    voice: str,
    source: str,
    frames: int,
    lead_ms: int | None,
    tail_ms: int | None,
    true_peak: float | None,
) -> Treatment:
    """The same from the values of FROM."""
    own = source != Source.CLIP  # how music begins and fades is no silence of a take
    return finish.treatment(
        voice=speaker(voice, source),
        frames=frames,
        lead_ms=lead_ms or 0 if own else 0,
        tail_ms=tail_ms or 0 if own else 0,
        true_peak=true_peak,
    )


def speaker(voice: str, source: str) -> str:
    """Whom a take's level belongs to: a voice, or the person who stands in for it before a microphone."""
    return voice if source == Source.GENERATED else f"{voice} {source}"
