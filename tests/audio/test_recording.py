"""Reading what people hand in: every format, rate and number of channels, and what is broken."""

import io
from pathlib import Path

import av
import numpy as np
import pytest

from projects.audio import pcm, recording
from tests.audio import sounds

MINUTE_MS = 60_000
# container, codec, rate, layout
FORMATS = [
    ("wav", "pcm_s16le", 44_100, "stereo"),
    ("wav", "pcm_s24le", 96_000, "mono"),
    ("wav", "pcm_f32le", 8_000, "5.1"),
    ("flac", "flac", 48_000, "stereo"),
    ("mp3", "libmp3lame", 22_050, "mono"),
    ("ipod", "aac", 44_100, "stereo"),
    ("ogg", "libopus", 48_000, "mono"),
    ("webm", "libopus", 48_000, "stereo"),
    ("adts", "aac", 32_000, "mono"),
]


def encoded(sound: pcm.Pcm, container: str, codec: str, rate_hz: int, layout: str) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate_hz, layout=layout)
        context = stream.codec_context
        frame = av.AudioFrame.from_ndarray(sound[None], format="s16", layout="mono")
        frame.sample_rate = pcm.RATE_HZ
        to = av.AudioResampler(
            format=context.format, layout=layout, rate=rate_hz, frame_size=context.frame_size or 4096
        )
        for part in (*to.resample(frame), *to.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def read(data: bytes, most_ms: int = MINUTE_MS) -> recording.Recording:
    return recording.read(io.BytesIO(data), most_ms=most_ms)


@pytest.mark.parametrize(("container", "codec", "rate_hz", "layout"), FORMATS, ids=lambda value: str(value))
def test_every_format_becomes_24_khz_mono(container: str, codec: str, rate_hz: int, layout: str) -> None:
    sound = sounds.tone(pcm.ms_to_frames(1500), hz=440)
    found = read(encoded(sound, container, codec, rate_hz, layout))
    assert not found.is_cut_short
    assert found.duration_ms == pytest.approx(1500, abs=120)  # encoders add their delay
    middle = found.samples[12_000:24_000].astype(float)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(middle.size)))
    assert np.argmax(spectrum) * pcm.RATE_HZ / middle.size == pytest.approx(440, abs=3)


def test_the_real_samples(shared: Path) -> None:
    folder = shared / "manuscripts" / "audio"
    with open(folder / "LJ001-0001_22k-mono.wav", "rb") as file:
        assert recording.read(file, most_ms=MINUTE_MS).duration_ms == pytest.approx(9655, abs=2)
    with open(folder / "jfk_44k1-stereo.flac", "rb") as file:
        assert recording.read(file, most_ms=MINUTE_MS).duration_ms == pytest.approx(11_000, abs=2)
    with open(folder / "broken_truncated.wav", "rb") as file:
        cut = recording.read(file, most_ms=MINUTE_MS)
    assert cut.is_cut_short
    assert cut.samples.size <= (40_000 - 44) // 2 * pcm.RATE_HZ / 22_050 + 1, "never longer than the data"
    with (
        open(folder / "broken_text-renamed.mp3", "rb") as file,
        pytest.raises(recording.Unreadable, match="no sound file"),
    ):
        recording.read(file, most_ms=MINUTE_MS)


@pytest.mark.parametrize(
    ("container", "codec"), [("flac", "flac"), ("mp3", "libmp3lame"), ("ogg", "libopus")]
)
def test_what_is_there_of_a_cut_file_is_kept_and_said(container: str, codec: str) -> None:
    data = encoded(sounds.burst(pcm.ms_to_frames(4000)), container, codec, 48_000, "mono")
    found = read(data[: len(data) // 2])
    assert 900 < found.duration_ms < 2600
    assert found.is_cut_short or container == "ogg"  # an Ogg file says its length only on its last page


def test_damage_in_the_middle_costs_only_the_middle() -> None:
    data = bytearray(encoded(sounds.burst(pcm.ms_to_frames(4000)), "mp3", "libmp3lame", 24_000, "mono"))
    middle = len(data) // 2
    data[middle : middle + 600] = bytes(600)
    assert 3000 < read(bytes(data)).duration_ms < 4200


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"fLaC" + bytes(200),
        b"OggS" + bytes(200),
        b"\x1a\x45\xdf\xa3" + bytes(500),
        b"\x00\x00\x00\x20ftypM4A " + bytes(300),
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        sounds.wav_bytes(pcm.silence(0)),
    ],
)
def test_what_holds_no_sound_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(recording.Unreadable, match=r"^This (is no|file).*\.$"):
        read(data)


def test_what_is_too_long_is_refused_before_it_is_read_whole() -> None:
    with pytest.raises(recording.Unreadable, match="longer than 1 minutes"):
        read(sounds.wav_bytes(pcm.silence(pcm.ms_to_frames(61_000))))
