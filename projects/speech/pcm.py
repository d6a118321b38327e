"""Raw audio as the endpoint streams it (s16le, mono, 24 kHz): whole samples out of odd pieces, and is it speech at all.

No containers (wav.py) and no network.
"""

import unicodedata

from projects.sentences import gettext_noop as _
from projects.speech.errors import Unavailable
from projects.speech.voices import RATE_HZ

BAD_AUDIO = _("The endpoint sent audio that cannot be used: %(said_reason)s. Try the line again.")
NOT_KEPT = _("%(said_what)s It was not kept. Try the line again.")
TOO_SHORT = _("The audio is far too short for its text (%(seconds)s seconds).")
TOO_LONG = _("The audio is far too long for its text (%(seconds)s seconds).")

BYTES_PER_SECOND = 2 * RATE_HZ
_HEADER_MAX_BYTES = 4096  # a RIFF header with a few extra chunks in front of the audio
_TEXT_WORTH_MEASURING = 20  # letters and digits; shorter texts have no dependable length
_SHORTEST_S_PER_CHARACTER = 0.008  # eight times faster than hurried speech
_LONGEST_S_PER_CHARACTER = 2.0
_LONGEST_ALLOWANCE_S = 30.0


class PcmStream:
    """Joins decoded pieces of any length into whole samples; a RIFF header before the first sample is left out."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._carry = b""
        self._header: bytes | None = b""  # what may still be a header; None once that is settled
        self.size_bytes = 0

    def add(self, piece: bytes) -> bytes:
        """Takes the next piece; returns the whole samples that it completes, b"" when none."""
        if self._header is not None:
            piece = self._after_header(piece)
        piece = self._carry + piece
        whole = len(piece) & ~1
        self._carry, piece = piece[whole:], piece[:whole]
        if piece:
            self._pieces.append(piece)
            self.size_bytes += whole
        return piece

    def finish(self) -> bytes:
        """Everything. Raises Unavailable (`bad_audio`) when half a sample is left over: a byte was lost on the way."""
        if self._header:
            raise bad_audio(_("it ends in the middle of its header"))
        if self._carry:
            raise bad_audio(_("it has an odd number of bytes, so one was lost on the way"))
        return b"".join(self._pieces)

    def _after_header(self, piece: bytes) -> bytes:
        start = (self._header or b"") + piece
        if not (start.startswith(b"RIFF") or b"RIFF".startswith(start[:4])):
            self._header = None
            return start
        at = start.find(b"data", 12)
        if at >= 0 and len(start) >= at + 8:
            self._header = None
            return start[at + 8 :]
        if len(start) > _HEADER_MAX_BYTES:
            raise bad_audio(_("it begins like a WAV file, but no audio follows the header"))
        self._header = start
        return b""


def bad_audio(reason: str) -> Unavailable:
    """Audio that cannot be used. reason completes "The endpoint sent audio that cannot be used: ..."."""
    message = BAD_AUDIO % {"said_reason": reason}
    return Unavailable(message, code="bad_audio")


def check_speech(pcm: bytes, text: str) -> None:
    """Raises Unavailable for audio that cannot be this text spoken.

    `empty_audio`, `silent_audio` (every sample zero), `audio_too_short` or `audio_too_long` for the text. The
    bounds are wide: they catch a lost or a runaway answer, not a fast or a slow reader.
    """
    if not pcm:
        raise _implausible("empty_audio", _("The endpoint answered without any sound."))
    if not pcm.strip(b"\0"):
        raise _implausible("silent_audio", _("The endpoint answered with pure silence."))
    spoken = sum(1 for char in text if unicodedata.category(char)[0] in "LN")
    seconds = len(pcm) / BYTES_PER_SECOND
    shortest_s = spoken * _SHORTEST_S_PER_CHARACTER if spoken >= _TEXT_WORTH_MEASURING else 0.01
    if seconds < shortest_s:
        raise _implausible("audio_too_short", TOO_SHORT % {"seconds": f"{seconds:.2f}"})
    if seconds > _LONGEST_ALLOWANCE_S + spoken * _LONGEST_S_PER_CHARACTER:
        raise _implausible("audio_too_long", TOO_LONG % {"seconds": f"{seconds:.0f}"})


def _implausible(code: str, what: str) -> Unavailable:
    return Unavailable(NOT_KEPT % {"said_what": what}, code=code)
