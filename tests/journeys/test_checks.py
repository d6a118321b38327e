"""A flagged take, seen at the edge of its line, in its history and in the waveform, heard there, and found good."""

from playwright.sync_api import expect

from projects.models import Take
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Opener, is_fine_both_ways

FINDINGS = [
    {"code": "pause", "text": "Pause of 2.8 s at 0:04", "at_ms": 4000, "until_ms": 6800},
    {"code": "level", "text": "9 dB louder than this voice usually is here", "at_ms": 50, "until_ms": 7900},
]
PIXELS = """() => {
  const canvas = document.getElementById("waveform");
  const row = canvas.getContext("2d").getImageData(0, canvas.height - 2, canvas.width, 1).data;
  return [0.3, 0.65, 0.9].map((share) => row[4 * Math.floor(share * canvas.width) + 3] > 0);
}"""


def test_a_flagged_take_is_heard_where_it_is_flagged_and_found_good(cast: Cast, open_page: Opener) -> None:
    script = factories.script(cast.team, lines=3)
    line = script.paragraphs.all()[1]
    factories.all_ready(script)
    take = factories.ready(line, duration_ms=8000)
    Take.objects.filter(pk=take.pk).update(findings=FINDINGS[:1])
    page = open_page(cast.reviewer)
    page.goto(f"/scripts/{script.pk}/#line-{line.pk}")
    row = page.locator(f"#line-{line.pk}")
    expect(row).to_have_attribute("data-mark", "flagged")
    expect(row.locator(".word")).to_have_text("Pause of 2.8 s at 0:04")
    page.get_by_role("button", name="Pause of 2.8 s at 0:04: hear it").click()
    page.wait_for_function(
        "() => Number(document.getElementById('waveform').getAttribute('aria-valuenow')) >= 3.5"
    )
    assert page.evaluate(PIXELS) == [False, True, False], "the place stands under the waveform"
    is_fine_both_ways(page, "the page of the line", "checks", sheet=True)
    page.get_by_role("button", name="Take 2 is good").click()
    expect(row).to_have_attribute("data-mark", "ready")
    expect(page.locator("#inspector")).to_contain_text("Found good by Rosa")


def test_the_limits_stand_where_the_project_is_edited(cast: Cast, open_page: Opener) -> None:
    project = factories.project(cast.team)
    page = open_page(cast.editor)
    page.goto(f"/projects/{project.pk}/edit/")
    page.get_by_label("Make a flagged line again by itself, times").fill("1")
    page.get_by_label("Flag a pause inside a line above, in milliseconds").fill("2000")
    is_fine_both_ways(page, "the limits", "checks-edit", whole=True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=project.title)).to_be_visible()
    project.refresh_from_db()
    assert (project.retakes, project.check_pause_ms, project.check_level_db) == (1, 2000, 6.0)
