"""Statements that are built once, or by hand: they read and write what the ORM does."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from narrator import direct
from narrator.direct import Blank, Prepared, Question
from narrator.teams.models import Membership
from projects.models import Hold, Paragraph, Script
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db
COUNT_UP = "UPDATE projects_script SET version = version + 1 WHERE id = %s"


def test_prepared_objects_are_those_of_the_orm(cast: Cast, django_assert_num_queries) -> None:
    script = factories.script(cast.team, lines=2)
    heard, bare = script.paragraphs.all()
    factories.ready(heard)
    rows = Paragraph.objects.with_takes().select_related("script__project").annotate(place=F("position"))
    prepared = Prepared(rows.filter(pk=Blank(Paragraph, "pk")))

    for pk in (heard.pk, bare.pk):
        with django_assert_num_queries(1):
            (line,) = prepared.objects(pk=pk)
            read = [line, line.script, line.script.project, line.chosen, line.latest, line.verdict]
        same = rows.get(pk=pk)
        wanted = [same, same.script, same.script.project, same.chosen, same.latest, same.verdict]
        assert [_values(row) for row in read] == [_values(row) for row in wanted]
        assert line.place == line.position
        assert not line._state.adding

    assert prepared.objects(pk=0) == []


def test_what_a_row_has_beside_it_or_not_is_known_without_asking(cast: Cast) -> None:
    prepared = Prepared(
        Membership.objects.filter(user=Blank(Membership, "user")).select_related("team__hold").order_by("pk")
    )
    (member,) = prepared.objects(user=cast.editor.pk)
    assert not hasattr(member.team, "hold")
    Hold.objects.create(team=cast.team, code="Arrearage", reason="The account is in arrears.")
    (member,) = prepared.objects(user=cast.editor.pk)
    assert member.team.hold.reason == "The account is in arrears."
    assert prepared.objects(user=cast.stranger.pk)[0].team == cast.other_team


def test_what_is_no_blank_is_written_into_what_postgresql_plans(cast: Cast) -> None:
    first, second = factories.script(cast.team, lines=2).paragraphs.all()
    said = "It's 5 % of %s, isn't it?"
    Paragraph.objects.filter(pk=second.pk).update(text=said)
    mine = Paragraph.objects.filter(text__contains=said, pause_ms=None, pk=Blank(Paragraph, "pk"))
    prepared = Prepared(mine.values_list("text"))

    assert prepared.rows(pk=second.pk) == [(said,)]
    assert prepared.rows(pk=first.pk) == []
    if connection.vendor == "postgresql":
        assert prepared.params(pk=second.pk) == [second.pk]


def test_many_rows_are_inserted_and_get_their_keys_in_their_order(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = factories.script(cast.team, lines=1)
    lines = [Paragraph(script=script, position=n, text=f"{n}", digest="") for n in range(9, 2, -1)]
    monkeypatch.setattr(direct, "MOST_VALUES", 3 * len(Paragraph._meta.concrete_fields))
    direct.insert_many(lines)
    direct.insert_many([])
    for line in lines:
        assert not line._state.adding
        assert Paragraph.objects.get(pk=line.pk).text == line.text


def test_many_rows_are_saved_each_with_its_own_values(cast: Cast, django_assert_num_queries) -> None:
    first, second, third = factories.script(cast.team, lines=3).paragraphs.all()
    take = factories.ready(second)
    take.findings, second.latest, second.chosen, first.pause_ms = [{"at_ms": 1}], take, None, 700
    with django_assert_num_queries(2):
        direct.save_many([first, second], "latest", "chosen", "pause_ms")
        direct.save_many([take], "findings")
        direct.save_many([], "findings")

    wanted = [(None, None, 700), (take.pk, None, None), (None, None, None)]
    saved = Paragraph.objects.order_by("position").values_list("latest", "chosen", "pause_ms")
    assert list(saved) == wanted
    take.refresh_from_db()
    assert take.findings == [{"at_ms": 1}]
    assert Paragraph.objects.get(pk=third.pk).text == third.text


def _values(row: object) -> object:
    """What was read of a row: dates, UUIDs and JSON as their fields have them, nothing of what was deferred."""
    return row and {name: value for name, value in vars(row).items() if name != "_state"}


def test_questions_asked_together_are_answered_in_their_order_and_once(
    cast: Cast, django_assert_num_queries
) -> None:
    line, other = factories.script(cast.team, lines=2).paragraphs.all()
    script_id = line.script_id
    counted = [Question(f"{COUNT_UP} RETURNING version", [script_id]) for _ in range(2)]
    lines = Prepared(Paragraph.objects.filter(script=Blank(Paragraph, "script")).order_by("position"))
    version = Prepared(Script.objects.filter(pk=Blank(Script, "pk")).values_list("version"))
    asked, found, before = lines.asking(script=script_id), version.asking(pk=script_id), line.script.version
    with django_assert_num_queries(4):
        direct.together(counted[0], asked, found, counted[1])
        direct.together(asked, *counted)
        told = [counted[0].rows, found.rows, counted[1].rows, asked.objects(), asked.first()]
    assert told == [[(before + 1,)], [(before + 1,)], [(before + 2,)], [line, other], line]
    direct.together()


def test_what_fails_among_several_fails_them_all_and_nothing_else(cast: Cast) -> None:
    script_id = factories.script(cast.team).pk
    asked = [
        Question(f"{COUNT_UP} RETURNING version", [script_id]),
        Question("SELECT 1 / %s FROM nowhere", [0]),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        direct.together(*asked)
    assert Script.objects.get(pk=script_id).version == 0
    again = Question("SELECT 2", [])
    direct.together(again)
    assert again.rows == [(2,)]


def test_rows_are_found_by_their_keys_up_to_so_many(cast: Cast) -> None:
    lines = list(factories.script(cast.team, lines=4).paragraphs.values_list("pk", "text"))
    named = direct.Named(Paragraph.objects.order_by().values_list("pk", "text"), 3)
    for wanted in (lines[:1], lines[1:]):
        assert sorted(named.of([pk for pk, _ in wanted]).rows) == wanted


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no rows from other threads")
def test_a_question_that_waits_for_another_s_row_holds_up_no_other_question() -> None:
    lock = "SELECT 1 FROM pg_advisory_lock(38)"

    def wait() -> list[tuple[int]]:
        try:
            return Question(lock, []).rows
        finally:
            connection.close()

    assert Question(lock, []).rows == [(1,)]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait)
        while not Question("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted", []).rows:
            pass
        assert Question("SELECT pg_advisory_unlock(38)", []).rows == [(True,)]
        assert waiting.result() == [(1,)]
