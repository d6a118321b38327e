"""Clips: any sound file, placed between lines as a line that nobody speaks, moved and undone like one, and exported."""

import io

import numpy as np
import pytest
from django.core.files.storage import default_storage

from projects.actions import clips, edits, exports, figures, finishes, lines, locks, paragraphs, spoken, takes
from projects.audio import pcm, wav
from projects.audio.finish import Finish
from projects.audio.recording import Unreadable
from projects.models import Act, Clip, Export, Paragraph, Project, Script, Take
from tests import factories
from tests.audio import meters, sounds
from tests.cast import Cast

pytestmark = pytest.mark.one_database

SPEECH_LEVEL, MUSIC_LEVEL = 3000, 12_000


def music(seconds: float = 2.0, level: int = MUSIC_LEVEL) -> io.BytesIO:
    return io.BytesIO(sounds.wav_bytes(sounds.tone(int(seconds * 24_000), hz=440, level=level)))


@pytest.fixture
def script(cast: Cast) -> Script:
    found = factories.script(cast.team, lines=2)
    for n, line in enumerate(found.paragraphs.all()):
        factories.ready(line, samples=sounds.speech(48_000, seed=n, level=SPEECH_LEVEL))
    return found


@pytest.fixture
def clip(script: Script, cast: Cast) -> Clip:
    return clips.add(script.project, "Intro", music(), is_for_team=False, by=cast.editor)[0]


def texts(script: Script) -> list[str]:
    return [line.text for line in script.paragraphs.all()]


def test_a_clip_is_of_a_project_or_of_the_whole_team_and_its_name_is_its_own(
    script: Script, clip: Clip, cast: Cast
) -> None:
    other = factories.project(cast.team, lines=1)
    assert list(Clip.objects.within(other)) == []
    shared, _ = clips.add(other, "Sting", music(), is_for_team=True, by=cast.editor)
    assert set(Clip.objects.within(script.project)) == {clip, shared}
    with pytest.raises(clips.NameTaken):
        clips.add(script.project, "Intro", music(), is_for_team=False, by=cast.editor)
    with pytest.raises(clips.NameTaken):
        clips.rename(clip, "Intro", by=cast.editor) or clips.add(
            other, "Sting", music(), is_for_team=True, by=cast.editor
        )
    clips.rename(clip, "Opening", by=cast.editor)
    clips.remove(shared, by=cast.editor)
    told = list(Act.objects.filter(words__contains="clip").order_by("pk").values_list("words", flat=True))
    assert told == [
        "added the clip Intro for this project",
        "added the clip Sting for the team",
        "renamed the clip Intro: Opening",
        "removed the clip Sting",
    ]


@pytest.mark.one_database
def test_what_is_no_sound_or_too_long_is_refused_with_a_sentence(script: Script) -> None:
    for file, words in ((io.BytesIO(b"No sound at all."), "no sound file"), (music(601), "10 minutes")):
        with pytest.raises(Unreadable, match=words):
            clips.add(script.project, "X", file, is_for_team=False, by=None)
    assert not Clip.objects.exists()


def test_it_is_placed_moved_deleted_and_undone_like_a_line(script: Script, clip: Clip, cast: Cast) -> None:
    first, second = script.paragraphs.all()
    clips.place(script, clip, after=first.pk, by=cast.editor)
    assert texts(script) == [first.text, "Intro", second.text]
    placed = script.paragraphs.get(kind="clip")
    assert placed.mark == "ready"
    lines.move(script, [placed.pk], after=None, to=script, by=cast.editor)
    lines.pause(script, [placed.pk], pause_ms=0, by=cast.editor)
    assert texts(script)[0] == "Intro"
    lines.remove(script, [placed.pk], by=cast.editor)
    assert texts(script) == [first.text, second.text]
    for _ in range(4):
        edits.undo(script, by=cast.editor)
    assert texts(script) == [first.text, second.text]
    for _ in range(3):
        edits.redo(script, by=cast.editor)
    assert texts(script)[0] == "Intro"
    assert script.paragraphs.get(kind="clip").pause_ms == 0
    clips.remove(clip, by=cast.editor)
    assert script.paragraphs.get(kind="clip").mark == "ready", "where it is placed it stays"


def test_nobody_speaks_edits_merges_or_unlocks_it(script: Script, clip: Clip, cast: Cast) -> None:
    line = clips.place(script, clip, after=None, by=cast.editor).lines[0]
    second = script.paragraphs.all()[1]
    refused = (
        lambda: lines.merge(script, line.pk, next=True, by=cast.editor),
        lambda: lines.merge(script, second.pk, next=False, by=cast.editor),
        lambda: lines.split(script, line.pk, first="In", rest="tro", opened="", by=cast.editor),
        lambda: lines.mark(script, [line.pk], kind="title", by=cast.editor),
        lambda: locks.unlock(script, [line.pk], by=cast.editor),
        lambda: takes.request(script, [line], by=cast.editor, fresh=True),
        lambda: takes.alternatives(script, line, by=cast.editor),
    )
    for act in refused:
        with pytest.raises(paragraphs.Locked, match="is a clip"):
            act()
    locks.unlock(script, [line.pk, second.pk], by=cast.editor)
    assert takes.request(script, script.paragraphs.all(), by=cast.editor) == []
    project = script.project
    project.voice = "Maia"
    project.save()
    paragraphs.refresh([Paragraph.objects.get(pk=line.pk)], project)
    assert script.paragraphs.get(pk=line.pk).mark == "ready"
    assert Take.objects.filter(paragraph=line).count() == 1


def exported(project: Project) -> tuple[Export, np.ndarray]:
    export = exports.request(Project.objects.get(pk=project.pk), project.scripts.all(), format="wav", by=None)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == "ready"
    done = Export.objects.get(pk=export.pk)
    with default_storage.open(done.file) as file:
        return done, wav.open_frames(file).read(10**9)


@pytest.mark.one_database
@pytest.mark.parametrize("finish", [Finish(), Finish(target_db=-23.0, keep_ms=100), Finish(target_db=-16.0)])
def test_it_comes_out_as_loud_as_the_speech_and_stands_in_the_timeline(
    script: Script, clip: Clip, cast: Cast, finish: Finish
) -> None:
    finishes.save(script.project, finish, by=cast.owner)
    before = figures.of_script(script, script.project).words_a_minute
    clips.place(script, clip, after=None, by=cast.editor)
    done, samples = exported(script.project)
    placed = done.timeline["chapters"][0]["lines"]
    assert len(placed) == 3
    assert done.marks[0]["start_ms"] == 0
    assert [row.get("clip", False) for row in done.plan[0]["lines"]] == [True, False, False]
    opening = samples[placed[0]["start"] : placed[0]["end"]]
    assert opening.size == 2 * pcm.RATE_HZ
    speech = samples[placed[1]["start"] : placed[2]["end"]]
    assert meters.ebur128(opening)["I"] == pytest.approx(meters.ebur128(speech)["I"], abs=1.0)
    if finish.target_db is not None:
        assert meters.ebur128(samples)["I"] == pytest.approx(finish.target_db, abs=0.25)
    script.refresh_from_db()
    heard = figures.of_script(script, Project.objects.get())
    assert heard.words_a_minute == before, "a clip says nothing"
    (file,) = spoken.of_export(done)
    assert len(file.lines) == 2, "and has no caption"
    assert "clip" not in exports.narrators([script])
    again = finishes.settle(Project.objects.get())
    assert again == Project.objects.get().finishing


def test_one_more_clip_encodes_no_line_again(script: Script, clip: Clip, cast: Cast) -> None:
    finishes.save(script.project, Finish(target_db=-23.0), by=cast.owner)
    before = exports.request(Project.objects.get(), [script], format="wav", by=None).plan
    clips.place(script, clip, after=None, by=cast.editor)
    after = exports.request(Project.objects.get(), [script], format="wav", by=None).plan
    assert [row["take"] for row in after[0]["lines"][1:]] == [row["take"] for row in before[0]["lines"]]
