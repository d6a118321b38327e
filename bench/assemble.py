"""Assembling a book: CPU against the encoder alone, and peak memory at two lengths.

The limit in the same run is FFmpeg's encoder fed with the same samples from memory, in blocks of a second: no
program that re-encodes can be cheaper. Each measurement is a process of its own, so that memory is its own.
"""

import functools
import json
import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from projects.audio import book as books
from projects.audio import encoding, wav

TAKE_S, PAUSE_MS, RATE_HZ = 6, 600, 24_000
SHORT, LONG = 50, 400  # takes: 5.5 and 44 minutes


def takes(folder: Path) -> list[Path]:
    """Ten takes of speech-like noise: bursts with pauses, so that an encoder has real work."""
    made = []
    for n in range(10):
        noise = np.random.default_rng(n).normal(0, 1, TAKE_S * RATE_HZ)
        smooth = np.convolve(noise, np.ones(12) / 12, "same")
        syllables = np.clip(np.sin(np.arange(TAKE_S * RATE_HZ) * 2 * np.pi * 4 / RATE_HZ), 0, 1)
        path = folder / f"{n}.wav"
        with open(path, "wb") as file:
            wav.write(file, (smooth * syllables * 9000).astype(np.int16))
        made.append(path)
    return made


def ours(folder: Path, kind: str, count: int) -> None:
    files = takes(folder)
    lines = [
        books.Line(functools.partial(open, files[n % 10], "rb"), TAKE_S * RATE_HZ, PAUSE_MS)
        for n in range(count)
    ]
    chapters = tuple(books.Chapter(f"{n}", tuple(lines[n : n + 25])) for n in range(0, count, 25))
    encoding.write(books.Book("Book", "Author", "Neil", chapters), folder / "out", kind)  # type: ignore[arg-type]


def encoder_alone(folder: Path, kind: str, count: int) -> None:
    samples = np.concatenate(
        [np.frombuffer(path.read_bytes()[44:], "<i2") for path in takes(folder)[:1]]
        + [np.zeros(14_400, np.int16)]
    )
    codec = {"mp3": ("libmp3lame", 44_100, 192_000), "m4b": ("aac", 24_000, 64_000)}[kind]
    with av.open(str(folder / "out"), "w", format={"mp3": "mp3", "m4b": "mp4"}[kind]) as file:
        stream = file.add_stream(codec[0], rate=codec[1], layout="mono", bit_rate=codec[2])
        resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=codec[1])
        done = 0
        for _ in range(count):
            for start in range(0, len(samples), RATE_HZ):
                block = samples[start : start + RATE_HZ]
                frame = av.AudioFrame.from_ndarray(block[None, :], format="s16", layout="mono")
                frame.rate, frame.pts, frame.time_base = RATE_HZ, done, Fraction(1, RATE_HZ)
                done += len(block)
                for part in resampler.resample(frame):
                    file.mux(stream.encode(part))
        file.mux(stream.encode(None))


def child(name: str, kind: str, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        {"ours": ours, "encoder": encoder_alone}[name](Path(folder), kind, count)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"cpu_s": time.process_time() - began, "peak_mib": peak}))


def measured(name: str, kind: str, count: int) -> dict[str, float]:
    words = [sys.executable, "-m", "bench.assemble", name, kind, str(count)]
    return json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)


def main() -> None:
    hour = 3600 / (TAKE_S + PAUSE_MS / 1000)
    for kind in ("wav", "mp3", "m4b"):
        short, long = measured("ours", kind, SHORT), measured("ours", kind, LONG)
        line = f"  {kind}  CPU {long['cpu_s'] * hour / LONG:5.1f} s an hour of book"
        line += f"; peak {short['peak_mib']:.0f} MiB at 5.5 min, {long['peak_mib']:.0f} MiB at 44 min"
        if kind != "wav":
            limit = measured("encoder", kind, LONG)
            line += f"; {long['cpu_s'] / limit['cpu_s']:.2f}x the encoder alone"
        print(line)


if __name__ == "__main__":
    child(sys.argv[1], sys.argv[2], int(sys.argv[3]))
