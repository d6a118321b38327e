"""Frames of MP3: where one ends and the next begins. Only MPEG-1 layer III at 44.1 kHz, which is all we encode."""

from collections.abc import Iterator

_KBITS_PER_S = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_PADDED = 2


def size_bytes(header: bytes) -> int:
    """The size of a frame, by its first four bytes."""
    if header[0] != 0xFF or header[1] & 0xFE != 0xFA:
        raise RuntimeError("The MP3 encoder lost its place.")
    padding = header[2] >> 1 & 1
    return 144_000 * _KBITS_PER_S[header[2] >> 4] // 44_100 + padding


def split(stream: bytes) -> Iterator[bytes]:
    """The whole frames at the beginning of a stream, and last what is left of it."""
    at = 0
    while at + 4 <= len(stream) and at + (size := size_bytes(stream[at : at + 4])) <= len(stream):
        yield stream[at : at + size]
        at += size
    yield stream[at:]


def padded(frame: bytes) -> bytes:
    """The frame with a byte more at its end, as 19 of 20 have at 192 kb/s: else silence would lower the mean rate."""
    return frame[:2] + bytes([frame[2] | _PADDED]) + frame[3:] + b"\0"


def with_rate(header: bytes, kbits_per_s: int) -> bytes:
    """The header of an unpadded frame of another rate, otherwise as this one."""
    index = _KBITS_PER_S.index(kbits_per_s)
    return header[:2] + bytes([index << 4 | header[2] & 0x0C]) + header[3:4]
