"""Headers and check sums of FLAC frames, beside a reading of the RFC that goes bit by bit."""

import av
import numpy as np
import pytest

from projects.audio import encoders, flac_frames
from tests.audio import sounds


def crc(data: bytes, poly: int, bits: int) -> int:
    value, top = 0, 1 << bits - 1
    for byte in data:
        value ^= byte << bits - 8
        for _ in range(8):
            value = value << 1 ^ (poly if value & top else 0)
        value &= (1 << bits) - 1
    return value


def number(header: bytes) -> int:
    """What the coded number in a header says, and that it is coded in as few bytes as can be."""
    first = header[4]
    more = max(8 - (first ^ 0xFF).bit_length() - 1, 0)
    value = first & (0x7F if not more else 0x3F >> more)
    for byte in header[5 : 5 + more]:
        assert byte >> 6 == 0b10
        value = value << 6 | byte & 0x3F
    return value


STARTS = [
    0,
    1,
    127,
    128,
    2_047,
    2_048,
    65_535,
    65_536,
    1 << 21,
    (1 << 26) - 1,
    1 << 26,
    (1 << 31) - 1,
    1 << 31,
]


def test_headers_say_where_a_frame_stands_up_to_a_month() -> None:
    starts = np.array([*STARTS, (1 << 36) - 1])
    lengths = np.where(np.arange(starts.size) % 2, flac_frames.BLOCK, 17 + np.arange(starts.size) * 200)
    for header, start, length in zip(flac_frames.headers(starts, lengths), starts, lengths, strict=True):
        assert header[:2] == b"\xff\xf9"
        assert number(header) == start
        assert crc(header, 0x07, 8) == 0, "the check sum of a whole header is 0"
        stated = int.from_bytes(header[-3:-1]) + 1 if header[2] >> 4 == 7 else 4096
        assert stated == length
        assert header[2] & 0x0F, header[3] == (7, 0x08)
    small = flac_frames.headers(np.array(STARTS[:8]), np.full(8, flac_frames.BLOCK))
    assert [header[4:-1] for header in small] == [chr(start).encode() for start in STARTS[:8]]


@pytest.mark.parametrize("start", [0, 5_000, (1 << 31) - 9_000])
def test_a_frame_with_a_new_header_has_the_check_sum_of_its_bytes(start: int) -> None:
    bare = list(encoders.flac(24_000, 0, iter([sounds.burst(9_000)])))
    assert len(bare) == 3
    lengths = np.array([4096, 4096, 808])
    headers = flac_frames.headers(start + np.cumsum(lengths) - lengths, lengths)
    checks = np.array([int.from_bytes(frame[-2:]) for frame in bare], np.uint16)
    ends = flac_frames.whole(headers, checks, np.array([len(frame) - 2 for frame in bare]))
    for header, frame, end in zip(headers, bare, ends, strict=True):
        assert int.from_bytes(frame[-2:]) == crc(frame[:-2], 0x8005, 16)
        assert int.from_bytes(end) == crc(header + frame[:-2], 0x8005, 16)
    heard = []
    decoder = av.CodecContext.create("flac", "r")
    decoder.options = {"err_detect": "crccheck+explode"}
    decoder.extradata = b"\0\x10\x10\0" + bytes(6) + (24_000 << 44 | 15 << 36).to_bytes(8) + bytes(16)
    for header, frame, end in zip(headers, bare, ends, strict=True):
        heard += decoder.decode(av.Packet(header + frame[:-2] + end))
    samples = np.concatenate([frame.to_ndarray()[0] for frame in heard])
    assert np.array_equal(samples, sounds.burst(9_000))
