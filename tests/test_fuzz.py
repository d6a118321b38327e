"""Whatever comes in from outside, a reader gives what it found or says in a sentence why not: never a fault.

Broken manuscripts of each format, by dice, are in tests/manuscript/test_broken_files.py; here the inputs are built by
Hypothesis, the same in every run. More of them: FUZZ_EXAMPLES=5000.
"""

import csv
import hashlib
import io
import os
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from projects.archive.manifest import BadArchive
from projects.archive.reading import Reader
from projects.archive.writing import Writer
from projects.audio import cover, pcm, recording, riff, wav
from projects.lexicon import files
from projects.manuscript import reading
from projects.manuscript.manuscript import Unreadable
from projects.speech import sse
from projects.speech import wav as answers
from projects.speech.errors import SpeechError
from tests.audio import sounds

pytestmark = pytest.mark.usefixtures("only_dice")
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
# What stands in a script, a play, a lexicon, a feed of events: joined at random it is nearly one.
WORDS = (
    *(
        "The lamp was lit.",
        "“Who?” said Ann.",
        "ANN",
        "ANN:",
        "(softly)",
        "CHAPTER I",
        "I",
        "II",
        "1",
        "[1]",
        "***",
    ),
    *(
        "# One",
        "## ",
        "- ",
        "> ",
        "```",
        "| a | b |",
        "|-|-|",
        "[^1]: note",
        "![a](b)",
        "<b>",
        "</b>",
        "&amp;",
        "---",
    ),
    *(
        "INT. ROOM - DAY",
        ".THERE",
        "~la",
        "> END <",
        "CUT TO:",
        "Title: A",
        "=",
        "[[",
        "]]",
        "/*",
        "*/",
        "@x",
        "^",
    ),
    *(
        "WEBVTT",
        "NOTE",
        "00:01.000 --> 00:02.000",
        "00:00:01,000 --> 99:99:99,999",
        "<v Ann>",
        "-->",
        "[00:01:02]",
    ),
    *(
        "第一回",
        "「えっ」",
        "\u3000",
        "《ruby》",
        "｜",
        "\u202e",
        "\ufeff",
        "\x00",
        "\x0c",
        "\ud7ff",
        "é",
        "e\u0301",
        "👩‍👩‍👧",
    ),
)
LINES = some.lists(
    some.sampled_from(("\n", "\r\n", "\r", "\n\n", " ", "\t", *WORDS)), min_size=1, max_size=60
).map("".join)
TEXTS = LINES | some.text(max_size=300)
NAMES = some.sampled_from(("a.txt", "a.md", "a.fountain", "a.srt", "a.vtt", "a", "a.docx", "a.epub"))
STARTS = some.sampled_from(
    (b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"%PDF-1.7\n", b"{\\rtf1", b"\xd0\xcf")
)


T = TypeVar("T")


def outcome(read: Callable[[], T], refusal: type[Exception]) -> T | str:
    """What reading gives, or the sentence of its refusal. Any other exception fails the test."""
    try:
        return read()
    except refusal as refused:
        return str(refused)


def is_sentence(said: str) -> bool:
    return said[0].isupper() and said[-1] in ".”"


def fuzz(times: int) -> settings:
    """So many inputs, the same each time, however long they take on a busy machine."""
    return settings(
        max_examples=EXAMPLES or times,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[],
    )


@fuzz(40)
@given(
    TEXTS,
    NAMES,
    some.sampled_from(("utf-8", "utf-16-le", "utf-16-be", "cp1252", "gb18030", "shift_jis")),
    STARTS,
)
def test_any_text_is_a_manuscript_or_is_refused(text: str, name: str, code: str, start: bytes) -> None:
    data = start + text.encode(code, "ignore")
    if name in ("a.docx", "a.epub") and not start.startswith(b"PK"):
        name = "a.txt"
    found = outcome(lambda: reading.read_bytes(data, name), Unreadable)
    assert (
        is_sentence(found) if isinstance(found, str) else all(chapter.passages for chapter in found.chapters)
    )


@fuzz(40)
@given(TEXTS)
def test_any_paste_is_a_manuscript_or_is_refused(text: str) -> None:
    found = outcome(lambda: reading.read_text(text), Unreadable)
    assert is_sentence(found) if isinstance(found, str) else found.chapters


CELLS = some.sampled_from(
    ("written", "say", "kind", "pattern", "word", "exact", "=1+1", "'=1", "(", r"(\d+)", r"\1", "a" * 300)
)
TABLES = some.lists(some.lists(CELLS | some.text(max_size=12), max_size=6), max_size=8)
PLS = '<lexicon xmlns="http://www.w3.org/2005/01/pronunciation-lexicon"><lexeme><grapheme>%s</grapheme>%s</lexeme></lexicon>'
XML = some.sampled_from(
    (
        "<alias>b</alias>",
        "<phoneme>b</phoneme>",
        "&x;",
        "<!DOCTYPE a>",
        "<alias>",
        "]]>",
        "<?xml encoding='x'?>",
    )
)


def as_csv(table: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue()


@fuzz(50)
@given(
    TABLES.map(as_csv)
    | some.text(max_size=80)
    | some.tuples(some.text(max_size=9) | XML, XML).map(lambda xs: PLS % xs)
)
def test_any_lexicon_is_read_row_by_row_or_is_refused(text: str) -> None:
    found = outcome(lambda: files.read(text, languages=("English", "Chinese")), files.Unusable)
    if isinstance(found, str):
        assert is_sentence(found)
    else:
        assert not any(files.fault(row) for row in found.rows)
        assert all(found.left_out)


EVENTS = some.lists(
    some.sampled_from(
        (
            b"data: a",
            b"data:",
            b"event: error",
            b":HTTP_STATUS/429",
            b"status: 200",
            b"id",
            b"\n",
            b"\r",
            b"\r\n",
            b"\xef",
        )
        + (b"\xbb\xbf", b"\xe4\xbd", b"\xa0", b"\x00", b": comment", b"retry: 1", b"data: {}")
    )
    | some.binary(max_size=4),
    max_size=30,
).map(b"".join)


def parsed(pieces: list[bytes]) -> list[sse.Event]:
    parser = sse.Parser()
    return [event for piece in pieces for event in parser.feed(piece)] + list(parser.close())


@fuzz(80)
@given(EVENTS, some.lists(some.integers(0, 200), max_size=6))
def test_events_are_the_same_however_the_stream_is_cut(stream: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[a:b] for a, b in zip(places, places[1:], strict=False)]
    assert parsed(pieces) == parsed([stream]) == parsed([bytes([one]) for one in stream])


U32, U16 = some.integers(0, 2**32 - 1), some.integers(0, 2**16 - 1)
FORMAT = some.tuples(
    some.sampled_from((1, 3, 6, 17, 0xFFFE)) | U16,
    some.sampled_from((1, 2, 0)) | U16,
    some.sampled_from((24_000, 44_100, 1, 0)) | U32,
    U32,
    U16,
    some.sampled_from((16, 24, 8, 32, 0)) | U16,
).map(lambda fields: struct.pack("<HHIIHH", *fields))
TRUE_FORMAT = some.just(struct.pack("<HHIIHH", 1, 1, 24_000, 48_000, 2, 16))
CHUNKS = some.tuples(
    some.sampled_from((b"data", b"fmt ", b"LIST", b"ds64", b"JUNK", b"\x00\x00\x00\x00")),
    TRUE_FORMAT | FORMAT | some.binary(max_size=64),
    some.none() | some.sampled_from((0, 1, 0x7FFFFF9B, 0xFFFFFFFF)) | U32,
).map(lambda one: one[0] + struct.pack("<I", len(one[1]) if one[2] is None else one[2]) + one[1])
WAVES = some.tuples(
    some.sampled_from((b"RIFF", b"RF64", b"RIFX")), U32, TRUE_FORMAT | FORMAT, some.lists(CHUNKS, max_size=5)
).map(
    lambda one: (
        one[0] + struct.pack("<I", one[1]) + b"WAVEfmt " + struct.pack("<I", 16) + one[2] + b"".join(one[3])
    )
)


@fuzz(80)
@given(WAVES | some.binary(max_size=80))
def test_any_wave_has_samples_or_a_reason_in_both_readers(data: bytes) -> None:
    samples = outcome(lambda: answers.pcm_of(data), SpeechError)
    assert samples
    assert isinstance(samples, str) or len(samples) % 2 == 0
    reader = outcome(lambda: wav.open_frames(io.BytesIO(data)), wav.BadWav)
    assert reader
    assert isinstance(reader, str) or reader.read(10**9).size == reader.frames <= len(data)


SOUND = sounds.wav_bytes(sounds.tone(2_400))
PICTURES = (sounds.picture("mjpeg"), sounds.picture("png"))


def broken(data: bytes) -> some.SearchStrategy[bytes]:
    """The data with some bytes changed, and cut off somewhere."""
    changes = some.lists(some.tuples(some.integers(0, len(data) - 1), some.integers(0, 255)), max_size=8)

    def change(args: tuple[list[tuple[int, int]], int]) -> bytes:
        copy = bytearray(data)
        for at, byte in args[0]:
            copy[at] = byte
        return bytes(copy[: args[1]])

    return some.tuples(changes, some.integers(0, len(data)) | some.just(len(data))).map(change)


@fuzz(50)
@given(WAVES | broken(SOUND[:400]) | some.binary(max_size=40))
def test_any_recording_is_sound_or_is_refused(data: bytes) -> None:
    found = outcome(lambda: recording.read(io.BytesIO(data), most_ms=60_000), recording.Unreadable)
    if isinstance(found, str):
        assert is_sentence(found)
    else:
        assert 0 < found.samples.size <= pcm.ms_to_frames(60_000)


def test_a_file_of_empty_chunks_is_not_walked_to_its_end() -> None:
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, 24_000, 48_000, 2, 16)
    data = io.BytesIO(head + b"JUNK\0\0\0\0" * 3 * riff.MOST_CHUNKS)
    assert len(list(riff.walk(data, len(data.getvalue())))) == riff.MOST_CHUNKS


def archive() -> bytes:
    """A small archive: one table and one sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        with Writer(path, {"title": "A"}) as writer:
            writer.rows("script", [{"id": 1, "title": "I"}, {"id": 2, "title": "II"}])
            writer.sound(hashlib.sha256(SOUND).hexdigest(), io.BytesIO(SOUND))
        return path.read_bytes()


def unpacked(data: bytes) -> list[object]:
    """Everything that the reader of archives takes out of a file."""
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(data)
        file.flush()
        with Reader(Path(file.name)) as reader:
            found = list(reader.rows("script"))
            for sha256 in reader.manifest.sounds:
                with reader.sound(sha256) as stream:
                    assert hashlib.sha256(stream.read(1 << 30)).hexdigest() == sha256
            return found


ARCHIVE = archive()


@fuzz(60)
@given(broken(ARCHIVE) | broken(ARCHIVE[-700:]).map(lambda end: ARCHIVE[:-700] + end))
def test_any_archive_is_whole_or_is_refused(data: bytes) -> None:
    found = outcome(lambda: unpacked(data), BadArchive)
    assert is_sentence(found) if isinstance(found, str) else len(found) == 2


@fuzz(40)
@given(some.one_of(*map(broken, PICTURES)))
def test_any_cover_is_a_picture_or_is_refused(data: bytes) -> None:
    found = outcome(lambda: cover.check(data), cover.BadCover)
    if isinstance(found, str):
        assert is_sentence(found)
    else:
        assert max(found.width_px, found.height_px) <= cover.SIDE_LIMIT_PX
