"""Assembling a book, beside the ffmpeg command line on the same takes in the same run: CPU seconds, and peak memory.

Cold: nothing is encoded yet. Warm: every take is, as the studio leaves it. Edited: one line is another. Each
measurement is a process of its own. How long the sets are: NARRATOR_BENCH_MINUTES (10), warm NARRATOR_BENCH_HOURS (10).
"""

import functools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench._takes import takes
from projects.audio import book as books
from projects.audio import encoding, packing, pcm, wav
from projects.audio.packet_cache import PacketCache

PAUSE_MS = 600
MINUTES = float(os.environ.get("NARRATOR_BENCH_MINUTES", "10"))
HOURS = float(os.environ.get("NARRATOR_BENCH_HOURS", "10"))
TAKES = round(MINUTES * 60 / 6.6)
CLI = {
    "wav": ["-c:a", "pcm_s16le"],
    "mp3": ["-ar", "44100", "-c:a", "libmp3lame", "-b:a", "192k"],
    "m4b": ["-c:a", "aac", "-b:a", "64k", "-f", "mp4"],
}


def prepare(folder: Path) -> None:
    for number, take in enumerate(takes(TAKES)):
        with open(folder / f"{number}.wav", "wb") as file:
            wav.write(file, take)
    with open(folder / "pause.wav", "wb") as file:
        wav.write(file, pcm.silence(pcm.ms_to_frames(PAUSE_MS)))
    rows = "".join(f"file '{number}.wav'\nfile 'pause.wav'\n" for number in range(TAKES))
    (folder / "list").write_text(rows)


def book(folder: Path, *, copies: int = 1, edited: bool = False) -> books.Book:
    lines = []
    for copy in range(copies):
        for number in range(TAKES):
            path = folder / f"{number}.wav"
            name = "edited" if edited and copy == copies // 2 and number == TAKES // 2 else number
            frames = (path.stat().st_size - 44) // 2
            lines.append(
                books.Line(functools.partial(open, path, "rb"), frames, PAUSE_MS, key=f"{copy} {name}")
            )
    chapters = tuple(books.Chapter(f"{n}", tuple(lines[n : n + 60])) for n in range(0, len(lines), 60))
    return books.Book("Book", "Author", "Neil", chapters)


def ours(folder: Path, kind: str, copies: int, edited: bool) -> encoding.Written:
    cache = PacketCache(folder / "packets", 10**12)
    return encoding.write(
        book(folder, copies=copies, edited=edited), folder / f"out.{kind}", kind, cache=cache
    )  # type: ignore[arg-type]


def child(folder: Path, kind: str, copies: int, edited: bool) -> None:
    began = time.process_time()
    written = ours(folder, kind, copies, edited)
    used = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu_s": used, "peak_mib": peak, "minutes": written.duration_ms / 60_000}))


def measured(folder: Path, kind: str, *, copies: int = 1, edited: bool = False) -> dict[str, float]:
    words = [sys.executable, "-m", "bench.assemble", str(folder), kind, str(copies), str(int(edited))]
    return json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)


def command_line(folder: Path, kind: str, options: list[str]) -> float:
    """The CPU seconds of ffmpeg's concat demuxer over the same takes and pauses."""
    words = [
        "ffmpeg",
        "-y",
        "-v",
        "error",
        "-f",
        "concat",
        "-safe",
        "0",
        "-i",
        str(folder / "list"),
        *options,
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*words, str(folder / f"cli.{kind}")], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def copied(folder: Path, kind: str, copies: int) -> None:
    """What is encoded of the first copy stands for all: the others get the same packets under their own names."""
    cache, codec = PacketCache(folder / "packets", 10**12), encoding.CODECS[kind]
    first = list(packing.units(book(folder)))
    for number, unit in enumerate(packing.units(book(folder, copies=copies))):
        made = cache.get(packing.key_of(first[number % len(first)], codec))
        assert made is not None
        cache.put(packing.key_of(unit, codec), made)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Elsewhere, since a process's peak begins with that of the one that started it.
        subprocess.run([sys.executable, "-m", "bench.assemble", name], check=True)
        beside = shutil.which("ffmpeg")
        if not beside:
            print("  ffmpeg's command line is not installed: only our own side is measured")
        for kind in CLI:
            report(folder, kind, has_cli=bool(beside))


def report(folder: Path, kind: str, *, has_cli: bool) -> None:
    cold = measured(folder, kind)
    hourly = 60 / cold["minutes"]
    line = f"  {kind}  cold {cold['cpu_s'] * hourly:6.2f} CPU s an hour"
    alone = command_line(folder, kind, CLI[kind]) if has_cli else 0.0
    if has_cli:
        line += f", ffmpeg {alone * hourly:6.2f}: {cold['cpu_s'] / alone:.3f}x"
        if kind == "m4b":
            same = command_line(folder, kind, [*CLI[kind], "-aac_coder", "fast", "-b:a", "80k"])
            line += f" (with the coder and rate of ours {same * hourly:.2f}: {cold['cpu_s'] / same:.2f}x)"
    print(f"{line}; peak {cold['peak_mib']:.0f} MiB")
    copies = max(round(HOURS * 60 / cold["minutes"]), 1)
    if kind != "wav":
        copied(folder, kind, copies)
    warm = measured(folder, kind, copies=copies)
    edited = measured(folder, kind, copies=copies, edited=True)
    hours = warm["minutes"] / 60
    line = f"       {hours:.1f} h: warm {warm['cpu_s']:.2f} CPU s, peak {warm['peak_mib']:.0f} MiB"
    line += f"; one line edited {edited['cpu_s']:.2f}"
    if has_cli:
        whole = alone * hourly * hours
        line += f", ffmpeg's whole export {whole:.0f}: 1/{whole / edited['cpu_s']:.0f}"
    print(line)


if __name__ == "__main__" and len(sys.argv) == 2:
    prepare(Path(sys.argv[1]))
elif __name__ == "__main__":
    child(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), bool(int(sys.argv[4])))
