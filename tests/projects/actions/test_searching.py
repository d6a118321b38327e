"""Search and replace: what is found, what would become of it, and that only what was agreed to is changed."""

import pytest

from projects.actions import edits, paragraphs, searching
from projects.actions.searching import BadQuery, Query
from projects.models import Edit, Paragraph
from tests import factories
from tests.cast import Cast

TEXTS = ("Siobhán said: Mr. Grey is here.", "MR. GREY? The greyhound!", "Die Straße, 通灵 and 𝄞 grey.")


@pytest.fixture
def project(cast: Cast) -> object:
    project = factories.project(cast.team, scripts=2, lines=3)
    for script in project.scripts.all():
        for line, text in zip(script.paragraphs.all(), TEXTS, strict=True):
            line.text = text
            paragraphs.edit(line, project=project, by=None)
    Edit.objects.all().delete()
    return project


def found(project: object, query: Query) -> list[str]:
    lines = project.scripts.first().paragraphs.all()  # type: ignore[attr-defined]
    return [
        finding.text[start:end] for finding in searching.find(lines, query) for start, end in finding.spans
    ]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        (Query("grey"), ["Grey", "GREY", "grey", "grey"]),
        (Query("grey", case=True), ["grey", "grey"]),
        (Query("grey", whole=True), ["Grey", "GREY", "grey"]),
        (Query("mr. grey"), ["Mr. Grey", "MR. GREY"]),
        (Query("SIOBHÁN"), ["Siobhán"]),
        (Query("通灵", whole=True), ["通灵"]),
        (Query(r"gr[ae]y\b", pattern=True), ["Grey", "GREY", "grey"]),
        (Query(r"x*", pattern=True), []),
        (Query("here.mr. grey"), []),  # of two lines
        (Query("nowhere"), []),
    ],
)
def test_what_is_found(project: object, query: Query, places: list[str]) -> None:
    assert found(project, query) == places


@pytest.mark.one_database
def test_a_pattern_that_is_none_or_takes_for_ever_is_refused(
    project: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadQuery, match="cannot be read"):
        found(project, Query("(", pattern=True))
    monkeypatch.setattr(searching, "PATIENCE_S", 0.2)
    Paragraph.objects.update(text="a" * 3000 + "!")
    with pytest.raises(BadQuery, match="takes too long"):
        found(project, Query(r"(a|aa|a?a)+$(?<=b)", pattern=True))


@pytest.mark.one_database
def test_a_turn_ends_with_the_patience_of_the_whole_search(
    project: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    Paragraph.objects.update(text="a" * 300)
    slow = Query(r"(?:a?a)*a*a*$(?<=b)", pattern=True)
    monkeypatch.setattr(searching, "TURN_S", 600)
    assert found(project, slow) == []
    monkeypatch.setattr(searching, "PATIENCE_S", 0)
    with pytest.raises(BadQuery, match="takes too long"):
        found(project, slow)


def test_only_ticked_lines_that_are_as_they_were_shown_are_changed_and_it_can_be_undone(
    cast: Cast, project: object
) -> None:
    one, two = project.scripts.all()  # type: ignore[attr-defined]
    query = Query(r"(mr\.) grey", pattern=True, replacement=r"\1 Gray")
    findings = searching.find(Paragraph.objects.filter(script__project=project), query)
    searching.preview(findings, query)
    assert [(f.after, f.pieces[0][1:]) for f in findings[:2]] == [
        ("Siobhán said: Mr. Gray is here.", ("Mr. Grey", "Mr. Gray")),
        ("MR. Gray? The greyhound!", ("MR. GREY", "MR. Gray")),
    ]
    ticked = {finding.pk: finding.text_mark for finding in findings[1:]}
    changed = two.paragraphs.first()
    changed.text += " Mr. Grey came again."
    paragraphs.edit(changed, project=project, by=cast.admin)
    done = searching.replace(project, query, ticked, by=cast.editor)
    assert {line.pk for line in done.lines} == {one.paragraphs.all()[1].pk, two.paragraphs.all()[1].pk}
    assert [line.text for line in one.paragraphs.all()] == [TEXTS[0], "MR. Gray? The greyhound!", TEXTS[2]]
    assert two.paragraphs.first().text == changed.text
    for script in (one, two):
        edits.undo(script, by=cast.editor)
        assert script.paragraphs.all()[1].text == TEXTS[1]


def test_a_line_is_never_emptied(cast: Cast, project: object) -> None:
    query = Query(r".+", pattern=True, replacement=" ")
    findings = searching.find(Paragraph.objects.filter(script__project=project), query)
    searching.preview(findings, query)
    assert not any(finding.is_possible for finding in findings)
    done = searching.replace(project, query, {f.pk: f.text_mark for f in findings}, by=cast.editor)
    assert (done.lines, Edit.objects.count()) == ([], 0)
    with pytest.raises(BadQuery, match="names a group"):
        searching.preview(findings, Query(r".+", pattern=True, replacement=r"\7"))
