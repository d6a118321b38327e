"""Nothing is encoded twice: after a worker that was killed, and by two exports of one edit."""

import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from projects.audio import encoding, packing, parcel
from projects.audio.book import Book, Chapter
from projects.audio.codecs import Packets
from projects.audio.formats import FORMATS, Format
from projects.audio.packet_cache import PacketCache
from projects.audio.timeline import units
from tests.audio import sounds

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Counting(PacketCache):
    """A cache that knows what was encoded."""

    encoded: list[str] = field(default_factory=list)

    def put(self, key: str, packets: Packets) -> None:
        super().put(key, packets)
        self.encoded.append(key)


def book(edited: int | None = None) -> Book:
    """Three chapters of eight lines; one of them may be another."""
    lines = []
    for number in range(24):
        seed = 100 + number if number == edited else number
        lines.append(replace(sounds.line(sounds.burst(9_000, seed=seed)), key=f"take {seed}"))
    return Book("T", "A", "N", tuple(Chapter(f"{n}", tuple(lines[n * 8 : n * 8 + 8])) for n in range(3)))


KILLED = """
import os, signal, sys
from pathlib import Path
from projects.audio import encoding
from tests.audio import test_resuming
class Dying(test_resuming.Counting):
    def put(self, key, packets):
        super().put(key, packets)
        if len(self.encoded) == 9:
            os.kill(os.getpid(), signal.SIGKILL)
folder = Path(sys.argv[1])
encoding.write(test_resuming.book(), folder / "book.mp3", "mp3", cache=Dying(folder / "packets", 10**9))
"""


def test_an_export_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, timeout=120)
    assert done.returncode == -9
    cache, codec = Counting(tmp_path / "packets", 10**9), FORMATS["mp3"].codec
    assert codec
    keys = {packing.key_of(unit, codec) for unit in units(book())}
    kept = {key for key in keys if cache.has(key)}
    assert 9 <= len(kept) < 24
    told: list[tuple[int, int]] = []
    encoding.write(
        book(), tmp_path / "book.mp3", "mp3", cache=cache, on_progress=lambda *so_far: told.append(so_far)
    )
    assert sorted(cache.encoded) == sorted(keys - kept)
    assert told[0][0] / told[0][1] > 9 / 24, "it says that it begins anew"
    encoding.write(book(), tmp_path / "whole.mp3", "mp3")
    assert (tmp_path / "book.mp3").read_bytes() == (tmp_path / "whole.mp3").read_bytes()


@pytest.mark.parametrize(("first", "second"), [("m4b", "m4a"), ("flac", "flac")])
def test_two_exports_of_one_edit_encode_it_once(tmp_path: Path, first: Format, second: Format) -> None:
    cache = Counting(tmp_path / "packets", 10**9)
    encoding.write(book(), tmp_path / "whole", first, cache=cache)
    assert len(cache.encoded) == 24
    edited = book(edited=11)
    encoding.write(edited, tmp_path / "whole", first, cache=cache)
    assert len(cache.encoded) == 25
    shares: list[int] = []
    parcel.write(
        parcel.by_chapter(replace(edited, tail_ms=3000)),
        tmp_path / "parts.zip",
        second,
        cache=cache,
        on_progress=lambda done, total: shares.append(done * 100 // total),
    )
    assert len(cache.encoded) == 25
    assert set(shares) == {100}, "nothing is left to encode from the beginning"
