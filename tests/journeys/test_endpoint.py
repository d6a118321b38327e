"""A team connects an endpoint of its own, tries it, and hears its first line from there."""

from playwright.sync_api import expect

from projects.models import Take, TeamEndpoint
from projects.speech.standin.server import Standin
from projects.speech.voices import VOICE_NAMES
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener, is_fine_both_ways
from tests.journeys.test_looks import GERMAN
from tests.journeys.waiting import until
from tests.journeys.worker import Studio

TOKEN = "kokoro-token"


def test_the_pages_are_fine(cast: Cast, kokoro: Standin, open_page: Opener, complaints: Complaints) -> None:
    complaints.expect("422")
    project = factories.project(cast.team, title=GERMAN[:60], voice="Neil")
    project.scripts.get().paragraphs.filter(position__gt=1).update(voice="Cherry")
    page = open_page(cast.admin)
    page.goto(f"/teams/{cast.team.pk}/endpoint/")
    is_fine_both_ways(page, "no endpoint", "endpoint-none", whole=True)
    factories.endpoint(cast.team, address=kokoro.url, token="wrong", model="kokoro")
    page.reload()
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("does not accept this token")).to_be_visible()
    is_fine_both_ways(page, "an endpoint", "endpoint", whole=True)
    for name, address in (
        ("voices", f"/projects/{project.pk}/voices/"),
        ("project", f"/projects/{project.pk}/"),
    ):
        page.goto(address)
        is_fine_both_ways(page, name, f"endpoint-{name}", whole=True)


def test_a_team_connects_lists_tries_generates_and_hears(
    cast: Cast, studio_workers: Studio, open_page: Opener, complaints: Complaints
) -> None:
    complaints.expect("422")
    kokoro = studio_workers.kokoro
    script = factories.script(cast.team, lines=1, voice="Neil")
    page = open_page(cast.admin)
    page.goto("/")
    page.get_by_text("Ada", exact=True).click()
    page.get_by_role("link", name="Speech endpoint").click()
    page.get_by_label("Model, as the endpoint names it").fill("kokoro")
    page.get_by_label("Address").fill(kokoro.url)
    page.get_by_label("Token", exact=True).fill("not-this-one")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("The endpoint does not accept this token.")).to_be_visible()
    assert not TeamEndpoint.objects.exists()
    page.get_by_label("Token", exact=True).fill(TOKEN)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text(f"It has {len(VOICE_NAMES)} voices.")).to_be_visible()
    assert TOKEN not in page.content()
    page.get_by_role("button", name="List voices").click()
    expect(page.get_by_text(f"It lists {len(VOICE_NAMES)} voices.")).to_be_visible()
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#trial audio")).to_be_visible()
    heard = page.locator("#trial audio")
    until(lambda: heard.evaluate("(audio) => audio.duration > 1"), what="the sentence to be heard")
    page.goto(script.get_absolute_url())
    page.get_by_role("button", name="Generate 1 line").click()
    expect(page.locator("[data-mark=ready]")).to_have_count(1)
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    assert Take.objects.get().model == "kokoro"
    assert [call.model for call in kokoro.calls] == ["kokoro", "kokoro"]
