"""A guest on a phone: opens the link, hears line after line with the text, and says what she thinks."""

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from projects.models import Verdict
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener


def test_a_guest_hears_a_chapter_on_a_phone(
    cast: Cast,
    open_page: Opener,
    axe: Callable[[Page], list[str]],
    shoot: Callable[..., object],
    complaints: Complaints,
    broker: str,
) -> None:
    script = factories.script(cast.team, lines=6)
    factories.all_ready(script, duration_ms=700)
    lines = list(script.paragraphs.all())
    producer = open_page(cast.editor)
    producer.goto(f"/projects/{script.project_id}/guests/")
    producer.get_by_label("For whom").fill("Gus")
    producer.get_by_label("Password, if it shall ask for one").fill("rain at nine")
    producer.get_by_role("button", name="Make a link").click()
    address = producer.get_by_role("textbox", name="The link for Gus").input_value()
    assert axe(producer) == []
    shoot(producer, "guest-links-1440", whole=True)
    guest = open_page(width=390, height=844, dark=True)
    guest.goto(urlsplit(address).path)
    assert axe(guest) == []
    guest.get_by_label("Password").fill("rain at nine")
    guest.get_by_role("button", name="Open").click()
    expect(guest.locator(f"#line-{lines[0].pk}")).to_be_visible()
    guest.wait_for_load_state()
    guest.locator(f"#line-{lines[0].pk} .guest-words").click()
    expect(guest.locator(f"#line-{lines[1].pk}")).to_have_class("guest-line is-heard")  # it goes on by itself
    guest.get_by_role("button", name="Pause").click()
    say = guest.locator(f"#line-{lines[1].pk}")
    say.get_by_text("Say something on this line").click()
    say.get_by_label("What should change, or a comment").fill("Too quick for me")
    assert axe(guest) == []
    shoot(guest, "guest-390")
    say.get_by_role("button", name="Ask for a change").click()
    expect(say).to_contain_text("Change wanted: Too quick for me; Gus (guest)")
    expect(say).to_have_class("guest-line is-heard")
    verdict = Verdict.objects.get()
    assert (verdict.paragraph, verdict.kind, str(verdict.guest)) == (lines[1], "pickup", "Gus")
    producer.get_by_role("button", name="Take back the link for Gus").click()
    expect(producer.get_by_text("taken back")).to_be_visible()
    complaints.expect("status of 404")
    guest.reload()
    expect(guest.get_by_role("heading", name="This link is closed")).to_be_visible()
