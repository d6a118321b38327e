"""How scripts and books sound as they stand: length, loudness, peaks and pace, added up from what their takes stored.

No file is opened. Scripts are added up by stretches, so that a change is read and added up where it is (stretches.py).
To put the stretches of ten thousand lines together takes as long as drawing five pages: it rests (resting.py).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from projects.actions import resting, stretches
from projects.actions.resting import Told
from projects.audio import pcm, sums
from projects.audio.finish import Finish
from projects.audio.stretches import Stretch, in_a_row
from projects.models import Project, Script

KEPT_S = 24 * 3600
REST_S = 5.0  # for each thousand lines
FOUND = ("duration_ms", "loudness_lufs", "rms_dbfs", "peak_dbfs", "true_peak_dbfs", "floor_dbfs")


@dataclass(frozen=True)
class Heard:
    """What to say of a script or a book. Levels are None where there is nothing to hear.

    chapters_ms: of a book, how long each script that can be heard plays in it, from its first line to its last, by key.
    """

    duration_ms: int
    words_a_minute: int | None
    loudness_lufs: float | None = None
    rms_dbfs: float | None = None
    peak_dbfs: float | None = None
    true_peak_dbfs: float | None = None
    floor_dbfs: float | None = None
    chapters_ms: Mapping[int, int] = field(default_factory=dict)


def of_script(script: Script, project: Project) -> Heard:
    """One script, from its first line to its last. Two roundtrips where it changed since it was last asked for."""
    return _of_script(script, project).value


def in_passing(script: Script, project: Project, *, lines: int) -> Told[Heard]:
    """The same of a script of so many lines, which may be a little behind where they are many."""
    return _of_script(script, project, lines=lines)


def is_due(script: Script, project: Project) -> bool:
    """Whether ``in_passing`` says something else of this script than it did last."""
    return resting.is_due(_key(script), _mark(project, [script], project.finishing))


def of_book(
    project: Project, scripts: Iterable[Script], *, finish: Finish | None = None, lines: int = 0
) -> Heard:
    """All of a project's scripts, as an export puts them together. Two roundtrips, however many of them changed.

    As it is with another ``finish`` than the project's, where one is named. Where the caller says how many ``lines``
    there are, a long book may be a little behind.
    """
    scripts, finish = list(scripts), finish or project.finishing
    how = hashlib.sha256(repr(finish).encode()).hexdigest()
    return _kept(
        f"book-heard-{project.pk}-{how}",
        _mark(project, scripts, finish),
        lambda: _book(project, scripts, finish),
        lines=lines,
    ).value


def _of_script(script: Script, project: Project, *, lines: int = 0) -> Told[Heard]:
    finish = project.finishing
    return _kept(
        _key(script), _mark(project, [script], finish), lambda: _script(project, script, finish), lines=lines
    )


def _kept(key: str, mark: Any, add_up: Callable[[], Heard], *, lines: int) -> Told[Heard]:
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


def _mark(project: Project, scripts: Iterable[Script], finish: Finish) -> Any:
    """All that the figures depend on."""
    versions = [(script.pk, script.version) for script in scripts]
    return project.pauses, project.chapter_pause_ms, finish, versions


def _script(project: Project, script: Script, finish: Finish) -> Heard:
    row = list(in_a_row(stretches.of(project, [script], finish)[script.pk], project.pauses, finish))
    return _heard(row, _end(row) if row else 0, finish)


def _book(project: Project, scripts: list[Script], finish: Finish) -> Heard:
    pauses, row = project.pauses, list[tuple[int, Stretch]]()
    at = end = pcm.ms_to_frames(finish.head_ms)
    chapters_ms = dict[int, int]()
    for script_id, some in stretches.of(project, scripts, finish).items():
        if sum(one.frames for one in some):
            row += in_a_row(some, pauses, finish, at=at)
            chapters_ms[script_id] = pcm.frames_to_ms(_end(row) - at)
            behind_ms = pauses.after(row[-1][1].last.line, None)
            at = _end(row) + pcm.ms_to_frames(max(behind_ms, project.chapter_pause_ms))
            end = _end(row) + pcm.ms_to_frames(max(behind_ms, finish.tail_ms))
    return replace(_heard(row, end if row else 0, finish), chapters_ms=chapters_ms)


def _end(row: list[tuple[int, Stretch]]) -> int:
    """Where the last of these ends, in frames."""
    at, last = row[-1]
    return at + last.frames


def _heard(row: list[tuple[int, Stretch]], frames: int, finish: Finish) -> Heard:
    speech_s = sum(one.speech_frames for _, one in row) / pcm.RATE_HZ
    pace = round(60 * sum(one.words for _, one in row) / speech_s) if speech_s else None
    if not all(one.is_measured for _, one in row):
        return Heard(pcm.frames_to_ms(frames), pace)
    found = sums.heard([(at, one.added) for at, one in row], frames=frames)
    levels = {name: getattr(found, name) for name in FOUND}
    for name in ("loudness_lufs", "rms_dbfs"):
        if levels[name] is not None:
            levels[name] -= finish.loss_db
    return Heard(words_a_minute=pace, **levels)
