"""An MP3 file written from packets: tag, a first frame that states length and delay, and the packets as they are."""

from collections.abc import Iterable
from typing import BinaryIO

import numpy as np

from projects.audio import mp3_frames, xing
from projects.audio.codecs import Packets
from projects.audio.timeline import Timeline

_VBR_KBITS_PER_S = 64
"""Of the first frame, which is silent but has to hold 192 bytes."""


def write(
    file: BinaryIO, tag: bytes, plan: Timeline, packets: Iterable[Packets], *, is_vbr: bool = False
) -> None:
    """Write a whole file from its beginning on; `plan` must be that of the packets."""
    file.write(tag)
    at, header, frame_bytes, sizes = len(tag), b"", 0, []
    for lot in packets:
        if not header:
            header = _header(bytes(lot.payload[:4]), is_vbr)
            frame_bytes = mp3_frames.size_bytes(header)
            file.write(bytes(frame_bytes))
        file.write(lot.payload)
        sizes.append(lot.sizes)
    ends = np.cumsum(np.concatenate(sizes), dtype=np.int64)
    first = xing.info_frame(
        header,
        frame_bytes,
        frames=len(ends),
        ends=ends,
        samples=plan.samples,
        priming=plan.grid.priming,
        is_vbr=is_vbr,
    )
    file.seek(at)
    file.write(first)
    file.seek(0, 2)


def _header(sound: bytes, is_vbr: bool) -> bytes:
    """The first frame's: as that of the sound, without padding."""
    if is_vbr:
        return mp3_frames.with_rate(sound, _VBR_KBITS_PER_S)
    return bytes([*sound[:2], sound[2] & 0xFD, sound[3]])
