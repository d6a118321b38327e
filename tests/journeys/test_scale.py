"""A script of thousands of lines: it is opened, scrolled, walked, searched and heard by windows, and stays light."""

import pytest
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat
from playwright.sync_api import Page, expect

from projects.actions import cast as acting
from projects.actions import lines as acts
from projects.actions import paragraphs
from projects.models import Paragraph, Script, Take
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Opener
from tests.journeys.test_looks import TWO_FRAMES, WATCH_SHIFTS

LINES = 3_000
NO_GAP = """() => [...document.querySelectorAll("#lines > .gap")].every((gap) => {
  const box = gap.getBoundingClientRect();
  return box.top > innerHeight || box.bottom < 0;
})"""
ROWS = "document.querySelectorAll('#lines > .line').length"


@pytest.fixture
def script(cast: Cast) -> Script:
    script = factories.script(cast.team, lines=LINES)
    first, last = script.paragraphs.first(), script.paragraphs.last()
    assert first is not None
    assert last is not None
    for line in (first, last):
        factories.ready(line, duration_ms=400)
    filby = acting.add(script.project, name="Filby", by=None)
    pks = _ids(script, LINES)
    longer = Concat("text", Value(" And so it went on, long after midnight, in the house on the hill." * 3))
    Paragraph.objects.filter(pk__in=pks[1:-1:3]).update(character=filby)
    Paragraph.objects.filter(pk__in=pks[1:-1:7]).update(text=longer)
    return script


def in_sight(page: Page) -> list[int]:
    """The numbers of the lines that are in the window."""
    labels = page.evaluate(
        """() => [...document.querySelectorAll('#lines > .line')].filter((row) => {
          const box = row.getBoundingClientRect();
          return box.bottom > 60 && box.top < innerHeight - 80;
        }).map((row) => row.querySelector('.lane').ariaLabel)"""
    )
    return [int(label.split()[1]) for label in labels]


def test_a_long_script_goes_by_windows(cast: Cast, script: Script, open_page: Opener) -> None:
    page = open_page(cast.editor)
    page.goto(script.get_absolute_url())
    expect(page.locator("#progress")).to_contain_text(f"2 of {LINES} ready")
    expect(page.locator("#lines > .line").first).to_have_attribute("aria-setsize", str(LINES))
    whole = page.evaluate("document.documentElement.scrollHeight")
    assert whole > LINES * 60

    # Scrolled into the middle, and nothing is blank there.
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    page.wait_for_function(NO_GAP)
    seen = in_sight(page)
    assert LINES * 0.4 < seen[0] < LINES * 0.6
    assert seen == list(range(seen[0], seen[0] + len(seen)))
    assert abs(page.evaluate("document.documentElement.scrollHeight") - whole) < whole * 0.01

    # On with the wheel, up and down over windows that are fetched meanwhile: nothing moves by itself.
    page.evaluate(WATCH_SHIFTS)
    page.mouse.move(700, 450)
    for step in [-600] * 8 + [600] * 4:
        page.mouse.wheel(0, step)
        page.wait_for_function(NO_GAP)
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("window.shifts") == []

    # By keys to the end and back; across windows.
    page.keyboard.press("End")
    expect(page.locator("#inspector h2")).to_have_text(f"Line {LINES}")
    page.keyboard.press("k")
    expect(page.locator("#inspector h2")).to_have_text(f"Line {LINES - 1}")
    page.keyboard.press("Home")
    expect(page.locator("#inspector h2")).to_have_text("Line 1")
    page.evaluate("(line) => (location.hash = `#line-${line}`)", _ids(script, 95)[-1])
    expect(page.locator("#inspector h2")).to_have_text("Line 95")
    for _ in range(10):
        page.keyboard.press("j")
    expect(page.locator("#inspector h2")).to_have_text("Line 105", timeout=60_000)
    assert 105 in in_sight(page)

    # Searched: the hit is far from every row on the page.
    page.keyboard.press("Control+f")
    page.get_by_role("searchbox").fill("number 1.2345.")
    expect(page.locator("[data-found]")).to_contain_text("1 in 1 line")
    page.keyboard.press("Enter")
    expect(page.locator("#lines .is-selected .words")).to_contain_text("number 1.2345.")
    assert 2345 in in_sight(page)
    page.keyboard.press("Escape")

    # Another person's insert far above moves the numbers and nothing in sight.
    before = page.locator("#lines .is-selected").bounding_box()
    acts.insert(script, ["A new line."], after=None, by=cast.admin)
    expect(page.locator("#lines .is-selected .lane")).to_have_attribute("aria-label", "Line 2346")
    after = page.locator("#lines .is-selected").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2
    assert page.evaluate(ROWS) < 700

    # All lines at once, more than a poll brings one by one.
    page.keyboard.press("Control+a")
    expect(page.locator("#chosen")).to_contain_text("3,001 lines selected")
    project = script.project
    changes = [(line, {"voice": "Maia"}) for line in paragraphs.present(script.pk, _ids(script, 400))]
    with transaction.atomic():
        versions = paragraphs.hold(script.pk)
        paragraphs.put("recast", changes, project=project, versions=versions, by=cast.admin)
    page.keyboard.press("Home")
    expect(page.locator("#lines > .line").nth(1)).to_have_attribute("data-mark", "stale")


def _ids(script: Script, count: int) -> list[int]:
    return list(script.paragraphs.values_list("pk", flat=True)[:count])


def test_play_until_the_end_finds_a_take_past_every_gap(
    cast: Cast, script: Script, open_page: Opener
) -> None:
    page = open_page(cast.editor)
    page.goto(script.get_absolute_url())
    expect(page.locator("#clock-all")).to_have_text("0:02")  # both takes and their pauses
    last = Paragraph.objects.filter(script=script).last()
    page.keyboard.press("Shift+Space")
    expect(page.locator(f"#line-{last.pk}")).to_have_class("line is-selected is-playing")
    assert Take.objects.count() == 2
