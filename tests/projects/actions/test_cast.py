"""Characters and their lines: exactly the lines that would now be spoken differently are marked, and undo restores."""

import json
from pathlib import Path

import pytest

from projects.actions import cast as acting
from projects.actions import cast_changes, manuscripts, reach, speakers
from projects.manuscript.arrangement import Arrangement
from projects.models import CastChange, Character, Guide, Paragraph, Project, Speaker, Take
from tests import factories
from tests.cast import Cast


@pytest.fixture
def project(cast: Cast) -> Project:
    """Two scripts of three finished lines; the second line of each is Filby's, who speaks like the narrator."""
    row = factories.project(cast.team, lines=3, scripts=2, voice="Neil")
    filby = acting.add(row, name="Filby", by=None)
    second = [script.paragraphs.all()[1].pk for script in row.scripts.all()]
    acting.assign(row, Paragraph.objects.filter(pk__in=second), filby, by=None)
    for script in row.scripts.all():
        factories.all_ready(script)
    return row


def filby_of(project: Project) -> Character:
    return project.characters.get(name="Filby")


def marks(project: Project) -> list[list[str]]:
    return [[line.mark for line in script.paragraphs.with_takes()] for script in project.scripts.all()]


READY, CHANGED = [["ready"] * 3] * 2, [["ready", "stale", "ready"]] * 2


def test_recasting_marks_exactly_the_lines_of_the_character(project: Project) -> None:
    filby = filby_of(project)
    filby.voice = "Vincent"
    assert acting.recast(filby, by=None) == 2
    assert marks(project) == CHANGED
    assert all(line.digest == line.line(Guide.of(project.pk)).digest for line in Paragraph.objects.all())


def test_the_impact_says_what_recasting_then_does(project: Project) -> None:
    filby = filby_of(project)
    filby.voice = "Vincent"
    guide = Guide.of(project.pk).replacing(rows=[filby])
    impact = reach.impact(guide, acting.lines_of(filby))
    assert (impact.lines, impact.finished, impact.estimate.lines) == (2, 2, 2)
    assert impact.estimate.characters == sum(len(line.text) for line in acting.lines_of(filby))
    assert impact.words == "2 lines would be spoken differently; all are finished."
    assert marks(project) == READY  # nothing was saved
    assert acting.recast(filby, by=None) == impact.lines
    back = reach.impact(guide.replacing(rows=[Character(pk=filby.pk, name="Filby")]), acting.lines_of(filby))
    assert (back.lines, back.finished) == (2, 0)


def test_audio_that_is_there_already_costs_nothing(project: Project) -> None:
    filby = filby_of(project)
    filby.voice = "Vincent"
    acting.recast(filby, by=None)
    for line in acting.lines_of(filby).with_takes().select_related("script"):
        factories.ready(line)
    plain = Guide.of(project.pk).replacing(rows=[Character(pk=filby.pk, name="Filby")])
    impact = reach.impact(plain, acting.lines_of(filby))
    assert (impact.finished, impact.estimate.lines, impact.estimate.amount_micro) == (2, 0, 0)
    assert "nothing is to be generated" in impact.price


def test_undo_brings_the_voice_back_and_the_takes_fit_again(project: Project) -> None:
    filby = filby_of(project)
    filby.voice = "Vincent"
    acting.recast(filby, by=None)
    for line in acting.lines_of(filby).with_takes().select_related("script"):
        factories.ready(line)
    chosen = set(Take.objects.filter(voice="Vincent"))
    undone = cast_changes.undo(CastChange.objects.first())  # type: ignore[arg-type]
    assert (undone.lines, undone.kept) == (0, 0)  # type: ignore[union-attr]
    assert filby_of(project).voice == ""
    assert marks(project) == READY
    assert not chosen & {line.chosen for line in Paragraph.objects.with_takes()}
    assert cast_changes.undo(CastChange.objects.first()) is None  # type: ignore[arg-type]


def test_only_the_lines_that_sound_different_change_when_they_change_hands(project: Project) -> None:
    maia = acting.add(project, name="Weena", voice="Maia", by=None)
    first = Paragraph.objects.order_by("script", "position").first()
    assert acting.assign(project, Paragraph.objects.filter(pk=first.pk), maia, by=None) == 1  # type: ignore[union-attr]
    assert marks(project) == [["stale", "ready", "ready"], ["ready"] * 3]
    assert acting.assign(project, Paragraph.objects.filter(pk=first.pk), maia, by=None) == 0  # type: ignore[union-attr]


def test_undo_leaves_alone_what_was_changed_again_since(project: Project) -> None:
    filby, weena = filby_of(project), acting.add(project, name="Weena", by=None)
    lines = Paragraph.objects.filter(character=filby)
    acting.assign(project, lines, weena, by=None)
    change = CastChange.objects.first()
    again = Paragraph.objects.filter(character=weena)[:1]
    acting.assign(project, Paragraph.objects.filter(pk__in=[line.pk for line in again]), None, by=None)
    undone = cast_changes.undo(change)  # type: ignore[arg-type]
    assert (undone.lines, undone.kept) == (1, 1)  # type: ignore[union-attr]
    assert Paragraph.objects.filter(character=filby).count() == 1


def test_merging_moves_lines_and_names_and_comes_back_whole(project: Project) -> None:
    filby, weena = filby_of(project), acting.add(project, name="Weena", by=None)
    Speaker.objects.create(project=project, name="Mr. Filby", character=filby)
    assert acting.merge(filby, into=weena, by=None) == 2
    assert list(project.characters.values_list("name", flat=True)) == ["Weena"]
    assert Speaker.objects.get().character == weena
    cast_changes.undo(CastChange.objects.first())  # type: ignore[arg-type]
    back = filby_of(project)
    assert back.pk == filby.pk
    assert Speaker.objects.get().character == back
    assert Paragraph.objects.filter(character=back).count() == 2


def test_who_leaves_gives_the_lines_to_the_narrator_and_can_come_back(project: Project) -> None:
    filby = filby_of(project)
    assert acting.remove(filby, by=None) == 2
    assert not Paragraph.objects.exclude(character=None).exists()
    assert marks(project) == READY  # they sounded the same
    cast_changes.undo(CastChange.objects.first())  # type: ignore[arg-type]
    assert Paragraph.objects.filter(character=filby.pk).count() == 2


def test_a_narrator_reaches_every_line_of_nobody_else(project: Project) -> None:
    acting.add(project, name="Narrator", voice="Kai", is_narrator=True, by=None)
    assert marks(project) == [["stale", "ready", "stale"]] * 2
    cast_changes.undo(CastChange.objects.first())  # type: ignore[arg-type]
    assert marks(project) == READY
    assert [one.name for one in project.characters.all()] == ["Filby"]


def test_a_name_and_the_narrators_place_are_taken_once(project: Project) -> None:
    acting.add(project, name="Narrator", is_narrator=True, by=None)
    with pytest.raises(acting.NameTaken):
        acting.add(project, name=" filby ", by=None)
    filby = filby_of(project)
    filby.is_narrator = True
    with pytest.raises(acting.NarratorTaken):
        acting.recast(filby, by=None)


def test_another_colour_or_name_renews_the_rows_and_makes_nothing_stale(project: Project) -> None:
    script = project.scripts.all()[0]
    filby = filby_of(project)
    filby.name, filby.colour = "Mr. Filby", "red"
    before = script.version
    assert acting.recast(filby, by=None) == 0
    assert marks(project) == READY
    changed = script.paragraphs.changed_since(before)
    assert [line.character for line in changed] == [filby]


def test_colours_are_given_out_one_after_the_other(cast: Cast) -> None:
    project = factories.project(cast.team, lines=1)
    people = [acting.add(project, name=f"Person {n}", by=None) for n in range(9)]
    assert len({one.colour for one in people}) == 8
    assert people[8].colour == people[0].colour


TALE = (
    "“Well?” said the Psychologist.",
    "It was late.",
    "“There I object,” said Filby.",
    "“Why?”",
    "“I do not know,” said the Psychologist.",
)


@pytest.fixture
def tale(cast: Cast) -> Project:
    project = factories.project(cast.team, lines=5, language="English")
    for line, text in zip(Paragraph.objects.order_by("position"), TALE, strict=True):
        Paragraph.objects.filter(pk=line.pk).update(text=text)
    return project


def test_found_speakers_wait_for_a_person(tale: Project) -> None:
    assert speakers.find(tale) == 3
    assert not Paragraph.objects.exclude(character=None).exists()
    found = speakers.undecided(tale)
    assert [(one.name, one.lines, one.sure_lines) for one in found] == [
        ("Psychologist", 2, 2),
        ("Filby", 1, 1),
    ]
    assert found[0].examples[0].text == TALE[0]


def test_a_decision_moves_the_lines_and_is_remembered(tale: Project) -> None:
    speakers.find(tale)
    assert acting.decide(tale, ["Psychologist", "Filby"], each_new=True, least=speakers.SURE, by=None) == 3
    assert {one.name: one.paragraphs.count() for one in tale.characters.all()} == {
        "Filby": 1,
        "Psychologist": 2,
    }
    assert speakers.undecided(tale) == []
    Paragraph.objects.filter(text=TALE[1]).update(text="“Late,” said Filby.")
    speakers.find(tale)
    assert Paragraph.objects.get(text="“Late,” said Filby.").character == tale.characters.get(name="Filby")
    cast_changes.undo(CastChange.objects.first())  # type: ignore[arg-type]
    assert Paragraph.objects.exclude(character=None).count() == 1  # the one that came later
    assert [one.name for one in speakers.undecided(tale)] == ["Psychologist", "Filby"]


def test_ignored_names_are_nobodys_and_not_asked_about_again(tale: Project) -> None:
    speakers.find(tale)
    acting.decide(tale, ["Filby"], by=None)
    assert [one.name for one in speakers.undecided(tale)] == ["Psychologist"]
    assert Speaker.objects.get(name="Filby").ignored


def test_labels_are_certain_and_stay(tale: Project) -> None:
    Paragraph.objects.filter(text=TALE[0]).update(speaker="FILBY", speaker_sure=75, is_labelled=True)
    speakers.find(tale)
    line = Paragraph.objects.get(text=TALE[0])
    assert (line.speaker, line.speaker_sure) == ("FILBY", 75)


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["shakespeare_macbeth_speaker-labels.txt", "brick-and-steel.fountain"])
def test_labels_of_a_play_and_cues_of_a_screenplay_are_taken_exactly(
    cast: Cast, shared: Path, name: str
) -> None:
    folder = shared / "manuscripts"
    row, read = manuscripts.keep((folder / name).read_bytes(), name, team=cast.team, by=None)
    plan = Arrangement.of(read)
    project = manuscripts.make_project(row, read, plan=plan, by=None, title="A play", voice="Neil")
    expected = json.loads((folder / "expectations" / f"{name}.json").read_text())["speakers"]
    found = {one.name: one for one in speakers.undecided(project)}
    assert set(found) == set(expected)
    assert all(one.is_labelled for one in found.values())
    if name.endswith(
        ".txt"
    ):  # a speech of a screenplay may be several lines, where it breaks off for a parenthesis
        assert {one.name: one.lines for one in found.values()} == expected
    assert not Paragraph.objects.filter(text__startswith="MACBETH:").exists()
    speakers.find(project)
    assert {one.name: one.lines for one in speakers.undecided(project)} == {
        one.name: one.lines for one in found.values()
    }
    acting.decide(project, list(expected), each_new=True, by=None)
    assert project.characters.filter(name__in=["Lady Macbeth", "Handsome Man"]).count() == 1
