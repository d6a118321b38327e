"""Casting in a real browser: found speakers become characters, one is recast, a line is directed in the inspector."""

import pytest
from playwright.sync_api import Page, expect

from projects.actions import cast as acting
from projects.actions import manuscripts, speakers
from projects.manuscript.manuscript import Chapter
from projects.models import Paragraph, Project, Sample
from projects.speech.standin.server import Standin
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener, both_ways, is_fine_both_ways

TALE = (
    "“Is not that rather a large thing to expect us to begin upon?” said Filby, an argumentative person with red hair.",
    "It was late, and the fire burned brightly in the grate of the old room by the river.",
    "“That is all right,” said the Psychologist.",
    "“There I object,” said Filby. “Of course a solid body may exist. All real things—”",
    "“So most people think. But wait a moment. Can an instantaneous cube exist?”",
    "“Don’t follow you,” said Filby.",
    "“I have not,” said the Provincial Mayor.",
)


@pytest.fixture
def project(cast: Cast) -> Project:
    row = Project.objects.create(
        team=cast.team,
        title="The Time Machine",
        author="H. G. Wells",
        language="English",
        instructions="Unhurried.",
    )
    manuscripts.add_script(row, Chapter.of("I", TALE))
    manuscripts.add_script(row, Chapter.of("II", TALE[2:5]))
    return row


def test_the_pages_of_the_cast_are_fine(cast: Cast, project: Project, open_page: Opener) -> None:
    page = open_page(cast.editor)
    page.goto(f"/projects/{project.pk}/cast/")
    is_fine_both_ways(page, "an empty cast", "cast-empty", whole=True)
    speakers.find(project)
    filby = acting.add(
        project, name="Filby", voice="Vincent", instructions="Gruff and quick.", by=cast.editor
    )
    acting.decide(project, ["Filby"], character=filby, by=cast.editor)
    acting.add(project, name="Narrator", voice="Neil", is_narrator=True, by=cast.editor)
    script = project.scripts.all()[0]
    for line in script.paragraphs.select_related("script__project")[:3]:
        factories.ready(line)
    page.reload()
    is_fine_both_ways(page, "a cast", "cast", whole=True)
    for _ in both_ways(page):
        assert page.locator(".cast > li").first.bounding_box()["width"] > 300  # type: ignore[index]
    page.goto(filby.get_absolute_url())
    is_fine_both_ways(page, "a character", "character", whole=True)
    page.get_by_role("link", name="Hear the voices").click()
    expect(page.get_by_role("radio", name="Vincent")).to_be_focused()
    is_fine_both_ways(page, "the voices", "voices")
    page.keyboard.press("Escape")
    page.get_by_label("Voice", exact=True).select_option("Bellona")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("would be spoken differently")).to_be_visible()
    is_fine_both_ways(page, "the question before recasting", "character-question", whole=True)
    page.goto(f"/scripts/{script.pk}/direction/")
    is_fine_both_ways(page, "the direction of a chapter")
    page.goto(f"{script.get_absolute_url()}#line-{script.paragraphs.all()[3].pk}")
    expect(page.locator("#inspector [data-inspects]")).to_be_attached()
    page.evaluate("document.querySelector('.sent').open = true")
    is_fine_both_ways(page, "lines with characters", "cast-script", sheet=True)


def test_from_found_names_to_a_recast_character_and_back(
    cast: Cast, project: Project, open_page: Opener, standin: Standin, broker: str
) -> None:
    page = open_page(cast.editor)
    page.goto(project.get_absolute_url())
    page.get_by_role("link", name="Cast", exact=True).click()
    page.get_by_role("button", name="Look for speakers").click()
    found = page.get_by_role("region", name="Found in the manuscript")
    expect(found.get_by_label("Filby")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_label("All", exact=True).check()
    found.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("You can undo it below")).to_be_visible()
    expect(page.get_by_role("heading", name="Filby")).to_be_visible()
    expect(page.get_by_role("region", name="Found in the manuscript")).to_have_count(0)
    page.get_by_role("link", name="Edit Filby").click()
    expect(page.get_by_role("link", name="Hear the voices")).to_be_visible()
    page.wait_for_load_state()  # before its script is there, a key follows the link
    heard_and_taken_by_keys(page)
    page.get_by_role("button", name="Whisper").click()
    expect(page.get_by_label("Direction: how it should be spoken")).to_have_value(
        "In a whisper, close to the microphone."
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("4 lines would now be spoken differently")).to_be_visible()
    undo = page.get_by_role("button", name="Undo: Filby was recast")
    undo.click()
    expect(page.get_by_text("Taken back: Filby was recast.")).to_be_visible()
    assert project.characters.get(name="Filby").voice == ""


def heard_and_taken_by_keys(page: Page) -> None:
    """In the dialog of the voices Vincent is looked for, heard and taken, without a mouse."""
    page.get_by_role("link", name="Hear the voices").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Neil, from the project")).to_be_focused()
    page.get_by_label("Mood").select_option("rough")
    expect(page.get_by_role("status").filter(has_text="2 of 24 voices")).to_be_visible()
    page.get_by_label("Search the voices").press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Use Vincent")).to_be_enabled()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Stop Vincent")).to_be_visible()
    assert Sample.objects.get().sound is not None
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Voice", exact=True)).to_have_value("Vincent")


def test_the_inspector_says_where_each_value_comes_from(
    cast: Cast, project: Project, open_page: Opener, complaints: Complaints
) -> None:
    complaints.expect("status of 422")  # the refusal at the end; browsers log every answer of 400 and above
    filby = acting.add(project, name="Filby", voice="Vincent", by=cast.editor)
    script = project.scripts.all()[0]
    line = script.paragraphs.all()[0]
    page = open_page(cast.editor)
    page.goto(f"{script.get_absolute_url()}#line-{line.pk}")
    inspector = page.locator("#inspector")
    expect(inspector.get_by_role("heading", name="Line 1")).to_be_visible()
    inspector.get_by_label("Character").select_option("Filby")
    expect(page.locator(f"#line-{line.pk} .who")).to_have_text("Filby")
    expect(inspector.get_by_label("Voice", exact=True)).to_contain_text("Vincent, from the character Filby")
    inspector.get_by_role("button", name="Whisper").click()
    sent = inspector.locator("details", has_text="What will be sent")
    # What was there before has been replaced: no press falls between the two.
    expect(sent).to_contain_text("In a whisper")
    sent.get_by_text("What will be sent").click()
    expect(inspector.get_by_role("link", name="the character Filby")).to_have_attribute(
        "href", filby.get_absolute_url()
    )
    expect(inspector.get_by_text("from this line")).to_be_visible()
    saved = Paragraph.objects.get(pk=line.pk)
    assert (saved.character, saved.instructions) == (filby, "In a whisper, close to the microphone.")
    inspector.get_by_role("textbox", name="Direction").fill("Langsam und traurig.")
    inspector.get_by_label("Pause").click()
    expect(inspector.get_by_text("English or Chinese only")).to_be_visible()
