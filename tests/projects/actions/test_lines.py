"""Acts on lines: what they do to texts, takes and order, and that each can be taken back and done again."""

import pytest

from projects.actions import edits, lines, paragraphs, takes
from projects.models import Paragraph, Script, Take, TakeStatus
from projects.models.paragraphs import STEP
from tests import factories
from tests.cast import Cast


def texts(script: Script) -> list[str]:
    return [line.text for line in script.paragraphs.all()]


def script_of(cast: Cast, *words: str) -> Script:
    script = factories.script(cast.team, lines=len(words))
    for line, text in zip(script.paragraphs.all(), words, strict=True):
        line.text = text
        paragraphs.edit(line, project=script.project, by=None)
    return script


def pk(script: Script, text: str) -> int:
    return script.paragraphs.get(text=text).pk


def ids(script: Script, *words: str) -> list[int]:
    return [pk(script, word) for word in words]


def test_splitting_keeps_the_takes_with_the_first_part_as_stale(cast: Cast) -> None:
    script = script_of(cast, "One.", "Two and three.", "Four.")
    line = script.paragraphs.all()[1]
    line.voice, line.pause_ms = "Maia", 1500
    paragraphs.edit(line, project=script.project, by=None)
    take = factories.ready(line)
    lines.split(script, line.pk, first="Two", rest="and three.", opened=line.text_mark, by=cast.editor)
    assert texts(script) == ["One.", "Two", "and three.", "Four."]
    first, rest = script.paragraphs.with_takes()[1:3]
    assert (first.mark, first.chosen, rest.mark) == ("stale", take, "none")
    assert (first.voice, rest.voice, first.pause_ms, rest.pause_ms) == ("Maia", "Maia", None, 1500)
    edits.undo(script, by=cast.editor)
    assert texts(script) == ["One.", "Two and three.", "Four."]
    assert script.paragraphs.with_takes()[1].mark == "ready"
    edits.redo(script, by=cast.editor)
    assert texts(script) == ["One.", "Two", "and three.", "Four."]
    assert script.paragraphs.all()[2].pk == rest.pk


def test_merging_joins_the_texts_and_undo_brings_both_takes_back(cast: Cast) -> None:
    script = script_of(cast, "One", "two.", "Three.")
    factories.all_ready(script)
    first, second, third = script.paragraphs.all()
    lines.merge(script, first.pk, next=True, by=cast.editor)
    assert texts(script) == ["One two.", "Three."]
    assert script.paragraphs.with_takes()[0].mark == "stale"
    lines.merge(script, third.pk, next=False, by=cast.editor)
    assert texts(script) == ["One two. Three."]
    with pytest.raises(lines.NoNeighbour):
        lines.merge(script, first.pk, next=True, by=cast.editor)
    edits.undo(script, by=cast.editor)
    edits.undo(script, by=cast.editor)
    assert [(line.text, line.mark) for line in script.paragraphs.with_takes()] == [
        ("One", "ready"),
        ("two.", "ready"),
        ("Three.", "ready"),
    ]


def test_texts_without_spaces_are_joined_without_one() -> None:
    assert lines.joined("天地玄黃，", "宇宙洪荒。") == "天地玄黃，宇宙洪荒。"
    assert lines.joined("宇宙", "and all") == "宇宙 and all"


def test_a_deleted_line_is_gone_for_everyone_and_its_takes_come_back_with_it(cast: Cast) -> None:
    script = script_of(cast, "One.", "Two.", "Three.")
    factories.all_ready(script)
    lines.remove(script, ids(script, "One.", "Three."), by=cast.editor)
    assert texts(script) == ["Two."]
    counted = Script.objects.with_counts().get(pk=script.pk)
    assert (counted.line_count, counted.ready_count, counted.duration_ms) == (1, 1, 900)
    assert Take.objects.count() == 3
    edits.undo(script, by=cast.editor)
    assert [line.mark for line in script.paragraphs.with_takes()] == ["ready"] * 3


def test_what_waits_of_a_deleted_line_is_taken_back_and_what_is_made_is_kept(cast: Cast) -> None:
    script = script_of(cast, "One.", "Two.")
    takes.request(script, script.paragraphs.all(), by=None)
    running = factories.claims.claim(worker="w")
    lines.remove(script, [line.pk for line in script.paragraphs.all()], by=cast.editor)
    assert Take.objects.filter(status=TakeStatus.CANCELLED).count() == 1
    stored = factories.rendering.store(factories.sound())
    factories.rendering.finish(running, request_id="late", **stored)
    edits.undo(script, by=cast.editor)
    assert sorted(line.mark for line in script.paragraphs.with_takes()) == ["none", "ready"]


@pytest.mark.parametrize(
    ("moved", "after", "result"),
    [
        ("B", None, "BACDE"),
        ("B", "D", "ACDBE"),
        ("AC", "E", "BDEAC"),
        ("AE", "C", "BCAED"),
        ("BC", "C", "ABCDE"),
        ("D", "D", "ABCDE"),
        ("BD", "B", "ABDCE"),
    ],
)
def test_lines_move_and_come_back(cast: Cast, moved: str, after: str | None, result: str) -> None:
    script = script_of(cast, *"ABCDE")
    anchor = pk(script, after) if after else None
    lines.move(script, ids(script, *moved), after=anchor, to=script, by=cast.editor)
    assert "".join(texts(script)) == result
    if result != "ABCDE":
        edits.undo(script, by=cast.editor)
        assert "".join(texts(script)) == "ABCDE"
        edits.redo(script, by=cast.editor)
        assert "".join(texts(script)) == result


def test_lines_move_to_another_chapter_with_their_takes_and_back(cast: Cast) -> None:
    project = factories.project(cast.team, lines=3, scripts=2)
    one, two = project.scripts.all()
    factories.all_ready(one)
    before, there = texts(one), texts(two)
    chosen = [line.pk for line in one.paragraphs.all()[:2]]
    lines.move(one, chosen, after=two.paragraphs.all()[0].pk, to=two, by=cast.editor)
    assert (texts(one), texts(two)) == (before[2:], [there[0], *before[:2], *there[1:]])
    assert [line.mark for line in two.paragraphs.with_takes()] == ["none", "ready", "ready", "none", "none"]
    edits.undo(one, by=cast.editor)
    assert (texts(one), texts(two)) == (before, there)
    edits.redo(one, by=cast.editor)
    assert len(texts(two)) == 5


@pytest.mark.one_database
def test_there_is_always_room_between_two_lines_and_others_keep_their_order(cast: Cast) -> None:
    script = script_of(cast, "A", "B", "C")
    first = script.paragraphs.all()[0].pk
    for n in range(40):  # at one and the same place: the gap of STEP is used up after 16
        lines.insert(script, [f"n{n}"], after=first, by=cast.editor)
    assert texts(script) == ["A", *(f"n{n}" for n in range(39, -1, -1)), "B", "C"]
    script.refresh_from_db()
    assert 0 < script.spread_version <= script.version
    assert script.paragraphs.last().position > STEP
    for _ in range(40):
        edits.undo(script, by=cast.editor)
    assert texts(script) == ["A", "B", "C"]


def test_many_lines_are_pasted_at_once_and_undone_at_once(cast: Cast) -> None:
    script = script_of(cast, "A", "B")
    pasted = lines.parted("One.\r\nStill one.\r\n\r\n  \n* * *\n\nTwo.\n\n\n")
    assert pasted == ["One.\nStill one.", "Two."]
    lines.insert(script, pasted, after=None, by=cast.editor)
    assert texts(script) == ["One.\nStill one.", "Two.", "A", "B"]
    edits.undo(script, by=cast.editor)
    assert texts(script) == ["A", "B"]


def test_pauses_are_set_for_many_lines_and_make_nothing_stale(cast: Cast) -> None:
    script = script_of(cast, "A", "B", "C")
    factories.all_ready(script)
    lines.pause(script, ids(script, "A", "C"), pause_ms=2500, by=cast.editor)
    assert [line.pause_ms for line in script.paragraphs.all()] == [2500, None, 2500]
    assert [line.mark for line in script.paragraphs.with_takes()] == ["ready"] * 3
    edits.undo(script, by=cast.editor)
    assert [line.pause_ms for line in script.paragraphs.all()] == [None] * 3


def test_each_person_undoes_her_own_acts_and_never_those_of_others(cast: Cast) -> None:
    script = script_of(cast, "A", "B")
    lines.insert(script, ["by Edgar"], after=None, by=cast.editor)
    lines.insert(script, ["by Ada"], after=None, by=cast.admin)
    edits.undo(script, by=cast.editor)
    assert texts(script) == ["by Ada", "A", "B"]
    with pytest.raises(edits.NothingLeft):
        edits.undo(script, by=cast.editor)
    edits.redo(script, by=cast.editor)
    assert texts(script) == ["by Ada", "by Edgar", "A", "B"]
    lines.insert(script, ["more"], after=None, by=cast.editor)
    with pytest.raises(edits.NothingLeft):
        edits.redo(script, by=cast.editor)


@pytest.mark.parametrize("other", ["changed", "moved"])
def test_undo_is_refused_where_somebody_else_changed_the_line_since(cast: Cast, other: str) -> None:
    script = script_of(cast, "A", "B", "C")
    a = pk(script, "A")
    lines.move(script, [a], after=pk(script, "B"), to=script, by=cast.editor)
    lines.pause(script, [a], pause_ms=100, by=cast.editor)
    if other == "changed":
        lines.pause(script, [a], pause_ms=900, by=cast.admin)
    else:
        edits.undo(script, by=cast.editor)
        lines.move(script, [a], after=pk(script, "C"), to=script, by=cast.admin)
    before = list(Paragraph.everything.order_by("pk").values())
    with pytest.raises(edits.ChangedSince, match="Ada has changed “A” since"):
        edits.undo(script, by=cast.editor)
    assert list(Paragraph.everything.order_by("pk").values()) == before


def test_a_line_tells_its_history_and_an_earlier_text_comes_back(cast: Cast) -> None:
    script = script_of(cast, "First.")
    line = script.paragraphs.get()
    take = factories.ready(line)
    line.text = "Second."
    paragraphs.edit(line, project=script.project, by=cast.editor)
    newest, oldest = line.changes.all().of(line)
    assert (newest.edit.by, newest.before, newest.after) == (
        cast.editor,
        {"text": "First."},
        {"text": "Second."},
    )
    edits.restore(newest, by=cast.admin)
    line = script.paragraphs.with_takes().get()
    assert (line.text, line.chosen, line.edited_by) == ("First.", take, cast.admin)
    edits.restore(oldest, by=cast.admin)
    assert script.paragraphs.with_takes().get().mark == "stale"


def test_a_second_save_of_a_line_loses_neither_text(cast: Cast) -> None:
    script = script_of(cast, "Opened.")
    line = script.paragraphs.get()
    opened = line.text_mark
    line.text = "Ada's."
    paragraphs.edit(line, project=script.project, by=cast.admin, opened=opened)
    mine = script.paragraphs.get()
    mine.text = "Edgar's."
    with pytest.raises(paragraphs.Overtaken, match="Ada saved this line while you wrote") as raised:
        paragraphs.edit(mine, project=script.project, by=cast.editor, opened=opened)
    assert raised.value.line.text == "Ada's."
    assert texts(script) == ["Ada's."]
    with pytest.raises(paragraphs.Overtaken):
        lines.split(script, line.pk, first="Op", rest="ened.", opened=opened, by=cast.editor)


def test_acting_on_a_line_that_is_gone_changes_nothing(cast: Cast) -> None:
    script = script_of(cast, "A", "B")
    a, b = ids(script, "A", "B")
    lines.remove(script, [a], by=cast.admin)
    for act in (
        lambda: lines.remove(script, [a, b], by=cast.editor),
        lambda: lines.insert(script, ["C"], after=a, by=cast.editor),
        lambda: lines.move(script, [b], after=a, to=script, by=cast.editor),
        lambda: lines.split(script, a, first="A", rest="a", opened="", by=cast.editor),
    ):
        with pytest.raises(paragraphs.Gone):
            act()
    assert texts(script) == ["B"]


def test_moving_one_line_of_a_thousand_renumbers_none(cast: Cast, django_assert_max_num_queries) -> None:
    script = factories.script(cast.team, lines=1000)
    rows = list(script.paragraphs.all())
    before = {line.pk: line.position for line in rows}
    with django_assert_max_num_queries(40):
        lines.move(script, [rows[0].pk], after=rows[500].pk, to=script, by=cast.editor)
    after = dict(script.paragraphs.values_list("pk", "position"))
    assert [pk for pk in before if before[pk] != after[pk]] == [rows[0].pk]
