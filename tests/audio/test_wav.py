import io
import struct
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from projects.audio import pcm, riff, wav
from tests.audio import sounds

FORMAT = struct.pack("<HHIIHH", 1, 1, 24_000, 48_000, 2, 16)


def built(*chunks: bytes, head: bytes = b"RIFF") -> io.BytesIO:
    body = b"".join(chunks)
    return io.BytesIO(head + struct.pack("<I", len(body) + 4) + b"WAVE" + body)


def all_of(file: io.BytesIO) -> pcm.Pcm:
    reader = wav.open_frames(file)
    return reader.read(reader.frames)


@pytest.mark.parametrize("as_bytes", [True, False])
def test_a_written_take_has_a_true_header(as_bytes: bool) -> None:
    sound = sounds.burst(12_345)
    file = io.BytesIO()
    assert wav.write(file, sound.tobytes() if as_bytes else sound) == 12_345
    assert struct.unpack_from("<I", file.getvalue(), 4) == (len(file.getvalue()) - 8,)
    with wave.open(io.BytesIO(file.getvalue())) as foreign:
        assert foreign.getparams()[:4] == (1, 2, 24_000, 12_345)
        assert foreign.readframes(20_000) == sound.tobytes()


def test_a_take_of_no_frames_can_be_written_and_read() -> None:
    file = io.BytesIO()
    assert wav.write(file, b"") == 0
    assert wav.open_frames(file).frames == 0
    assert wav.open_frames(file).read(10).size == 0


def test_half_a_sample_is_refused_before_anything_is_written() -> None:
    file = io.BytesIO()
    with pytest.raises(ValueError, match="odd number"):
        wav.write(file, b"\0\0\0")
    assert file.getvalue() == b""


@pytest.mark.parametrize("stated", [0x7FFF_FF9B, 0xFFFF_FFFF, 0])
def test_a_lying_header_does_not_change_what_is_read(stated: int) -> None:
    sound = sounds.burst(5_000)
    data = b"data" + struct.pack("<I", stated) + sound.tobytes()
    file = io.BytesIO(b"RIFF" + struct.pack("<I", 0x7FFF_FFBF) + b"WAVE" + riff.chunk(b"fmt ", FORMAT) + data)
    assert np.array_equal(all_of(file), sound)


def test_chunks_around_the_sound_are_not_sound() -> None:
    sound = sounds.burst(999)
    note = riff.chunk(b"LIST", b"INFOISFT\x05\0\0\0Lavf\0\0")
    file = built(note, riff.chunk(b"fmt ", FORMAT), note, riff.chunk(b"data", sound.tobytes()), note)
    assert np.array_equal(all_of(file), sound)


def test_frames_are_read_in_pieces_and_from_anywhere() -> None:
    sound = sounds.burst(1_000)
    reader = wav.open_frames(io.BytesIO(sounds.wav_bytes(sound)))
    pieces = [reader.read(300) for _ in range(5)]
    assert [piece.size for piece in pieces] == [300, 300, 300, 100, 0]
    assert np.array_equal(np.concatenate(pieces), sound)
    reader.seek(990)
    assert np.array_equal(reader.read(100), sound[990:])
    reader.seek(5_000)
    assert reader.read(1).size == 0
    reader.seek(-3)
    assert reader.read(1).tolist() == sound[:1].tolist()


def test_a_truncated_file_counts_whole_frames_only() -> None:
    data = sounds.wav_bytes(sounds.burst(100))
    assert wav.open_frames(io.BytesIO(data[:-3])).frames == 98


def test_the_extensible_form_of_the_same_sound_is_read() -> None:
    sound = sounds.burst(100)
    long_format = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 24_000, 48_000, 2, 16, 22, 16, 4)
    long_format += struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
    assert np.array_equal(
        all_of(built(riff.chunk(b"fmt ", long_format), riff.chunk(b"data", sound.tobytes()))), sound
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a WAV"),
        (b"<html>502 Bad Gateway</html>", "not a WAV"),
        (b"RIFF\0\0\0\0AVI ", "not a WAV"),
        (built().getvalue(), "no sound"),
        (built(riff.chunk(b"fmt ", FORMAT)).getvalue(), "no sound"),
        (built(riff.chunk(b"data", b"\0\0")).getvalue(), "what kind of sound"),
        (built(riff.chunk(b"fmt ", FORMAT[:10])).getvalue(), "breaks off"),
        (built(b"junk\xff\xff\xff\xff", riff.chunk(b"fmt ", FORMAT)).getvalue(), "no sound"),
        (
            built(riff.chunk(b"fmt ", struct.pack("<HHIIHH", 1, 2, 24_000, 96_000, 4, 16))).getvalue(),
            "2 channel",
        ),
        (
            built(riff.chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 16_000, 32_000, 2, 16))).getvalue(),
            "16000 Hz",
        ),
        (
            built(riff.chunk(b"fmt ", struct.pack("<HHIIHH", 3, 1, 24_000, 96_000, 4, 32))).getvalue(),
            "32 bit",
        ),
    ],
)
def test_what_no_take_can_be_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(wav.BadWav, match=reason):
        wav.open_frames(io.BytesIO(data))


def test_every_cut_of_a_wav_is_read_or_refused_but_never_crashes() -> None:
    data = sounds.wav_bytes(sounds.burst(50))
    outcomes = set()
    for end in range(len(data)):
        try:
            outcomes.add(wav.open_frames(io.BytesIO(data[:end])).frames)
        except wav.BadWav:
            outcomes.add(-1)
    assert outcomes == {-1, *range(50)}


def written(path: Path, pieces: list[pcm.Pcm], **options: object) -> bytes:
    with path.open("wb") as file:
        writer = wav.WavWriter(file, **options)  # type: ignore[arg-type]
        for piece in pieces:
            writer.write(piece)
        assert writer.close() == sum(piece.size for piece in pieces)
    return path.read_bytes()


def test_the_stream_writer_makes_a_plain_wav_below_the_limit(tmp_path: Path) -> None:
    pieces = [sounds.burst(700, seed=seed) for seed in range(3)]
    data = written(tmp_path / "book.wav", pieces, extra=riff.info([(b"INAM", "Title")]))
    assert data[:4] == b"RIFF"
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    with wave.open(io.BytesIO(data)) as foreign:
        assert foreign.readframes(5_000) == np.concatenate(pieces).tobytes()
    assert np.array_equal(all_of(io.BytesIO(data)), np.concatenate(pieces))


def test_past_the_limit_the_file_becomes_rf64_that_ffmpeg_reads(tmp_path: Path) -> None:
    pieces = [sounds.burst(24_000, seed=seed) for seed in range(3)]
    data = written(tmp_path / "book.wav", pieces, limit_bytes=100_000)
    head, riff_size, kind, name, size = struct.unpack_from("<4sI4s4sI", data)
    assert (head, riff_size, kind, name, size) == (b"RF64", 0xFFFF_FFFF, b"WAVE", b"ds64", 28)
    assert struct.unpack_from("<QQQI", data, 20) == (len(data) - 8, 144_000, 72_000, 0)
    assert np.array_equal(all_of(io.BytesIO(data)), np.concatenate(pieces))
    with av.open(str(tmp_path / "book.wav")) as container:
        assert container.duration == 3_000_000
    played, _ = sounds.decoded(tmp_path / "book.wav")
    assert np.array_equal((played * 32768).astype(np.int16), np.concatenate(pieces))


@pytest.mark.parametrize(("past_by", "head"), [(0, b"RIFF"), (1, b"RF64")])
def test_the_limit_itself_still_fits(tmp_path: Path, past_by: int, head: bytes) -> None:
    sound = sounds.burst(1_000)
    size = len(written(tmp_path / "one.wav", [sound]))
    assert written(tmp_path / "two.wav", [sound], limit_bytes=size - 8 - past_by)[:4] == head


def test_frames_beyond_4_gib_are_found_in_a_file_full_of_holes(tmp_path: Path) -> None:
    path, frames, last = tmp_path / "long.wav", 2_500_000_000, sounds.burst(240)
    with path.open("wb") as file:
        writer = wav.WavWriter(file)
        file.seek((frames - last.size) * 2, 1)
        writer.frames = frames - last.size
        writer.write(last)
        writer.close()
    assert path.stat().st_blocks * 512 < 1_000_000, "the holes were filled"
    with path.open("rb") as file:
        reader = wav.open_frames(file)
        assert reader.frames == frames
        reader.seek(frames - last.size)
        assert np.array_equal(reader.read(1_000), last)
    with av.open(str(path)) as container:
        assert container.duration == pytest.approx(frames / 24_000 * 1_000_000, abs=1)
