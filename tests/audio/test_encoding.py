import base64
import io
import shutil
import subprocess
import sys
import wave
from dataclasses import replace
from pathlib import Path

import av
import mutagen.flac
import mutagen.mp3
import mutagen.mp4
import mutagen.oggopus
import numpy as np
import pytest

from projects.audio import assembly, codecs, cover, encoding, flac, formats, mp4, pcm, riff
from projects.audio.book import Book, Chapter, EmptyBook, Line, Unfit
from projects.audio.formats import Format
from projects.audio.timeline import Timeline, timeline
from tests.audio import sounds

FORMATS: list[Format] = ["m4b", "mp3", "mp3-vbr", "opus", "flac", "wav"]
PASSES: list[Format] = ["wav", "mp3"]
"""One format of samples and one of packets, for what is the same in all."""
LENGTH_OFF_US: dict[Format, int] = {"opus": 7000}
"""FFmpeg counts the priming of Opus into a file's length."""
TITLE = "走れメロス & Tür \U0001f4d6"


def takes(count: int) -> list[pcm.Pcm]:
    """Bursts of speech length and odd sizes, each unlike the others, silent for a moment at both ends."""
    return [
        sounds.padded(sounds.burst(9_000 + 1_237 * (n % 7), seed=n), 240 + 13 * n, 480 + 7 * n)
        for n in range(count)
    ]


def made(sound: list[pcm.Pcm], per_chapter: int = 2, **options: object) -> Book:
    lines = [sounds.line(take, pause_ms=211) for take in sound]
    groups = [lines[start : start + per_chapter] for start in range(0, len(lines), per_chapter)]
    chapters = tuple(
        Chapter(f"Chapter {n}: {TITLE}", tuple(group)) for n, group in enumerate(groups, start=1)
    )
    return Book(TITLE, "Osamu Dazai", "Vivian", chapters, **options)  # type: ignore[arg-type]


def offsets(path: Path, plan: Timeline, sound: list[pcm.Pcm]) -> set[int]:
    """By how many samples any line is not where the timeline says."""
    played, rate_hz = sounds.decoded(path)
    assert rate_hz == plan.grid.rate_hz
    starts = [start for row in plan.line_starts for start in row]
    return {sounds.offset(played, rate_hz, take, start) for take, start in zip(sound, starts, strict=True)}


@pytest.mark.parametrize("format", FORMATS)
def test_every_line_is_heard_on_the_sample_that_the_timeline_says(tmp_path: Path, format: Format) -> None:
    sound = takes(16)
    target = tmp_path / f"book.{format}"
    written = encoding.write(made(sound), target, format)
    assert offsets(target, written.timeline, sound) == {0}


@pytest.mark.parametrize("format", FORMATS)
def test_lines_without_pauses_are_on_their_sample_too(tmp_path: Path, format: Format) -> None:
    # 80 samples at 24 kHz are 147 at 44.1: every line begins on a whole one.
    sound = [take[: take.size // 80 * 80] for take in takes(12)]
    lines = tuple(sounds.line(take, pause_ms=0) for take in sound)
    target = tmp_path / f"book.{format}"
    written = encoding.write(Book("T", "A", "N", (Chapter("One", lines),)), target, format)
    assert [len(place.unit.lines) for place in written.timeline.places] == [12]
    assert offsets(target, written.timeline, sound) == {0}


@pytest.mark.parametrize("kbits", [96, 128, 160, 192, 224, 256])
def test_lame_gives_back_what_it_takes_of_the_level(kbits: int) -> None:
    sound = sounds.speech(120_000, level=5000)
    packed = codecs.encode(replace(codecs.MP3, bits_per_s=kbits * 1000), [sound], int(sound.size))
    with av.open(io.BytesIO(bytes(packed.payload)), format="mp3") as container:
        played = np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)])
    wanted = sounds.at_rate(sound, 44_100)
    heard = played[codecs.MP3.grid.priming :][: wanted.size]
    assert 20 * np.log10((heard @ wanted) / (wanted @ wanted)) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("format", FORMATS)
def test_chapters_in_the_file_are_the_marks(tmp_path: Path, format: Format) -> None:
    book, target = made(takes(16)), tmp_path / f"book.{format}"
    written = encoding.write(book, target, format)
    with av.open(str(target)) as container:
        found = container.chapters()
    in_file = [
        (float(one["start"] * one["time_base"]), float(one["end"] * one["time_base"])) for one in found
    ]
    wanted = [(mark.start / mark.rate_hz, mark.end / mark.rate_hz) for mark in written.marks]
    off = np.abs(np.array(in_file) - np.array(wanted))
    assert off[:, 0].max() <= 0.001
    assert off[:, 1].max() <= LENGTH_OFF_US.get(format, 1000) / 1e6
    assert [one["metadata"]["title"] for one in found] == [mark.title for mark in written.marks]


@pytest.mark.parametrize("format", FORMATS)
def test_the_length_is_the_timelines(tmp_path: Path, format: Format) -> None:
    book, target = made(takes(6)), tmp_path / f"book.{format}"
    written = encoding.write(book, target, format)
    plan = written.timeline
    assert written.size_bytes == target.stat().st_size
    assert written.duration_ms == pytest.approx(timeline(book).duration_ms, abs=6 * 22)
    played, _ = sounds.decoded(target)
    # The last AAC frame is full; FFmpeg's reader does not cut the silence behind the end off.
    assert 0 <= played.size - plan.samples < (1024 if format in ("m4b", "m4a") else 1)
    with av.open(str(target)) as container:
        assert container.duration == pytest.approx(
            plan.samples / plan.grid.rate_hz * 1e6, abs=LENGTH_OFF_US.get(format, 1000)
        )


def test_a_wav_is_the_sound_bit_for_bit(tmp_path: Path) -> None:
    book, target = made(takes(5)), tmp_path / "book.wav"
    encoding.write(book, target, "wav")
    with wave.open(str(target)) as foreign:
        assert foreign.getparams()[:3] == (1, 2, 24_000)
        assert foreign.readframes(10**9) == np.concatenate(list(assembly.sound(book))).tobytes()


def test_a_wav_has_cues_and_texts(tmp_path: Path) -> None:
    book, target = made(takes(6), comment="A note"), tmp_path / "book.wav"
    written = encoding.write(book, target, "wav")
    data = target.read_bytes()
    chunks = {chunk.name: chunk for chunk in riff.walk(io.BytesIO(data), len(data))}
    cues = np.frombuffer(data, "<u4", count=6 * 3, offset=chunks[b"cue "].offset + 4).reshape(3, 6)
    assert cues[:, 5].tolist() == [mark.start for mark in written.marks]
    assert f"Chapter 3: {TITLE}".encode() in data
    with av.open(str(target)) as container:
        assert container.metadata["title"] == TITLE
        assert container.metadata["artist"] == "Osamu Dazai"
        assert container.metadata["comment"] == "A note"


def test_an_mp3_is_what_the_audiobook_shops_take(tmp_path: Path) -> None:
    picture = sounds.picture("mjpeg")
    book = made(takes(6), cover=picture, language="Japanese", comment="A note")
    target = tmp_path / "book.mp3"
    encoding.write(book, target, "mp3")
    found = mutagen.mp3.MP3(target)
    info = found.info
    assert (info.sample_rate, info.channels, info.layer) == (44_100, 1, 3)
    assert info.bitrate == pytest.approx(192_000, rel=2e-4)
    assert info.bitrate_mode == mutagen.mp3.BitrateMode.CBR
    texts = {name: str(found.tags[name]) for name in ("TIT2", "TALB", "TPE1", "TCOM", "TCON", "TLAN")}
    assert texts == {
        "TIT2": TITLE, "TALB": TITLE, "TPE1": "Osamu Dazai", "TCOM": "Vivian", "TCON": "Audiobook",
        "TLAN": "jpn",
    }  # fmt: skip
    assert str(found.tags["COMM::jpn"]) == "A note"
    assert found.tags.getall("APIC")[0].data == picture
    assert len(found.tags.getall("CHAP")) == 3


def test_an_mp3_states_the_delay_and_padding_that_players_cut(tmp_path: Path) -> None:
    book, target = made(takes(3)), tmp_path / "book.mp3"
    plan = encoding.write(book, target, "mp3").timeline
    data = target.read_bytes()
    at = data.index(b"Info")
    flags, frames, size = np.frombuffer(data, ">u4", count=3, offset=at + 4).tolist()
    assert flags & 3 == 3
    delay, padding = (
        int.from_bytes(data[at + 141 : at + 144]) >> 12,
        int.from_bytes(data[at + 141 : at + 144]) & 0xFFF,
    )
    assert delay == 576
    assert frames * 1152 - delay - padding == plan.samples
    assert size == len(data) - data.index(b"\xff\xfb", at - 40)


def test_an_m4b_is_an_audiobook_to_its_players(tmp_path: Path) -> None:
    picture = sounds.picture("png")
    book = made(takes(6), cover=picture, language="ja", comment="A note")
    target = tmp_path / "book.m4b"
    plan = encoding.write(book, target, "m4b").timeline
    data = target.read_bytes()
    assert data[4:12] == b"ftypM4B "
    assert data.index(b"moov") < data.index(b"mdat"), "the index does not come first"
    found = mutagen.mp4.MP4(target)
    assert (found.info.sample_rate, found.info.channels, found.info.codec) == (24_000, 1, "mp4a.40.2")
    tags = {name: found.tags[name][0] for name in ("©nam", "©alb", "©ART", "©wrt", "©gen", "©cmt", "stik")}
    assert tags == {
        "©nam": TITLE, "©alb": TITLE, "©ART": "Osamu Dazai", "©wrt": "Vivian", "©gen": "Audiobook",
        "©cmt": "A note", "stik": 2,
    }  # fmt: skip
    assert bytes(found.tags["covr"][0]) == picture
    assert found.tags["covr"][0].imageformat == mutagen.mp4.AtomDataType.PNG
    starts = [chapter.start for chapter in found.chapters]
    assert starts == pytest.approx([mark.start / 24_000 for mark in plan.marks], abs=0.001)
    assert [chapter.title for chapter in found.chapters] == [f"Chapter {n}: {TITLE}" for n in (1, 2, 3)]
    with av.open(str(target)) as container:
        assert container.streams.audio[0].metadata["language"] == "jpn"


def test_a_flac_is_the_wav_bit_for_bit_and_states_its_whole_length(tmp_path: Path) -> None:
    picture = sounds.picture("png")
    book, target = made(takes(6), cover=picture, language="ja", track=(2, 3)), tmp_path / "book.flac"
    plan = encoding.write(book, target, "flac").timeline
    samples = np.concatenate(list(assembly.sound(book)))
    played, _ = sounds.decoded(target)
    assert np.array_equal((played * 32768).astype(np.int16), samples)
    found = mutagen.flac.FLAC(target)
    info = found.info
    assert (info.total_samples, info.sample_rate, info.channels, info.bits_per_sample) == (
        samples.size, 24_000, 1, 16,
    )  # fmt: skip
    assert info.md5_signature == 0, "a check sum that nobody made"
    texts = ("title", "album", "artist", "performer", "genre", "language", "tracknumber", "tracktotal")
    assert [found[name] for name in texts] == [
        [TITLE], [TITLE], ["Osamu Dazai"], ["Vivian"], ["Audiobook"], ["jpn"], ["2"], ["3"],
    ]  # fmt: skip
    assert (found.pictures[0].data, found.pictures[0].width, found.pictures[0].type) == (picture, 64, 3)
    assert [point.first_sample for point in found.seektable.seekpoints] == [0]
    assert plan.samples == samples.size


def test_one_can_go_to_any_place_in_a_flac(tmp_path: Path) -> None:
    sound = [sounds.burst(24_000 * 6, seed=n) for n in range(8)]
    book, target = made(sound), tmp_path / "book.flac"
    plan = encoding.write(book, target, "flac").timeline
    seconds = [point.first_sample / 24_000 for point in mutagen.flac.FLAC(target).seektable.seekpoints]
    assert seconds == pytest.approx(np.arange(len(seconds)) * 10, abs=0.2)
    assert len(seconds) == -(-plan.samples // 240_000)
    wanted = plan.line_starts[3][0]
    with av.open(str(target)) as container:
        container.seek(wanted, stream=container.streams.audio[0])
        frame = next(iter(container.decode(audio=0)))
        assert frame.pts <= wanted < frame.pts + 10 * 24_000
        samples = frame.to_ndarray()[0]
    whole = np.concatenate(list(assembly.sound(book)))
    assert np.array_equal(samples, whole[frame.pts : frame.pts + samples.size])


def test_an_opus_file_says_what_it_is(tmp_path: Path) -> None:
    picture = sounds.picture("png", side=200)
    book, target = made(takes(6), cover=picture, comment="A note"), tmp_path / "book.opus"
    plan = encoding.write(book, target, "opus").timeline
    assert len(picture) > 65_025, "the comments fit one page"
    found = mutagen.oggopus.OggOpus(target)
    assert found.info.length == pytest.approx(plan.samples / 48_000, abs=1e-6)
    assert [found[name] for name in ("title", "artist", "comment")] == [[TITLE], ["Osamu Dazai"], ["A note"]]
    kept = mutagen.flac.Picture(base64.b64decode(found["metadata_block_picture"][0]))
    assert (kept.data, kept.mime) == (picture, "image/png")


def test_beyond_4_gib_an_m4b_states_places_with_64_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = takes(4)
    monkeypatch.setattr(mp4, "LONG_BYTES", 1000)
    target = tmp_path / "book.m4b"
    plan = encoding.write(made(sound), target, "m4b").timeline
    data = target.read_bytes()
    assert (data.count(b"co64"), data.count(b"stco")) == (2, 0)
    assert offsets(target, plan, sound) == {0}
    assert len(mutagen.mp4.MP4(target).chapters) == 2


def test_an_m4a_is_an_episode_and_has_the_packets_of_the_m4b(tmp_path: Path) -> None:
    book = made(takes(4))
    for format in ("m4b", "m4a"):
        encoding.write(book, tmp_path / format, format)
    episode = (tmp_path / "m4a").read_bytes()
    assert episode[4:12] == b"ftypM4A "
    found = mutagen.mp4.MP4(tmp_path / "m4a")
    assert (found["pcst"], found["\xa9gen"], "stik" in found) == (True, ["Podcast"], False)
    sound = [data[data.index(b"mdat") :] for data in (episode, (tmp_path / "m4b").read_bytes())]
    assert sound[0] == sound[1]


def test_an_mp3_of_a_variable_rate_says_so_and_is_smaller(tmp_path: Path) -> None:
    book = made([sounds.speech(24_000 * 4, seed=n) for n in range(4)])
    for format in ("mp3", "mp3-vbr"):
        encoding.write(book, tmp_path / format, format)
    info = mutagen.mp3.MP3(tmp_path / "mp3-vbr").info
    assert info.bitrate_mode == mutagen.mp3.BitrateMode.VBR
    assert (tmp_path / "mp3-vbr").stat().st_size < 0.7 * (tmp_path / "mp3").stat().st_size


FOREIGN = {
    "flac": ("flac", ["flac", "--silent", "--decode", "--force", "{file}", "-o", "{wav}"]),
    "opus": ("opusdec", ["opusdec", "--quiet", "--rate", "48000", "{file}", "{wav}"]),
    "mp3-vbr": ("mpg123", ["mpg123", "-q", "-w", "{wav}", "{file}"]),
    "m4b": ("faad", ["faad", "-q", "-o", "{wav}", "{file}"]),
}
FOREIGN_OFFSET = {"opus": 3}
"""In samples of 48 kHz; opusdec resamples."""


@pytest.mark.parametrize("format", FOREIGN)
def test_every_line_is_on_its_sample_in_the_decoders_of_others(tmp_path: Path, format: Format) -> None:
    program, words = FOREIGN[format]
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    sound = takes(8)
    target, heard = tmp_path / f"book.{formats.FORMATS[format].ending}", tmp_path / "heard.wav"
    plan = encoding.write(made(sound), target, format).timeline
    done = subprocess.run(
        [word.format(file=target, wav=heard) for word in words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert max(map(abs, offsets(heard, plan, sound))) <= FOREIGN_OFFSET.get(format, 0)


def test_what_a_flac_cannot_hold_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = sounds.picture("png")
    with pytest.raises(Unfit, match="at most 16 MB"):
        encoding.write(made(takes(1), cover=picture + bytes(17_000_000)), tmp_path / "book.flac", "flac")
    monkeypatch.setattr(flac, "LONGEST", 24_000)
    with pytest.raises(Unfit, match="24 hours at most"):
        encoding.write(made(takes(2)), tmp_path / "book.flac", "flac")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", FORMATS)
def test_a_bare_book_of_one_short_line_is_written(tmp_path: Path, format: Format) -> None:
    book = Book("", "", "", (Chapter("", (sounds.line(sounds.burst(1)),)),), lead_ms=0, tail_ms=0)
    written = encoding.write(book, tmp_path / "book", format)
    assert written.duration_ms == pytest.approx(600, abs=1)
    with av.open(str(tmp_path / "book")) as container:
        assert [one["metadata"]["title"] for one in container.chapters()] == ["1"]


@pytest.mark.parametrize("format", ["mp3", "m4b", "flac"])
def test_three_hundred_chapters_are_all_there(tmp_path: Path, format: Format) -> None:
    book = made([sounds.burst(50, seed=n) for n in range(300)], per_chapter=1, chapter_pause_ms=20)
    written = encoding.write(book, tmp_path / "book", format)
    with av.open(str(tmp_path / "book")) as container:
        found = container.chapters()
    assert len(found) == 300
    assert found[299]["start"] * found[299]["time_base"] == pytest.approx(
        written.marks[299].start / written.marks[299].rate_hz, abs=0.001
    )


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_book_gives_the_same_bytes(tmp_path: Path, format: Format) -> None:
    book = made(takes(4), cover=sounds.picture())
    for name in ("one", "two"):
        encoding.write(book, tmp_path / name, format)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("format", PASSES)
def test_progress_is_told_every_few_lines_and_at_the_end(tmp_path: Path, format: Format) -> None:
    book = made([sounds.tone(24_000 * 7)] * 6)
    told: list[tuple[int, int]] = []
    encoding.write(
        book, tmp_path / "book", format, on_progress=lambda done, total: told.append((done, total))
    )
    done = [0] + [frames for frames, _ in told]
    assert done == sorted(done)
    assert {(done[-1])} == {of for _, of in told}
    # All pauses are done from the beginning.
    assert max(np.diff(done)) <= 21 * 24_000


class Cancelled(Exception):
    pass


@pytest.mark.parametrize("format", PASSES)
@pytest.mark.parametrize("calls", [1, 2, 1000])
def test_cancelling_leaves_no_file(tmp_path: Path, format: Format, calls: int) -> None:
    told: list[int] = []
    book = made([sounds.tone(24_000 * 12)] * 3)

    def on_progress(done: int, total: int) -> None:
        told.append(done)
        if len(told) == calls or done == total:
            raise Cancelled

    with pytest.raises(Cancelled):
        encoding.write(book, tmp_path / "book", format, on_progress=on_progress)
    assert list(tmp_path.iterdir()) == []
    assert len(told) <= calls


@pytest.mark.parametrize("format", PASSES)
def test_a_broken_take_leaves_no_file(tmp_path: Path, format: Format) -> None:
    good, gone = sounds.line(sounds.tone(50_000)), Line((tmp_path / "gone.wav").open, 100, 0)
    book = Book("T", "A", "N", (Chapter("One", (good, good)), Chapter("Two", (good, good, gone))))
    with pytest.raises(assembly.BrokenTake) as caught:
        encoding.write(book, tmp_path / "book", format)
    assert (caught.value.chapter, caught.value.line) == (1, 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", PASSES)
def test_bad_covers_and_empty_books_are_refused_before_anything_is_written(
    tmp_path: Path, format: Format
) -> None:
    target = tmp_path / "book"
    target.write_bytes(b"what was there before")
    with pytest.raises(cover.BadCover, match="neither"):
        encoding.write(made(takes(1), cover=b"GIF89a"), target, format)
    with pytest.raises(EmptyBook):
        encoding.write(made([]), target, format)
    assert target.read_bytes() == b"what was there before"


@pytest.mark.parametrize("format", PASSES)
def test_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path, format: Format) -> None:
    with pytest.raises(FileNotFoundError):
        encoding.write(made(takes(1)), tmp_path / "nowhere" / "book", format)


FULL_DISK = """
import resource, sys
from pathlib import Path
from projects.audio import encoding
from tests.audio import sounds, test_encoding
book = test_encoding.made([sounds.burst(24_000 * 10)] * 4)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
try:
    encoding.write(book, Path(sys.argv[1]), sys.argv[2])
except OSError as error:
    print("refused", Path(sys.argv[1]).exists())
"""


@pytest.mark.parametrize("format", PASSES)
def test_a_disk_that_refuses_is_an_error_and_leaves_no_file(tmp_path: Path, format: Format) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "book"), format]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("refused False\n", "")
