"""Measuring a take once, and the figures of any arrangement by arithmetic, beside FFmpeg's meters on the same sound."""

import time

import numpy as np

from bench._takes import takes
from projects.audio import pcm, sums
from projects.audio.treatment import Treatment
from tests.audio import meters

TAKES, COPIES = 100, 60  # ten minutes measured; ten hours added up


def main() -> None:
    made = list(takes(TAKES))
    hours = sum(take.size for take in made) / pcm.RATE_HZ / 3600
    began = time.process_time()
    measured = [sums.measure(take) for take in made]
    once_s = (time.process_time() - began) / hours
    placed, whole = _arranged(made, measured)
    found = sums.figures(sums.together(placed, frames=whole.size))
    began = time.process_time()
    meter = meters.ebur128(whole)
    meter_s = (time.process_time() - began) / (whole.size / pcm.RATE_HZ / 3600)
    plain = meters.astats(whole)
    print(f"  {TAKES} takes of speech at levels of their own, {whole.size / pcm.RATE_HZ / 60:.1f} min")
    for name, ours, theirs in (
        ("integrated loudness, LUFS", found.loudness_lufs, meter["I"]),
        ("true peak, dBTP", found.true_peak_dbfs, 20 * np.log10(meter["true_peak"])),
        ("sample peak, dBFS", found.peak_dbfs, plain["Peak_level"]),
        ("RMS, dBFS", found.rms_dbfs, plain["RMS_level"]),
    ):
        print(f"  {name:26} {ours:8.3f}   FFmpeg {theirs:8.3f}   apart {abs(ours - theirs):.3f}")
    print(
        f"  measuring an hour of takes, once    {once_s:5.2f} s CPU   FFmpeg's meter {meter_s:5.2f} s, each time"
    )
    _ten_hours(placed, whole.size)


def _arranged(made: list[pcm.Pcm], measured: list[sums.Sums]) -> tuple[list[sums.Placed], pcm.Pcm]:
    random, at = np.random.default_rng(1), 12_000
    placed, pieces = [], [pcm.silence(at)]
    for take, one in zip(made, measured, strict=True):
        gain_db, pause = float(random.integers(-60, 1)) / 10, int(random.integers(2_400, 48_000))
        placed.append(sums.Placed(one, at, Treatment(gain_db=gain_db)))
        pieces += [np.rint(take * 10 ** (gain_db / 20)).astype(np.int16), pcm.silence(pause)]
        at += take.size + pause
    return placed, np.concatenate(pieces)


def _ten_hours(placed: list[sums.Placed], frames: int) -> None:
    many = [
        sums.Placed(one.sums, one.start + copy * frames, one.treatment)
        for copy in range(COPIES)
        for one in placed
    ]
    began = time.process_time()
    sums.figures(sums.together(many, frames=frames * COPIES))
    used_ms = (time.process_time() - began) * 1000
    print(
        f"  all figures of {len(many):,} takes, {frames * COPIES / 24_000 / 3600:.1f} h: {used_ms:.0f} ms CPU"
    )
