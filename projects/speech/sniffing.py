"""What a body is, told by its first bytes, since neither its content type nor what was asked for can be trusted.

Telling only: audio is read by wav.py and decoding.py, words by answers.py.
"""

from collections.abc import Callable
from typing import Literal

Kind = Literal["wav", "mp3", "aac", "flac", "ogg", "mp4", "webm", "json", "text", "nothing", "unknown"]

ENOUGH_BYTES = 4096  # two whole frames of any MP3 or AAC
_SHORT_BYTES = 16  # enough for every kind but those two, which have no name at their start

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"RIFF", "wav"),
    (b"ID3", "mp3"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"\x1a\x45\xdf\xa3", "webm"),
)
# Bits per second / 1000 by the header's index: MPEG 1 layer 3, MPEG 2 and 2.5 layer 3. The other layers are extinct.
_MP3_KBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def enough(start: bytes) -> int:
    """How many first bytes tell for sure: few, or many where it may be MP3 or AAC frames."""
    return ENOUGH_BYTES if start[:1] == b"\xff" else _SHORT_BYTES


def kind_of(start: bytes) -> Kind:
    """The kind of a body with these first bytes; "unknown" is what raw samples are. `enough` says how many to give."""
    if start[4:8] == b"ftyp":
        return "mp4"
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if _next_frame(start, mp3_frame_bytes):
        return "mp3"
    if _next_frame(start, aac_frame_bytes):
        return "aac"
    words = start.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")
    if not words:
        return "nothing"
    if not _is_text(words):
        return "unknown"
    return "json" if words.startswith((b"{", b"[")) else "text"


def mp3_frame_bytes(head: bytes) -> int:
    """The length of the MP3 frame that begins with these four bytes; 0 when none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, kbits, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or kbits in (0, 15) or rate == 3:
        return 0
    bits_per_s = 1000 * _MP3_KBITS[version == 3][kbits]
    return (144 if version == 3 else 72) * bits_per_s // _MP3_RATES_HZ[version][rate] + (head[2] >> 1 & 1)


def aac_frame_bytes(head: bytes) -> int:
    """The length of the AAC (ADTS) frame that begins with these seven bytes; 0 when none does."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size > 7 else 0


def _next_frame(start: bytes, frame_bytes: Callable[[bytes], int]) -> bool:
    """Whether two frames in a row begin here, or one that fills all there is: two bytes alone could be a sample."""
    size = frame_bytes(start[:8])
    if not size:
        return False
    following = start[size : size + 8]
    return bool(frame_bytes(following)) if following else len(start) == size


def _is_text(start: bytes) -> bool:
    """Whether it can be words: UTF-8 (the last letter may be cut) without control characters."""
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return False
        text = start[: error.start].decode()
    return all(char.isprintable() or char in "\t\r\n" for char in text)
