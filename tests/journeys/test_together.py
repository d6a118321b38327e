"""Two people at one script, in two browsers: each sees what the other does by the next poll, and nothing is lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from projects.actions import manuscripts
from projects.manuscript.manuscript import Chapter
from projects.models import Project, Script
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener

WORDS = ("Alpha one.", "Bravo two.", "Charlie three.", "Delta four.")
# When the requests of this page began, in seconds, by the page's own clock.
POLLS = """() => performance.getEntriesByType("resource")
  .filter((one) => /changes|runs/.test(one.name)).map((one) => [one.name, one.startTime / 1000])"""


@pytest.fixture
def script(cast: Cast) -> Script:
    project = Project.objects.create(team=cast.team, title="Together", language="English")
    return manuscripts.add_script(project, Chapter.of("I", WORDS))


def shows(page: Page, *words: str) -> None:
    """Its rows say this; a line under the pen is left out."""
    rows = page.locator("#lines > .line:not(.is-editing) .words")
    expect(rows).to_have_text(list(words))


def test_two_people_work_at_one_script(
    cast: Cast, script: Script, open_page: Opener, complaints: Complaints, broker: str
) -> None:
    complaints.expect("status of 409")  # the second save of a line
    edgar, ada = open_page(cast.editor), open_page(cast.admin)
    for page in (edgar, ada):
        page.goto(script.get_absolute_url())
        expect(page.locator("#inspector [data-inspects]")).to_be_attached()
    expect(edgar.locator("#here")).to_have_text("AD")
    expect(ada.locator("#here")).to_have_text("ED")
    second = script.paragraphs.all()[1]

    ada.keyboard.press("j")
    ada.keyboard.press("e")
    pen = ada.locator("#lines textarea")
    expect(edgar.locator(f"#line-{second.pk}")).to_have_attribute("data-at", "AD")

    # Whatever Edgar does around it, Ada's pen keeps her words and the cursor.
    pen.fill("Bravo, as Ada says it.")
    edgar.keyboard.press("Shift+N")
    edgar.get_by_label("Text of the new line").fill("From Edgar.")
    edgar.keyboard.press("Control+Enter")
    shows(edgar, "From Edgar.", *WORDS)
    shows(ada, "From Edgar.", WORDS[0], *WORDS[2:])
    edgar.keyboard.press("End")
    edgar.keyboard.press("Delete")
    shows(ada, "From Edgar.", WORDS[0], WORDS[2])
    expect(pen).to_be_focused()
    expect(pen).to_have_value("Bravo, as Ada says it.")

    # Both save the same line.
    edgar.locator(f"#line-{second.pk} .words").dblclick()
    edgar.get_by_label("Text of line 3").fill("Bravo, as Edgar says it.")
    edgar.keyboard.press("Control+Enter")
    expect(edgar.locator(f"#line-{second.pk} .words")).to_have_text("Bravo, as Edgar says it.")
    ada.keyboard.press("Control+Enter")
    expect(ada.get_by_text("Edgar saved this line while you wrote.")).to_be_visible()
    expect(ada.locator(".their-text .words")).to_have_text("Bravo, as Edgar says it.")
    expect(pen).to_have_value("Bravo, as Ada says it.")
    ada.get_by_role("button", name="Save mine over it").click()
    shows(edgar, "From Edgar.", WORDS[0], "Bravo, as Ada says it.", WORDS[2])
    edgar.get_by_text("History of the line").click()
    expect(edgar.locator("#edits")).to_contain_text("Bravo, as Edgar says it.")

    # Edgar deletes the line that Ada has under her pen.
    ada.keyboard.press("e")
    ada.get_by_label("Text of line 3").fill("Still Ada's.")
    edgar.locator(f"#line-{second.pk} .words").click()
    edgar.keyboard.press("Delete")
    shows(edgar, "From Edgar.", WORDS[0], WORDS[2])
    ada.wait_for_timeout(2_000)  # a poll takes nothing away from her
    ada.keyboard.press("Control+Enter")
    expect(ada.get_by_text("Edgar deleted this line while you wrote.")).to_be_visible()
    ada.get_by_role("button", name="Put the line back with this text").click()
    shows(ada, "From Edgar.", WORDS[0], "Still Ada's.", WORDS[2])
    shows(edgar, "From Edgar.", WORDS[0], "Still Ada's.", WORDS[2])


def test_the_page_asks_by_one_poll(cast: Cast, script: Script, open_page: Opener, broker: str) -> None:
    page = open_page(cast.editor, own=True)
    page.goto(script.get_absolute_url())
    expect(page.locator("#queue-body")).to_contain_text("Nothing is being generated")
    every = re.search(r"every ([\d.]+)s", page.locator("#poller").get_attribute("hx-trigger") or "")
    assert every is not None
    assert float(every[1]) < 2, "each sees what the other does within two seconds"
    page.evaluate("() => performance.clearResourceTimings()")
    page.wait_for_function(f"() => ({POLLS})().length >= 4")
    polls = page.evaluate(POLLS)
    assert all("/changes/" in url and "seen=" in url and "here=" in url for url, _ in polls)
    assert polls[-1][1] - polls[0][1] > (len(polls) - 1) * float(every[1]) / 2, "one, and no second beside it"
