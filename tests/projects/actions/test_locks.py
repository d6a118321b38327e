"""Locked lines: whatever anybody does, what they say, how, and which take is heard stays until they are unlocked."""

from collections.abc import Callable

import pytest

from projects.actions import (
    cast as casting,
)
from projects.actions import (
    edits,
    lines,
    locks,
    paragraphs,
    pickups,
    reach,
    recordings,
    rendering,
    searching,
    takes,
    voices,
)
from projects.actions.paragraphs import Locked
from projects.models import Paragraph, PickupRecording, Project, Script, Take, TakeStatus
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database


def locked(cast: Cast) -> Paragraph:
    """The second of three ready lines, locked by the editor."""
    script = factories.script(cast.team, lines=3)
    factories.all_ready(script)
    line = script.paragraphs.all()[1]
    locks.lock(script, [line.pk], by=cast.editor)
    line.refresh_from_db()
    return line


def again(line: Paragraph) -> Paragraph:
    return Paragraph.objects.with_takes().select_related("script__project").get(pk=line.pk)


def _edit(line: Paragraph, cast: Cast) -> object:
    line.text = "Other words."
    return paragraphs.edit(line, project=line.script.project, by=cast.owner)


def _split(line: Paragraph, cast: Cast) -> object:
    return lines.split(line.script, line.pk, first="Nobody", rest="came.", opened="", by=cast.owner)


def _merge(line: Paragraph, cast: Cast) -> object:
    first = line.script.paragraphs.first()
    assert first is not None
    return lines.merge(line.script, first.pk, next=True, by=cast.owner)


def _own_take(line: Paragraph, cast: Cast) -> object:
    return recordings.keep(line, factories.sound(), source="uploaded", by=cast.owner)


ACTS: dict[str, Callable[[Paragraph, Cast], object]] = {
    "edit": _edit,
    "split": _split,
    "merge": _merge,
    "remove": lambda line, cast: lines.remove(line.script, [line.pk], by=cast.owner),
    "pause": lambda line, cast: lines.pause(line.script, [line.pk], pause_ms=9, by=cast.owner),
    "restore": lambda line, cast: edits.restore(line.changes.first(), by=cast.owner),  # type: ignore[arg-type]
    "generate": lambda line, cast: takes.request(line.script, [line], by=cast.owner, fresh=True),
    "choose": lambda line, cast: takes.choose(line.takes.last(), script_id=line.script_id, by=cast.editor),  # type: ignore[arg-type]
    "record": _own_take,
}


@pytest.mark.one_database
@pytest.mark.parametrize("act", ACTS)
def test_what_would_change_a_locked_line_is_refused_whole(act: str, cast: Cast) -> None:
    script = factories.script(cast.team, lines=3)
    factories.all_ready(script)
    line = script.paragraphs.all()[1]
    line.text = "Edited once."
    paragraphs.edit(line, project=script.project, by=cast.editor)
    factories.ready(line)
    locks.lock(script, [line.pk], by=cast.editor)
    before = list(Paragraph.everything.order_by("pk").values()), Take.objects.count()
    with pytest.raises(Locked, match=r"“Edited once\.” is locked by Edgar\. Unlock first"):
        ACTS[act](again(line), cast)
    assert (list(Paragraph.everything.order_by("pk").values()), Take.objects.count()) == before


def test_a_lock_says_who_and_when_is_undone_and_done_again(cast: Cast) -> None:
    line = locked(cast)
    script = line.script
    assert (line.is_locked, line.locked_by, line.locked_at is not None) == (True, cast.editor, True)
    assert locks.lock(script, [line.pk], by=cast.owner).edit is None, "twice is harmless"
    with pytest.raises(edits.NothingLeft):
        edits.undo(script, by=cast.owner)
    edits.undo(script, by=cast.editor)
    line = again(line)
    assert (line.is_locked, line.locked_by, line.locked_at) == (False, None, None)
    edits.redo(script, by=cast.editor)
    assert again(line).locked_by == cast.editor
    locks.unlock(script, [line.pk], by=cast.owner)
    _edit(again(line), cast)
    assert again(line).text == "Other words."


def test_undo_does_not_reach_through_a_lock_that_somebody_else_has_set(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    line.text = "New words."
    paragraphs.edit(line, project=script.project, by=cast.editor)
    factories.ready(line)
    locks.lock(script, [line.pk], by=cast.owner)
    with pytest.raises(Locked, match="locked by Olga"):
        edits.undo(script, by=cast.editor)
    assert again(line).text == "New words."


def test_only_a_line_with_a_current_take_is_locked_and_what_waits_of_it_is_taken_back(cast: Cast) -> None:
    script = factories.script(cast.team, lines=3)
    first, second, third = script.paragraphs.all()
    with pytest.raises(locks.NothingToLock):
        locks.lock(script, [first.pk], by=cast.editor)
    factories.ready(first)
    factories.ready(second)
    (waiting,) = takes.request(script, [first], by=None, fresh=True)
    running = factories.claimed(second)
    done = locks.lock(script, [first.pk, second.pk, third.pk], by=cast.editor)
    assert [line.pk for line in done.lines] == [first.pk, second.pk]
    waiting.refresh_from_db()
    assert waiting.status == TakeStatus.CANCELLED
    chosen = again(second).chosen
    rendering.finish(running, request_id="late", **rendering.store(factories.sound(700)))
    assert again(second).chosen == chosen != running, "what was being made is kept, beside the chosen one"
    assert Take.objects.get(pk=running.pk).status == TakeStatus.READY


def test_bulk_acts_leave_locked_lines_alone(cast: Cast) -> None:
    line = locked(cast)
    script, project = line.script, line.script.project
    before = (
        Paragraph.objects.filter(pk=line.pk).values("text", "digest", "chosen", "character", "voice").get()
    )
    ticked = {one.pk: one.text_mark for one in script.paragraphs.all()}
    done = searching.replace(project, searching.Query("number", replacement="figure"), ticked, by=cast.owner)
    assert len(done.lines) == 2
    hero = casting.add(project, name="Filby", voice="Maia", by=cast.owner)
    assert casting.assign(project, Paragraph.objects.filter(script=script), hero, by=cast.owner) == 2
    Paragraph.objects.filter(script=script).exclude(pk=line.pk).update(voice="Gone")
    Paragraph.objects.filter(pk=line.pk).update(voice="Gone")
    voices.replace(project, {"Gone": "Kai"}, by=cast.owner)
    assert again(line).voice == "Gone"
    Paragraph.objects.filter(pk=line.pk).update(voice=before["voice"])
    makes = takes.request(script, script.paragraphs.all(), by=cast.owner)
    assert line.pk not in {take.paragraph_id for take in makes}
    assert Paragraph.objects.filter(pk=line.pk).values(*before).get() == before


def test_a_direction_changed_above_reaches_a_locked_line_when_it_is_unlocked(cast: Cast) -> None:
    line = locked(cast)
    Project.objects.filter(pk=line.script.project_id).update(voice="Kai")
    project = Project.objects.get(pk=line.script.project_id)
    assert reach.settle(project) == 2
    assert again(line).mark == "ready"
    locks.unlock(line.script, [line.pk], by=cast.editor)
    assert again(line).mark == "stale"


def test_a_failed_line_that_is_locked_is_not_retried_with_its_run(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    factories.ready(line)
    take = factories.failed(line)
    locks.lock(script, [line.pk], by=cast.editor)
    assert not Take.objects.retriable().exists()
    with pytest.raises(Locked):
        takes.retry(take, script_id=script.pk, by=None)


def test_a_piece_of_a_pickup_recording_is_not_filed_to_a_locked_line(cast: Cast) -> None:
    line = locked(cast)
    assert line.chosen is not None
    assert line.chosen.sound is not None
    row = PickupRecording.objects.create(
        project=line.script.project,
        sound=line.chosen.sound,
        pieces=[[0, 400]],
        lines=[{"paragraph": line.pk, "digest": line.digest, "pieces": [0, 1]}],
    )
    assert pickups.file(row, {line.pk: (0, 1)}, by=cast.editor) == 0
    assert again(line).takes.count() == 1


def test_a_locked_line_may_be_moved(cast: Cast) -> None:
    line = locked(cast)
    lines.move(line.script, [line.pk], after=None, to=line.script, by=cast.owner)
    assert Script.objects.get(pk=line.script_id).paragraphs.first() == line
