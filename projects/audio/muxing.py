"""What MP3 and M4B share on their way through PyAV: feeding the encoder, the cover, an end that is clean."""

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

import av
from av.stream import Disposition

from projects.audio import pcm
from projects.audio.cover import Cover


@contextmanager
def finished(container: Any, *, abandon: Callable[[], None]) -> Iterator[None]:
    """Close the container, which writes its index. After a failure the file is taken away from it first:
    nobody gets the book, so no time goes into its index, and no second error hides the first."""
    try:
        yield
        container.close()
    except BaseException:
        abandon()
        with suppress(Exception):
            container.close()
        raise


def add_cover(container: Any, cover: Cover) -> None:
    """The picture goes in before any sound, as FFmpeg asks."""
    stream = container.add_mux_stream(cover.codec, width=cover.width_px, height=cover.height_px)
    stream.disposition = Disposition.attached_pic
    stream.time_base = pcm.TICK
    packet = av.Packet(cover.data)
    packet.stream, packet.time_base, packet.pts, packet.dts = stream, pcm.TICK, 0, 0
    packet.is_keyframe = True
    container.start_encoding()
    container.mux(packet)


def encode(container: Any, stream: Any, blocks: Iterable[pcm.Pcm]) -> None:
    at = 0
    for block in blocks:
        container.mux(stream.encode(pcm.frame(block, at=at)))
        at += block.size
    container.mux(stream.encode(None))


class Behind:
    """The rest of a file as if it were one of its own: FFmpeg goes back to byte 0 to finish its header."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell()
        self.closed = False

    def close(self) -> None:
        """PyAV writes nothing more to a file that says it is closed."""
        self.closed = True

    def write(self, data: bytes) -> int:
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell() - self._start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET:
            offset += self._start
        return self._file.seek(offset, whence) - self._start
