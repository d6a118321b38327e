"""The 44 bytes before PCM. Mono, 16 bit, 24 kHz."""

import struct

from projects.speech.voices import RATE_HZ

LYING_RIFF_BYTES = 0x7FFFFFBF  # what the real endpoint writes when it does not know the length yet
LYING_DATA_BYTES = 0x7FFFFF9B


def wav_of(pcm: bytes, placeholder_sizes: bool = False) -> bytes:
    """A WAV file; with placeholder_sizes its header claims about 2 GB as the real one may."""
    riff, data = (LYING_RIFF_BYTES, LYING_DATA_BYTES) if placeholder_sizes else (36 + len(pcm), len(pcm))
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 1, RATE_HZ, RATE_HZ * 2, 2, 16
    )
    return head + struct.pack("<4sI", b"data", data) + pcm
