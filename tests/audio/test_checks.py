"""What the checks find in takes whose faults are known, and what they leave alone."""

import re

import numpy as np
import pytest

from projects.audio import checks, pcm
from projects.audio.checks import check
from projects.speech.standin import neural
from tests.audio import labelled, sounds

LEAST = {
    "silent": 1.0,
    "pause": 1.0,
    "clipped": 1.0,
    "repeat": 0.9,
    "length": 0.9,
    "level": 0.95,
    "pace": 0.8,
    "cut": 0.65,
}


def voiced(duration_ms: int, *, level: int = 6000, seed: int = 0) -> pcm.Pcm:
    """Something like a phrase: noise that swells and fades, with a quiet moment at both ends."""
    frames = pcm.ms_to_frames(duration_ms)
    swell = np.sin(np.pi * np.arange(frames) / frames)
    return sounds.padded((sounds.burst(frames, seed=seed, level=level) * swell).astype(np.int16), 1200, 1200)


def babble(syllables: int, *, seed: int) -> pcm.Pcm:
    """So many syllables of 90 ms, each of three pitches of its own: what is alike in it is alike on purpose."""
    pitches = np.random.default_rng(seed)
    frames = pcm.ms_to_frames(90)
    swell = np.sin(np.pi * np.arange(frames) / frames)
    mixes = [
        [sounds.tone(frames, hz=hz, level=3000) for hz in pitches.uniform(200, 5000, 3)]
        for _ in range(syllables)
    ]
    return np.concatenate([(sum(mix[1:], mix[0]) * swell).astype(np.int16) for mix in mixes])


def codes(sound: pcm.Pcm, **options: object) -> list[str]:
    return [finding.code for finding in check(sound, **options).findings]  # type: ignore[arg-type]


@pytest.mark.parametrize("speech", ["light", "neural"])
def test_the_checks_find_what_they_are_said_to_find(speech: str) -> None:
    if speech == "neural" and not neural.available():
        pytest.skip("the neural voice is not installed (NARRATOR_VOICES=light)")
    for code, (precision, recall, cases) in labelled.figures(speech).items():
        assert cases >= 9, code
        assert precision >= 0.95, code
        assert recall >= LEAST[code], code


def test_the_page_of_checks_says_what_is_measured() -> None:
    """Within three hundredths: the last bits of the neural voice differ between processors."""
    stated = re.findall(
        r"^\| (\w+) \| (light|neural) \| ([\d.]+) \| ([\d.]+) \|", labelled.PAGE.read_text(), re.M
    )
    assert len(stated) == 2 * len(checks.CODES), "write it: python -m tests.audio.labelled"
    for code, speech, precision, recall in stated:
        if speech == "neural" and not neural.available():
            continue
        measured = labelled.figures(speech)[code][:2]
        assert measured == pytest.approx((float(precision), float(recall)), abs=0.035), (code, speech)


def test_a_pause_is_told_with_its_length_and_place() -> None:
    sound = np.concatenate([voiced(4000), pcm.silence(pcm.ms_to_frames(2700)), voiced(900, seed=1)])
    (finding,) = check(sound).findings
    assert re.fullmatch(r"Pause of [23]\.\d s at 0:0[34]", finding.text)
    assert finding.at_ms == pytest.approx(4000, abs=250)
    assert finding.until_ms == pytest.approx(6850, abs=250)
    assert codes(sound, limits=checks.Limits(pause_ms=4000)) == []


def test_clipping_is_told_once_with_how_often() -> None:
    sound = voiced(2000)
    loud = np.clip(sound * 8.0, -32768, 32767).astype(np.int16)
    (finding,) = check(loud).findings
    assert re.fullmatch(r"Clipped in \d+ places, first at 0:00", finding.text)
    assert codes(sound) == []


def test_a_text_that_says_something_twice_may() -> None:
    phrase = babble(9, seed=3)
    sound = sounds.padded(np.concatenate([phrase, phrase, babble(10, seed=4)]), 1200, 1200)
    assert "repeat" in codes(sound, text="Come at once, said Tom, and went.")
    assert "repeat" not in codes(sound, text="Come at once, come at once, said Tom.")


@pytest.mark.parametrize("frames", [1, 119, 240, 700, 2400])
def test_the_shortest_sounds_are_looked_at_without_a_fault(frames: int) -> None:
    assert codes(np.zeros(frames, np.int16)) == ["silent"]
    check(sounds.burst(frames), text="Oh", expected_ms=300)


def test_level_and_pace_are_judged_only_by_enough_takes_of_the_voice() -> None:
    sound = voiced(3000)
    level = check(sound).level_dbfs
    assert level is not None
    few, many = ([level + 12 + step / 10 for step in range(count)] for count in (7, 8))
    assert codes(sound, usual=checks.Usual(levels_dbfs=few)) == []
    assert codes(sound, usual=checks.Usual(levels_dbfs=many)) == ["level"]
    assert codes(
        sound, expected_ms=3000, usual=checks.Usual(paces=[1.6 + step / 100 for step in range(8)])
    ) == ["pace"]
    wild = [level + (-1) ** step * 20 for step in range(12)]
    assert codes(sound, usual=checks.Usual(levels_dbfs=wild)) == []
