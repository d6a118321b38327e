"""Joining a book to one WAV and to an MP3, beside what others do on the same takes: CPU seconds, and peak memory.

Pandrator's assembler is made again here from what it does: without fades it copies the samples of all takes into one
WAV (`wave`), with fades pydub fades each take and adds it to the whole. A plain pydub join adds without fades. Each
then hands the whole WAV to ffmpeg once. Then the marks: how far each take is from its mark when ffmpeg decodes our
file. See bench/_book.py; pydub copies the whole for each take, so its time grows with the square of the length.
"""

import shutil
import tempfile
import wave
from pathlib import Path

import numpy as np

from bench import _book
from projects.audio import pcm, wav
from projects.audio.formats import FORMATS
from projects.audio.timeline import timeline
from tests.audio import sounds

FADE_MS = 10
MARKS_MOST = {"opus": 3}


def main() -> None:
    if not shutil.which("ffmpeg"):
        print("  ffmpeg's command line is not installed: there is nothing to compare with")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _book.prepare(folder)
        _peers(folder)
        for kind in ("mp3", "m4b", "opus", "flac"):
            _marks(folder, kind)


def _peers(folder: Path) -> None:
    ours = {kind: _book.ours(folder, kind) for kind in ("wav", "mp3")}
    minutes = ours["wav"].said
    print(f"  {minutes:.0f} min        WAV: CPU s, peak MiB          MP3 192 kb/s: CPU s, to ours")
    own = f"{ours['wav'].cpu_s:7.2f}  {ours['wav'].peak_mib:5.0f}           {ours['mp3'].cpu_s:7.2f}"
    print(f"  {'ours':22}   {own}")
    for name, call in (
        ("ffmpeg, concat", None),
        ("Pandrator, no fades", "copying"),
        ("Pandrator, fades", "fading"),
        ("pydub", "adding"),
    ):
        if call is None:
            used = _book.command_line(folder, "join.wav", _book.CLI["wav"])
            encoded = _book.command_line(folder, "join.mp3", _book.CLI["mp3"]).cpu_s
        else:
            used = _book.child("bench.joins", call, str(folder))
            given = ["-i", str(folder / "join.wav")]
            encoded = used.cpu_s + _book.command_line(folder, "join.mp3", _book.CLI["mp3"], given).cpu_s
        dearer, mp3 = used.cpu_s / ours["wav"].cpu_s, encoded / ours["mp3"].cpu_s
        peak = f"{used.peak_mib:5.0f}" if used.peak_mib else "    -"
        print(
            f"  {name:22}   {used.cpu_s:7.2f}  {peak}  {dearer:5.1f}x   {encoded:7.2f}  {mp3:5.2f}x",
            flush=True,
        )


def copying(folder: str) -> None:
    """As Pandrator streams: one pass over the samples of all takes, nothing decoded."""
    with wave.open(f"{folder}/join.wav", "wb") as target:
        target.setparams((1, 2, pcm.RATE_HZ, 0, "NONE", ""))
        pause = bytes(pcm.ms_to_frames(_book.PAUSE_MS) * 2)
        for number in range(_book.TAKES):
            with wave.open(f"{folder}/{number}.wav") as take:
                while piece := take.readframes(65_536):
                    target.writeframesraw(piece)
            target.writeframesraw(pause)


def fading(folder: str) -> None:
    """As Pandrator's other way: each take faded, and all added up."""
    _added(folder, FADE_MS)


def adding(folder: str) -> None:
    _added(folder, 0)


def _added(folder: str, fade_ms: int) -> None:
    from pydub import AudioSegment  # only here: ours must not pay for it

    whole = AudioSegment.silent(duration=0, frame_rate=pcm.RATE_HZ)
    pause = AudioSegment.silent(duration=_book.PAUSE_MS, frame_rate=pcm.RATE_HZ)
    for number in range(_book.TAKES):
        take = AudioSegment.from_wav(f"{folder}/{number}.wav")
        if fade_ms:
            take = take.fade_in(fade_ms).fade_out(fade_ms)
        whole += take
        whole += pause
    whole.export(f"{folder}/join.wav", format="wav").close()


def _marks(folder: Path, kind: str) -> None:
    """Every take of our file, decoded by ffmpeg's command line, against its mark."""
    _book.ours(folder, kind)
    grid = FORMATS[kind].grid  # type: ignore[index]
    source, raw = ["-i", str(folder / f"out.{kind}")], ["-f", "f32le", "-ar", str(grid.rate_hz)]
    _book.command_line(folder, "heard.raw", raw, source)
    heard = np.memmap(folder / "heard.raw", "<f4", "r")
    plan = timeline(_book.book(folder), grid)
    starts = [start for row in plan.line_starts for start in row]
    off = []
    for number, start in enumerate(starts):
        with open(folder / f"{number}.wav", "rb") as file:
            take = wav.open_frames(file).read(4 * pcm.RATE_HZ)
        off.append(sounds.offset(heard, grid.rate_hz, take, start))
    most = max(map(abs, off))
    print(
        f"  {kind:4}  {len(off)} takes, {most} samples from their marks at most (asked: {MARKS_MOST.get(kind, 0)})",
        flush=True,
    )
    del heard
    shutil.rmtree(folder / "packets", ignore_errors=True)
