"""Reads the answers of endpoints that send the sound itself: samples as they come, or a file of any common kind.

Telling kinds apart is sniffing.py's business, decoding decoding.py's, errors in words answers.py's.
"""

from collections.abc import Callable, Iterable
from itertools import chain

import numpy as np

from projects.sentences import gettext_noop as _
from projects.speech import answers, classify, decoding, replies
from projects.speech.answers import Heard, Said
from projects.speech.errors import SpeechError, Stopped, named
from projects.speech.exchange import Answer
from projects.speech.pcm import PcmStream, bad_audio
from projects.speech.sniffing import Kind, enough, kind_of

_RAW_TYPES = ("audio/pcm", "audio/x-pcm", "audio/raw", "audio/l16")
_JUDGED_BYTES = 200_000
_STATIC_RMS = (
    0.35 * 2**15
)  # compressed or shifted bytes taken for samples have 0.54 to 0.58, speech has less than 0.25
_STATIC_LIKENESS = (
    0.15  # of neighbouring samples: below 0.04 there; a whisper has little too, but is never loud
)


class SoundReader:
    """Reads the replies of one endpoint. secret: what no error may show."""

    def __init__(self, *, secret: str, max_audio_bytes: int) -> None:
        self._secret, self._max_audio_bytes = secret, max_audio_bytes

    def read(self, answer: Answer, hear: Callable[[bytes], None], *, raw: bool) -> Heard:
        """The sound; hear gets it as it comes where it is raw samples, whole otherwise. Raises SpeechError.

        raw: raw samples were asked for. They carry no rate: 24 kHz, mono, s16le are taken for granted.
        """
        if answer.location:
            raise self._moved(answer)
        if not 200 <= answer.status < 300:
            raise replies.error_behind(answer, self._secret)
        request_id = answers.request_id(Said(), answer.headers)
        with named(request_id):
            return Heard(self._sound(answer, hear, raw), "", request_id)

    def _sound(self, answer: Answer, hear: Callable[[bytes], None], raw: bool) -> bytes:
        pieces = answer.pieces()
        start = next(pieces, b"")
        start += (
            replies.first_bytes(pieces, enough(start) - len(start)) if len(start) < enough(start) else b""
        )
        kind = kind_of(start)
        body = chain([start], pieces)
        if kind == "unknown" and (raw or answer.content_type in _RAW_TYPES):
            return _raw(body, hear)
        whole = b"".join(body)
        if kind in ("json", "text", "nothing"):
            raise self._words(answer, whole, kind)
        pcm = decoding.pcm_of(whole, kind, self._max_audio_bytes)
        if pcm:
            hear(pcm)
        return pcm

    def _words(self, answer: Answer, body: bytes, kind: Kind) -> SpeechError:
        said = answers.read_json(body.removeprefix(b"\xef\xbb\xbf")) if kind == "json" else None
        if said is not None and (said.is_error or said.message):
            return answers.error_of(said, answer.status, answer.headers, self._secret)
        if kind == "json":
            message = _("The endpoint answered with JSON instead of sound. It may be of another kind.")
            return replies.bad_answer(answer, message, body, self._secret)
        return replies.not_speech(answer, body, self._secret)

    def _moved(self, answer: Answer) -> SpeechError:
        where = classify.shown(answer.location, self._secret, 200)
        return Stopped(
            _("The endpoint sends its callers on to another address. Enter that address in the settings."),
            code="redirected",
            detail=where,
            status=answer.status,
        )


def _raw(pieces: Iterable[bytes], hear: Callable[[bytes], None]) -> bytes:
    stream = PcmStream()
    for piece in pieces:
        samples = stream.add(piece)
        if samples:
            hear(samples)
    pcm = stream.finish()
    if is_static(pcm):
        raise bad_audio(_("its raw samples are noise, so they are of another format than was asked for"))
    return pcm


def is_static(pcm: bytes) -> bool:
    """Whether samples (s16le) are loud noise all through, as compressed or shifted bytes are, and no voice is."""
    samples = np.frombuffer(pcm[:_JUDGED_BYTES], "<i2").astype(np.float64)
    if samples.size < 1_000:
        return False
    power = float(np.mean(samples**2))
    likeness = float(np.mean(samples[1:] * samples[:-1])) / power if power else 1.0
    return power > _STATIC_RMS**2 and abs(likeness) < _STATIC_LIKENESS
