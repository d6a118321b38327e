import os
from pathlib import Path

import numpy as np
import pytest

from projects.audio.codecs import Packets
from projects.audio.packet_cache import PacketCache


def key(number: int) -> str:
    return f"{number:064x}"


def packets(count: int = 3, size: int = 100) -> Packets:
    return Packets(np.full(count, size, np.uint16), os.urandom(count * size))


def test_what_is_put_comes_back(tmp_path: Path) -> None:
    cache, wanted = PacketCache(tmp_path / "new", 10**6), packets(5, 65_535)
    assert cache.get(key(1)) is None
    cache.put(key(1), wanted)
    found = cache.get(key(1))
    assert found is not None
    assert (found.sizes.tolist(), found.payload) == (wanted.sizes.tolist(), wanted.payload)
    assert cache.has(key(1))
    assert not cache.has(key(2))


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-1], lambda data: data[:11]])
def test_what_is_not_whole_is_absent(tmp_path: Path, damage: object) -> None:
    cache = PacketCache(tmp_path, 10**6)
    cache.put(key(1), packets())
    (path,) = tmp_path.glob("*/*")
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert cache.get(key(1)) is None


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    cache = PacketCache(tmp_path, 10**6)
    cache.put(key(1), packets())
    (path,) = tmp_path.glob("*/*")
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)
    assert cache.get(key(1)) is None


def test_the_longest_unused_goes_first_and_only_beyond_the_limit(tmp_path: Path) -> None:
    cache = PacketCache(tmp_path, 10_000)
    for number in range(10):
        cache.put(key(number), packets(10, 80))
        os.utime(cache._path(key(number)), (number, number))
    assert cache.evict() == 0
    assert cache.get(key(0)) is not None  # used just now
    for number in range(10, 14):
        cache.put(key(number), packets(10, 80))
    assert cache.evict() > 0
    left = [number for number in range(14) if cache.has(key(number))]
    assert left == [0, *range(15 - len(left), 14)]
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 9_000


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = PacketCache(tmp_path / "file", 1)
    cache.put(key(1), packets())
    assert cache.get(key(1)) is None
    assert cache.evict() == 0
