"""A book as packets: each unit from the cache, or encoded now and put there; the pauses are packets of silence.

Several units are encoded at a time, in threads: FFmpeg and LAME work outside of Python's lock. Nothing here knows
containers.
"""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from functools import partial

from projects.audio import assembly, codecs
from projects.audio.book import Book
from projects.audio.codecs import Codec, Packets
from projects.audio.packet_cache import PacketCache
from projects.audio.timeline import Place, Timeline, Unit, units

THREADS = min(os.cpu_count() or 1, 4)
LOOK_S = 1.0
SILENT_AT_ONCE = 256


def packets(
    book: Book, plan: Timeline, codec: Codec, cache: PacketCache | None, *, tick: Callable[[], None]
) -> Generator[tuple[Packets, int]]:
    """The whole book's packets in order, each lot with where it ends, in steps of the codec's grid.

    `tick` is called each second while nothing else happens; what it raises ends the work. BrokenTake as in assembly.
    """
    yield from _silent(codec, 0, plan.lead)
    for place, packed in _units(book, plan, codec, cache, tick):
        if len(packed.sizes) != codec.packets(place.packets):
            raise RuntimeError(f"A unit has {len(packed.sizes)} packets, its place {place.packets} steps.")
        end = place.at + place.packets
        yield packed, end
        yield from _silent(codec, end, place.silent)


def warm(book: Book, codec: Codec, cache: PacketCache, *, stop: Callable[[], bool]) -> int:
    """Encode what of this book the cache does not have, one after the other; returns how many units that were."""
    done = 0
    for unit in units(book):
        key = key_of(unit, codec)
        if stop():
            break
        if key and not cache.has(key):
            cache.put(key, _encode(unit, codec))
            done += 1
    return done


def missing(book: Book, plan: Timeline, codec: Codec, cache: PacketCache | None) -> list[Place]:
    """The places whose packets are not kept yet: all that there is to encode. It looks at the folder only."""
    return [place for place in plan.places if not (cache and cache.has(key_of(place.unit, codec)))]


def key_of(unit: Unit, codec: Codec) -> str:
    """The name of a unit's packets in the cache: all that they depend on. Empty where its sound has no name."""
    sound = unit.key
    return hashlib.sha256(f"{sound} {codec.key} {assembly.VERSION}".encode()).hexdigest() if sound else ""


def _silent(codec: Codec, at: int, count: int) -> Iterator[tuple[Packets, int]]:
    for start in range(0, count, SILENT_AT_ONCE * codec.block):
        lot = min(SILENT_AT_ONCE * codec.block, count - start)
        yield codecs.silences(codec, lot), at + start + lot


def _units(
    book: Book, plan: Timeline, codec: Codec, cache: PacketCache | None, tick: Callable[[], None]
) -> Iterator[tuple[Place, Packets]]:
    """Each place with its packets. So many are under way at a time that no thread waits, and no more."""
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="encode")
    ahead: deque[tuple[Place, Packets | Future[Packets]]] = deque()
    try:
        for place in plan.places:
            ahead.append((place, _found(place.unit, book, codec, cache, pool)))
            if len(ahead) > 2 * THREADS:
                yield ahead[0][0], _result(ahead.popleft()[1], tick)
        while ahead:
            yield ahead[0][0], _result(ahead.popleft()[1], tick)
    finally:
        pool.shutdown(cancel_futures=True)


def _found(
    unit: Unit, book: Book, codec: Codec, cache: PacketCache | None, pool: ThreadPoolExecutor
) -> Packets | Future[Packets]:
    key = key_of(unit, codec) if cache else ""
    kept = cache.get(key) if cache and key else None
    return kept or pool.submit(partial(_made, unit, book, codec, cache, key))


def _made(unit: Unit, book: Book, codec: Codec, cache: PacketCache | None, key: str) -> Packets:
    made = _encode(unit, codec, title=book.chapters[unit.chapter].title)
    if cache and key:
        cache.put(key, made)
    return made


def _encode(unit: Unit, codec: Codec, *, title: str = "") -> Packets:
    return codecs.encode(codec, assembly.unit_sound(unit, title=title), unit.frames)


def _result(packed: Packets | Future[Packets], tick: Callable[[], None]) -> Packets:
    while isinstance(packed, Future):
        try:
            return packed.result(timeout=LOOK_S)
        except NotYet:
            if packed.done():
                raise
            tick()
    return packed
