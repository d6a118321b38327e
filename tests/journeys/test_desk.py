"""A producer's hour at the script: lines are split, merged, moved, written and deleted, and all of it undone."""

import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from projects.actions import clips, manuscripts
from projects.manuscript.manuscript import Chapter
from projects.models import Edit, Project, Script
from tests import factories
from tests.audio import sounds
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener, is_fine
from tests.journeys.waiting import until

WORDS = ("Alpha one.", "Bravo two and three.", "Charlie four.", "Delta five.", "Echo six.")


@pytest.fixture
def script(cast: Cast) -> Script:
    project = Project.objects.create(team=cast.team, title="The Desk", language="English")
    script = manuscripts.add_script(project, Chapter.of("I", WORDS))
    manuscripts.add_script(project, Chapter.of("II", ["There."]))
    return script


def texts(script: Script) -> list[str]:
    return [line.text for line in script.paragraphs.all()]


def shows(page: Page, *words: str) -> None:
    expect(page.locator("#lines > .line .words")).to_have_text(list(words))


def line(page: Page, words: str) -> Locator:
    return page.locator("#lines > .line").filter(has_text=words)


def opened(open_page: Opener, cast: Cast, script: Script, **look: object) -> Page:
    page = open_page(cast.editor, **look)  # type: ignore[arg-type]
    page.goto(script.get_absolute_url())
    expect(page.locator("#inspector [data-inspects]")).to_be_attached()
    return page


def test_an_hour_of_editing_by_keys_and_all_of_it_undone(
    cast: Cast, script: Script, open_page: Opener, complaints: Complaints
) -> None:
    complaints.expect("status of 409")  # nothing is left to undo at the end; browsers log that answer
    for one in script.paragraphs.all():
        factories.ready(one)
    page = opened(open_page, cast, script)
    page.keyboard.press("j")
    page.keyboard.press(".")
    expect(page.get_by_role("button", name="New line after")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="New line before")).to_be_focused()
    page.keyboard.press("Escape")
    expect(line(page, "Bravo").locator(".lane")).to_be_focused()
    page.keyboard.press("e")
    pen = page.get_by_label("Text of line 2")
    pen.evaluate("(field) => field.setSelectionRange(10, 10)")
    page.keyboard.press("Alt+Enter")
    shows(page, "Alpha one.", "Bravo two", "and three.", *WORDS[2:])
    expect(line(page, "Bravo two")).to_have_attribute("data-mark", "stale")
    expect(line(page, "and three.")).to_have_class("line is-selected")
    expect(page.locator("#inspector h2")).to_have_text("Line 3")
    page.keyboard.press("Shift+M")
    shows(page, *WORDS)
    page.keyboard.press("Alt+ArrowDown")
    shows(page, WORDS[0], WORDS[2], WORDS[1], *WORDS[3:])
    page.keyboard.press("Alt+ArrowUp")
    shows(page, *WORDS)
    page.keyboard.press("Alt+ArrowUp")
    shows(page, WORDS[1], WORDS[0], *WORDS[2:])
    page.keyboard.press("n")
    page.get_by_label("Text of the new line").fill("New one.\n\nNew two.")
    page.keyboard.press("Control+Enter")
    shows(page, WORDS[1], "New one.", "New two.", WORDS[0], *WORDS[2:])
    expect(page.locator("#did")).to_contain_text("2 lines inserted.")
    expect(line(page, "New one.")).to_have_class("line is-selected")
    page.keyboard.press("Shift+J")
    expect(page.locator("#chosen")).to_contain_text("2 lines selected")
    page.keyboard.press("Delete")
    shows(page, WORDS[1], WORDS[0], *WORDS[2:])
    for undone in range(1, 8):
        page.keyboard.press("Control+z")
        until(lambda n=undone: Edit.objects.exclude(undone_at=None).count() == n, what="undo")
    expect(page.locator("#did")).to_contain_text("Undone: split the line.")
    shows(page, *WORDS)
    page.reload()
    shows(page, *WORDS)
    page.keyboard.press("Control+z")
    expect(page.locator("#notice")).to_contain_text("nothing of yours to undo")
    page.keyboard.press("Control+Shift+Z")
    expect(line(page, "Bravo two")).to_have_attribute("data-mark", "stale")
    assert texts(script) == ["Alpha one.", "Bravo two", "and three.", *WORDS[2:]]


def test_a_clip_is_placed_and_moved_like_a_line(cast: Cast, script: Script, open_page: Opener) -> None:
    music = io.BytesIO(sounds.wav_bytes(sounds.tone(24_000)))
    clips.add(script.project, "Sting", music, is_for_team=False, by=cast.editor)
    page = opened(open_page, cast, script)
    line(page, "Bravo").locator(".words").click()
    page.locator("[popovertarget=more]:visible").click()
    page.locator("#more").get_by_role("button", name="Place").click()
    expect(page.locator("#did")).to_contain_text("Sting placed.")
    shows(page, *WORDS[:2], "Sting", *WORDS[2:])
    expect(line(page, "Sting")).to_have_class(re.compile("is-selected"))
    expect(page.locator("#inspector")).to_contain_text("Sting is a clip")
    page.keyboard.press("Alt+ArrowUp")
    shows(page, WORDS[0], "Sting", *WORDS[1:])
    line(page, "Sting").locator(".lane").drag_to(line(page, WORDS[3]), target_position={"x": 200, "y": 4})
    shows(page, *WORDS[:3], "Sting", *WORDS[3:])
    page.keyboard.press("Space")
    page.wait_for_function("() => document.getElementById('player').hasAttribute('data-on')")
    page.keyboard.press("Control+z")
    shows(page, WORDS[0], "Sting", *WORDS[1:])
    page.keyboard.press("Control+z")
    shows(page, *WORDS[:2], "Sting", *WORDS[2:])
    page.keyboard.press("Control+z")
    shows(page, *WORDS)


def test_lines_are_dragged_between_others_and_into_another_chapter(
    cast: Cast, script: Script, open_page: Opener
) -> None:
    page = opened(open_page, cast, script)
    line(page, "Alpha").locator(".words").click()
    line(page, "Charlie").locator(".words").click(modifiers=["Control"])
    expect(page.locator("#chosen")).to_contain_text("2 lines selected")
    line(page, "Alpha").locator(".lane").drag_to(line(page, "Delta"), target_position={"x": 200, "y": 50})
    shows(page, WORDS[1], WORDS[3], WORDS[0], WORDS[2], WORDS[4])
    other = script.project.scripts.exclude(pk=script.pk).get()
    line(page, "Echo").locator(".words").click()
    line(page, "Echo").locator(".lane").drag_to(page.locator(f"#chapter-{other.pk}"))
    shows(page, WORDS[1], WORDS[3], WORDS[0], WORDS[2])
    until(lambda: texts(other) == ["There.", "Echo six."], what="the line in the other chapter")
    page.locator("#did").get_by_role("button", name="Undo").click()
    shows(page, WORDS[1], WORDS[3], WORDS[0], WORDS[2], WORDS[4])


def test_selecting_by_mouse_and_pauses_and_direction_for_all_of_them(
    cast: Cast, script: Script, open_page: Opener, axe: Callable[[Page], list[str]]
) -> None:
    page = opened(open_page, cast, script)
    line(page, "Bravo").locator(".words").click()
    line(page, "Delta").locator(".words").click(modifiers=["Shift"])
    expect(page.locator(".is-chosen")).to_have_count(3)
    page.locator("#chosen").get_by_role("button", name="More").click()
    page.locator("#more-pause").fill("1500")
    page.locator("#more").get_by_role("button", name="Set").click()
    expect(page.locator("#did")).to_contain_text("3 lines given this pause.")
    assert [one.pause_ms for one in script.paragraphs.all()] == [None, 1500, 1500, 1500, None]
    page.locator("#chosen").get_by_role("button", name="More").click()
    page.get_by_label("Is, for the pause after it").select_option("End of a scene")
    page.locator("#more").get_by_role("button", name="Mark").click()
    expect(page.locator("#did")).to_contain_text("3 lines marked.")
    expect(line(page, "Bravo")).to_have_attribute("data-kind", "scene")
    expect(page.locator(".is-chosen")).to_have_count(3)  # to be directed next
    factories.ready(script.paragraphs.all()[1])
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog", name="Direct 3 lines")
    expect(dialog.get_by_label("Character")).to_be_focused()
    dialog.get_by_role("button", name="Whisper").click()
    expect(dialog.get_by_text("3 lines would be spoken differently; 1 of them is finished.")).to_be_visible()
    is_fine(page, axe, "directing many lines")
    dialog.get_by_role("button", name="Direct", exact=True).click()
    expect(page.locator("#did")).to_contain_text("3 lines directed.")
    expect(line(page, "Bravo")).to_have_attribute("data-mark", "stale")
    page.keyboard.press("Alt+ArrowUp")
    shows(page, *WORDS[1:4], WORDS[0], WORDS[4])
    expect(page.locator(".is-chosen")).to_have_count(3)
    page.keyboard.press("Alt+ArrowDown")
    shows(page, *WORDS)
    page.keyboard.press("Control+a")
    expect(page.locator("#chosen")).to_contain_text("5 lines selected")
    page.keyboard.press("Escape")
    expect(page.locator("#chosen")).to_be_hidden()


def test_with_a_thumb_several_lines_are_chosen_and_deleted_and_come_back(
    cast: Cast, script: Script, open_page: Opener
) -> None:
    page = opened(open_page, cast, script, width=390, height=844)
    page.locator(".thumb[popovertarget=more]").tap()
    page.get_by_role("button", name="Select several lines").tap()
    line(page, "Bravo").locator(".words").tap()
    line(page, "Delta").locator(".words").tap()
    expect(page.locator("#chosen")).to_contain_text(
        "3 lines selected"
    )  # with the one that was selected before
    page.locator("#chosen").get_by_role("button", name="Delete").tap()
    shows(page, WORDS[2], WORDS[4])
    page.locator("#did").get_by_role("button", name="Undo").tap()
    shows(page, *WORDS)
