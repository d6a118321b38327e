"""What encoded sound is counted in. A sound is encoded alone, from a fresh encoder, and all its packets are kept.

So packets of any sounds may stand behind each other: each begins without reference to what was before, and all have
the same priming, which a file declares once (docs/adr/0014). Nothing here knows files or books.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.metadata import version
from itertools import islice

import av
import numpy as np
import numpy.typing as npt

from projects.audio import encoders, flac_frames, mp3_frames, pcm
from projects.audio.grid import Grid

_LAME = f"{version('lameenc')}, at its level"  # reads a file
FEED_FRAMES = pcm.ms_to_frames(250)
"""Encoders and resamplers get blocks of one size: with one block for a take, malloc's memory climbs with every take."""


@dataclass(frozen=True)
class Codec:
    """One way to encode. `key` names all that its packets depend on, the encoder's version too.

    `bits_per_s` is 0 where it follows the sound. A packet holds at most `block` steps of the grid. `silent` is which
    packet of encoded silence may stand anywhere: in MP3 only the first leans on none before it.
    """

    name: str
    grid: Grid
    bits_per_s: int
    silent: int = 0
    block: int = 1

    @cached_property
    def key(self) -> str:
        made_by = _LAME if self.name.startswith("mp3") else av.library_versions["libavcodec"]
        return f"{self.name} {self.bits_per_s} {self.grid} {self.block} {made_by}"

    def packets(self, steps: int) -> int:
        """How many packets so many steps of the grid are."""
        return -(-steps // self.block)


@dataclass(frozen=True)
class Packets:
    """Packets one after the other, and the size of each in bytes: uint16 of shape (n,)."""

    sizes: npt.NDArray[np.uint16]
    payload: bytes | memoryview


MP3 = Codec("mp3", Grid(44_100, 1152, 1105), 192_000)
MP3_128 = Codec("mp3", Grid(44_100, 1152, 1105), 128_000)
MP3_VBR = Codec("mp3-vbr", Grid(44_100, 1152, 1105), 0)
AAC = Codec("aac", Grid(pcm.RATE_HZ, 1024, 1024), 80_000, silent=4)
OPUS = Codec("opus", Grid(48_000, 960, 312), 32_000, silent=10)
FLAC = Codec("flac", Grid(pcm.RATE_HZ, 1, 0, whole=flac_frames.SHORTEST), 0, block=flac_frames.BLOCK)

_ENCODERS: dict[str, encoders.Encoder] = {
    "mp3": encoders.mp3,
    "mp3-vbr": encoders.mp3_vbr,
    "aac": encoders.aac,
    "opus": encoders.opus,
    "flac": encoders.flac,
}


def encode(codec: Codec, sound: Iterable[pcm.Pcm], frames: int) -> Packets:
    """All the packets of a sound of `frames` frames, which comes in pieces of any size; as many as its grid says."""
    wanted = codec.packets(codec.grid.packets(frames))
    blocks = _fed(codec.grid, sound, frames)
    made = list(islice(_ENCODERS[codec.name](codec.grid.rate_hz, codec.bits_per_s, blocks), wanted))
    if len(made) < wanted:
        raise RuntimeError(f"The encoder made {len(made)} packets of {frames} frames instead of {wanted}.")
    return _packets(made)


@cache
def silence(codec: Codec) -> Packets:
    """One packet of digital silence that may stand between any others."""
    if codec.name == "flac":
        return _packets([flac_frames.SILENT])
    frames = codec.grid.frame * (codec.silent + 1) * pcm.RATE_HZ // codec.grid.rate_hz
    made = encode(codec, [pcm.silence(frames)], frames)
    start = int(made.sizes[: codec.silent].sum())
    packet = bytes(made.payload[start : start + int(made.sizes[codec.silent])])
    return _packets([mp3_frames.padded(packet) if codec.name == "mp3" else packet])


@lru_cache(maxsize=256)
def silences(codec: Codec, steps: int) -> Packets:
    """So many steps of the grid in silence; the same pauses come again and again."""
    one, count = silence(codec), codec.packets(steps)
    return Packets(np.tile(one.sizes, count), bytes(one.payload) * count)


@cache
def aac_setup(codec: Codec) -> bytes:
    """The AudioSpecificConfig that a container states for the packets."""
    return encoders.aac_setup(codec.grid.rate_hz, codec.bits_per_s)


def _packets(made: list[bytes]) -> Packets:
    return Packets(np.array([len(one) for one in made], np.uint16), b"".join(made))


def _fed(grid: Grid, sound: Iterable[pcm.Pcm], frames: int) -> Iterator[pcm.Pcm]:
    """The sound and the silence that fills its last packet, in blocks of one size, the last one shorter.

    Where a packet is more than a sample, one more is given: no rounding may cost the last packet.
    """
    whole = (grid.packets(frames) * grid.frame - grid.priming) * pcm.RATE_HZ // grid.rate_hz
    whole += grid.frame > 1
    kept = pcm.silence(0)
    for piece in _with_end(sound, max(whole - frames, 0)):
        kept = np.concatenate([kept, piece]) if kept.size else piece
        done = kept.size - kept.size % FEED_FRAMES
        for start in range(0, done, FEED_FRAMES):
            yield kept[start : start + FEED_FRAMES]
        kept = kept[done:]
    if kept.size:
        yield kept


def _with_end(sound: Iterable[pcm.Pcm], silent: int) -> Iterator[pcm.Pcm]:
    yield from sound
    yield pcm.silence(silent)
