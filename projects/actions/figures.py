"""How scripts and books sound as they stand: length, loudness, peaks and pace, added up from what their takes stored.

No file is opened. A script's sums are kept with its version, so that only a change adds them up anew; a book is then
the sums of its scripts. Adding up ten thousand lines takes as long as drawing fifty pages: it rests (resting.py).
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from narrator.cache import heavy
from projects.actions import resting, treatments
from projects.actions.resting import Told
from projects.audio import pcm, sums
from projects.audio.finish import Finish
from projects.audio.pauses import Pauses
from projects.models import Paragraph, Project, Script
from projects.models.sounds import SUMS
from projects.models.takes import Source

KEPT_S = 24 * 3600
REST_S = 5.0  # for each thousand lines
FOLLOWED = ("pause_ms", "kind", "character")
FRAMES, SOURCE = treatments.FROM.index("frames"), treatments.FROM.index("source")
FOUND = ("duration_ms", "loudness_lufs", "rms_dbfs", "peak_dbfs", "true_peak_dbfs", "floor_dbfs")
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[\w'’-])+")


@dataclass(frozen=True)
class Heard:
    """What to say of a script or a book. Levels are None where there is nothing to hear."""

    duration_ms: int
    words_a_minute: int | None
    loudness_lufs: float | None = None
    rms_dbfs: float | None = None
    peak_dbfs: float | None = None
    true_peak_dbfs: float | None = None
    floor_dbfs: float | None = None


@dataclass(frozen=True)
class Spoken:
    """The chosen takes of a script in their order, with the pauses between them. ``pause_ms`` is that of the last.

    ``is_measured`` is False where a take has no sums: then only lengths are known.
    """

    sums: sums.Sums
    speech_frames: int
    words: int
    pause_ms: int
    is_measured: bool

    def heard(self, finish: Finish) -> Heard:
        minutes = self.speech_frames / pcm.RATE_HZ / 60
        pace = round(self.words / minutes) if minutes else None
        if not self.is_measured:
            return Heard(pcm.frames_to_ms(self.sums.frames), pace)
        found = sums.figures(self.sums)
        levels = {name: getattr(found, name) for name in FOUND}
        for name in ("loudness_lufs", "rms_dbfs"):
            if levels[name] is not None:
                levels[name] -= finish.loss_db
        return Heard(words_a_minute=pace, **levels)


def of_script(script: Script, project: Project) -> Heard:
    """One script, from its first line to its last. One query where it changed since it was asked for, else none."""
    return _of_script(script, project).value


def in_passing(script: Script, project: Project, *, lines: int) -> Told[Heard]:
    """The same of a script of so many lines, which may be a little behind where they are many."""
    return _of_script(script, project, lines=lines)


def is_due(script: Script, project: Project) -> bool:
    """Whether ``in_passing`` says something else of this script than it did last."""
    return resting.is_due(_key(script), _named(project, script, project.finishing))


def of_book(
    project: Project, scripts: Iterable[Script], *, finish: Finish | None = None, lines: int = 0
) -> Heard:
    """All of a project's scripts, as an export puts them together. One query, however many of them changed.

    As it is with another ``finish`` than the project's, where one is named. Where the caller says how many ``lines``
    there are, a long book may be a little behind.
    """
    scripts, finish = list(scripts), finish or project.finishing
    mark = _hash(project.chapter_pause_ms, *(_named(project, script, finish) for script in scripts))
    return _kept(
        f"heard-book-{project.pk}-{_hash(sorted(finish.kept().items()))}",
        mark,
        lambda: _book(project, _spoken(project, scripts, finish), finish).heard(finish),
        lines=lines,
    ).value


def _of_script(script: Script, project: Project, *, lines: int = 0) -> Told[Heard]:
    finish = project.finishing
    return _kept(
        _key(script),
        _named(project, script, finish),
        lambda: _spoken(project, [script], finish)[0].heard(finish),
        lines=lines,
    )


def _kept(key: str, mark: str, add_up: Callable[[], Heard], *, lines: int) -> Told[Heard]:
    """Added up now where nobody says how many ``lines`` there are."""
    return resting.told(
        key,
        mark,
        add_up,
        rest_s=lambda _: resting.rest_s(lines, REST_S),
        kept_s=KEPT_S,
        will_do=lambda _: lines > 0,
    )


def _key(script: Script) -> str:
    return f"heard-{script.pk}"


def _named(project: Project, script: Script, finish: Finish) -> str:
    return f"{script.pk}-{script.version}-{_how(project, finish)}"


def _how(project: Project, finish: Finish) -> str:
    return _hash(project.pauses, sorted(finish.kept().items()))


def _hash(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _book(project: Project, scripts: list[Spoken], finish: Finish) -> Spoken:
    spoken = [one for one in scripts if one.sums.frames]
    pauses_ms = [max(one.pause_ms, project.chapter_pause_ms) for one in spoken[:-1]]
    pauses_ms += [max(one.pause_ms, finish.tail_ms) for one in spoken[-1:]]
    at, placed = pcm.ms_to_frames(finish.head_ms) if spoken else 0, []
    for one, pause_ms in zip(spoken, pauses_ms, strict=True):
        placed.append(sums.Placed(one.sums, at))
        at += one.sums.frames + pcm.ms_to_frames(pause_ms)
    return Spoken(
        sums.together(placed, frames=at),
        speech_frames=sum(one.speech_frames for one in spoken),
        words=sum(one.words for one in spoken),
        pause_ms=0,
        is_measured=all(one.is_measured for one in spoken),
    )


def _spoken(project: Project, scripts: list[Script], finish: Finish) -> list[Spoken]:
    """Each script's sums, in the order given: from the cache, or added up now and put there."""
    keys = {script.pk: f"sums-{script.pk}-{_how(project, finish)}" for script in scripts}
    kept = {script.pk: heavy.get(keys[script.pk]) for script in scripts}
    found = {
        script.pk: kept[script.pk][1]
        for script in scripts
        if kept[script.pk] is not None and kept[script.pk][0] == script.version
    }
    missing = [script for script in scripts if script.pk not in found]
    if missing:
        found |= _added_up(project, [script.pk for script in missing], finish)
    for script in missing:
        one = found[script.pk]
        size_bytes = len(one.sums.cells) + len(one.sums.quiet)
        heavy.set(keys[script.pk], (script.version, one), size_bytes=size_bytes)
    return [found[script.pk] for script in scripts]


def _added_up(project: Project, script_ids: list[int], finish: Finish) -> dict[int, Spoken]:
    of_chosen = (f"chosen__{name}" for name in ("text", *treatments.FROM, *(f"sound__{one}" for one in SUMS)))
    rows = (
        Paragraph.objects.filter(script__in=script_ids, chosen__isnull=False)
        .order_by("script", "position")
        .values_list("script", *FOLLOWED, *of_chosen)
    )
    found = {pk: _one(list(group), project.pauses, finish) for pk, group in groupby(rows, key=itemgetter(0))}
    return {pk: found.get(pk) or _one([], project.pauses, finish) for pk in script_ids}


def _one(rows: list[tuple[Any, ...]], pauses: Pauses, finish: Finish) -> Spoken:
    at = pause_ms = frames = speech = words = 0
    placed = []
    pauses_ms = pauses.behind(row[1 : 1 + len(FOLLOWED)] for row in rows)
    for row, behind_ms in zip(rows, pauses_ms, strict=True):
        text, *values = row[1 + len(FOLLOWED) :]
        before = frames
        about, measured = values[: len(treatments.FROM)], values[len(treatments.FROM) :]
        how = treatments.of_values(finish, *about)
        frames = about[FRAMES] - how.head - how.tail
        at += pcm.ms_to_frames(pause_ms) - (finish.overlap(pause_ms, before, frames) if before else 0)
        if measured[0] is not None:
            placed.append(sums.Placed(sums.Sums(*measured), at, how))
        at += frames
        if about[SOURCE] != Source.CLIP:
            speech, words = speech + frames, words + count_words(text)
        pause_ms = behind_ms
    together = sums.together(placed, frames=at)
    return Spoken(together, speech, words, pause_ms, is_measured=len(placed) == len(rows))


def count_words(text: str) -> int:
    """Words between spaces; in Chinese and Japanese each character, since those are what a pace is counted in."""
    return len(text.split()) if text.isascii() else len(_WORD.findall(text))
