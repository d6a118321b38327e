"""The lexicon in a real browser: from words selected in a line to the changed lines generated; and how it looks."""

import pytest
from playwright.sync_api import Locator, Page, expect

from projects.actions import lexicons, manuscripts
from projects.actions.lexicons import Change, Scope
from projects.manuscript.manuscript import Chapter
from projects.models import LexiconEntry, Paragraph, Project, Take
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Opener, is_fine_both_ways, shoot

TALE = (
    "Chapter IV",
    "Siobhán MacAllister lit the lamp, and Siobhán laughed at it in 1984.",
    "“Siobhán!” he cried from the other side of the moor, five miles or 8 km away.",
    "Nobody answered him.",
)


@pytest.fixture
def project(cast: Cast) -> Project:
    row = Project.objects.create(team=cast.team, title="The Time Machine", language="English")
    manuscripts.add_script(row, Chapter.of("IV", TALE))
    entries = [
        LexiconEntry(written=r"Mac(?=[A-Z])", spoken="Mick ", kind="pattern", case="exact"),
        LexiconEntry(written="moor", spoken="more", language="English"),
    ]
    lexicons.make(Change(Scope(cast.team), entries), "Imported 2 entries", by=cast.owner)
    return row


def select_first_word(page: Page, words: Locator) -> None:
    """Draw the mouse over the first word, as a person does."""
    ends = words.evaluate(
        """(words) => {
          const range = document.createRange();
          range.setStart(words.firstChild, 0);
          range.setEnd(words.firstChild, words.textContent.indexOf(" "));
          const box = range.getBoundingClientRect();
          return [box.left + 0.5, box.right - 0.5, box.top + box.height / 2];
        }"""
    )
    page.mouse.move(ends[0], ends[2])
    page.mouse.down()
    page.mouse.move(ends[1], ends[2], steps=4)
    page.mouse.up()


def test_from_words_in_a_line_to_the_changed_lines_generated(
    cast: Cast, project: Project, open_page: Opener
) -> None:
    script = project.scripts.get()
    for line in script.paragraphs.select_related("script__project")[1:3]:
        factories.ready(line)
    page = open_page(cast.editor)
    page.goto(script.get_absolute_url())
    words = page.locator(".line .words").nth(1)
    select_first_word(page, words)
    say = page.get_by_role("link", name="Say this differently")
    expect(say).to_be_visible()
    shoot(page, "lexicon-say-1440-light")
    say.click()
    expect(page.get_by_label("Written")).to_have_value("Siobhán")
    expect(page.get_by_label("Say", exact=True)).to_be_focused()
    expect(page.get_by_role("link", name="Back to the line")).to_be_visible()
    expect(page.locator("#entries .entry-lines").last).to_have_text("1 line")
    is_fine_both_ways(page, "a lexicon", "lexicon", whole=True)
    page.get_by_label("Say", exact=True).fill("Shivawn")
    page.get_by_role("button", name="Show what it changes").first.click()
    expect(page.get_by_text("2 lines would be spoken differently; all are finished.")).to_be_visible()
    expect(page.locator(".heard-lines ins", has_text="Shivawn")).to_have_count(3)
    is_fine_both_ways(page, "the question before an entry is saved", "lexicon-question", whole=True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. 2 lines with a take are out of date now.")).to_be_visible()
    page.wait_for_load_state()
    row = page.locator(f"#entry-{LexiconEntry.objects.get(written='Siobhán').pk}")
    expect(row.locator(".entry-lines")).to_have_text("2 lines")
    shoot(page, "lexicon-saved-1440-light", whole=True)
    page.get_by_role("button", name="Generate the 2 changed lines").click()
    expect(page.get_by_text("2 lines wait to be generated.")).to_be_visible()
    page.wait_for_load_state()
    assert Take.objects.filter(text__contains="Shivawn", status="queued").count() == 2
    row.get_by_role("link", name="Edit Siobhán").click()
    row.get_by_label("Say", exact=True).fill("Shiv-awn")
    is_fine_both_ways(page, "an entry under the pen", "lexicon-edit", whole=True)
    page.get_by_label("Roman numerals").check()
    page.locator("#in-full").get_by_role("button", name="Show what it changes").click()
    expect(page.locator("#in-full ins")).to_have_text("four")
    shoot(page, "lexicon-in-full-1440-light", whole=True)
    page.get_by_role("link", name="Import").click()
    page.get_by_label("File").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": b"lamp,lantern\nx,y,z\n"}
    )
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_text("Kind is word or pattern")).to_be_visible()
    is_fine_both_ways(page, "an import that is looked at", "lexicon-import", whole=True)
    line = Paragraph.objects.get(text=TALE[1])
    page.goto(f"{script.get_absolute_url()}#line-{line.pk}")
    expect(page.locator("#inspector [data-inspects]")).to_be_attached()
    page.evaluate("document.querySelector('.sent').open = true")
    is_fine_both_ways(page, "what will be sent", "lexicon-sent", sheet=True)
