"""The shortest journeys: a line is asked for, made by the worker and heard of by the page; and complaints are seen."""

import pytest
from playwright.sync_api import Page, expect

from projects import tasks
from projects.models import Take
from projects.models.takes import TakeStatus
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener, photograph
from tests.journeys.waiting import until
from tests.journeys.worker import Studio

EXECUTE_INLINE = """() => {
  const script = document.createElement("script");
  script.textContent = "window.intruder = true";
  document.head.append(script);
}"""


def test_a_line_goes_through_the_worker(cast: Cast, studio_workers: Studio) -> None:
    script = factories.script(cast.team, lines=1)
    (take,) = tasks.queue_takes(script, script.paragraphs.all(), by=cast.editor)
    until(lambda: not Take.objects.get(pk=take.pk).is_active, what="the take")
    take.refresh_from_db()
    assert (take.status, take.error_detail) == (TakeStatus.READY, "")
    assert take.duration_ms is not None
    assert take.duration_ms > 500
    assert [call.input for call in studio_workers.standin.calls] == [take.text]


def test_a_press_of_generate_ends_in_a_ready_line(
    cast: Cast, studio_workers: Studio, open_page: Opener, shoot: object
) -> None:
    script = factories.script(cast.team, lines=3)
    page = open_page(cast.editor)
    page.goto(f"/scripts/{script.pk}/")
    page.get_by_role("button", name="Generate 3 lines").click()
    for line in script.paragraphs.all():
        expect(page.locator(f"#word-{line.pk}")).to_have_text("Ready")
    shoot(page, "first-line-ready")  # type: ignore[operator]
    take = Take.objects.filter(paragraph__script=script).order_by("pk")[0]
    assert _played_s(page, f"/takes/{take.pk}/audio.wav") == pytest.approx(take.frames / 24_000, abs=0.05)
    assert len(studio_workers.standin.calls) == 3


def _played_s(page: Page, address: str) -> float:
    """How long the browser takes this sound to be, once it plays."""
    seconds = page.evaluate(
        """async (address) => {
          const sound = new Audio(address);
          await sound.play();
          const duration = sound.duration;
          sound.pause();
          return duration;
        }""",
        address,
    )
    return float(seconds)


def test_what_the_browser_blocks_is_seen(
    cast: Cast, open_page: Opener, complaints: Complaints, axe: object
) -> None:
    page = open_page(cast.viewer)
    page.goto("/")
    page.evaluate(EXECUTE_INLINE)
    page.wait_for_function("() => true")  # one more way there and back: the report has come by then
    assert page.evaluate("window.intruder") is None
    assert any(one.startswith("policy: script-src") for one in complaints.unexpected())
    assert any(one.startswith("console:") for one in complaints.unexpected())
    complaints.expect("script-src")
    complaints.expect("Content Security Policy")
    assert complaints.unexpected() == []
    picture = photograph(page, "seen")
    assert picture.read_bytes().startswith(b"\x89PNG")
    picture.unlink()
    page.evaluate("() => document.body.append(new Image())")
    assert any(one.startswith("image-alt") for one in axe(page))  # type: ignore[operator]


def test_a_page_for_nobody_is_the_sign_in(open_page: Opener) -> None:
    page = open_page(width=390, height=800, dark=True)
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
