"""A project's finish: files come out at their target, and a change encodes only what it changes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.actions import encoded, exports, figures, finishes, playing, projects, seams, treatments
from projects.actions import sounds as sounds_of
from projects.audio import seam, wav
from projects.audio.finish import PRESETS, Finish
from projects.models import Act, Export, Paragraph, Project, Script, Take
from tests import factories
from tests.audio import meters, sounds
from tests.cast import Cast

pytestmark = pytest.mark.one_database


@pytest.fixture
def book(cast: Cast) -> Project:
    """Two chapters of three spoken lines, soft, with silence at their edges; the second has another voice."""
    project = factories.project(cast.team, lines=3, scripts=2)
    second = project.scripts.get(position=2)
    second.voice = "Maia"
    projects.direct_script(second, by=None)
    rows = Paragraph.objects.filter(script__project=project).select_related("script")
    for n, line in enumerate(rows.order_by("script__position", "position")):
        level = 1500 if n < 3 else 4000
        samples = sounds.padded(sounds.speech(50_000 + 5_111 * n, seed=n, level=level), 9_600, 12_000)
        factories.ready(line, samples=samples)
    return project


def made(project: Project, format: str) -> Export:
    export = exports.request(project, project.scripts.all(), format=format, by=None)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == "ready"
    return Export.objects.get(pk=export.pk)


def exported(project: Project) -> tuple[Export, np.ndarray]:
    done = made(project, "wav")
    with default_storage.open(done.file) as file:
        return done, wav.open_frames(file).read(10**9)


@pytest.mark.parametrize("name", ["podcast", "r128"])
def test_a_file_comes_out_at_its_target_by_a_foreign_meter(book: Project, cast: Cast, name: str) -> None:
    finish = finishes.save(book, PRESETS[name], by=cast.owner)
    done, samples = exported(book)
    meter = meters.ebur128(samples)
    assert meter["I"] == pytest.approx(finish.target_db, abs=0.2)
    assert 20 * np.log10(meter["true_peak"]) <= finish.peak_db
    said = figures.of_book(book, book.scripts.all())
    assert said.loudness_lufs == pytest.approx(meter["I"], abs=0.1)
    assert done.duration_ms == said.duration_ms


def test_speech_has_its_target_as_it_was_encoded_by_a_foreign_meter(cast: Cast) -> None:
    project = factories.project(cast.team, lines=2)
    for line, voice in zip(project.scripts.get().paragraphs.all(), ("Serena", "Ethan"), strict=True):
        factories.ready(line, samples=sounds.spoken("The lamp was lit, and nobody came to the door.", voice))
    finishes.save(project, PRESETS["podcast"], by=cast.owner)
    for format in ("wav", "mp3", "m4b"):
        path = Path(default_storage.path(made(project, format).file))
        assert meters.ebur128_of(path)["I"] == pytest.approx(-16.0, abs=0.2), format


def test_an_audiobook_file_has_its_rms_and_its_silences(book: Project, cast: Cast) -> None:
    finishes.save(book, PRESETS["acx"], by=cast.owner)
    done, samples = exported(book)
    assert meters.astats(samples)["RMS_level"] == pytest.approx(-20.0, abs=0.2)
    for tone in (samples[: 700 * 24], samples[-2000 * 24 :]):
        assert -75 < meters.astats(tone)["RMS_level"] < -60
    place = done.timeline["chapters"][0]["lines"]
    assert place[0]["start"] == 700 * 24
    pause = samples[place[0]["end"] : place[1]["start"]]
    assert pause.size == 600 * 24
    assert not pause.any()


def test_room_tone_is_kept_with_the_finish_and_made_anew_only_when_the_gains_are(
    book: Project, cast: Cast
) -> None:
    first = finishes.save(book, replace(PRESETS["r128"], tone_in_pauses=True), by=cast.owner)
    one, samples = exported(book)
    place = one.timeline["chapters"][0]["lines"]
    pause = samples[place[0]["end"] : place[1]["start"]]
    assert -80 < meters.astats(pause)["RMS_level"] < -60
    assert finishes.settle(Project.objects.get()).tone_sha256 == first.tone_sha256
    line = Paragraph.objects.select_related("script__project").get(chosen=place[0]["take"])
    found = np.frombuffer(
        seams.of(Take.objects.select_related("paragraph__script__project").get(pk=line.chosen_id))[44:], "<i2"
    )
    assert np.array_equal(found, samples[place[0]["start"] :][: found.size]), "the seam has it, too"
    louder = finishes.save(Project.objects.get(), replace(first, target_db=-18.0), by=cast.owner)
    assert louder.tone_sha256 != first.tone_sha256
    without = finishes.save(Project.objects.get(), replace(first, tone_in_pauses=False), by=cast.owner)
    assert encoded.tone(without) is None
    default_storage.delete(sounds_of.name_of(louder.tone_sha256))
    again = finishes.save(Project.objects.get(), replace(louder, tone=True), by=cast.owner)
    assert default_storage.exists(sounds_of.name_of(again.tone_sha256)), "a tone that was lost is made again"


def test_the_player_hears_a_take_as_the_file_has_it_in_the_takes_own_length(
    book: Project, cast: Cast
) -> None:
    take = Take.objects.select_related("paragraph__script__project", "sound").order_by("pk")[0]
    assert Project.objects.get().finishing.mark == ""
    finish = finishes.save(book, PRESETS["podcast"], by=cast.owner)
    done, samples = exported(book)
    place = next(
        line for one in done.timeline["chapters"] for line in one["lines"] if line["take"] == take.pk
    )
    in_file = samples[place["start"] : place["end"]]
    take = Take.objects.select_related("paragraph__script__project", "sound").get(pk=take.pk)
    heard = np.frombuffer(playing.heard(take)[44:], "<i2")
    how = treatments.of(take, finish)
    assert heard.size == take.frames
    assert how.head > 0
    assert np.array_equal(heard[how.head : take.frames - how.tail], in_file)
    assert not heard[: how.head].any()
    assert not heard[take.frames - how.tail :].any()


def test_a_crossfade_is_as_long_in_the_file_as_in_the_figures_and_the_seam(book: Project, cast: Cast) -> None:
    rows = Paragraph.objects.filter(script=book.scripts.all()[0]).order_by("position")
    Paragraph.objects.filter(pk=rows[0].pk).update(pause_ms=0)
    finishes.save(book, Finish(crossfade_ms=80), by=cast.owner)
    done, _ = exported(book)
    first, second, last = done.timeline["chapters"][0]["lines"]
    assert first["end"] - second["start"] == 80 * 24
    assert done.duration_ms == figures.of_book(book, book.scripts.all()).duration_ms
    take = Take.objects.select_related("paragraph__script__project").get(pk=first["take"])
    until = min(first["end"] + seam.AROUND_MS * 24, last["end"])
    assert len(seams.of(take)) == 44 + 2 * (until - first["start"])


def test_matched_voices_come_out_equally_loud(book: Project, cast: Cast) -> None:
    finish = finishes.save(book, Finish(target_db=-20.0, match_voices=True, keep_ms=100), by=cast.owner)
    done, samples = exported(book)
    one, two = done.timeline["chapters"]
    first, second = samples[one["start"] : one["lines"][-1]["end"]], samples[two["start"] :]
    levels = [meters.ebur128(part)["I"] for part in (first, second)]
    assert levels[0] == pytest.approx(levels[1], abs=0.5)
    assert finish.preset == "own"
    assert meters.ebur128(samples)["I"] == pytest.approx(-20.0, abs=0.2)


def test_one_new_take_moves_no_gain_and_an_export_freezes_its_own(book: Project, cast: Cast) -> None:
    finishes.save(book, PRESETS["podcast"], by=cast.owner)
    first, _ = exported(book)
    waiting = exports.request(book, book.scripts.all(), format="wav", by=None)
    line = Paragraph.objects.filter(script__project=book).order_by("pk")[0]
    factories.ready(line, samples=sounds.padded(sounds.speech(50_000, seed=9, level=1500), 9_600, 12_000))
    again = exports.request(Project.objects.get(), book.scripts.all(), format="wav", by=None)
    assert again.finish["gains_db"] == first.finish["gains_db"]
    before, after = ([row for chapter in one.plan for row in chapter["lines"]] for one in (first, again))
    assert [row["take"] for row in before[1:]] == [row["take"] for row in after[1:]]
    assert before[1:] == after[1:]
    assert before[0] != after[0]
    finishes.save(book, PRESETS["none"], by=cast.owner)
    claimed = exports.claim(waiting.pk)
    assert claimed is not None
    exports.assemble(claimed)
    assert Export.objects.get(pk=waiting.pk).timeline == first.timeline


def test_only_lines_that_a_lower_limit_reaches_are_treated_anew(book: Project, cast: Cast) -> None:
    finish = finishes.save(book, Finish(target_db=-26.0, peak_db=-1.0), by=cast.owner)
    before = exports.request(book, book.scripts.all(), format="wav", by=None)
    finishes.save(book, Finish(target_db=-26.0, peak_db=-8.0, gains_db=finish.gains_db), by=cast.owner)
    after = exports.request(book, book.scripts.all(), format="wav", by=None)
    moved = [
        one["treatment"]["limit_db"]
        for old, new in zip(before.plan, after.plan, strict=True)
        for was, one in zip(old["lines"], new["lines"], strict=True)
        if was != one
    ]
    assert 0 < len(moved) < 6
    assert set(moved) == {-8.0}


def test_a_project_that_never_asked_has_plain_lines_and_writes_nothing(book: Project) -> None:
    Script.objects.update(encoded_version=1)
    export = exports.request(book, book.scripts.all(), format="wav", by=None)
    assert not any("treatment" in row for chapter in export.plan for row in chapter["lines"])
    assert Project.objects.get().finish == {}
    assert set(Script.objects.values_list("encoded_version", flat=True)) == {1}


def test_a_change_is_told_once_and_has_everything_looked_at_again(book: Project, cast: Cast) -> None:
    Script.objects.update(encoded_version=10**6)
    finishes.save(book, PRESETS["podcast"], by=cast.owner)
    finishes.save(Project.objects.get(), PRESETS["podcast"], by=cast.owner)
    assert [act.words for act in Act.objects.filter(words__contains="sound of exports")] == [
        "set the sound of exports: Apple Podcasts"
    ]
    assert not Script.objects.exclude(encoded_version=0).exists()


def test_a_seam_sounds_as_the_export_does(book: Project, cast: Cast) -> None:
    finishes.save(book, PRESETS["podcast"], by=cast.owner)
    done, samples = exported(book)
    place = done.timeline["chapters"][0]["lines"][0]
    line = Paragraph.objects.get(chosen=place["take"])
    line.chosen.paragraph = Paragraph.objects.select_related("script__project").get(pk=line.pk)
    found = np.frombuffer(seams.of(line.chosen)[44:], "<i2")
    assert np.array_equal(found, samples[place["start"] :][: found.size])


@pytest.mark.parametrize("lines", [1, 3])
def test_settling_costs_the_same_queries_for_any_number_of_lines(cast: Cast, lines: int) -> None:
    project = factories.project(cast.team, lines=lines, scripts=2)
    for script in project.scripts.all():
        for n, line in enumerate(script.paragraphs.all()):
            factories.ready(line, samples=sounds.speech(40_000, seed=n))
    with CaptureQueriesContext(connection) as seen:
        finishes.save(project, Finish(target_db=-20.0, match_voices=True), by=cast.owner)
    assert len(seen) == 15
