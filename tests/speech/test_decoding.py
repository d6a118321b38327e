"""Every kind of sound becomes the same sound: s16le, mono, 24 kHz."""

import array
import contextlib
import io
import random
import struct

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from projects.speech import decoding
from projects.speech.errors import Unavailable
from projects.speech.sniffing import enough, kind_of
from projects.speech.standin.encoders import FORMS, encoded, odd_wav, wav_head
from tests.speech.scripted import wav

MOST = 10_000_000


def chirp(seconds: float = 1.5) -> bytes:
    """A sound without a period, so that it fits onto itself in one place only."""
    at = np.arange(int(seconds * 24_000)) / 24_000
    sound = 9000 * np.sin(2 * np.pi * (200 * at + 500 * at**2))
    return sound.astype("<i2").tobytes()


def pcm_of(body: bytes, most: int = MOST) -> bytes:
    return decoding.pcm_of(body, kind_of(body[: enough(body)]), most)


def floats(pcm: bytes) -> NDArray[np.float64]:
    return np.frombuffer(pcm, "<i2").astype(float)


def likeness(one: bytes, other: bytes) -> float:
    size = min(len(one), len(other)) // 2
    return float(np.corrcoef(floats(one)[:size], floats(other)[:size])[0, 1])


@pytest.mark.parametrize("response_format", ["mp3", "aac", "flac", "opus"])
def test_compressed_sound_comes_back_in_time_and_in_tune(response_format: str) -> None:
    pcm = chirp()
    found = pcm_of(encoded(pcm, response_format))
    lead = 1024 if response_format == "aac" else 0  # ADTS cannot say how much its encoder put in front
    assert len(found) - 2 * lead == pytest.approx(len(pcm), abs=4800)
    assert likeness(found[2 * lead :], pcm) > 0.99


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("rate_hz", "channels"), [(24_000, 1), (24_000, 2), (44_100, 2), (8_000, 1), (48_000, 6)]
)
def test_wav_files_of_any_form(rate_hz: int, channels: int, form: str) -> None:
    pcm = chirp(0.5)
    found = pcm_of(odd_wav(pcm, rate_hz, channels, form))
    assert len(found) == pytest.approx(len(pcm), abs=8)
    assert likeness(found, pcm) > 0.99
    assert float(np.abs(floats(found)).max()) == pytest.approx(9000, rel=0.06)


def test_the_studios_own_form_stays_bit_for_bit() -> None:
    pcm = chirp(0.2)
    assert pcm_of(wav(pcm)) == pcm
    assert pcm_of(odd_wav(pcm, 24_000, 2, "f64"))[::2] != b""


@pytest.mark.parametrize("sizes", [0, 0xFFFFFFFF, 0x7FFFFF9B, 0x7FFFFFFF])
@pytest.mark.parametrize(("channels", "bits"), [(1, 16), (2, 16), (1, 24)])
def test_placeholder_sizes_mean_to_the_end(sizes: int, channels: int, bits: int) -> None:
    data = odd_wav(chirp(0.2), 44_100, channels, f"s{bits}")[44:]
    assert pcm_of(wav_head(sizes, 44_100, channels, 1, bits) + data) == pcm_of(
        wav_head(len(data), 44_100, channels, 1, bits) + data
    )


def test_channels_are_averaged() -> None:
    left, right = floats(chirp(0.2)), np.full(4800, 1000.0)
    both = np.stack([left, right], axis=1).astype("<i2").tobytes()
    found = floats(pcm_of(wav(both, fmt=(1, 2, 24_000, 16))))
    assert np.abs(found - (left + 1000) / 2).max() <= 1


def test_a_mean_float_file_is_tamed() -> None:
    data = struct.pack("<6f", float("nan"), float("inf"), float("-inf"), 5.0, -5.0, 0.5)
    assert array.array("h", pcm_of(wav(data, fmt=(3, 1, 24_000, 32)))).tolist() == [
        0, 32767, -32768, 32767, -32768, 16384,
    ]  # fmt: skip


def test_files_glued_together_are_all_heard() -> None:
    one, two = odd_wav(chirp(0.2), 24_000, 1, "s16"), odd_wav(chirp(0.3), 44_100, 2, "s24")
    assert pcm_of(one + two) == pcm_of(one) + pcm_of(two)


def test_an_odd_24_bit_file_may_be_padded() -> None:
    data = odd_wav(chirp(0.1), 24_000, 1, "s24")[44:][: 3 * 2399]
    assert len(data) % 2
    assert len(pcm_of(wav_head(len(data), 24_000, 1, 1, 24) + data + b"\0")) == 2 * 2399


@pytest.mark.parametrize(
    "body",
    [
        wav_head(8, 1, 1, 1, 16) + bytes(8),  # a second of sound for each sample
        wav_head(8, 1_000_000_000, 1, 1, 16) + bytes(8),
        wav_head(40, 24_000, 0, 1, 16) + bytes(40),
        wav_head(40, 24_000, 1, 85, 0) + bytes(40),
        wav_head(40, 24_000, 1, 1, 12) + bytes(40),
        wav_head(0xFFFFFFFF, 24_000, 2, 1, 16) + bytes(43),
        wav_head(0xFFFFFFFF, 24_000, 2, 1, 16),
        b"fLaC" + bytes(400),
        b"OggS" + bytes(400),
        b"ID3\x04" + bytes(400),
        b"\0\0\0\x1cftypM4A " + bytes(200),
        b"\x1a\x45\xdf\xa3" + bytes(200),
        b"\xff\xff\xff\xff" * 20,
    ],
)
def test_rubbish_is_refused(body: bytes) -> None:
    with pytest.raises(Unavailable) as caught:
        pcm_of(body)
    assert caught.value.code == "bad_audio"


def test_whatever_is_spoilt_it_is_an_error_or_bounded_sound() -> None:
    dice = random.Random(3)
    for response_format in ("mp3", "aac", "flac", "opus", "wav"):
        good = encoded(chirp(0.5), response_format)
        for _ in range(25):
            bad = bytearray(good[: dice.randrange(20, len(good))])
            for _ in range(dice.randrange(20)):
                bad[dice.randrange(len(bad))] = dice.randrange(256)
            with contextlib.suppress(Unavailable):
                assert len(pcm_of(bytes(bad), 4 * len(chirp(0.5)))) % 2 == 0


def test_a_small_file_cannot_grow_without_end() -> None:
    silence = bytes(48_000 * 60)
    small = encoded(silence, "flac")
    assert len(small) < len(silence) / 20
    with pytest.raises(Unavailable) as caught:
        pcm_of(small, 100_000)
    assert caught.value.code == "too_large"
    with pytest.raises(Unavailable) as caught:
        pcm_of(odd_wav(chirp(0.5), 4_000, 1, "u8"), 10_000)
    assert caught.value.code == "too_large"


def test_a_playlist_is_not_followed(tmp_path: object) -> None:
    for body in (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", b"ffconcat version 1.0\nfile '/etc/passwd'\n"):
        with pytest.raises(Unavailable, match="no format"):
            pcm_of(body)


def test_a_file_without_sound_is_refused() -> None:
    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as container:
        container.add_stream("mjpeg", rate=1)
    body = made.getvalue() or b"\0\0\0\x18ftypisom" + bytes(100)
    with pytest.raises(Unavailable):
        pcm_of(body)
