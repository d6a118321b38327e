"""Turns an order into sound by the chosen mode. Chooses the engine; knows nothing of HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from projects.speech.standin import neural
from projects.speech.standin.directions import effect_of
from projects.speech.standin.light import light_pcm
from projects.speech.standin.scripts import Script, Unspeakable, language_for, refuse_unreadable, scripts_in
from projects.speech.standin.tone import tone_pcm

MODES = ("neural", "light", "tone")
PAUSE = bytes(2 * 24_000 // 20)  # 50 ms between sentences, beside the 120 ms each keeps at its ends
NEURAL_SCRIPTS = {Script.LATIN, Script.DIGIT, Script.OTHER}


@dataclass(frozen=True)
class Line:
    """What is to be spoken."""

    text: str
    voice: str
    language: str
    instructions: str
    optimize: bool


@dataclass(frozen=True)
class Piece:
    """A stretch of PCM (s16le, mono, 24 kHz) and the share of the text that is spoken after it, 0 to 1."""

    pcm: bytes
    done: float


class Speaker:
    """Speaks lines in one mode: "neural" (English by hibari, the rest by espeak-ng), "light" (espeak-ng),
    "tone"."""

    def __init__(self, mode: str) -> None:
        if mode not in MODES:
            raise ValueError(f"speech is one of {', '.join(MODES)}, not {mode!r}")
        self.mode = mode

    def load(self) -> None:
        """Loads what the first line would otherwise wait for."""
        if self.mode == "neural" and neural.available():
            neural.load()

    def speak(self, line: Line) -> Iterator[Piece]:
        """Pieces as they are ready. Raises Unspeakable before the first piece, never yields nothing."""
        language = language_for(line.text, line.language)
        if self.mode == "tone":
            yield Piece(tone_pcm(line.text, line.voice, effect_of(line.instructions, line.optimize)), 1.0)
            return
        refuse_unreadable(line.text, language)
        if self.mode == "neural" and language == "English" and self._neural_can(line.text):
            yield from self._sentences(line)
            return
        yield Piece(self._whole(line, line.text, language), 1.0)

    def _neural_can(self, text: str) -> bool:
        return neural.available() and scripts_in(text) <= NEURAL_SCRIPTS

    def _sentences(self, line: Line) -> Iterator[Piece]:
        effect = effect_of(line.instructions, line.optimize)
        spoken = [text for text in neural.sentences(line.text) if scripts_in(text) - {Script.OTHER}]
        ends = [0]
        for text in spoken:
            ends.append(ends[-1] + len(text))
        for text, (start, end) in zip(spoken, pairwise(ends), strict=True):
            pcm = neural.neural_pcm(text, line.voice, effect) or self._whole(line, text, "English")
            yield Piece((PAUSE if start else b"") + pcm, end / ends[-1])

    def _whole(self, line: Line, text: str, language: str) -> bytes:
        pcm = light_pcm(text, language, line.voice, effect_of(line.instructions, line.optimize))
        if not any(pcm):
            raise Unspeakable("the stand-in's voice found nothing to pronounce in the input")
        return pcm
