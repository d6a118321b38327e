"""A play on its way to a project: looked into, split, merged, renamed, left and come back to, created."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from projects.actions import manuscripts
from projects.models import Manuscript, Project
from tests.cast import Cast
from tests.journeys.pages import Opener


def test_a_play_is_arranged_before_anything_is_created(
    cast: Cast,
    open_page: Opener,
    axe: Callable[[Page], list[str]],
    shoot: Callable[..., Path],
    shared: Path,
) -> None:
    play = (shared / "manuscripts" / "shakespeare_macbeth_speaker-labels.txt").read_bytes()
    row, _ = manuscripts.keep(play, "macbeth.txt", team=cast.team, by=cast.editor)
    page = open_page(cast.editor)
    page.goto(row.get_absolute_url())
    expect(page.locator("#sum")).to_contain_text("5 of 7 chapters")
    chapters = page.locator("#chapters > li")
    act = chapters.nth(2)
    look_inside_and_split(act)
    expect(chapters).to_have_count(8)
    expect(page.get_by_label("Title of chapter 4")).to_be_focused()
    page.get_by_label("Title of chapter 4").fill("The heath")
    page.get_by_label("Title of chapter 4").press("Enter")
    expect(page.locator("#sum")).to_contain_text("6 of 8 chapters")
    before = page.locator("#sum").inner_text()
    page.get_by_label("stage directions").uncheck()
    expect(page.locator("#sum")).not_to_have_text(before, use_inner_text=True)
    page.get_by_role("button", name="Merge chapter 8 with the one before").click()
    expect(chapters).to_have_count(7)
    assert axe(page) == []
    shoot(page, "manuscript-preview")
    page.reload()
    expect(page.get_by_label("Title of chapter 4")).to_have_value("The heath")
    expect(page.get_by_label("stage directions")).not_to_be_checked()
    assert not Project.objects.exists()
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_role("heading", name="Chapters")).to_be_visible()
    project = Project.objects.get()
    assert Manuscript.objects.get().project == project
    assert [script.title for script in project.scripts.all()][1] == "The heath"


def look_inside_and_split(chapter: object) -> None:
    """Open the chapter and begin another one at the second of its passages."""
    chapter.locator("summary").click()  # type: ignore[attr-defined]
    expect(chapter.locator(".inside-row")).to_have_count(40)  # type: ignore[attr-defined]
    chapter.locator(".inside-more button").click()  # type: ignore[attr-defined]
    expect(chapter.locator(".inside-row")).to_have_count(80)  # type: ignore[attr-defined]
    chapter.get_by_role("button", name="Begin a chapter at").nth(2).click()  # type: ignore[attr-defined]
