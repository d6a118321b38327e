"""The queue from any page: a run is followed, paused, resumed, taken back; a held team says why and goes on."""

from playwright.sync_api import Page, expect

from projects.actions import holds, runs, takes
from projects.models import Run, Take
from projects.models.runs import RunState
from projects.models.takes import TakeStatus
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Opener, answer_held, is_fine_both_ways
from tests.journeys.test_looks import TWO_FRAMES, WATCH_SHIFTS
from tests.journeys.waiting import until
from tests.journeys.worker import Studio

POLLED = """() => new Promise((done) => {
  const poll = document.getElementById("queue-poller");
  poll.addEventListener("htmx:afterRequest", () => done(), { once: true });
  htmx.trigger(poll, "poll");
})"""


def open_queue(page: Page) -> None:
    page.locator(".queue-button").click()
    expect(page.locator("#queue")).to_be_visible()


def made() -> int:
    return Take.objects.filter(status=TakeStatus.READY).count()


def test_a_run_is_followed_paused_resumed_and_taken_back(
    cast: Cast, studio_workers: Studio, open_page: Opener
) -> None:
    studio_workers.standin.settings.latency_s = 3  # however late the page is, the run is not over yet
    script = factories.script(cast.team, lines=60)
    page = open_page(cast.editor)
    page.goto(f"/scripts/{script.pk}/")
    expect(page.locator("#queue-count")).to_have_text("Queue")
    page.get_by_role("button", name="Generate 60 lines").click()
    expect(page.locator("#queue-count")).to_contain_text("of 60")
    page.goto("/")  # from another page, too
    expect(page.locator("#queue-count")).to_contain_text("of 60")
    open_queue(page)
    run = page.locator(".run")
    expect(run).to_contain_text(script.title)
    answer = answer_held(page, "**/pause/", run.get_by_role("button", name="Pause").click)
    page.evaluate(
        POLLED
    )  # it knows already what was pressed, and must not take away the form that is to be answered
    answer()
    expect(run).to_contain_text("Paused")
    expect(run.get_by_role("button", name="Resume")).to_be_focused()
    until(lambda: not Take.objects.filter(status=TakeStatus.RUNNING).exists(), what="lines in the making")
    stopped_at = made()
    assert stopped_at < 60
    expect(page.locator("#queue-count")).to_have_text(f"{stopped_at} of 60", timeout=60_000)
    studio_workers.standin.settings.latency_s = 1.5
    run.get_by_role("button", name="Resume").click()
    until(lambda: made() > stopped_at + 1, what="the run to go on")
    run.get_by_role("button", name="Cancel").click()
    expect(run).to_contain_text("Cancelled")
    expect(run).to_contain_text("not made")
    expect(page.locator("#queue-count")).to_have_text("Queue")
    assert Run.objects.get().state == RunState.CANCELLED
    page.keyboard.press("Escape")
    expect(page.locator("#queue")).to_be_hidden()


def test_a_held_team_has_a_banner_on_every_page_and_resume_goes_on(
    cast: Cast, studio_workers: Studio, open_page: Opener
) -> None:
    studio_workers.standin.fail("ali:400:Arrearage")
    script = factories.script(cast.team, lines=8)
    page, other = open_page(cast.editor), open_page(cast.viewer)
    page.goto(f"/scripts/{script.pk}/")
    page.get_by_role("button", name="Generate 8 lines").click()
    expect(page.locator("#hold")).to_contain_text("The account is in arrears.")
    other.goto("/")
    expect(other.locator("#hold")).to_contain_text("The account is in arrears.")
    expect(other.locator("#hold button")).to_have_count(0)
    page.goto(script.project.get_absolute_url())
    page.locator("#hold").get_by_role("button", name="Resume").click()
    expect(page.locator("#hold")).to_be_hidden()
    until(lambda: made() == 8, what="the lines")
    until(lambda: Run.objects.get().state == RunState.DONE, what="the run to be done")


def test_without_script_the_queue_is_a_page_of_forms(
    cast: Cast, open_page: Opener, chromium: object, live_server: object
) -> None:
    script = factories.script(cast.team, lines=3)
    takes.request(script, script.paragraphs.all(), by=cast.editor)
    runs.pause(Run.objects.get(), by=None)  # the worker of the journeys before leaves it alone
    page = open_page(cast.editor)
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/runs/")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".run")).to_contain_text("Cancelled")
    assert Run.objects.get().state == RunState.CANCELLED


def test_the_queue_is_fine_and_moves_nothing(cast: Cast, open_page: Opener) -> None:
    going, paused, failed = (
        factories.script(cast.team, lines=9, title=f"{title} of the Long and Winding Night")
        for title in ("Report", "Chronicle", "Book")
    )
    for script in (going, paused, failed):
        takes.request(script, script.paragraphs.all(), by=cast.editor)
    runs.pause(Run.objects.get(script=paused), by=None)
    broken = Take.objects.filter(run__script=failed)
    broken.filter(pk__in=broken[:2]).move(to=TakeStatus.FAILED, error_reason="Refused.")
    holds.place(
        cast.team.pk, code="Arrearage", reason="The account is in arrears. Pay, then resume the queue."
    )
    page = open_page(cast.editor)
    for address, name in (("/", "queue-list"), (f"/scripts/{going.pk}/", "queue-script")):
        page.goto(address)
        page.evaluate(WATCH_SHIFTS)
        expect(page.locator("#hold")).to_contain_text("in arrears")
        open_queue(page)
        expect(page.locator(".run")).to_have_count(3)
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("window.shifts") == []
        is_fine_both_ways(page, address, name)
    page.goto("/runs/")
    is_fine_both_ways(page, "the page of the queue", "queue-page")
