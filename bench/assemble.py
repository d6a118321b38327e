"""Assembling a book in each format, beside the ffmpeg command line on the same takes: CPU seconds, and peak memory.

Cold: nothing is encoded yet. Warm: every take is, as the studio leaves it. Edited: one line is another. Each
measurement is a process of its own. Warm and edited books are NARRATOR_BENCH_HOURS (10) long: the same takes again
under other names. ffmpeg's time for them is that of the short one times their length. See bench/_book.py.
"""

import os
import shutil
import tempfile
from pathlib import Path

from bench import _book

HOURS = float(os.environ.get("NARRATOR_BENCH_HOURS", "10"))
COLD_MOST = {"wav": 0.1, "mp3": 0.85, "m4b": 0.85}
WARM_MOST_S = {"flac": 5.0}
PEAK_MOST_MIB, EDIT_LEAST = 110, 100
TURNS = 2
"""A shared machine takes more CPU for the same work at one moment than at another, by a tenth and more."""
EDITED = ("mp3", "m4b", "opus")
"""Where encoding is most of the work. A WAV has none, and a FLAC is half a gigabyte to copy for each five hours."""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _book.prepare(folder)
        has_cli = bool(shutil.which("ffmpeg"))
        if not has_cli:
            print("  ffmpeg's command line is not installed: only our own side is measured")
        for kind in _book.CLI:
            _report(folder, kind, has_cli=has_cli)


def _report(folder: Path, kind: str, *, has_cli: bool) -> None:
    cold, alone, same = _cold(folder, kind, has_cli=has_cli)
    hourly = 60 / cold.said
    line = f"  {kind:4}  cold {cold.cpu_s * hourly:6.2f} CPU s an hour, peak {cold.peak_mib:.0f} MiB"
    if has_cli:
        line += f"; ffmpeg {alone * hourly:6.2f}: {_asked(cold.cpu_s / alone, COLD_MOST.get(kind))}"
    if has_cli and kind == "m4b":
        line += f" (with the coder and rate of ours {same * hourly:.2f}: {cold.cpu_s / same:.2f}x)"
    print(line, flush=True)
    _long(folder, kind, copies=max(round(HOURS * 60 / cold.said), 1), hourly=alone * hourly)
    shutil.rmtree(folder / "packets", ignore_errors=True)
    for left in ("out", "cli"):
        (folder / f"{left}.{kind}").unlink(missing_ok=True)


def _cold(folder: Path, kind: str, *, has_cli: bool) -> tuple[_book.Used, float, float]:
    """Ours, ffmpeg's CPU seconds, and for M4B those of ffmpeg with our coder and rate: the least of TURNS in turn."""
    ours: list[_book.Used] = []
    alone, same = [], []
    for _ in range(TURNS):
        shutil.rmtree(folder / "packets", ignore_errors=True)
        ours.append(_book.ours(folder, kind))
        if has_cli:
            alone.append(_book.command_line(folder, f"cli.{kind}", _book.CLI[kind]).cpu_s)
        if has_cli and kind == "m4b":
            same.append(_book.command_line(folder, f"cli.{kind}", _book.AS_OURS).cpu_s)
    return min(ours, key=lambda used: used.cpu_s), min(alone, default=0.0), min(same, default=0.0)


def _long(folder: Path, kind: str, *, copies: int, hourly: float) -> None:
    _book.copied(folder, kind, copies)
    warm = _book.ours(folder, kind, copies=copies)
    edited = _book.ours(folder, kind, copies=copies, is_edited=True)
    hours = warm.said / 60
    line = f"        {hours:.1f} h: warm {warm.cpu_s:.2f} CPU s (asked: {WARM_MOST_S.get(kind, 3.0):.0f})"
    line += f", peak {warm.peak_mib:.0f} MiB (asked: {PEAK_MOST_MIB}); one line edited {edited.cpu_s:.2f}"
    if hourly:
        whole = hourly * hours
        line += f", ffmpeg's whole export {whole:.0f}: 1/{whole / edited.cpu_s:.0f}"
        line += f" (asked: 1/{EDIT_LEAST})" if kind in EDITED else ""
    print(line, flush=True)


def _asked(ratio: float, most: float | None) -> str:
    return f"{ratio:.3f}x" + (f" (asked: {most}x)" if most else "")
