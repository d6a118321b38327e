"""An author's new version of a book: handed in, looked through, decided, taken over, taken back, discarded."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from projects.actions import paragraphs
from projects.models import Revision
from tests.cast import Cast
from tests.journeys.pages import Opener
from tests.projects.actions.test_revisions import (
    BOOK,
    FIVE,
    FOUR,
    ONE,
    THREE,
    TWO,
    approve,
    imported,
    line_of,
    says,
    text,
)

NEW = [
    ("I: The lamp", [ONE, TWO.replace("softly", "gently")]),
    ("II", [FIVE, THREE + " Sadly.", "A new line of the author’s."]),
    ("III", ["Something else happened, much later, in another town."]),
]


def test_a_new_version_is_looked_through_decided_and_taken_over(
    cast: Cast,
    open_page: Opener,
    axe: Callable[[Page], list[str]],
    shoot: Callable[..., Path],
    tmp_path: Path,
) -> None:
    project = imported(cast)
    approve(line_of(project, "In the"), cast)
    line = line_of(project, "She wrote")
    line.text = THREE + " Quickly."
    paragraphs.edit(line, project=project, by=cast.editor)
    file = tmp_path / "The Long Night, second draft.md"
    file.write_bytes(text(NEW))
    page = open_page(cast.editor)
    page.goto(project.get_absolute_url())
    page.get_by_role("link", name="New version of the manuscript").click()
    page.get_by_label("Choose a file").set_input_files(file)
    assert axe(page) == []
    shoot(page, "revision-new")
    page.get_by_role("button", name="Compare with the project").click()
    expect(page.get_by_role("heading", name="What the author changed")).to_be_visible()
    expect(page.locator("#revision-sum")).to_contain_text("2 wait for your decision")
    expect(page.get_by_role("button", name="Take it over")).to_be_disabled()
    assert axe(page) == []
    shoot(page, "revision-wide", whole=True)
    phone = open_page(cast.editor, width=390, height=844, dark=True)
    phone.goto(page.url)
    assert axe(phone) == []
    shoot(phone, "revision-phone", whole=True)
    phone.close()
    _decide(page, "Changed by both", "Ours")
    expect(page.locator("#revision-sum")).to_contain_text("1 waits for your decision")
    _decide(page, "Removed", "Remove")
    expect(page.locator("#revision-sum")).not_to_contain_text("decision")
    page.get_by_role("group", name="Title: I: The lamp").get_by_role("button", name="Rename").press("Enter")
    page.get_by_role("button", name="Take it over").click()
    expect(page.get_by_text("The new version is taken over.")).to_be_visible()
    taken = [(title, list(texts)) for title, texts in NEW]
    taken[1][1][1] = THREE + " Quickly."
    assert says(project) == taken
    page.get_by_role("link", name=file.name).click()
    assert axe(page) == []
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", name="What the author changed")).to_be_visible()
    assert [texts for _, texts in says(project)] == [[ONE, TWO], [THREE + " Quickly.", FOUR, FIVE]]
    assert line_of(project, "In the").mark == "approved"
    assert len(BOOK) == project.scripts.count()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("is discarded")).to_be_visible()
    assert Revision.objects.pending().count() == 0


def _decide(page: Page, called: str, choice: str) -> None:
    """Press a button of the one difference of this kind, and see it pressed."""
    group = page.get_by_role("group", name=called)
    button = group.get_by_role("button", name=choice, exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
