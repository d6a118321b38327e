"""An MP4 written from AAC packets: the index comes first, its size known before anything is encoded.

FFmpeg's muxer takes 2.9 CPU seconds and 105 MiB for ten hours, which is all that an export may take (docs/adr/0014).
Sources: ISO/IEC 14496-12 and -14; QuickTime File Format (chapter track, metadata); Nero's chpl as players read it.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from projects.audio.codecs import Packets
from projects.audio.cover import Cover
from projects.audio.timeline import Mark, Timeline

CHUNK_PACKETS = 32
NERO_LIMIT = 255
LONG_BYTES = 3 << 30
"""A file that will be longer states places with 64 bits: its rate is only what the encoder aims at."""
U32_MAX = 0xFFFF_FFFF
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SOUND, _TEXT = 1, 2
_PLAIN, _UTF8, _JPEG, _PNG, _INTEGER = 0, 1, 13, 14, 21


@dataclass(frozen=True)
class About:
    """What the file says of itself. `texts` are by the names of QuickTime's metadata, `language` has three letters.

    `brand` is what kind of MP4 this is to its players, `track` which one of how many; (0, 0) for a whole.
    """

    brand: bytes
    texts: dict[bytes, str]
    numbers: dict[bytes, int]
    language: str
    marks: tuple[Mark, ...]
    cover: Cover | None
    track: tuple[int, int] = (0, 0)


@dataclass
class _Index:
    """What the index is made from; sizes and places of chunks are set when all is written, and take the same room."""

    plan: Timeline
    setup: bytes
    bits_per_s: int
    about: About
    is_long: bool
    sizes: npt.NDArray[np.uint32] = field(init=False)
    titles_at: int = 0
    sound_at: int = 0

    def __post_init__(self) -> None:
        self.sizes = np.zeros(self.plan.packets, np.uint32)
        self.titles = [_title(mark.title) for mark in self.about.marks]


def write(
    file: BinaryIO, plan: Timeline, setup: bytes, bits_per_s: int, about: About, packets: Iterable[Packets]
) -> None:
    """Write a whole file from its beginning on. `setup` is the decoder's AudioSpecificConfig."""
    expected = bits_per_s * plan.duration_ms // 8000
    index = _Index(plan, setup, bits_per_s, about, is_long=expected > LONG_BYTES)
    start = _box(b"ftyp", about.brand, bytes(4), about.brand + b"mp42isom")
    file.write(start + bytes(len(_moov(index))))
    data_at = file.tell()
    file.write(struct.pack(">I4sQ", 1, b"mdat", 0) + b"".join(index.titles))
    index.titles_at = data_at + 16
    index.sound_at = file.tell()
    done = 0
    for lot in packets:
        file.write(lot.payload)
        index.sizes[done : done + len(lot.sizes)] = lot.sizes
        done += len(lot.sizes)
    end = file.tell()
    if end > U32_MAX and not index.is_long:
        raise RuntimeError("The sound is longer than its rate says.")
    file.seek(data_at + 8)
    file.write(struct.pack(">Q", end - data_at))
    file.seek(len(start))
    file.write(_moov(index))
    file.seek(end)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def _full(name: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), *parts)


def _moov(index: _Index) -> bytes:
    plan = index.plan
    next_track = _TEXT + 1 if index.titles else _TEXT
    head = bytes(16) + struct.pack(">IQ", plan.grid.rate_hz, plan.samples)
    head += struct.pack(">IH10x", 0x10000, 0x100) + _MATRIX + bytes(24) + struct.pack(">I", next_track)
    parts = [_full(b"mvhd", head, version=1), _sound_track(index)]
    if index.titles:
        parts.append(_text_track(index))
    return _box(b"moov", *parts, _udta(index.about))


def _sound_track(index: _Index) -> bytes:
    plan = index.plan
    edit = struct.pack(">IQqI", 1, plan.samples, plan.grid.priming, 0x10000)
    refers = _box(b"tref", _box(b"chap", struct.pack(">I", _TEXT))) if index.titles else b""
    media = _mdhd(plan.grid.rate_hz, plan.packets * plan.grid.frame, index.about.language)
    entry = bytes(6) + struct.pack(">HQHHII", 1, 0, 1, 16, 0, plan.grid.rate_hz << 16) + _esds(index)
    table = _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _box(b"mp4a", entry)),
        _full(b"stts", struct.pack(">III", 1, plan.packets, plan.grid.frame)),
        *_rolls(plan.packets),
        _stsc(plan.packets),
        _full(b"stsz", struct.pack(">II", 0, plan.packets), index.sizes.astype(">u4").tobytes()),
        _chunks(_sound_chunks(index), index.is_long),
    )
    info = _box(b"minf", _full(b"smhd", bytes(4)), _dinf(), table)
    return _box(
        b"trak",
        _tkhd(_SOUND, plan.samples, flags=3, volume=0x100),
        _box(b"edts", _full(b"elst", edit, version=1)),
        refers,
        _box(b"mdia", media, _hdlr(b"soun", b"Sound"), info),
    )


def _text_track(index: _Index) -> bytes:
    """The chapters as QuickTime and Apple's players read them: a track of titles, to the sample."""
    plan, titles = index.plan, index.titles
    lengths = [mark.end - mark.start for mark in index.about.marks]
    sizes = np.array([len(title) for title in titles], ">u4")
    starts = index.titles_at + np.concatenate([[0], np.cumsum(sizes[:-1], dtype=np.int64)])
    entry = bytes(6) + struct.pack(">H", 1) + bytes(43)
    table = _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _box(b"text", entry)),
        _full(
            b"stts",
            struct.pack(">I", len(lengths)),
            *(struct.pack(">II", 1, length) for length in lengths),
        ),
        _full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
        _full(b"stsz", struct.pack(">II", 0, len(titles)), sizes.tobytes()),
        _chunks(starts, index.is_long),
    )
    header = _box(b"gmhd", _full(b"gmin", struct.pack(">H10x", 0x40)), _box(b"text", _MATRIX))
    media = _mdhd(plan.grid.rate_hz, plan.samples, index.about.language)
    info = _box(b"minf", header, _dinf(), table)
    return _box(
        b"trak",
        _tkhd(_TEXT, plan.samples, flags=2, volume=0),
        _box(b"mdia", media, _hdlr(b"text", b"Chapters"), info),
    )


def _tkhd(number: int, samples: int, *, flags: int, volume: int) -> bytes:
    body = bytes(16) + struct.pack(">IIQ8xHHHH", number, 0, samples, 0, 0, volume, 0)
    return _full(b"tkhd", body, _MATRIX, bytes(8), version=1, flags=flags)


def _mdhd(rate_hz: int, samples: int, language: str) -> bytes:
    letters = [ord(letter) - 0x60 for letter in language]
    packed = letters[0] << 10 | letters[1] << 5 | letters[2]
    return _full(b"mdhd", bytes(16), struct.pack(">IQHH", rate_hz, samples, packed, 0), version=1)


def _hdlr(kind: bytes, name: bytes) -> bytes:
    return _full(b"hdlr", bytes(4), kind, bytes(12), name + b"\0")


def _dinf() -> bytes:
    return _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))


def _esds(index: _Index) -> bytes:
    """The elementary stream's descriptors, each with its length in four bytes."""

    def descriptor(tag: int, body: bytes) -> bytes:
        size = len(body)
        return bytes([tag, 0x80, 0x80, 0x80 | size >> 7, size & 0x7F]) + body

    rate = struct.pack(">II", index.bits_per_s, index.bits_per_s)
    decoder = descriptor(4, b"\x40\x15" + bytes(3) + rate + descriptor(5, index.setup))
    stream = descriptor(3, struct.pack(">HB", _SOUND, 0) + decoder + descriptor(6, b"\x02"))
    return _full(b"esds", stream)


def _rolls(packets: int) -> list[bytes]:
    """To hear a packet right, a player that seeks has to begin one packet earlier."""
    group = _full(b"sgpd", b"roll", struct.pack(">IIh", 2, 1, -1), version=1)
    return [group, _full(b"sbgp", b"roll", struct.pack(">III", 1, packets, 1))]


def _stsc(packets: int) -> bytes:
    whole, rest = divmod(packets, CHUNK_PACKETS)
    runs = [(1, CHUNK_PACKETS)] if whole else []
    runs += [(whole + 1, rest)] if rest else []
    return _full(b"stsc", struct.pack(">I", len(runs)), *(struct.pack(">III", *run, 1) for run in runs))


def _sound_chunks(index: _Index) -> npt.NDArray[np.int64]:
    each = np.add.reduceat(index.sizes.astype(np.int64), np.arange(0, index.plan.packets, CHUNK_PACKETS))
    return index.sound_at + np.concatenate([[0], np.cumsum(each[:-1])])


def _chunks(starts: npt.NDArray[np.int64], is_long: bool) -> bytes:
    kind, name = (">u8", b"co64") if is_long else (">u4", b"stco")
    return _full(name, struct.pack(">I", len(starts)), starts.astype(kind).tobytes())


def _title(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">H", len(encoded)) + encoded + _box(b"encd", struct.pack(">I", 0x100))


def _udta(about: About) -> bytes:
    items = [_item(name, _UTF8, text.encode()) for name, text in about.texts.items() if text]
    items += [_item(name, _INTEGER, bytes([number])) for name, number in about.numbers.items()]
    if about.track[0]:
        items.append(_item(b"trkn", _PLAIN, struct.pack(">4H", 0, *about.track, 0)))
    if about.cover:
        kind = _PNG if about.cover.codec == "png" else _JPEG
        items.append(_item(b"covr", kind, about.cover.data))
    handler = _full(b"hdlr", bytes(4), b"mdir", b"appl", bytes(9))
    return _box(b"udta", _full(b"meta", handler, _box(b"ilst", *items)), _nero(about.marks))


def _item(name: bytes, kind: int, data: bytes) -> bytes:
    return _box(name, _box(b"data", struct.pack(">II", kind, 0), data))


def _nero(marks: tuple[Mark, ...]) -> bytes:
    """The chapters as other players read them, in units of 100 ns; left out where it cannot hold all."""
    if not 0 < len(marks) <= NERO_LIMIT:
        return b""
    rows = []
    for mark in marks:
        title = mark.title.encode()
        rows.append(struct.pack(">QB", mark.start * 10_000_000 // mark.rate_hz, len(title)) + title)
    return _full(b"chpl", bytes(4), bytes([len(marks)]), *rows, version=1)
