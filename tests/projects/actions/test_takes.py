"""Asking for takes, reuse, choosing, taking back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.actions import claims, paragraphs, takes
from projects.models import Paragraph, Take, TakeStatus
from projects.models.takes import MOVES, Priority
from tests import factories
from tests.cast import Cast


def test_a_request_freezes_text_and_direction(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1, voice="Maia", instructions="Slowly.", language="English")
    (take,) = takes.request(script, script.paragraphs.all(), by=cast.editor)
    line = script.paragraphs.get()
    assert (take.text, take.voice, take.instructions, take.language) == (
        line.text,
        "Maia",
        "Slowly.",
        "English",
    )
    assert take.digest == line.digest
    assert take.status == TakeStatus.QUEUED
    assert line.latest == take
    assert take.priority == Priority.BULK
    assert take.created_by == cast.editor


def test_asking_twice_is_harmless(cast: Cast) -> None:
    script = factories.script(cast.team)
    assert len(takes.request(script, script.paragraphs.all(), by=None)) == 3
    assert takes.request(script, script.paragraphs.all(), by=None) == []
    assert takes.request(script, script.paragraphs.all(), by=None, fresh=True) == []
    assert Take.objects.count() == 3


def test_a_finished_take_is_used_again_unless_a_fresh_one_is_asked_for(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    first = factories.ready(line)
    assert takes.request(script, [line], by=None) == []
    (second,) = takes.request(script, [line], by=None, fresh=True)
    assert second.number == first.number + 1
    assert second.priority == Priority.CLICK


def test_an_equal_line_elsewhere_in_the_project_lends_its_audio(cast: Cast) -> None:
    project = factories.project(cast.team, lines=1, scripts=2)
    one, two = Paragraph.objects.filter(script__project=project)
    two.text = one.text
    paragraphs.edit(two, project=project, by=None)
    source = factories.ready(one)
    assert takes.request(two.script, [two], by=cast.editor) == []
    copy = two.takes.get()
    assert (copy.status, copy.reused_from) == (TakeStatus.READY, source)
    assert (copy.audio, copy.frames, bytes(copy.peaks)) == (source.audio, source.frames, bytes(source.peaks))
    two.refresh_from_db()
    assert two.chosen == copy


def test_another_project_lends_nothing(cast: Cast) -> None:
    mine, theirs = factories.script(cast.team, lines=1), factories.script(cast.other_team, lines=1)
    factories.ready(theirs.paragraphs.get())
    assert mine.paragraphs.get().digest == theirs.paragraphs.get().digest
    assert len(takes.request(mine, mine.paragraphs.all(), by=None)) == 1


def test_a_line_edited_while_it_waits_is_asked_for_anew(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    (old,) = takes.request(script, script.paragraphs.all(), by=None)
    line = script.paragraphs.select_related("latest").get()
    line.text = "Something else."
    assert paragraphs.edit(line, project=script.project, by=cast.editor) is True
    (new,) = takes.request(script, [line], by=None)
    old.refresh_from_db()
    assert old.status == TakeStatus.CANCELLED
    assert new.text == "Something else."


def test_a_request_costs_as_many_queries_for_many_lines_as_for_few(cast: Cast) -> None:
    counts = []
    for lines in (2, 12):  # SQLite takes no more takes than that in one statement
        script = factories.script(cast.team, lines=lines)
        with CaptureQueriesContext(connection) as queries:
            assert len(takes.request(script, script.paragraphs.all(), by=None)) == lines
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_choosing_an_older_take_counts_as_a_change_of_the_line(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    first, second = factories.ready(line), factories.ready(line)
    script.refresh_from_db()
    line.refresh_from_db()
    assert line.chosen == second
    assert takes.choose(first, script_id=script.pk, by=None)
    line.refresh_from_db()
    assert line.chosen == first
    assert line.version == script.version + 1


def test_only_a_finished_take_can_be_chosen(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    take = factories.failed(script.paragraphs.get())
    assert not takes.choose(take, script_id=script.pk, by=None)
    assert script.paragraphs.get().chosen is None


def test_a_failed_take_can_be_tried_again_and_no_other(cast: Cast) -> None:
    script = factories.script(cast.team, lines=2)
    one, two = script.paragraphs.all()
    failed, ready = factories.failed(one), factories.ready(two)
    assert takes.retry(failed, script_id=script.pk, by=None)
    assert not takes.retry(failed, script_id=script.pk, by=None)
    assert not takes.retry(ready, script_id=script.pk, by=None)
    failed.refresh_from_db()
    assert (failed.status, failed.error_reason) == (TakeStatus.QUEUED, "")


def test_stopping_takes_back_what_waits_and_leaves_what_is_being_made(cast: Cast) -> None:
    script = factories.script(cast.team)
    takes.request(script, script.paragraphs.all(), by=None)
    running = claims.claim(worker="w")
    assert takes.cancel_waiting(script, by=None) == 2
    assert set(Take.objects.values_list("status", flat=True)) == {"running", "cancelled"}
    assert running is not None
    assert claims.claim(worker="w") is None


@pytest.mark.parametrize("source", MOVES)
@pytest.mark.parametrize("target", MOVES)
def test_a_status_moves_only_as_the_table_says(cast: Cast, source: str, target: str) -> None:
    script = factories.script(cast.team, lines=1)
    take = factories.ready(script.paragraphs.get())
    claim = {"claim_token": "7" * 32, "lease_until": take.created_at, "error_reason": "why"}
    no_sound = {"emptied_at": take.created_at, "audio": "", "sound": None}
    row = Take.objects.filter(pk=take.pk)
    row.update(status=source, **claim, **(no_sound if source == "emptied" else {}))
    moved = row.move(to=target, **(no_sound if target == "emptied" else {}))
    assert moved == (target in MOVES[source])
