"""The way of a newcomer with a real book: import, generate, hear, regenerate one line, export, look at the file."""

from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from projects.models import Export, Project, Take
from tests.cast import Cast
from tests.journeys.conftest import Studio
from tests.journeys.pages import Opener
from tests.journeys.waiting import until

RATE_HZ = 24_000


@pytest.mark.timeout(300)
def test_the_time_machine_from_epub_to_m4b(
    cast: Cast, studio_workers: Studio, open_page: Opener, shoot: object, shared: Path, tmp_path: Path
) -> None:
    page = open_page(cast.editor)
    import_two_chapters(page, shared / "manuscripts" / "wells_the-time-machine_se.epub", shoot)
    project = Project.objects.get()
    assert [script.paragraphs.count() for script in project.scripts.all()] == [14, 1]
    for script in project.scripts.all():
        page.goto(f"/scripts/{script.pk}/")
        page.get_by_role("button", name="Generate", exact=False).first.click()
        expect(page.locator(".line[data-mark=ready]")).to_have_count(
            script.paragraphs.count(), timeout=60_000
        )
        shoot(page, f"time-machine-{script.position}")  # type: ignore[operator]
    page.goto(f"/scripts/{project.scripts.all()[0].pk}/")
    hear_a_line_and_the_next(page)
    regenerate_a_line(page)
    shoot(page, "script-page")  # type: ignore[operator]
    file = export_m4b(page, project, tmp_path)
    shoot(page, "project-page")  # type: ignore[operator]
    marks_stand_where_their_chapters_begin(file, project)


def import_two_chapters(page: Page, book: Path, shoot: object) -> None:
    """Upload, look at the preview, keep chapter X and the epilogue, which are the shortest, create."""
    page.goto("/projects/new/")
    page.set_input_files("input[type=file]", book)
    page.get_by_role("button", name="Read the manuscript").click()
    expect(page.get_by_role("heading", name="The Time Machine")).to_be_visible()
    shoot(page, "time-machine-preview")  # type: ignore[operator]
    expect(page.locator("input[value='Titlepage'], input[value='Imprint']").first).to_be_visible()
    ticked = page.locator("input[name=tick]:checked").all()
    for box in reversed([*ticked[:9], *ticked[10:-1]]):
        box.uncheck()
    page.get_by_label("Voice of the narrator").select_option("Neil")
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_role("heading", name="Chapters")).to_be_visible()


def hear_a_line_and_the_next(page: Page) -> None:
    """Space plays the selected line; Shift+Space goes on with the next one by itself."""
    page.locator(".line").nth(3).locator(".words").click()
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    expect(page.locator("#clock-now")).not_to_have_text("0:00")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    page.locator("#speed").select_option("2")
    page.locator(".line").nth(6).locator(".words").click()
    page.keyboard.press("Shift+Space")
    heard = page.locator("#heard")
    first = page.locator(".line").nth(6).locator(".words").inner_text()
    second = page.locator(".line").nth(7).locator(".words").inner_text()
    expect(heard).to_have_text(first[:40], use_inner_text=False) if len(first) <= 40 else expect(
        heard
    ).to_contain_text(first[:30])
    page.locator("#waveform").press("End")  # of a take of half a minute
    expect(heard).to_contain_text(second[:30], timeout=60_000)
    page.keyboard.press("Space")


def regenerate_a_line(page: Page) -> None:
    """R makes a second take of the selected line, which becomes the chosen one."""
    line = page.locator(".line").nth(5)
    line.locator(".words").click()
    page.keyboard.press("r")
    expect(line.locator(".take-count")).to_contain_text("2")
    expect(line).to_have_attribute("data-mark", "ready", timeout=60_000)
    number = line.get_attribute("data-take")
    assert Take.objects.get(pk=number).number == 2


def export_m4b(page: Page, project: Project, folder: Path) -> Path:
    """Order the file on the project's page, wait, download."""
    page.goto(project.get_absolute_url())
    expect(page.get_by_role("radio", name="Audiobook One")).to_be_checked()
    expect(page.get_by_label("Format")).to_be_hidden()
    page.get_by_role("button", name="Export", exact=True).click()
    until(lambda: Export.objects.filter(status="ready").exists(), what="the export", within_s=120)
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "The Time Machine.m4b"
    path = folder / "book.m4b"
    download.value.save_as(path)
    return path


def marks_stand_where_their_chapters_begin(path: Path, project: Project) -> None:
    """In the decoded file the first sound after each mark comes when the first take's own silence is over."""
    with av.open(str(path)) as file:
        marks = [
            (chapter["metadata"]["title"], int(chapter["start"] * chapter["time_base"] * 1000))
            for chapter in file.chapters()
        ]
        sound = np.concatenate([frame.to_ndarray().reshape(-1) for frame in file.decode(audio=0)])
    assert [title for title, _ in marks] == ["X", "Epilogue"]
    for script, (_, start_ms) in zip(project.scripts.all(), marks, strict=True):
        first = script.paragraphs.select_related("chosen").order_by("position")[0].chosen
        assert first is not None
        lead_ms = 500 if start_ms == 0 else 0  # the head of the file belongs to the first chapter
        begin = (start_ms + lead_ms) * RATE_HZ // 1000
        loud = np.abs(sound[begin : begin + 2 * RATE_HZ]) > 0.02
        onset_ms = int(loud.argmax()) * 1000 / RATE_HZ
        assert abs(onset_ms - (first.lead_silence_ms or 0)) < 50
        before = sound[max(begin - RATE_HZ // 3, 0) : begin - RATE_HZ // 20]
        assert np.abs(before).max() < 0.01
