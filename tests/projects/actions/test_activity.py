"""The trail: what is written down stays so, and what the work keeps is read together with it, page by page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from projects.actions import (
    activity,
    connecting,
    exports,
    guests,
    holds,
    lines,
    prices,
    projects,
    reviews,
    runs,
    takes,
    trail,
    voices,
)
from projects.actions.entries import Ask, Entry, Place
from projects.models import Act, ActKind, Hold, Price, Project, Script, Take
from projects.models.activity import Written
from tests import factories
from tests.cast import Cast


@pytest.fixture
def script(cast: Cast) -> Script:
    row = factories.script(cast.team, lines=3)
    factories.all_ready(row)
    return row


def told(project: Project, **ask: object) -> list[str]:
    """What the trail of a project says, the newest first."""
    page = trail.read(Ask(project.team_id, project=project, **ask))  # type: ignore[arg-type]
    return [f"{entry.who} {entry.words}" for entry in page.entries]


def test_what_is_written_is_never_changed(cast: Cast, script: Script) -> None:
    activity.note(ActKind.TAKES, "chose take 1", by=cast.editor, line=script.paragraphs.first())
    act = Act.objects.get()
    act.words = "did nothing"
    for change in (
        act.save,
        act.delete,
        lambda: Act.objects.update(words="did nothing"),
        lambda: Act.objects.filter(pk=act.pk).delete(),
        lambda: Act.objects.bulk_update([act], ["words"]),
        lambda: Act._base_manager.all().delete(),
        lambda: Act._default_manager.filter(pk=act.pk).update(who=""),
    ):
        with pytest.raises(Written):
            change()
    assert str(Act.objects.get()) == "Edgar chose take 1"


def test_it_tells_when_what_it_names_is_gone(cast: Cast, script: Script) -> None:
    activity.note(ActKind.TAKES, "chose take 1", by=cast.editor, line=script.paragraphs.first())
    before = Act.objects.values().get()
    script.project.delete()
    cast.editor.delete()
    assert Act.objects.values().get() == before
    (entry,) = trail.read(Ask(cast.team.pk)).entries
    assert (entry.who, entry.words, entry.script) == ("Edgar", "chose take 1", None)


def test_what_leaves_no_row_is_written_down(cast: Cast, script: Script) -> None:
    project, by = script.project, cast.editor
    first = script.paragraphs.all()[0]
    old = first.takes.get()
    factories.ready(first)
    takes.choose(old, script_id=script.pk, by=by)
    takes.choose(old, script_id=script.pk, by=by)  # it is chosen already
    reviews.assign(script, [cast.reviewer], by=by)
    reviews.assign(script, [cast.reviewer], by=by)
    reviews.assign(script, [], by=by)
    remark = reviews.comment(first, text="Slower?", by=cast.reviewer)
    reviews.resolve(remark, by=by)
    reviews.resolve(remark, by=by, again=True)
    link, token = guests.make(project, name="Gus", days=1, by=by)
    guests.find(token)
    guests.find(token)
    guests.revoke(link, by=by)
    project.pause_ms, project.cap_micro = 900, 3_000_000
    projects.direct(project, by=cast.admin)
    script.instructions = "Softly. " * 20
    projects.direct_script(script, by=by)
    voices.replace(project, {"Neil": "Maia"}, by=by)
    assert [str(act) for act in Act.objects.order_by("pk")] == [
        "Edgar chose take 1",
        "Edgar gave this chapter to Rosa",
        "Edgar took this chapter from Rosa",
        "Edgar resolved a comment: “Slower?”",
        "Edgar opened a comment again: “Slower?”",
        "Edgar made a guest link for Gus",
        "Gus (guest) opened the link",
        "Edgar took back the link for Gus",
        "Ada changed pause after a line, ms: 600 → 900",
        "Ada changed the project's cap from none to ¥ 3.00",
        "Edgar changed direction of this chapter",
        "Edgar put other voices: Maia in place of Neil",
    ]


def test_runs_exports_and_the_settings_of_a_team_are_written_down(cast: Cast, broker: str) -> None:
    script = factories.script(cast.team, lines=3)
    waiting = takes.request(script, script.paragraphs.all(), by=cast.editor)
    run = waiting[0].run
    assert run is not None
    assert runs.pause(run, by=cast.editor)
    assert not runs.pause(run, by=cast.editor), "twice is once"
    assert runs.resume(run, by=cast.admin)
    takes.cancel_waiting(script, by=cast.editor)
    factories.all_ready(script)
    export = exports.request(script.project, [script], format="wav", by=cast.editor)
    exports.cancel(export, by=cast.owner)
    Hold.objects.create(team=cast.team, code="arrears", reason="Pay")
    holds.lift(cast.team, by=cast.admin)
    prices.save(Price(team=cast.team, monthly_cap_micro=50_000_000), by=cast.owner)
    row = factories.endpoint(cast.team)
    row.concurrency = 2
    connecting.connect(row, token=None, by=cast.admin)
    connecting.leave(cast.team, by=cast.admin)
    assert not connecting.leave(cast.team, by=cast.admin)
    assert [str(act) for act in Act.objects.order_by("pk")] == [
        "Edgar paused a run of 3 lines",
        "Ada resumed a run of 3 lines",
        "Edgar took back 3 lines",
        "Olga cancelled the export The Long Night.wav",
        "Ada let the team's queue go on",
        "Olga changed at most in a month: none → ¥ 50.00",
        "Ada changed the settings of OpenAI-compatible at speech.example",
        "Ada removed the team's own speech endpoint",
    ]
    team = [entry.words for entry in trail.read(Ask(cast.team.pk)).entries]
    assert "removed the team's own speech endpoint" in team
    assert "removed the team's own speech endpoint" not in " ".join(told(script.project))


def test_a_member_reads_everything_in_one_list(cast: Cast, script: Script) -> None:
    project = script.project
    first, second, third = script.paragraphs.all()
    lines.pause(script, [first.pk, second.pk], pause_ms=900, by=cast.editor)
    lines.remove(script, [third.pk], by=cast.admin)
    reviews.judge(first, take_id=first.chosen_id, kind="pickup", reason="Too fast", by=cast.reviewer)
    link, _ = guests.make(project, name="Gus", days=1, by=cast.editor)
    reviews.judge(second, take_id=second.chosen_id, kind="approved", by=None, guest=link)
    reviews.comment(second, text="Lovely.", by=None, guest=link)
    said = told(project)
    assert said[:6] == [
        "Gus (guest) commented",
        "Gus (guest) approved",
        "Edgar made a guest link for Gus",
        "Rosa asked for a pickup",
        "Ada deleted",
        "Edgar changed the pause (2 lines)",
    ]
    assert told(project, guest=link) == said[:2]
    assert told(project, person=cast.admin) == ["Ada deleted"]
    assert told(project, kind="verdicts") == [said[1], said[3]]
    assert told(project, kind="money") == []
    assert told(project, since=timezone.now() + timedelta(hours=1)) == []
    assert told(project, until=timezone.now() - timedelta(hours=1)) == []
    other = factories.script(cast.other_team, lines=1)
    assert told(project, script=script) == [one for one in said if "made a guest link" not in one]
    assert told(other.project) == []


def test_the_pages_of_the_trail_are_the_whole_trail(
    cast: Cast, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = script.paragraphs.first()
    assert line is not None
    link, _ = guests.make(script.project, name="Gus", days=1, by=cast.editor)
    for n in range(7):
        reviews.comment(line, text=f"Word {n}", by=cast.reviewer)
        activity.note(ActKind.TAKES, f"chose take {n}", by=cast.editor, line=line)
        reviews.judge(line, take_id=line.chosen_id, kind="pickup", reason=f"Reason {n}", by=cast.editor)
    # Some at the very same moment: the order of what stands there is the same on every page.
    moment = timezone.now()
    for rows in (script.project.runs.model.objects, line.comments, line.verdicts):
        rows.all().update(**{"created_at" if rows.model.__name__ == "Run" else "at": moment})
    whole = trail.read(Ask(cast.team.pk, project=script.project)).entries
    monkeypatch.setattr(trail, "PAGE", 4)
    found: list[Entry] = []
    before: Place | None = None
    while True:
        page = trail.read(Ask(cast.team.pk, project=script.project, before=before))
        found += page.entries
        assert len(page.entries) <= 4
        if page.more is None:
            break
        before = Place.of(str(page.more))
    assert found == whole
    assert len(found) > 20


@pytest.mark.parametrize("text", ["", "x", "2026-01-01~1~1", "2026-01-01T00:00:00+00:00~1", "~~", "1~2~3~4"])
def test_an_address_that_names_no_place_names_none(text: str) -> None:
    assert Place.of(text) is None


@pytest.mark.one_database
def test_a_page_costs_the_same_for_any_number_of_acts(
    cast: Cast, script: Script, django_assert_num_queries: object
) -> None:
    line = script.paragraphs.first()
    assert line is not None
    for _ in (1, 3):
        for _ in range(3):
            reviews.comment(line, text="Word", by=cast.reviewer)
            lines.pause(script, [line.pk], pause_ms=Take.objects.count() * 10, by=cast.editor)
            factories.ready(line)
        # Which they are, the three kinds of them, and two for the lines that they are about.
        with django_assert_num_queries(1 + 3 + 2):  # type: ignore[operator]
            page = trail.read(Ask(cast.team.pk, project=script.project))
            for entry in page.entries:
                assert entry.who
                assert entry.project
