"""The figures of scripts and books are those of the file that an export makes, and cost no decoding."""

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.actions import exports, figures, paragraphs, resting, stretches, takes
from projects.audio import wav
from projects.models import Export, Project, Script, Take
from tests import factories
from tests.audio import meters, sounds
from tests.cast import Cast


def speak(script: Script) -> None:
    """Every line with a take that sounds like speech, each of another length and level."""
    for n, line in enumerate(script.paragraphs.all()):
        frames = 40_000 + 5_111 * (n % 4)
        factories.ready(line, samples=sounds.speech(frames, seed=n, level=3000 + 800 * n))


def exported(project: Project) -> np.ndarray:
    """The samples of the project's WAV."""
    export = exports.request(project, project.scripts.all(), format="wav", by=None)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    exports.assemble(claimed)
    with default_storage.open(Export.objects.get().file) as file:
        return wav.open_frames(file).read(10**9)


def current(project: Project) -> list[Script]:
    return list(Script.objects.filter(project=project))


@pytest.mark.one_database
def test_a_book_is_heard_as_foreign_meters_hear_its_export(cast: Cast) -> None:
    project = factories.project(cast.team, lines=4, scripts=3, pause_ms=431, chapter_pause_ms=1733)
    for script in project.scripts.all():
        speak(script)
    last = project.scripts.last().paragraphs.last()  # type: ignore[union-attr]
    last.pause_ms = 2500  # type: ignore[union-attr]
    paragraphs.edit(last, project=project, by=None)  # type: ignore[arg-type]
    heard, samples = figures.of_book(project, current(project)), exported(project)
    meter, plain = meters.ebur128(samples), meters.astats(samples)
    assert heard.duration_ms == round(samples.size / 24)
    assert heard.loudness_lufs == pytest.approx(meter["I"], abs=0.1)
    assert heard.true_peak_dbfs == pytest.approx(20 * np.log10(meter["true_peak"]), abs=0.1)
    assert heard.peak_dbfs == pytest.approx(plain["Peak_level"], abs=0.01)
    assert heard.rms_dbfs == pytest.approx(plain["RMS_level"], abs=0.01)


def test_a_script_goes_from_its_first_line_to_its_last(cast: Cast) -> None:
    project = factories.project(cast.team, lines=2, pause_ms=500)
    script = project.scripts.get()
    factories.all_ready(script, duration_ms=1000)
    heard = figures.of_script(Script.objects.get(), project)
    assert heard.duration_ms == 2500
    words = sum(len(line.text.split()) for line in script.paragraphs.all())
    assert heard.words_a_minute == round(words / (2 / 60))


def test_a_chapter_of_a_book_is_as_long_as_its_script(cast: Cast) -> None:
    project = factories.project(cast.team, lines=2, scripts=3, pause_ms=431, chapter_pause_ms=1733)
    first, second, _ = current(project)
    factories.all_ready(first, duration_ms=1000)
    factories.all_ready(second, duration_ms=3000)
    heard = figures.of_book(project, current(project))
    assert heard.chapters_ms == {first.pk: 2431, second.pk: 6431}
    assert figures.of_script(current(project)[1], project).duration_ms == 6431
    assert heard.duration_ms == 2431 + 1733 + 6431 + project.finishing.head_ms + max(
        431, project.finishing.tail_ms
    )


@pytest.mark.parametrize("lines", [1, 3])
def test_the_first_look_is_one_query_and_the_next_is_none(cast: Cast, lines: int) -> None:
    project = factories.project(cast.team, lines=lines, scripts=3)
    for script in project.scripts.all():
        factories.all_ready(script)
    scripts = current(project)
    with CaptureQueriesContext(connection) as first:
        book = figures.of_book(project, scripts)
    with CaptureQueriesContext(connection) as second:
        assert figures.of_book(project, scripts) == book
        figures.of_script(scripts[1], project)
    assert (len(first), len(second)) == (1, 0)


def test_another_take_a_pause_and_a_project_edit_are_heard_at_once(cast: Cast) -> None:
    project = factories.project(cast.team, lines=2, pause_ms=500)
    script = project.scripts.get()
    factories.all_ready(script, duration_ms=1000)

    def duration_ms() -> int:
        return figures.of_script(Script.objects.get(), Project.objects.get()).duration_ms

    assert duration_ms() == 2500
    line = script.paragraphs.first()
    assert line is not None
    factories.ready(line, duration_ms=3000)
    assert duration_ms() == 4500
    line.refresh_from_db()
    line.pause_ms = 0
    paragraphs.edit(line, project=project, by=None)
    assert duration_ms() == 4000


def test_what_is_long_rests_while_it_changes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resting, "AT_ONCE_LINES", 1)
    monkeypatch.setattr(figures, "REST_S", 1e9)
    project = factories.project(cast.team, lines=2, pause_ms=500)
    script = project.scripts.get()

    def told() -> tuple[int, bool, int]:
        script.refresh_from_db()
        passing = figures.in_passing(script, project, lines=2)
        return (
            passing.value.duration_ms,
            passing.is_behind,
            figures.of_book(project, [script], lines=2).duration_ms,
        )

    factories.all_ready(script, duration_ms=1000)
    assert told() == (2500, False, 4000)
    line = script.paragraphs.first()
    assert line is not None
    factories.ready(line, duration_ms=3000)
    assert told() == (2500, True, 4000)
    assert not figures.is_due(script, project)
    # Whoever does not say how long it is gets what is true now, and so do others from then on.
    assert figures.of_script(script, project).duration_ms == 4500
    assert told()[:2] == (4500, False)


def test_without_takes_there_is_nothing_to_hear(cast: Cast) -> None:
    project = factories.project(cast.team)
    assert figures.of_script(project.scripts.get(), project) == figures.Heard(0, None)
    assert figures.of_book(project, current(project)) == figures.Heard(0, None)
    assert figures.of_book(project, []) == figures.Heard(0, None)


def test_a_take_that_was_never_measured_leaves_only_lengths(cast: Cast) -> None:
    script = factories.script(cast.team, lines=2)
    factories.all_ready(script, duration_ms=1000)
    Take.objects.filter(paragraph=script.paragraphs.first()).update(sound=None)
    heard = figures.of_script(Script.objects.get(), script.project)
    assert heard.duration_ms == 2600
    assert heard.loudness_lufs is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The lamp was lit.", 4),
        ("Don’t — that’s it!", 3),
        ("走れメロス。", 5),
        ("他说 hello world。", 4),
        ("Über die Brücke", 3),
    ],
)
def test_words_are_counted_as_a_pace_is(text: str, words: int) -> None:
    assert stretches.count_words(text) == words


def test_a_line_that_uses_audio_again_is_heard_too(cast: Cast) -> None:
    script = factories.script(cast.team, lines=2)
    first, second = script.paragraphs.all()
    take = factories.ready(first, duration_ms=1000)
    second.text = first.text
    paragraphs.edit(second, project=script.project, by=None)
    takes.request(script, [second], by=None)
    second.refresh_from_db()
    assert second.chosen is not None
    assert second.chosen.sound == take.sound
    heard = figures.of_script(Script.objects.get(), script.project)
    assert heard.duration_ms == 2600
    assert heard.loudness_lufs is not None
