"""A labelled set of takes, sound and faulty, and how well the checks tell them apart.

``python -m tests.audio.labelled`` measures and writes the table of docs/checks.md. The speech is the stand-in's: six
languages by espeak-ng, English by the neural voice, too. The faults are made here, each in a way that real endpoints
have shown. Sentences and voices are others than those the limits were found with.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from projects.actions.checks import expected_ms  # noqa: E402 - models can be imported only after the set-up
from projects.audio import checks, pcm  # noqa: E402
from projects.audio.hearing import CELL_MS, Hearing  # noqa: E402
from projects.speech.standin import neural  # noqa: E402
from projects.speech.standin.speaker import Line, Speaker  # noqa: E402
from tests.house.tree import ROOT, named  # noqa: E402

PAGE = ROOT / "docs" / "checks.md"
MARK = "<!-- measured -->"
VOICES = {"light": ("Serena", "Ethan"), "neural": ("Serena", "Ethan", "Elias")}
TEXTS = {
    "English": (
        "Alice was beginning to get very tired of sitting by her sister on the bank.",
        "Not at all, said the other, closing his book. I had hoped that you would come.",
        "Wait here.",
    ),
    "German": (
        "Es war, als hätt der Himmel die Erde still geküsst. Die Luft ging durch die Felder.",
        "Ich weiß nicht, was soll es bedeuten, dass ich so traurig bin.",
    ),
    "Chinese": (
        "鲁镇的酒店的格局，是和别处不同的。柜里面预备着热水，可以随时温酒。",
        "孔乙己是站着喝酒而穿长衫的唯一的人。他身材很高大，青白脸色。",
    ),
    "French": (
        "Aujourd’hui, maman est morte. Ou peut-être hier, je ne sais pas.",
        "Demain, dès l’aube, à l’heure où blanchit la campagne, je partirai.",
    ),
    "Italian": (
        "Quel ramo del lago, che volge a mezzogiorno, vien quasi a un tratto a ristringersi.",
        "C’era una volta un re, diranno subito i miei piccoli lettori. No, ragazzi, avete sbagliato.",
    ),
    "Russian": (
        "Мой дядя самых честных правил, когда не в шутку занемог, он уважать себя заставил.",
        "Белеет парус одинокий в тумане моря голубом. Что ищет он в стране далёкой?",
    ),
}
KINDS = {
    "cut at the end": "cut",
    "cut at the end, then silence": "cut",
    "begins in mid sound": "cut",
    "silent, or noise alone": "silent",
    "clipped": "clipped",
    "clipped, then made softer": "clipped",
    "said twice": "repeat",
    "a pause of 2 to 4 s": "pause",
    "half of the text missing": "length",
    "twice the text": "length",
    "much quicker": "pace",
    "much slower": "pace",
    "9 dB louder or softer": "level",
}


@dataclass
class Case:
    """A take with what it should say, what is wrong with it ("" for nothing), and what is usual for its voice."""

    speech: str
    kind: str
    samples: pcm.Pcm
    text: str
    language: str
    usual: checks.Usual


@dataclass
class Tally:
    """How a kind of case fared: all of them, those found, and the findings that were not asked for."""

    cases: int = 0
    found: int = 0
    others: dict[str, int] = field(default_factory=dict)


@lru_cache(maxsize=1)
def tallies() -> dict[tuple[str, str], Tally]:
    """(speech, kind) -> tally, over the whole set; kind "" is what has no fault. Measured once a process."""
    result: dict[tuple[str, str], Tally] = {}
    for case in _cases():
        expected = expected_ms(case.text, case.language)
        checked = checks.check(case.samples, text=case.text, expected_ms=expected, usual=case.usual)
        codes = {finding.code for finding in checked.findings}
        tally = result.setdefault((case.speech, case.kind), Tally())
        tally.cases += 1
        tally.found += KINDS.get(case.kind) in codes
        for code in codes - {KINDS.get(case.kind)}:
            tally.others[code] = tally.others.get(code, 0) + 1
    return result


def figures(speech: str) -> dict[str, tuple[float, float, int]]:
    """Code -> precision, recall, cases. Precision counts every sound take that is flagged, too."""
    of_speech = {kind: tally for (spoken, kind), tally in tallies().items() if spoken == speech}
    result = {}
    for code in checks.CODES:
        mine = [tally for kind, tally in of_speech.items() if KINDS.get(kind) == code]
        found, cases = sum(tally.found for tally in mine), sum(tally.cases for tally in mine)
        wrong = of_speech[""].others.get(code, 0)
        result[code] = (found / max(found + wrong, 1), found / cases, cases)
    return result


def _cases() -> Iterator[Case]:
    for mode in VOICES:
        if mode == "neural" and not neural.available():
            continue
        speaker = Speaker(mode)
        for language, texts in TEXTS.items():
            if mode == "neural" and language != "English":
                continue
            for voice in VOICES[mode]:
                spoken = {text: _spoken(speaker, text, voice, language) for text in texts}
                usual = _usual(list(spoken.items()), language)
                for number, (text, sound) in enumerate(spoken.items()):
                    rng = np.random.default_rng([number, *voice.encode()])
                    twice = _spoken(speaker, _with_repeat(text), voice, language)
                    faults = {"": [sound], "said twice": [twice], **_damaged(sound, rng)}
                    if expected_ms(text, language) > 2500:
                        faults |= _mistimed(sound, [*spoken.values()])
                    for kind, sounds in faults.items():
                        for samples in sounds:
                            yield Case(mode, kind, samples, text, language, usual)


def _spoken(speaker: Speaker, text: str, voice: str, language: str, how: str = "") -> pcm.Pcm:
    line = Line(text=text, voice=voice, language=language, instructions=how, optimize=False)
    return pcm.from_bytes(b"".join(piece.pcm for piece in speaker.speak(line)))


def _usual(spoken: list[tuple[str, pcm.Pcm]], language: str) -> checks.Usual:
    """As after a chapter: the figures of this voice's own takes, with the spread of real lines around them."""
    checked = [
        checks.check(sound, text=text, expected_ms=expected_ms(text, language)) for text, sound in spoken
    ]
    paces = [one.pace for one in checked if one.pace is not None]
    levels = [one.level_dbfs for one in checked if one.level_dbfs is not None]
    spread = np.random.default_rng(1).normal(0, 1, 24)
    return checks.Usual(
        levels_dbfs=[float(np.mean(levels) + step) for step in spread],
        paces=[float(np.mean(paces) * (1 + 0.08 * step)) for step in spread],
    )


def _damaged(sound: pcm.Pcm, rng: np.random.Generator) -> dict[str, list[pcm.Pcm]]:
    """What can be done to any finished take. Cuts fall anywhere in the speech, but not into its pauses."""
    late, early = _spoken_frame(sound, rng, 0.5, 0.95), _spoken_frame(sound, rng, 0.05, 0.5)
    noise = (rng.standard_normal(sound.size) * 25).astype(np.int16)
    clipped = np.clip(sound * 10 ** (12 / 20), -32768, 32767).astype(np.int16)
    gap = pcm.silence(pcm.ms_to_frames(int(rng.integers(2000, 4000))))
    middle = _pause_frame(sound, 0.5)
    return {
        "cut at the end": [sound[:late]],
        "cut at the end, then silence": [np.concatenate([sound[:late], pcm.silence(pcm.ms_to_frames(300))])],
        "begins in mid sound": [sound[early:]],
        "silent, or noise alone": [np.zeros_like(sound), noise],
        "clipped": [clipped],
        "clipped, then made softer": [(clipped * 0.4).astype(np.int16)],
        "a pause of 2 to 4 s": [np.concatenate([sound[:middle], gap, sound[middle:]])],
        "9 dB louder or softer": [
            (sound * 10 ** (db / 20)).clip(-32768, 32767).astype(np.int16) for db in (-9, 9)
        ],
    }


def _mistimed(sound: pcm.Pcm, of_voice: list[pcm.Pcm]) -> dict[str, list[pcm.Pcm]]:
    """Too few words, too many, too quick, too slow; for lines long enough to be judged."""
    some = sound[: _pause_frame(sound, 0.35)]
    others = [one for one in of_voice if one is not sound]
    return {
        "half of the text missing": [np.concatenate([some, pcm.silence(pcm.ms_to_frames(150))])],
        "twice the text": [np.concatenate([sound, *others, some])],
        "much quicker": [_paced(sound, 1.7)],
        "much slower": [_paced(sound, 0.6)],
    }


def _with_repeat(text: str) -> str:
    """The text with one of its clauses said twice."""
    parts = [part for part in re.split(r"(?<=[,.?，。])\s*", text) if part]
    half = len(parts) // 2
    return " ".join([*parts[: half + 1], *parts[half:]])


def _paced(sound: pcm.Pcm, times: float) -> pcm.Pcm:
    """Quicker or slower by so much, the pitch with it: good enough for a check that measures time."""
    places = np.arange(0, sound.size - 1, times)
    return np.interp(places, np.arange(sound.size), sound.astype(np.float32)).astype(np.int16)


def _spoken_frame(sound: pcm.Pcm, rng: np.random.Generator, low: float, high: float) -> int:
    """Any frame between these shares of the speech in which somebody speaks."""
    heard = Hearing(sound)
    start, stop = heard.edges
    cells = np.flatnonzero(heard.spoken[start:stop]) + start
    cells = cells[int(low * cells.size) : int(high * cells.size)]
    return int(rng.choice(cells)) * pcm.ms_to_frames(CELL_MS) + int(rng.integers(pcm.ms_to_frames(CELL_MS)))


def _pause_frame(sound: pcm.Pcm, share: float) -> int:
    """The softest frame near this share of the speech."""
    heard = Hearing(sound)
    start, stop = heard.edges
    low = start + int((stop - start) * (share - 0.1))
    near = heard.cells_dbfs[low : start + int((stop - start) * (share + 0.1))]
    return (low + int(near.argmin())) * pcm.ms_to_frames(CELL_MS)


def table() -> str:
    """The measured part of docs/checks.md."""
    rows = ["| check | what was done to the take | speech | cases | found |", "|---|---|---|--:|--:|"]
    spoken = [speech for speech in VOICES if (speech, "") in tallies()]
    for kind, code in KINDS.items():
        for speech in spoken:
            tally = tallies()[speech, kind]
            rows.append(f"| {code} | {kind} | {speech} | {tally.cases} | {tally.found / tally.cases:.0%} |")
    rows += ["", "| check | speech | precision | recall | sound takes flagged |", "|---|---|--:|--:|--:|"]
    for code in checks.CODES:
        for speech in spoken:
            precision, recall, _ = figures(speech)[code]
            sound = tallies()[speech, ""]
            flagged = f"{sound.others.get(code, 0)} of {sound.cases}"
            rows.append(f"| {code} | {speech} | {precision:.2f} | {recall:.2f} | {flagged} |")
    return "\n".join(rows)


if __name__ == "__main__":
    before, _, _ = PAGE.read_text().partition(MARK)
    PAGE.write_text(f"{before}{MARK}\n\n{table()}\n")
    print(f"wrote {named(PAGE)}")
