"""Trimmed takes: the same samples wherever they are heard, exported or measured, and back as they came."""

import io

import numpy as np
import pytest
from django.core.files.storage import default_storage

from projects.actions import (
    claims,
    discards,
    encoded,
    exports,
    figures,
    locks,
    paragraphs,
    reviews,
    seams,
    takes,
    trims,
)
from projects.audio import pcm, sums, wav
from projects.audio.trim import Impossible, Trim, apply
from projects.models import Paragraph, Script, Take
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database

TRIM = Trim(head_ms=100, tail_ms=150, fade_in_ms=40, fade_out_ms=60, gain_db=-4.5)


def samples_of(name: str) -> pcm.Pcm:
    with default_storage.open(name, "rb") as file:
        return wav.open_frames(io.BytesIO(file.read())).read(10**9)


def script_of(cast: Cast) -> Script:
    script = factories.script(cast.team, lines=3)
    factories.all_ready(script)
    return script


def again(take: Take) -> Take:
    return Take.objects.select_related("paragraph__script__project", "whole").get(pk=take.pk)


def chosen(line: Paragraph) -> Take:
    return again(Paragraph.objects.get(pk=line.pk).chosen)  # type: ignore[arg-type]


def test_the_trimmed_take_is_heard_exported_and_measured_to_the_sample(cast: Cast) -> None:
    script = script_of(cast)
    line = script.paragraphs.all()[1]
    take = chosen(line)
    as_it_came = samples_of(take.audio)
    previewed = trims.heard(take, TRIM)
    assert trims.trim(take, TRIM, by=cast.editor)
    take = again(take)
    expected = apply(as_it_came, TRIM)
    assert np.array_equal(samples_of(take.audio), expected)
    assert np.array_equal(wav.open_frames(io.BytesIO(previewed)).read(10**9), expected)
    assert (take.frames, take.duration_ms) == (expected.size, expected.size // 24)
    assert take.sound is not None
    assert take.sound.sums == sums.measure(expected), "measured anew, not estimated"
    script.refresh_from_db()
    heard = figures.of_script(script, script.project)
    pauses_ms = 2 * script.project.pause_ms
    assert heard.duration_ms == 900 + 650 + 900 + pauses_ms
    export = exports.claim(exports.request(script.project, [script], format="wav", by=None).pk)
    assert export is not None
    exports.assemble(export)
    export.refresh_from_db()
    placed = export.timeline["chapters"][0]["lines"][1]
    book = samples_of(str(export.file))
    assert np.array_equal(book[placed["start"] : placed["end"]], expected)
    seam = wav.open_frames(io.BytesIO(seams.of(take))).read(10**9)
    assert pcm.frames_to_ms(seam.size) == heard.duration_ms
    at = (900 + script.project.pause_ms) * 24
    assert np.array_equal(seam[at : at + expected.size], expected)


def test_a_trim_has_packets_of_its_own_and_an_export_keeps_the_sound_it_was_asked_for(cast: Cast) -> None:
    script = script_of(cast)
    take = chosen(script.paragraphs.all()[0])
    before = encoded.line(take.audio_sha256, take.frames, 0).key
    asked = exports.request(script.project, [script], format="wav", by=None)
    trims.trim(take, TRIM, by=cast.editor)
    take = again(take)
    assert encoded.line(take.audio_sha256, take.frames, 0).key != before
    export = exports.claim(asked.pk)
    assert export is not None
    exports.assemble(export)
    export.refresh_from_db()
    placed = export.timeline["chapters"][0]["lines"][0]
    assert placed["end"] - placed["start"] == 900 * 24
    assert export.status == "ready"


def test_taking_the_trim_off_brings_back_the_very_sound_and_its_approval(cast: Cast) -> None:
    script = script_of(cast)
    line = script.paragraphs.all()[0]
    take = chosen(line)
    was = take.audio_sha256
    reviews.judge(line, take_id=take.pk, kind="approved", by=cast.reviewer)
    trims.trim(take, TRIM, by=cast.editor)
    assert Paragraph.objects.with_takes().get(pk=line.pk).mark != "approved"
    assert not Paragraph.objects.filter(pk=line.pk).judged("approved").exists()
    trims.trim(again(take), Trim(gain_db=1), by=cast.editor)
    assert trims.trim(again(take), Trim(), by=cast.editor)
    take = again(take)
    assert (take.audio_sha256, take.whole, take.trim_count) == (was, None, 3)
    assert Paragraph.objects.with_takes().get(pk=line.pk).mark == "approved"
    assert Paragraph.objects.filter(pk=line.pk).judged("approved").exists()
    assert not trims.trim(take, Trim(), by=cast.editor), "twice is harmless"


def test_a_verdict_on_what_was_trimmed_meanwhile_is_not_taken(cast: Cast) -> None:
    script = script_of(cast)
    line = script.paragraphs.all()[0]
    take = chosen(line)
    trims.trim(take, TRIM, by=cast.editor)
    with pytest.raises(reviews.NotHeard, match="trimmed meanwhile"):
        reviews.judge(line, take_id=take.pk, trim_count=0, kind="approved", by=cast.reviewer)
    reviews.judge(line, take_id=take.pk, trim_count=1, kind="approved", by=cast.reviewer)
    assert Paragraph.objects.with_takes().get(pk=line.pk).mark == "approved"


def test_what_cannot_be_trimmed_changes_nothing(cast: Cast) -> None:
    script = script_of(cast)
    line = script.paragraphs.all()[0]
    take = chosen(line)
    before = Take.objects.values().get(pk=take.pk)
    with pytest.raises(Impossible):
        trims.trim(take, Trim(head_ms=880), by=cast.editor)
    locks.lock(script, [line.pk], by=cast.editor)
    with pytest.raises(paragraphs.Locked):
        trims.trim(take, TRIM, by=cast.editor)
    default_storage.delete(take.audio)
    with pytest.raises(trims.NotThere):
        trims.trim(take, TRIM, by=cast.editor)
    assert Take.objects.values().get(pk=take.pk) == before


def test_three_alternatives_wait_side_by_side_and_none_is_chosen_by_itself(cast: Cast) -> None:
    script = script_of(cast)
    line = script.paragraphs.all()[0]
    was = chosen(line)
    made = takes.alternatives(script, line, by=cast.editor)
    assert [(take.number, take.is_alternative) for take in made] == [(2, True), (3, True), (4, True)]
    assert takes.alternatives(script, line, by=cast.editor) == [], "twice is harmless"
    for take in made:
        claimed = claims.claim(worker="test", among=Take.objects.filter(pk=take.pk))
        assert claimed is not None
        factories.finished(claimed)
    assert chosen(line) == was
    takes.choose(again(made[1]), script_id=script.pk, by=cast.editor)
    assert chosen(line) == made[1]
    bare = factories.script(cast.team, lines=1)
    (first, second, _) = takes.alternatives(bare, bare.paragraphs.get(), by=cast.editor)
    for take in (second, first):
        claimed = claims.claim(worker="test", among=Take.objects.filter(pk=take.pk))
        assert claimed is not None
        factories.finished(claimed)
    assert chosen(bare.paragraphs.get()) == second, "a line without a take takes the first that comes"


def test_a_take_is_put_aside_and_taken_back_but_never_the_chosen_or_an_approved_one(cast: Cast) -> None:
    script = script_of(cast)
    line = script.paragraphs.all()[0]
    first = chosen(line)
    reviews.judge(line, take_id=first.pk, kind="approved", by=cast.reviewer)
    second = factories.ready(line)
    with pytest.raises(discards.Needed, match="approved"):
        discards.discard(first, by=cast.editor)
    with pytest.raises(discards.Needed, match="chosen"):
        discards.discard(again(second), by=cast.editor)
    third = factories.ready(line)
    assert discards.discard(again(second), by=cast.editor)
    assert not discards.discard(again(second), by=cast.editor), "twice is harmless"
    aside = again(second)
    assert (aside.discarded_by, aside.discarded_at is not None) == (cast.editor, True)
    assert discards.bring_back(aside, by=cast.editor)
    assert not discards.bring_back(aside, by=cast.editor)
    discards.discard(again(second), by=cast.editor)
    takes.choose(again(second), script_id=script.pk, by=cast.editor)
    assert again(second).discarded_at is None, "choosing it takes it back"
    with pytest.raises(discards.Needed, match="still being made"):
        discards.discard(factories.claimed(line), by=cast.editor)
    assert third in Take.objects.kept()


def test_what_is_put_aside_is_not_used_again_by_itself(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    old = factories.ready(line)
    line = script.paragraphs.get()
    text = line.text
    paragraphs.edit(_with(line, "Other words."), project=script.project, by=cast.editor)
    factories.ready(script.paragraphs.get())
    discards.discard(again(old), by=cast.editor)
    line = script.paragraphs.get()
    paragraphs.edit(_with(line, text), project=script.project, by=cast.editor)
    assert Paragraph.objects.with_takes().get(pk=line.pk).mark == "stale"
    (waiting,) = takes.request(script, [line], by=cast.editor)
    assert waiting.status == "queued"


def _with(line: Paragraph, text: str) -> Paragraph:
    line.text = text
    return line
