"""Two takes of a line against each other: swapped in place, at one level, blind if wanted, and one of them chosen."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from projects.actions import recordings
from projects.models import Take
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Opener

# The sounds of the comparison are made by script and are in no document: note them as they are made.
NOTE_SOUNDS = """window.sounds = [];
const Plain = window.Audio;
window.Audio = class extends Plain { constructor(...all) { super(...all); window.sounds.push(this); } };"""
VOLUMES = (
    "() => window.sounds.filter((one) => one.src.includes('/takes/')).slice(-2).map((one) => one.volume)"
)
TIMES = (
    "() => window.sounds.filter((one) => one.src.includes('/takes/')).slice(-2).map((one) => one.currentTime)"
)


def test_two_takes_are_swapped_in_place_at_one_level(
    cast: Cast, open_page: Opener, axe: Callable[[Page], list[str]], shoot: Callable[..., object]
) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    loud = factories.ready(line, duration_ms=8000)
    soft = recordings.keep(line, factories.sound(8000) // 2, source="recorded", by=cast.editor)
    page = open_page(cast.editor, own=True)
    page.add_init_script(NOTE_SOUNDS)
    page.goto(f"/scripts/{line.script_id}/")
    page.get_by_role("button", name="Compare take 1 with the chosen one").click()
    now = page.locator("[data-compare-now]")
    expect(now).to_have_text("Take 2")
    page.wait_for_function("() => window.sounds.at(-1).currentTime > 1")
    assert page.evaluate(VOLUMES) == [1, 0], "the chosen one is heard first, and it is the softer"
    page.keyboard.press("x")
    expect(now).to_have_text("Take 1")
    heard = page.evaluate(VOLUMES)
    assert heard[0] == 0
    assert 0.48 < heard[1] < 0.52, "the louder one is turned down by the 6 dB between them"
    first, second = page.evaluate(TIMES)
    assert abs(first - second) < 0.6, "it goes on where the other was, not at its beginning"
    assert axe(page) == []
    shoot(page, "compare-1440")
    page.get_by_label("Blind").check()
    expect(now).to_have_text("Sound 2 of 2")
    page.get_by_label("Blind").uncheck()
    if now.text_content() == "Take 2":
        page.get_by_role("button", name="Swap").click()
    page.get_by_role("button", name="Choose this one").click()
    expect(page.locator(f"#take-{loud.pk} .take-chosen")).to_be_visible()
    expect(page.locator("#compare")).to_be_hidden()
    line.refresh_from_db()
    assert line.chosen == loud != soft
    assert Take.objects.count() == 2
