"""Verdicts hold for what was heard and fall back by themselves; comments mention and are resolved; queues count."""

import pytest

from projects.actions import exports, paragraphs, recordings, reviews, takes
from projects.models import Assignment, Comment, Paragraph, Script, Take, Verdict
from tests import factories
from tests.cast import Cast


def ready_line(cast: Cast) -> Paragraph:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    factories.ready(line)
    return Paragraph.objects.get(pk=line.pk)


def approve(line: Paragraph, cast: Cast) -> Verdict:
    line.refresh_from_db()
    assert line.chosen_id is not None
    return reviews.judge(line, take_id=line.chosen_id, kind="approved", by=cast.reviewer)


def mark(line: Paragraph) -> str:
    return Paragraph.objects.get(pk=line.pk).mark


def test_an_approval_falls_back_with_the_text_and_comes_back_with_it(cast: Cast) -> None:
    line = ready_line(cast)
    approve(line, cast)
    assert mark(line) == "approved"
    line.refresh_from_db()
    before, line.text = line.text, "Quite other words."
    paragraphs.edit(line, project=line.script.project, by=cast.editor)
    assert mark(line) == "stale"
    line.text = before
    paragraphs.edit(line, project=line.script.project, by=cast.editor)
    assert mark(line) == "approved"


def test_an_approval_falls_back_with_the_direction(cast: Cast) -> None:
    line = ready_line(cast)
    approve(line, cast)
    line.refresh_from_db()
    line.instructions = "In a whisper."
    paragraphs.edit(line, project=line.script.project, by=cast.editor)
    assert mark(line) == "stale"
    assert (
        Paragraph.objects.get(pk=line.pk).standing is not None
        or not Paragraph.objects.judged("approved").exists()
    )


def test_an_approval_falls_back_with_the_take_and_comes_back_with_it(cast: Cast) -> None:
    line = ready_line(cast)
    first = line.chosen
    assert first is not None
    approve(line, cast)
    recordings.keep(line, factories.sound(700), source="recorded", by=cast.editor)
    assert mark(line) in ("ready", "flagged")
    takes.choose(first, script_id=line.script_id, by=None)
    assert mark(line) == "approved"


def test_a_pickup_says_why_and_is_answered_by_another_take(cast: Cast) -> None:
    line = ready_line(cast)
    assert line.chosen_id is not None
    reviews.judge(line, take_id=line.chosen_id, kind="pickup", reason="Siobhán is Shi-vawn", by=cast.reviewer)
    assert mark(line) == "pickup"
    factories.ready(line)
    assert mark(line) == "ready"


def test_only_what_is_heard_now_can_be_judged(cast: Cast) -> None:
    line = ready_line(cast)
    old = line.chosen_id
    assert old is not None
    factories.ready(line)
    with pytest.raises(reviews.NotHeard, match="Another take was chosen"):
        reviews.judge(line, take_id=old, kind="approved", by=cast.reviewer)
    line.refresh_from_db()
    line.text = "Other words."
    paragraphs.edit(line, project=line.script.project, by=cast.editor)
    with pytest.raises(reviews.NotHeard, match="has to be generated"):
        approve(line, cast)
    assert not Verdict.objects.exists()


def test_the_same_verdict_twice_is_one(cast: Cast) -> None:
    line = ready_line(cast)
    assert approve(line, cast) == approve(line, cast)
    assert Verdict.objects.count() == 1


def test_the_counts_and_the_queue_agree_in_one_query(cast: Cast, django_assert_num_queries: object) -> None:
    script = factories.script(cast.team, lines=5)
    lines = list(script.paragraphs.all())
    for line in lines[:4]:
        factories.ready(line)
    approve(lines[0], cast)
    lines[1].refresh_from_db()
    assert lines[1].chosen_id is not None
    reviews.judge(lines[1], take_id=lines[1].chosen_id, kind="pickup", reason="Too fast", by=cast.reviewer)
    with django_assert_num_queries(1):  # type: ignore[operator]
        counted = Script.objects.with_verdicts().get(pk=script.pk)
    assert (counted.approved_count, counted.pickup_count, counted.to_hear_count, counted.line_count) == (
        1,
        1,
        2,
        5,
    )
    Take.objects.filter(pk=lines[1].chosen_id).update(audio_sha256="0" * 64)  # it was trimmed, say
    counted = Script.objects.with_verdicts().get(pk=script.pk)
    assert (counted.pickup_count, counted.to_hear_count) == (0, 3)
    assert reviews.to_hear(script).count() == 3
    assert list(reviews.to_hear(script)) == lines[1:4]


def test_an_export_of_what_is_approved_has_nothing_else(cast: Cast) -> None:
    script = factories.script(cast.team, lines=3)
    factories.all_ready(script)
    first, second, _ = script.paragraphs.all()
    approve(first, cast)
    approve(second, cast)
    with pytest.raises(exports.NotReady) as refused:
        exports.request(script.project, [script], format="wav", by=None, approved=True)
    assert len(refused.value.lines) == 1
    export = exports.request(script.project, [script], format="wav", by=None, approved=True, partial=True)
    planned = [line["take"] for chapter in export.plan for line in chapter["lines"]]
    assert planned == list(Take.objects.filter(paragraph__in=[first, second]).values_list("pk", flat=True))
    Paragraph.objects.filter(pk=second.pk).update(digest="other")
    with pytest.raises(exports.NotReady) as refused:
        exports.request(script.project, [script], format="wav", by=None, approved=True)
    assert len(refused.value.lines) == 2


def test_a_comment_mentions_members_only(cast: Cast) -> None:
    line = ready_line(cast)
    row = reviews.comment(
        line, text="@edgar and @Ada, hear this; @sten, too. mail@rosa", by=cast.reviewer, words="lamp"
    )
    assert set(row.mentions.all()) == {cast.editor, cast.admin}
    assert (row.words, row.take, row.at_ms) == ("lamp", None, None)


def test_a_comment_is_resolved_once_and_opened_again(cast: Cast) -> None:
    row = reviews.comment(ready_line(cast), text="Too fast.", by=cast.reviewer)
    assert reviews.resolve(row, by=cast.editor)
    assert not reviews.resolve(row, by=cast.admin), "twice is harmless"
    row.refresh_from_db()
    assert row.resolved_by == cast.editor
    assert reviews.resolve(row, by=cast.admin, again=True)
    assert Comment.objects.open().count() == 1


def test_assigning_sets_who_hears_a_script(cast: Cast) -> None:
    script = factories.script(cast.team)
    reviews.assign(script, [cast.reviewer, cast.editor], by=cast.owner)
    kept = Assignment.objects.get(reviewer=cast.reviewer)
    reviews.assign(script, [cast.reviewer], by=cast.admin)
    assert list(Assignment.objects.all()) == [kept]
    assert kept.by == cast.owner


def test_what_an_older_version_wrote_gets_the_project_and_team_of_its_line(cast: Cast) -> None:
    line = ready_line(cast)
    mine = (line.script.project_id, cast.team.pk)
    rows = [approve(line, cast), reviews.comment(line, text="Softer.", by=cast.reviewer)]
    other = reviews.comment(factories.script(cast.other_team).paragraphs.all()[0], text="Hm.", by=None)
    for row in rows:
        assert (row.project_id, row.team_id) == mine
        type(row)._default_manager.filter(pk=row.pk).update(project=None, team=None)
        assert [type(row).place() for _ in range(2)] == [1, 0]
        row.refresh_from_db()
        assert (row.project_id, row.team_id) == mine
    other.refresh_from_db()
    assert other.team_id == cast.other_team.pk
