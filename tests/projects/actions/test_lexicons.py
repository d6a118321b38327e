"""Lexicons: what a change would come to, exactly the lines that it marks, and taking it back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.actions import (
    checks,
    estimates,
    lexicons,
    locks,
    manuscripts,
    paragraphs,
    reach,
    reviews,
    takes,
)
from projects.actions.lexicons import Change, Scope
from projects.lexicon import expansions
from projects.manuscript.arrangement import Arrangement
from projects.manuscript.manuscript import Chapter
from projects.models import Guide, LexiconChange, LexiconEntry, Paragraph, Project, Take
from projects.models.lexicons import Slow
from projects.speech.budget import billing_characters
from tests import factories
from tests.cast import Cast

TEXTS = ("Siobhán lit the lamp.", "Nobody came.", "“Siobhán!” he cried.", "At nine the rain began.")


@pytest.fixture
def project(cast: Cast) -> Project:
    row = factories.project(cast.team, lines=0, scripts=0, language="English")
    manuscripts.add_script(row, Chapter.of("One", TEXTS))
    manuscripts.add_script(row, Chapter.of("Two", ["Siobhán again."]))
    return row


def add(scope: Scope, written: str, spoken: str, **fields: str) -> LexiconChange:
    return lexicons.make(
        Change(scope, [LexiconEntry(written=written, spoken=spoken, **fields)]), "Added", by=None
    )


def own(project: Project) -> Scope:
    return Scope(project.team, project)


def stale(project: Project) -> list[str]:
    lines = Paragraph.objects.filter(script__project=project).with_takes()
    return [line.text for line in lines if line.is_stale]


def all_fit(project: Project) -> bool:
    guide = Guide.of(project.pk)
    lines = Paragraph.objects.filter(script__project=project)
    return all(line.digest == line.line(guide).digest for line in lines)


def test_an_entry_marks_exactly_the_lines_that_have_the_word(cast: Cast, project: Project) -> None:
    for line in Paragraph.objects.all()[:4]:
        factories.ready(line)
    approved = Paragraph.objects.get(text=TEXTS[0])
    reviews.judge(
        approved,
        kind="approved",
        by=cast.reviewer,
        take_id=approved.chosen_id,
    )
    other = Paragraph.objects.get(text=TEXTS[1])
    untouched = other.digest, other.version
    change = Change(own(project), [LexiconEntry(written="Siobhán", spoken="Shivawn")])
    before = lexicons.preview(change)
    assert (before.impact.lines, before.impact.finished, before.impact.estimate.lines) == (3, 2, 2)
    assert before.impact.words == "3 lines would be spoken differently; 2 of them are finished."
    spoken = ["Shivawn lit the lamp.", "“Shivawn!” he cried."]
    assert before.impact.estimate.characters == sum(map(billing_characters, spoken))
    assert [one.spoken.text for one in before.shown] == [*spoken, "Shivawn again."]
    assert before.sample is not None
    assert before.sample.spoken.text == "Shivawn again."
    assert stale(project) == []
    made = lexicons.make(change, "Siobhán is said Shivawn", by=cast.editor)
    assert stale(project) == [TEXTS[0], TEXTS[2]]
    assert [line.text for line in lexicons.to_render(made)] == [TEXTS[0], TEXTS[2]]
    assert all_fit(project)
    other.refresh_from_db()
    assert (other.digest, other.version) == untouched
    assert Paragraph.objects.with_takes().get(pk=approved.pk).standing is None  # nobody approved this sound


def test_a_take_freezes_what_is_spoken_and_money_and_checks_go_by_it(cast: Cast, project: Project) -> None:
    add(own(project), "lamp", "a very old lantern indeed")
    line = Paragraph.objects.get(text=TEXTS[0])
    said = "Siobhán lit the a very old lantern indeed."
    found = estimates.estimate(Paragraph.objects.filter(pk=line.pk), project)
    assert found.characters == billing_characters(said)
    (take,) = takes.request(line.script, [line], by=None)
    assert (take.text, line.text, take.digest) == (said, TEXTS[0], line.digest)
    assert checks.expected_ms(take.text, take.language) > checks.expected_ms(line.text, "English")


def test_an_edit_back_finds_the_old_take_again(cast: Cast, project: Project) -> None:
    line = Paragraph.objects.get(text=TEXTS[0])
    take = factories.ready(line)
    add(own(project), "lamp", "lantern")
    assert stale(project) == [TEXTS[0]]
    entry = LexiconEntry.objects.get()
    entry.spoken = "lamp"
    lexicons.make(Change(own(project), [entry]), "Edited", by=None)
    assert stale(project) == []
    line.refresh_from_db()
    assert line.chosen == take


def test_the_projects_word_goes_before_the_teams_and_other_teams_hear_nothing(
    cast: Cast, project: Project
) -> None:
    other = factories.project(cast.team, lines=3)
    strange = factories.project(cast.other_team, lines=3)
    before = list(Paragraph.objects.filter(script__project=strange).values_list("digest", flat=True))
    change = Change(Scope(cast.team), [LexiconEntry(written="lamp", spoken="lantern")])
    assert lexicons.preview(change).impact.lines == 2
    lexicons.make(change, "Team", by=None)
    assert all_fit(project)
    assert all_fit(other)
    line = Paragraph.objects.get(text=TEXTS[0])
    assert line.spoken(Guide.of(project.pk)).text == "Siobhán lit the lantern."
    add(own(project), "lamp", "torch")
    assert line.spoken(Guide.of(project.pk)).text == "Siobhán lit the torch."
    assert all_fit(project)
    elsewhere = Paragraph.objects.filter(script__project=other).first()
    assert elsewhere is not None
    assert elsewhere.spoken(Guide.of(other.pk)).text.startswith("The lantern was lit.")
    counted = lexicons.counts(own(project))
    assert counted.pop(LexiconEntry.objects.get(project=project).pk) == 1
    assert counted == dict.fromkeys(expansions.KINDS, 0)
    assert list(Paragraph.objects.filter(script__project=strange).values_list("digest", flat=True)) == before


def test_the_same_word_twice_is_refused(project: Project) -> None:
    add(own(project), "lamp", "lantern")
    with pytest.raises(lexicons.Taken, match="is in this lexicon already"):
        add(own(project), "lamp", "torch")
    assert LexiconEntry.objects.get().spoken == "lantern"
    assert LexiconChange.objects.count() == 1
    add(own(project), "lamp", "Lampe", language="German")
    add(Scope(project.team), "lamp", "torch")


def test_a_lexicon_is_not_larger_than_pages_can_bear(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexicons, "PATTERNS_AT_MOST", 1)
    add(own(project), "a+x", "b", kind="pattern")
    with pytest.raises(lexicons.Full, match="1 of them patterns"):
        add(own(project), "a+y", "b", kind="pattern")
    assert LexiconEntry.objects.count() == 1


def test_each_change_can_be_taken_back_but_not_what_was_changed_since(cast: Cast, project: Project) -> None:
    factories.ready(Paragraph.objects.get(text=TEXTS[0]))
    first = add(own(project), "lamp", "lantern")
    undone = lexicons.undo(first, by=cast.editor)
    assert undone is not None
    assert (LexiconEntry.objects.count(), undone[1], stale(project)) == (0, 0, [])
    assert lexicons.undo(first, by=cast.editor) is None
    again = lexicons.undo(undone[0], by=cast.editor)  # taking back the taking back
    assert again is not None
    entry = LexiconEntry.objects.get()
    assert (entry.spoken, stale(project)) == ("lantern", [TEXTS[0]])
    entry.spoken = "torch"
    edited = lexicons.make(Change(own(project), [entry]), "Edited", by=None)
    kept = lexicons.undo(again[0], by=None)
    assert kept is not None
    assert (kept[1], LexiconEntry.objects.get().spoken) == (1, "torch")
    lexicons.undo(edited, by=None)
    assert LexiconEntry.objects.get().spoken == "lantern"
    gone = lexicons.make(Change(own(project), drop=[LexiconEntry.objects.get()]), "Removed", by=None)
    assert stale(project) == []
    lexicons.undo(gone, by=None)
    assert (LexiconEntry.objects.get().spoken, stale(project), all_fit(project)) == (
        "lantern",
        [TEXTS[0]],
        True,
    )


def test_what_is_spoken_in_full_is_a_change_like_any_other(cast: Cast, project: Project) -> None:
    manuscripts.add_script(project, Chapter.of("Chapter III", ["Chapter III", "It was 5 km to the inn."]))
    change = Change(own(project), expansions=("roman", "units"))
    assert [one.spoken.text for one in lexicons.preview(change).shown] == [
        "Chapter three",
        "It was 5 kilometres to the inn.",
    ]
    made = lexicons.make(change, "Spoken in full", by=None)
    project.refresh_from_db()
    assert (project.expansions, all_fit(project)) == (["roman", "units"], True)
    lexicons.undo(made, by=None)
    project.refresh_from_db()
    assert (project.expansions, all_fit(project)) == ([], True)


def test_locked_lines_are_told_of_and_left(cast: Cast, project: Project) -> None:
    first, second = Paragraph.objects.filter(text__contains="Siobhán").order_by("pk")[:2]
    for line in (first, second):
        factories.ready(line)
    locks.lock(first.script, [first.pk], by=cast.editor)
    change = Change(own(project), [LexiconEntry(written="Siobhán", spoken="Shivawn")])
    preview = lexicons.preview(change)
    assert (preview.locked, preview.impact.lines, preview.impact.finished) == (1, 2, 1)
    made = lexicons.make(change, "Said", by=None)
    assert stale(project) == [second.text]
    assert [line.pk for line in lexicons.to_render(made)] == [second.pk]


def test_a_manuscript_that_is_looked_at_costs_what_the_team_says_instead(cast: Cast) -> None:
    add(Scope(cast.team), "lamp", "a very old lantern")
    data = b"# I\n\nA lamp.\n\n# II\n\nA lamp.\n"
    _, read = manuscripts.keep(data, "a.md", team=cast.team, by=None)
    found, _ = manuscripts.offers(Arrangement.of(read), read, language="English", team_id=cast.team.pk)
    assert [one.expected.characters for one in found] == [len("A a very old lantern.")] * 2


def test_lines_that_come_later_are_spoken_by_it_too(project: Project) -> None:
    add(own(project), "lamp", "lantern")
    line = Paragraph.objects.get(text=TEXTS[1])
    line.text = "A lamp."
    paragraphs.edit(line, project=project, by=None)
    assert all_fit(project)


@pytest.mark.one_database
def test_a_pattern_too_slow_for_the_lines_is_refused_and_one_found_later_is_stopped(project: Project) -> None:
    slow = "a" * 60 + "? ! lamp"
    line = Paragraph.objects.get(text=TEXTS[1])
    Paragraph.objects.filter(pk=line.pk).update(text=slow)
    bad = LexiconEntry(written="(a|aa)+!|lamp", spoken="z", kind="pattern")
    with pytest.raises(lexicons.TooSlow):
        lexicons.preview(Change(own(project), [bad]))
    with pytest.raises(lexicons.TooSlow):
        lexicons.make(Change(own(project), [bad]), "Bad", by=None)
    Paragraph.objects.filter(pk=line.pk).update(text=TEXTS[1])
    lexicons.make(Change(own(project), [bad]), "Bad", by=None)
    assert Paragraph.objects.get(text=TEXTS[0]).spoken(Guide.of(project.pk)).text == "Siobhán lit the z."
    line.refresh_from_db()
    line.text = slow
    paragraphs.edit(line, project=project, by=None)
    assert LexiconEntry.objects.get().slow == Slow.FOUND
    assert lexicons.sweep() == 1
    assert (LexiconEntry.objects.get().slow, lexicons.sweep()) == (Slow.SETTLED, 0)
    assert all_fit(project)
    assert Paragraph.objects.get(text=TEXTS[0]).spoken(Guide.of(project.pk)).text == TEXTS[0]


@pytest.mark.parametrize("lines", [1, 40])
def test_queries_do_not_grow_with_the_lines(cast: Cast, lines: int) -> None:
    project = factories.project(cast.team, lines=lines)
    change = Change(own(project), [LexiconEntry(written="number", spoken="figure")])
    with CaptureQueriesContext(connection) as queries:
        assert lexicons.preview(change).impact.lines == lines
    assert len(queries) <= 16
    with CaptureQueriesContext(connection) as queries:
        lexicons.counts(own(project))
    assert len(queries) == 5


def test_settling_again_changes_nothing(project: Project) -> None:
    add(own(project), "lamp", "lantern")
    assert reach.settle(project) == 0
    assert Take.objects.count() == 0
