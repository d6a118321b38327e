"""A new version of a manuscript against a project with takes, comments and approvals."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.actions import edits, lines, locks, manuscripts, paragraphs, reviews, revising, revisions, takes
from projects.manuscript.arrangement import Arrangement
from projects.manuscript.manuscript import Kind, Unreadable
from projects.models import Edit, Manuscript, Paragraph, Project, Revision, Script
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database

ONE = "The lamp was lit at nine, and nobody came to the door."
TWO = "At ten the rain began, softly at first, and then in earnest."
THREE = "She wrote three letters, sealed two of them and burned the last."
FOUR = "In the morning there was a stranger on the stairs, asleep."
FIVE = "He had one of the letters in his hand."
BOOK = [("I", [ONE, TWO]), ("II", [THREE, FOUR, FIVE])]


def text(chapters: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    parts = ("\n\n".join((f"# {title}", *texts)) for title, texts in chapters)
    return "\n\n".join(parts).encode()


def imported(cast: Cast, chapters: Sequence[tuple[str, Sequence[str]]] = BOOK) -> Project:
    row, read = manuscripts.keep(text(chapters), "book.md", team=cast.team, by=cast.editor)
    plan = Arrangement.of(read)
    return manuscripts.make_project(row, read, plan=plan, by=cast.editor, title="A Book", language="English")


def revised(project: Project, chapters: Sequence[tuple[str, Sequence[str]]]) -> revisions.Review:
    return revisions.review(revisions.start(project, text(chapters), "book-2.md", by=None))


def apply(review: revisions.Review, cast: Cast) -> paragraphs.Done:
    return revising.apply(review.revision, seen=review.seen, by=cast.editor)


def says(project: Project) -> list[tuple[str, list[str]]]:
    rows = project.scripts.order_by("position")
    return [(row.title, [line.text for line in row.paragraphs.order_by("position")]) for row in rows]


def line_of(project: Project, words: str) -> Paragraph:
    return Paragraph.objects.with_takes().get(script__project=project, text__startswith=words)


def approve(line: Paragraph, cast: Cast) -> None:
    factories.ready(line)
    line.refresh_from_db()
    reviews.judge(line, kind="approved", take_id=line.chosen_id, by=cast.reviewer)


def test_what_the_author_left_alone_or_moved_keeps_takes_comments_and_approvals(cast: Cast) -> None:
    project = imported(cast)
    for words in ("The lamp", "She wrote", "At ten"):
        approve(line_of(project, words), cast)
    moved = line_of(project, "At ten")
    reviews.comment(moved, text="Lovely.", by=cast.reviewer)
    review = revised(
        project, [("I", [ONE]), ("II", [THREE, FOUR + " He snored.", TWO, FIVE, "The end came."])]
    )
    assert review.counts == {"kept": 3, "moved": 1, "changed": 1, "added": 1, "removed": 0, "conflict": 0}
    assert says(project) == BOOK, "nothing is changed by looking"
    apply(review, cast)
    assert says(project) == [("I", [ONE]), ("II", [THREE, FOUR + " He snored.", TWO, FIVE, "The end came."])]
    again = line_of(project, "At ten")
    assert (again.pk, again.chosen_id, again.comments.count()) == (moved.pk, moved.chosen_id, 1)
    assert {line_of(project, words).mark for words in ("The lamp", "She wrote", "At ten")} == {"approved"}


def test_a_changed_line_keeps_its_takes_as_stale_ones_and_all_else(cast: Cast) -> None:
    project = imported(cast)
    line = line_of(project, "In the")
    approve(line, cast)
    Paragraph.objects.filter(pk=line.pk).update(instructions="Softly.", pause_ms=900)
    apply(revised(project, [BOOK[0], ("II", [THREE, FOUR.replace("stairs", "roof"), FIVE])]), cast)
    after = line_of(project, "In the")
    assert (after.pk, after.text) == (line.pk, FOUR.replace("stairs", "roof"))
    assert (after.is_stale, after.mark, after.instructions, after.pause_ms) == (True, "stale", "Softly.", 900)
    assert after.takes.count() == 1


def test_the_price_is_for_the_new_words_alone(cast: Cast) -> None:
    project = imported(cast)
    for line in Paragraph.objects.filter(script__project=project):
        factories.ready(line)
    review = revised(project, [("I", [TWO, ONE]), ("II", [THREE, FOUR, FIVE + " It was torn.", "The end."])])
    expected = review.expected
    assert (expected.lines, expected.characters) == (2, len(FIVE + " It was torn.") + len("The end."))
    changed = next(one for one in review.differences if one.state == "changed")
    revisions.decide(review.revision, {changed.mark: "mine"})
    assert revisions.review(review.revision).expected.characters == len("The end.")


def test_where_both_changed_a_line_a_person_decides(cast: Cast) -> None:
    project = imported(cast)
    line = line_of(project, "In the")
    paragraphs.edit(_with(line, FOUR + " Ours."), project=project, by=cast.editor)
    review = revised(project, [BOOK[0], ("II", [THREE, FOUR + " Theirs.", FIVE])])
    (conflict,) = review.differences
    assert (conflict.was, conflict.old, conflict.new) == (FOUR, FOUR + " Ours.", FOUR + " Theirs.")
    with pytest.raises(revising.Undecided, match="1 difference still waits"):
        apply(review, cast)
    assert says(project)[1][1][1] == FOUR + " Ours."
    for choice, words in (("mine", " Ours."), ("theirs", " Theirs.")):
        revisions.decide(review.revision, {conflict.mark: choice})  # type: ignore[dict-item]
        apply(revisions.review(review.revision), cast)
        assert line_of(project, "In the").text == FOUR + words
        revising.take_back(review.revision, by=cast.editor)
    assert line_of(project, "In the").text == FOUR + " Ours."


def _with(line: Paragraph, words: str) -> Paragraph:
    line.text = words
    return line


def test_what_only_we_changed_stays_through_every_version(cast: Cast) -> None:
    project = imported(cast)
    paragraphs.edit(_with(line_of(project, "In the"), "Ours now."), project=project, by=cast.editor)
    lines.remove(project.scripts.first(), [line_of(project, "At ten").pk], by=cast.editor)
    last = project.scripts.last()
    lines.insert(last, ["Written by us."], after=line_of(project, "He had").pk, by=cast.editor)
    ours = [("I", [ONE]), ("II", [THREE, "Ours now.", FIVE, "Written by us."])]
    assert says(project) == ours
    assert revised(project, BOOK).is_same
    apply(revised(project, [("I", ["A prologue came first.", ONE, TWO]), BOOK[1]]), cast)
    assert says(project) == [("I", ["A prologue came first.", ONE]), ours[1]]
    assert revised(project, [("I", ["A prologue came first.", ONE, TWO]), BOOK[1]]).is_same


def test_an_approved_line_goes_only_when_somebody_says_so(cast: Cast) -> None:
    project = imported(cast)
    approve(line_of(project, "She wrote"), cast)
    review = revised(project, [BOOK[0], ("II", [FOUR])])
    approved, other = sorted(review.differences, key=lambda one: not one.is_approved)
    assert (approved.is_approved, approved.choice) == (True, "")
    assert (other.is_approved, other.choice) == (False, "theirs")
    with pytest.raises(revising.Undecided):
        apply(review, cast)
    revisions.decide(review.revision, {approved.mark: "theirs"})
    apply(revisions.review(review.revision), cast)
    assert says(project)[1][1] == [FOUR]
    gone = Paragraph.everything.get(script__project=project, text=THREE)
    assert gone.chosen is not None
    assert gone.removed


def test_a_locked_line_stays_as_it_is(cast: Cast) -> None:
    project = imported(cast)
    approve(line_of(project, "He had"), cast)
    locks.lock(project.scripts.last(), [line_of(project, "He had").pk], by=cast.editor)
    review = revised(project, [BOOK[0], ("II", [FIVE + " More.", THREE])])
    locked = next(one for one in review.differences if one.is_locked)
    assert locked.choice == "mine"
    revisions.decide(review.revision, {locked.mark: "theirs"})
    apply(revisions.review(review.revision), cast)
    assert FIVE in says(project)[1][1]


def test_lines_that_we_split_stay_split_and_only_the_changed_half_is_stale(cast: Cast) -> None:
    project = imported(cast)
    script, line = project.scripts.first(), line_of(project, "At ten")
    first, rest = "At ten the rain began,", "softly at first, and then in earnest."
    lines.split(script, line.pk, first=first, rest=rest, opened="", by=cast.editor)
    for half in ("At ten", "softly"):
        approve(line_of(project, half), cast)
    apply(revised(project, [("I", [ONE, TWO.replace("earnest", "fury")]), BOOK[1]]), cast)
    assert says(project)[0][1] == [ONE, first, rest.replace("earnest", "fury")]
    assert [line_of(project, half).mark for half in ("At ten", "softly")] == ["approved", "stale"]


def test_chapters_come_go_change_their_names_and_their_order(cast: Cast) -> None:
    project = imported(cast, [*BOOK, ("III", ["Rain again, and no letters."])])
    third = project.scripts.last()
    new = [("II", [THREE, FOUR, FIVE]), ("I: The lamp", [ONE, TWO]), ("IV", ["A new beginning, as it were."])]
    review = revised(project, new)
    assert ([one.title for one in review.renamed], review.new_chapters) == (["I: The lamp"], ["IV"])
    assert (review.gone_chapters, review.is_reordered) == ([third], True)
    apply(review, cast)
    assert says(project) == new
    assert [row.position for row in project.scripts.all()] == [1, 2, 3]
    assert Script.everything.get(pk=third.pk).removed
    revising.take_back(review.revision, by=cast.editor)
    assert says(project) == [*BOOK, ("III", ["Rain again, and no letters."])]
    assert [row.position for row in project.scripts.all()] == [1, 2, 3]


def test_taking_over_is_one_act_and_can_be_taken_back_once(cast: Cast) -> None:
    project = imported(cast)
    approve(line_of(project, "In the"), cast)
    review = revised(project, [("I", [FIVE, "New here.", ONE]), ("II", [FOUR + " Longer.", THREE])])
    done = apply(review, cast)
    assert Edit.objects.filter(script__project=project).count() == 1
    assert apply(review, cast).edit is None, "twice is harmless"
    with pytest.raises(edits.NothingLeft):
        edits.undo(project.scripts.first(), by=cast.editor)
    revising.take_back(review.revision, by=cast.editor)
    assert says(project) == BOOK
    assert line_of(project, "In the").mark == "approved"
    assert revising.take_back(review.revision, by=cast.editor).edit is None
    done.edit.refresh_from_db()
    assert done.edit.undone_at is not None
    again = revisions.review(Revision.objects.get())
    apply(again, cast)
    assert says(project)[0][1] == [FIVE, "New here.", ONE]


def test_a_change_between_the_look_and_the_press_is_noticed_and_decisions_stay(cast: Cast) -> None:
    project = imported(cast)
    new = [("I", [ONE, TWO + " It fell."]), ("II", [THREE + " Sadly.", FOUR, FIVE])]
    review = revised(project, new)
    kept = next(one for one in review.differences if one.new.endswith("Sadly."))
    revisions.decide(review.revision, {kept.mark: "mine"})
    review = revisions.review(review.revision)
    paragraphs.edit(_with(line_of(project, "At ten"), TWO + " Ours."), project=project, by=cast.admin)
    with pytest.raises(revising.ChangedSince):
        apply(review, cast)
    assert says(project)[0][1] == [ONE, TWO + " Ours."]
    review = revisions.review(review.revision)
    assert {one.state: one.choice for one in review.differences} == {"conflict": "", "changed": "mine"}


def test_an_edit_elsewhere_changes_nothing_of_what_was_seen(cast: Cast) -> None:
    project = imported(cast)
    review = revised(project, [("I", [ONE, TWO + " It fell."]), BOOK[1]])
    paragraphs.edit(_with(line_of(project, "He had"), FIVE + " Ours."), project=project, by=cast.admin)
    apply(review, cast)
    assert says(project) == [("I", [ONE, TWO + " It fell."]), ("II", [THREE, FOUR, FIVE + " Ours."])]


def test_it_cannot_be_taken_back_over_somebody_elses_work(cast: Cast) -> None:
    project = imported(cast)
    review = revised(project, [("I", [ONE, TWO + " It fell."]), BOOK[1]])
    apply(review, cast)
    paragraphs.edit(_with(line_of(project, "At ten"), "Mine."), project=project, by=cast.admin)
    with pytest.raises(edits.ChangedSince):
        revising.take_back(review.revision, by=cast.editor)
    assert line_of(project, "Mine.").text == "Mine."


def test_an_older_revision_is_taken_back_after_the_newer_one(cast: Cast) -> None:
    project = imported(cast)
    first = revised(project, [("I", [ONE, TWO + " It fell."]), BOOK[1]])
    apply(first, cast)
    second = revised(project, [("I", [ONE, TWO + " It fell, and fell."]), BOOK[1]])
    apply(second, cast)
    with pytest.raises(revising.NotTheLast):
        revising.take_back(first.revision, by=cast.editor)
    for one in (second, first):
        revising.take_back(one.revision, by=cast.editor)
    assert says(project) == BOOK


def test_a_chapter_that_somebody_wrote_into_stays_when_its_revision_is_taken_back(cast: Cast) -> None:
    project = imported(cast)
    review = revised(project, [*BOOK, ("III", ["Something else happened."])])
    apply(review, cast)
    third = project.scripts.last()
    lines.insert(third, ["Written by Ada."], after=None, by=cast.admin)
    revising.take_back(review.revision, by=cast.editor)
    assert says(project) == [*BOOK, ("III", ["Written by Ada."])]


def test_waiting_lines_that_change_wait_for_their_new_words(cast: Cast) -> None:
    project = imported(cast)
    takes.request(project.scripts.first(), project.scripts.first().paragraphs.all(), by=cast.editor)
    done = apply(revised(project, [("I", [ONE + " Still.", TWO]), BOOK[1]]), cast)
    assert [line.text for line in done.outdated] == [ONE + " Still."]


def test_a_project_whose_manuscript_was_kept_before_bases_were_is_compared_with_its_file(cast: Cast) -> None:
    project = imported(cast)
    Manuscript.objects.update(base=None)
    paragraphs.edit(_with(line_of(project, "He had"), "Ours."), project=project, by=cast.editor)
    assert revised(project, BOOK).is_same


def test_what_is_spoken_is_as_it_was_for_the_version_before(cast: Cast) -> None:
    source = "# I\n\nRain[^1].\n\n# II\n\nSun.\n\n[^1]: It was wet.\n"
    row, read = manuscripts.keep(source.encode(), "a.md", team=cast.team, by=None)
    plan = Arrangement.of(read)
    sections = (plan.sections[0], replace(plan.sections[1], ticked=False))
    plan = replace(plan, kinds=frozenset((Kind.NOTE,)), titles=True, sections=sections)
    project = manuscripts.make_project(row, read, plan=plan, by=None, title="A Book")
    assert revisions.review(revisions.start(project, source.encode() + b"\n", "b.md", by=None)).is_same


def test_chapters_stay_named_merged_and_split_as_somebody_arranged_them(cast: Cast) -> None:
    source = text([("I", [ONE, TWO]), ("I", [THREE]), ("II", [FOUR, FIVE])])
    row, read = manuscripts.keep(source, "a.md", team=cast.team, by=None)
    plan = Arrangement.of(read).split(1, read).merged(2)
    named = tuple(replace(one, title=name) for one, name in zip(plan.sections, "ABC", strict=True))
    project = manuscripts.make_project(row, read, plan=replace(plan, sections=named), by=None, title="A Book")
    arranged = [("A", [ONE]), ("B", [TWO, THREE]), ("C", [FOUR, FIVE])]
    assert says(project) == arranged
    assert revisions.review(revisions.start(project, source + b"\n", "b.md", by=None)).is_same
    new = source.replace(THREE.encode(), (THREE + " Sadly.").encode())
    apply(revisions.review(revisions.start(project, new, "c.md", by=None)), cast)
    assert says(project) == [arranged[0], ("B", [TWO, THREE + " Sadly."]), arranged[2]]


def test_the_same_file_waits_once_a_broken_one_not_at_all_and_it_can_be_discarded(cast: Cast) -> None:
    project = imported(cast)
    first, second = (revisions.start(project, text(BOOK[:1]), "b.md", by=None) for _ in range(2))
    assert first == second
    with pytest.raises(Unreadable):
        revisions.start(project, b"PK\x03\x04 broken", "b.epub", by=None)
    assert Manuscript.objects.count() == 2
    Manuscript.objects.update(created_at=timezone.now() - timezone.timedelta(days=9))
    assert manuscripts.forget_unused() == 0, "it waits for decisions as long as it takes"
    storage, place = first.manuscript.file.storage, first.manuscript.file.name
    assert revisions.discard(first, by=cast.editor)
    assert not revisions.discard(first, by=cast.editor)
    assert revisions.start(project, text(BOOK[:1]), "b.md", by=None) != first
    Revision.objects.filter(pk=first.pk).update(discarded_at=timezone.now() - timezone.timedelta(days=9))
    assert manuscripts.forget_unused() == 1
    assert not storage.exists(place)
    assert Revision.objects.exclude(pk=first.pk).count() == 1


def test_a_review_takes_as_many_queries_for_three_lines_as_for_thirty(cast: Cast) -> None:
    counts = []
    for more in (1, 30):
        project = imported(cast)
        new = [("I", [f"{ONE} Number {n} of them." for n in range(more)]), BOOK[1]]
        review = revised(project, new)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            again = revisions.review(review.revision)
            assert again.expected.lines
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 16


@pytest.mark.one_database
@pytest.mark.parametrize("seed", range(2))
def test_a_novel_revised_at_random_keeps_every_approval_that_nobody_gave_up(
    cast: Cast, shared: Path, seed: int
) -> None:
    dice = random.Random(seed)
    epub = (shared / "manuscripts" / "wells_the-time-machine_se.epub").read_bytes()
    row, read = manuscripts.keep(epub, "wells.epub", team=cast.team, by=None)
    full = Arrangement.of(read)
    ticks = [one.start for one in full.sections if one.ticked][:3]
    plan = replace(full, sections=tuple(replace(one, ticked=one.start in ticks) for one in full.sections))
    project = manuscripts.make_project(row, read, plan=plan, by=None, title="The Time Machine")
    chapters = says(project)
    approved = [line_of(project, words) for _, texts in chapters for words in dice.sample(texts, 2)]
    for line in approved:
        approve(line, cast)
    theirs = [(title, _shaken(texts, dice)) for title, texts in chapters]
    plain = "\n\n\n".join(f"{title}\n\n" + "\n\n".join(texts) for title, texts in theirs)
    review = revisions.review(revisions.start(project, plain.encode(), "wells.txt", by=None))
    revisions.decide(review.revision, {one.mark: "theirs" for one in review.differences})
    review = revisions.review(review.revision)
    given_up = {line.pk for line in review.going()} | {line.pk for line, _ in review.rewritten()}
    apply(review, cast)
    assert [texts for _, texts in says(project)] == [list(texts) for _, texts in theirs]
    standing = set(Paragraph.objects.judged("approved").values_list("pk", flat=True))
    assert standing == {line.pk for line in approved} - given_up
    assert revised_by(project, plain).is_same


def revised_by(project: Project, plain: str) -> revisions.Review:
    return revisions.review(revisions.start(project, plain.encode() + b"\n", "again.txt", by=None))


def _shaken(texts: Sequence[str], dice: random.Random) -> list[str]:
    """Some paragraphs reworded, deleted, written, moved."""
    found = list(texts)
    for number in range(4):
        at = dice.randrange(len(found))
        found[at] = found[at].rsplit(" ", 1)[0] + f" {number}."
        del found[dice.randrange(len(found))]
        found.insert(
            dice.randrange(len(found)), f"A paragraph that was not there before, number {dice.random()}."
        )
        found.insert(dice.randrange(len(found)), found.pop(dice.randrange(len(found))))
    return found
