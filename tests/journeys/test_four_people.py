"""A book from its manuscript to an approved file, by four people: producer, editor, reviewer, and a guest on a phone.

What each of them can do besides is in the other journeys; here it fits together.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from projects.models import Export, Paragraph, Project
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener
from tests.journeys.worker import Studio

TEXT = "CHAPTER I\n\nThe lamp was lit.\n\nNobody came to the door.\n\nAt nine the rain began.\n"


def test_four_people_make_a_book(
    cast: Cast,
    studio_workers: Studio,
    open_page: Opener,
    axe: Callable[..., list[str]],
    shoot: Callable[..., object],
    complaints: Complaints,
) -> None:
    producer, editor, reviewer = (open_page(user) for user in (cast.owner, cast.editor, cast.reviewer))
    project = imports(producer)
    script = project.scripts.get()
    first, second, third = script.paragraphs.all()
    guest = invites(producer, project, open_page)

    editor.goto(script.get_absolute_url())
    editor.get_by_role("button", name="Generate 3 lines").click()
    for line in (first, second, third):
        expect(editor.locator(f"#word-{line.pk}")).to_have_text("Ready")

    judges_her_chapter(reviewer, [line.text for line in (first, second)])
    answers_the_pickup(editor, second)

    asks_for_approved(producer, project)
    complaints.expect("status of 422")
    expect(producer.locator("#refused")).to_contain_text("2 lines are not approved as they are now")
    shoot(producer, "four-refused", whole=True)

    approves(guest, second)
    approves(guest, third)
    assert axe(guest) == []
    shoot(guest, "four-guest")
    assert Paragraph.objects.judged("approved").count() == 3

    asks_for_approved(producer, project)
    expect(producer.get_by_role("link", name="Download")).to_be_visible()
    export = Export.objects.get()
    assert (export.is_approved, sum(len(chapter["lines"]) for chapter in export.plan)) == (True, 3)
    tells_the_whole_story(producer, project)
    assert axe(producer) == []
    shoot(producer, "four-activity", whole=True)


def imports(page: Page) -> Project:
    """Hand in the manuscript and make it a project."""
    page.goto("/projects/new/")
    page.locator("[name=text]").fill(TEXT)
    page.get_by_role("button", name="Read the manuscript").click()
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_role("heading", name="Chapters")).to_be_visible()
    return Project.objects.get()


def invites(page: Page, project: Project, open_page: Opener) -> Page:
    """Give Rosa the chapter and Gus a link; return the page that Gus opens with it."""
    page.get_by_role("link", name="Review").click()
    page.get_by_text("Nobody hears it yet").click()
    page.get_by_role("checkbox", name="Rosa").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".assign summary")).to_contain_text("Rosa")
    page.get_by_role("link", name="Guests").click()
    page.get_by_label("For whom").fill("Gus")
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_role("textbox", name="The link for Gus").input_value()
    guest = open_page(width=390, height=844, dark=True)
    guest.goto(urlsplit(address).path)
    return guest


def judges_her_chapter(page: Page, texts: list[str]) -> None:
    """By the bell to the chapter; the first line is approved, of the second a pickup is wanted."""
    page.goto("/")
    expect(page.locator("#bell")).to_contain_text("1")
    page.get_by_role("link", name="Notifications").click()
    page.get_by_role("link", name="Olga gave you").click()
    expect(page.locator("#hear-line")).to_have_text(texts[0])
    page.wait_for_load_state()
    page.keyboard.press("a")
    expect(page.locator("#hear-line")).to_have_text(texts[1])
    page.keyboard.press("f")
    page.keyboard.type("A longer pause after “Nobody”")
    page.keyboard.press("Enter")
    expect(page.locator("#hear-line")).not_to_have_text(texts[1])


def answers_the_pickup(page: Page, line: Paragraph) -> None:
    """The bell of the open script page counts it; its notification leads to the line; another take is made."""
    expect(page.locator("#bell")).to_contain_text("2")  # the run that is done, and the pickup
    page.get_by_role("link", name="Notifications").click()
    page.get_by_role("link", name="Rosa wants a pickup").click()
    expect(page.locator(f"#line-{line.pk}")).to_have_attribute("data-mark", "pickup")
    expect(page.locator(f"[data-inspects='{line.pk}']")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("r")
    expect(page.locator(f"#line-{line.pk}")).to_have_attribute("data-mark", "ready")


def asks_for_approved(page: Page, project: Project) -> None:
    page.goto(project.get_absolute_url())
    page.get_by_role("radio", name="Other").check()
    page.get_by_label("Format").select_option("wav")
    page.get_by_text("Credits, and which lines").click()
    page.get_by_label("Only what is approved").check()
    page.get_by_role("button", name="Export", exact=True).click()


def approves(page: Page, line: Paragraph) -> None:
    """The guest hears the line as it is now, and approves it."""
    page.reload()
    row = page.locator(f"#line-{line.pk}")
    row.locator(".guest-words").click()
    expect(row).to_have_class("guest-line is-heard")
    row.get_by_text("Say something on this line").click()
    row.get_by_role("button", name="Approve").click()
    expect(row).to_contain_text("Approved by Gus (guest)")


def tells_the_whole_story(page: Page, project: Project) -> None:
    """The newest first: what all four did."""
    page.get_by_role("link", name="Activity").click()
    told = [" ".join(row.split()) for row in page.locator(".trail-row p:first-child").all_inner_texts()]
    story = (
        *("Olga imported", "Olga gave this chapter to Rosa", "Olga made a guest link for Gus"),
        *("Edgar generated 3 lines (done)", "Rosa approved", "Rosa asked for a pickup"),
        *("Edgar asked for take 2", "Gus (guest) approved", "Olga ordered WAV (ready, approved lines only)"),
    )
    at = [max(n for n, row in enumerate(told) if row.startswith(words)) for words in story]
    assert at == sorted(at, reverse=True), told
