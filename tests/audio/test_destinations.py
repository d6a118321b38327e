"""The delivery gate on files that are made to fail one rule each: it finds that one, and where it is."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lameenc
import numpy as np
import pytest

from projects.audio import cover, delivery, destinations, id3, pcm
from projects.audio.delivery import Found
from projects.audio.destinations import DESTINATIONS, RULES, Asked
from projects.audio.finish import PRESETS

ASKED = [
    Asked("loudness_lufs", -30, -25),
    Asked("rms_dbfs", -31, -26.2),
    Asked("true_peak_dbfs", most=-3),
    Asked("floor_dbfs", most=-60),
    Asked("head_ms", 200, 400),
    Asked("tail_ms", 300, 500),
    Asked("longest_ms", most=500),
    Asked("duration_ms", most=2800),
    Asked("ending", among=("mp3",)),
    Asked("rate_hz", among=(44_100,)),
    Asked("channels", among=("mono",)),
    Asked("kbps", 40),
    Asked("steadiness", among=("constant",)),
    Asked("cover_px", 32, 64),
    Asked("cover_shape", among=("square",)),
    Asked("title", least=1),
]


@dataclass(frozen=True)
class Made:
    """A file of three lines of 600 ms; each begins and ends with 100 ms in which nobody speaks."""

    hz: tuple[float, ...] = (1000.0, 1000.0, 1000.0)
    levels: tuple[float, ...] = (3000, 3000, 3000)
    click: tuple[int, int] = (0, 0)
    rooms: tuple[float, ...] = (4, 4, 4)
    head_ms: int = 200
    tail_ms: int = 300
    pauses_ms: tuple[int, int] = (100, 100)
    rate_hz: int = 44_100
    channels: int = 1
    kbps: int = 128
    is_variable: bool = False
    sides: tuple[int, int] = (48, 48)
    title: str = "A"
    name: str = "a.mp3"

    def line(self, n: int) -> pcm.Pcm:
        random = np.random.default_rng(n)
        tone = np.zeros(600 * 24)
        phase = 2 * np.pi * self.hz[n] * np.arange(400 * 24) / pcm.RATE_HZ
        tone[2400:-2400] = self.levels[n] * np.sin(phase) * np.minimum(1, np.hanning(400 * 24) * 20)
        if self.click[1] and self.click[0] == n:
            tone[7200:7203] = self.click[1]
        return np.rint(tone + random.standard_normal(tone.size) * self.rooms[n]).astype(np.int16)

    @property
    def lines(self) -> list[tuple[int, int]]:
        starts, at = [], self.head_ms
        for pause_ms in (*self.pauses_ms, 0):
            starts.append(at)
            at += 600 + pause_ms
        return [(start, start + 600) for start in starts]

    def write(self, folder: Path) -> Path:
        whole = pcm.silence((self.lines[-1][1] + self.tail_ms) * 24)
        for n, (start, _) in enumerate(self.lines):
            whole[start * 24 : (start + 600) * 24] = self.line(n)
        encoder = lameenc.Encoder()
        encoder.silence()
        encoder.set_quality(9)
        encoder.set_in_sample_rate(pcm.RATE_HZ)
        encoder.set_out_sample_rate(self.rate_hz)
        encoder.set_channels(self.channels)
        if self.is_variable:
            encoder.set_vbr(4)
            encoder.set_vbr_quality(2)
        else:
            encoder.set_bit_rate(self.kbps)
        samples = np.repeat(whole, self.channels)
        sound = bytes(encoder.encode(samples.tobytes()) + encoder.flush())
        art = cover.check(png(*self.sides)) if self.sides[0] else None
        tag = id3.tag({"TIT2": self.title}, comment="", language="", marks=[], cover=art)
        (path := folder / self.name).write_bytes(tag + sound)
        return path


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x20\x60\x60" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def missed(made: Made, folder: Path) -> dict[str, int | None]:
    """The rules that a file does not meet, each with the line that stands there."""
    found = destinations.heard_in(delivery.listen(made.write(folder), tick=lambda: None), made.lines)
    checks = [one for one in destinations.check(found, ASKED) if not one.is_met]
    return {one.asked.rule: destinations.place(one, found, made.lines) for one in checks}


GOOD = Made()
WRONG: dict[str, tuple[Made, dict[str, int | None]]] = {
    "too loud for its RMS": (
        replace(GOOD, hz=(5000.0,) * 3, levels=(3100, 3600, 3100)),
        {"loudness_lufs": None},
    ),
    "too soft for its RMS": (
        replace(GOOD, hz=(45.0,) * 3, levels=(3000, 3000, 2500)),
        {"loudness_lufs": None},
    ),
    "RMS too high": (replace(GOOD, hz=(60.0,) * 3, levels=(4400, 4400, 5200)), {"rms_dbfs": None}),
    "RMS too low": (replace(GOOD, hz=(5000.0,) * 3, levels=(2000, 1500, 2000)), {"rms_dbfs": None}),
    "a click": (replace(GOOD, click=(1, 32_000)), {"true_peak_dbfs": 1}),
    "a noisy room": (replace(GOOD, rooms=(4, 4, 60)), {}),
    "all rooms noisy": (replace(GOOD, rooms=(50, 50, 70)), {"floor_dbfs": None}),
    "no head": (replace(GOOD, head_ms=50), {"head_ms": 0}),
    "too long a head": (replace(GOOD, head_ms=400), {"head_ms": 0}),
    "no tail": (replace(GOOD, tail_ms=100), {"tail_ms": 2}),
    "too long a tail": (replace(GOOD, tail_ms=450), {"tail_ms": 2}),
    "a long pause": (replace(GOOD, pauses_ms=(100, 330)), {"longest_ms": 1}),
    "too long": (replace(GOOD, pauses_ms=(250, 250), tail_ms=350), {"duration_ms": None}),
    "another ending": (replace(GOOD, name="a.mpga"), {"ending": None}),
    "another rate": (replace(GOOD, rate_hz=48_000), {"rate_hz": None}),
    "stereo": (replace(GOOD, channels=2, levels=(2200,) * 3), {"channels": None}),
    "few bits": (replace(GOOD, kbps=32), {"kbps": None}),
    "variable": (replace(GOOD, is_variable=True), {"steadiness": None}),
    "no cover": (replace(GOOD, sides=(0, 0)), {"cover_px": None}),
    "a small cover": (replace(GOOD, sides=(16, 16)), {"cover_px": None}),
    "a cover that is not square": (replace(GOOD, sides=(48, 60)), {"cover_shape": None}),
    "no title": (replace(GOOD, title=""), {"title": None}),
}


def test_each_file_misses_the_one_rule_that_it_was_made_to_miss(tmp_path: Path) -> None:
    assert missed(GOOD, tmp_path) == {}
    assert {name: missed(made, tmp_path) for name, (made, _) in WRONG.items()} == {
        name: rules for name, (_, rules) in WRONG.items()
    }
    assert {rule for _, rules in WRONG.values() for rule in rules} == set(RULES)


FITS = {
    "acx": Found("mp3", 600_000, -19.0, -20.0, -3.5, -70.0, 700, 2000, 5000),
    "shops": Found("mp3", 600_000, -18.0, -20.0, -3.5, -70.0, 900, 2500, 5000),
    "podcast": Found("m4a", 600_000, -16.0, -20.0, -1.5, None, 700, 2000, 5000),
    "spotify": Found("mp3", 600_000, -15.0, -20.0, -1.5, None, 700, 2000, 5000),
    "r128": Found("wav", 600_000, -23.1, -25.0, -1.5, None, 700, 2000, 5000),
}
SAID = {"rate_hz": 44_100, "channels": "mono", "kbps": 192, "steadiness": "constant", "title": "A"}
COVER = {"cover_px": 2400, "cover_shape": "square"}


def fitting(name: str) -> Found:
    return replace(FITS[name], **SAID, **COVER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "rule", "wrong"),
    [
        ("acx", "rms_dbfs", -23.3),
        ("acx", "rms_dbfs", -17.4),
        ("acx", "rms_dbfs", None),
        ("acx", "true_peak_dbfs", -2.6),
        ("acx", "floor_dbfs", -52.0),
        ("acx", "head_ms", 300),
        ("acx", "tail_ms", 6000),
        ("acx", "duration_ms", 7_300_000),
        ("acx", "kbps", 128),
        ("acx", "cover_px", 2000),
        ("shops", "loudness_lufs", -21.0),
        ("shops", "loudness_lufs", -13.0),
        ("shops", "tail_ms", 1500),
        ("shops", "ending", "m4b"),
        ("shops", "rate_hz", 24_000),
        ("podcast", "loudness_lufs", -14.5),
        ("podcast", "ending", "wav"),
        ("podcast", "cover_px", 3200),
        ("spotify", "loudness_lufs", -17.0),
        ("spotify", "ending", "m4a"),
        ("spotify", "kbps", 64),
        ("r128", "loudness_lufs", -22.7),
        ("r128", "true_peak_dbfs", -0.4),
    ],
)
def test_each_destination_misses_what_it_asks(name: str, rule: str, wrong: Any) -> None:
    asked = DESTINATIONS[name].asked
    assert all(check.is_met for check in destinations.check(fitting(name), asked))
    wrongly = replace(fitting(name), **{rule: wrong})
    assert [one.asked.rule for one in destinations.check(wrongly, asked) if not one.is_met] == [rule]


def test_a_figure_that_looks_like_its_limit_meets_it_and_silence_has_no_floor() -> None:
    near = replace(fitting("acx"), true_peak_dbfs=-2.96, floor_dbfs=None)
    assert all(check.is_met for check in destinations.check(near, DESTINATIONS["acx"].asked))


def test_the_finish_to_begin_with_meets_what_is_asked() -> None:
    within: Callable[[float, Asked], bool] = destinations.meets
    for name, destination in DESTINATIONS.items():
        aim = destinations.finish(name, destination.asked)
        own = destinations.finish("own:A", destination.asked)
        for one in destination.asked:
            for finish in (aim, own):
                if one.rule in ("loudness_lufs", "rms_dbfs"):
                    assert finish.target_db is not None
                    assert within(finish.target_db, one)
                if one.rule in ("head_ms", "tail_ms"):
                    for kept_ms in (0, finish.keep_ms or 0):
                        assert within(getattr(finish, one.rule) + kept_ms, one), (name, one)
                if one.rule == "true_peak_dbfs":
                    assert within(finish.peak_db, one)


@pytest.mark.parametrize("preset", DESTINATIONS)
def test_a_preset_leaves_room_for_what_encoding_adds_to_peaks(preset: str) -> None:
    (peak,) = [asked for asked in DESTINATIONS[preset].asked if asked.rule == "true_peak_dbfs"]
    assert peak.most is not None
    assert PRESETS[preset].peak_db <= peak.most - 1.5
