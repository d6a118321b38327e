"""Sounds and pictures that the audio tests build, and how a written book is listened to."""

import io
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from projects.audio import pcm, wav
from projects.audio.book import Line
from projects.speech.standin import speaker


def burst(frames: int, *, seed: int = 0, level: int = 6000) -> pcm.Pcm:
    """Noise that begins and ends in full: it correlates with itself at one place only."""
    noise = np.random.default_rng(seed).standard_normal(frames) * level
    return np.clip(noise, -32000, 32000).astype(np.int16)


def tone(frames: int, *, hz: float = 220.0, level: int = 8000) -> pcm.Pcm:
    return (level * np.sin(2 * np.pi * hz * np.arange(frames) / pcm.RATE_HZ)).astype(np.int16)


def padded(sound: pcm.Pcm, lead: int, tail: int) -> pcm.Pcm:
    return np.concatenate([pcm.silence(lead), sound, pcm.silence(tail)])


def wav_bytes(sound: pcm.Pcm) -> bytes:
    file = io.BytesIO()
    wav.write(file, sound)
    return file.getvalue()


def line(sound: pcm.Pcm, pause_ms: int = 600) -> Line:
    return line_of(wav_bytes(sound), int(sound.size), pause_ms)


def line_of(data: bytes, frames: int, pause_ms: int = 0) -> Line:
    """A WAV of so many frames as a line."""
    return Line(lambda: io.BytesIO(data), frames, pause_ms)


def picture(codec: str = "mjpeg", side: int = 64) -> bytes:
    """A JPEG (mjpeg) or PNG (png) of coloured noise."""
    pixels = np.random.default_rng(1).integers(0, 255, (side, side, 3), dtype=np.uint8)
    kind = "yuvj420p" if codec == "mjpeg" else "rgb24"
    file = io.BytesIO()
    with av.open(file, "w", format="image2pipe") as container:
        stream = container.add_stream(codec, rate=1, width=side, height=side, pix_fmt=kind)
        stream.codec_context.color_range = 2
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=kind, dst_color_range=2)
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return file.getvalue()


def decoded(path: Path) -> tuple[npt.NDArray[np.float32], int]:
    """All samples of a file as FFmpeg plays them, -1 to 1, and their rate."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="flt", layout="mono", rate=stream.rate)
        frames = [part for frame in container.decode(stream) for part in resampler.resample(frame)]
        rate_hz = stream.rate
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]), rate_hz


def at_rate(sound: pcm.Pcm, rate_hz: int) -> npt.NDArray[np.float32]:
    frame = av.AudioFrame.from_ndarray(sound[None], format="s16", layout="mono")
    frame.sample_rate = pcm.RATE_HZ
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray().reshape(-1) for part in parts])


def offset(played: npt.NDArray[np.float32], rate_hz: int, sound: pcm.Pcm, start: int) -> int:
    """How many samples after `start` the sound begins in what is played; searched 100 ms around."""
    wanted = at_rate(sound, rate_hz)
    low = max(0, start - rate_hz // 10)
    window = played[low : low + wanted.size + rate_hz // 5]
    size = 1 << int(window.size + wanted.size).bit_length()
    match = np.fft.irfft(np.fft.rfft(window, size) * np.conj(np.fft.rfft(wanted, size)), size)
    found = int(np.argmax(match[: window.size - wanted.size + 1]))
    assert match[found] > 0.5 * float(wanted @ wanted), "the sound is not there at all"
    return low + found - start


def speech(frames: int, *, seed: int = 0, level: int = 6000) -> pcm.Pcm:
    """Syllables of coloured noise with pauses between, as loud and as uneven as a voice; quiet at both ends."""
    random = np.random.default_rng(seed)
    smooth = np.convolve(random.standard_normal(frames), np.ones(6) / np.sqrt(6), "same")
    envelope = np.zeros(frames)
    at = 1200
    while at < frames - 6000:
        long = min(int(random.integers(2_400, 9_600)), frames - at - 1200)
        envelope[at : at + long] = np.hanning(long) * random.uniform(0.2, 1)
        at += long + int(random.choice([240, 960, 7_200], p=[0.6, 0.3, 0.1]))
    room = random.standard_normal(frames) * 8
    return np.clip(np.rint(smooth * envelope * level + room), -32_768, 32_767).astype(np.int16)


def spoken(text: str, voice: str = "Serena") -> pcm.Pcm:
    """English as the stand-in speaks it: sound that encoders were made for, unlike noise."""
    line = speaker.Line(text=text, voice=voice, language="English", instructions="", optimize=False)
    return pcm.from_bytes(b"".join(piece.pcm for piece in speaker.Speaker("light").speak(line)))
