"""How the pages look and feel: in both schemes and both sizes, with lines in every state, and while states change.

What the pages do is in the other journeys.
"""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from narrator.teams.models import User
from projects.actions import claims, exports, feeds, manuscripts, paragraphs, rendering, takes
from projects.manuscript.manuscript import Chapter
from projects.models import Paragraph, Project, Script, Take
from projects.speech import errors
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener, is_fine_both_ways

CHINESE = (
    "此开卷第一回也。作者自云：因曾历过一番梦幻之后，故将真事隐去，而借「通灵」之说，撰此《石头记》一书也。"
)
GERMAN = (
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz und Donaudampfschifffahrtsgesellschaft."
)
TEXTS = (
    GERMAN,
    "“Well?” said the Psychologist.",
    "It was late.",
    "Nobody came.",
    "Still nobody.",
    "He went.",
)
STATES = ("ready", "failed", "running", "queued", "none", "stale")
WORDS = {
    "ready": "Ready",
    "failed": "Failed",
    "running": "Generating",
    "queued": "Waiting",
    "none": "To generate",
    "stale": "Text, direction or lexicon changed since this take",
}
WATCH_SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.shifts.push([entry.value, entry.sources.map((source) => source.node?.outerHTML?.slice(0, 80))]);
    }
  }).observe({ type: "layout-shift" });
}"""
TWO_FRAMES = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)));
})"""


@dataclass
class Desk:
    """A project whose first script has one line in each state of STATES, in that order."""

    project: Project
    script: Script
    lines: list[Paragraph]


def queued(line: Paragraph, by: User) -> Take:
    (take,) = takes.request(line.script, [line], by=by, fresh=True)
    return take


def running(line: Paragraph, by: User) -> Take:
    return claimed(queued(line, by))


def claimed(take: Take) -> Take:
    mine = claims.claim(worker="looks", among=Take.objects.filter(pk=take.pk))
    assert mine is not None
    return mine


def stale(line: Paragraph, by: User) -> None:
    factories.ready(line, by=by)
    line.refresh_from_db()
    line.text += " And more."
    paragraphs.edit(line, project=line.script.project, by=by)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    project = Project.objects.create(team=cast.team, title=GERMAN[:60], author="曹雪芹", language="English")
    script = manuscripts.add_script(project, Chapter.of("III", TEXTS))
    manuscripts.add_script(project, Chapter.of("第一回　甄士隐梦幻识通灵", (CHINESE, "但书中所记何事何人？")))
    lines = list(script.paragraphs.select_related("script__project"))
    make = {"ready": factories.ready, "failed": factories.failed, "none": lambda line, by: None}
    make |= {"running": running, "queued": queued, "stale": stale}  # type: ignore[dict-item]
    for line, state in zip(lines, STATES, strict=True):
        make[state](line, by=cast.editor)
    return Desk(project, script, lines)


def test_every_page_is_fine(cast: Cast, desk: Desk, complaints: Complaints, open_page: Opener) -> None:
    export = exports.request(desk.project, [desk.script], format="m4b", by=cast.editor, partial=True)
    text = f"I\n\n{TEXTS[1]}\n\n{GERMAN}\n\nII\n\n{CHINESE}\n".encode()
    manuscript, _ = manuscripts.keep(text, "Ein sehr langer Dateiname.txt", team=cast.team, by=cast.editor)
    Project.objects.filter(pk=desk.project.pk).update(author="Droste-Hülshoff, Freiin Annette Elisabeth von")
    page = open_page(cast.editor)
    heard = exports.request(desk.project, [desk.script], format="wav", by=cast.editor, partial=True)
    exports.assemble(exports.claim(heard.pk))  # type: ignore[arg-type]
    addresses = [heard.get_absolute_url(), f"/scripts/{desk.script.pk}/captions/"]
    feeds.make(desk.project, name=GERMAN[:40], episodes="book", has_drafts=True, by=cast.editor)
    addresses.append(f"/projects/{desk.project.pk}/feeds/")
    addresses += ["/", "/projects/new/", manuscript.get_absolute_url(), export.get_absolute_url()]
    addresses += [desk.project.get_absolute_url(), f"/projects/{desk.project.pk}/edit/"]
    for address in addresses:
        page.goto(address)
        is_fine_both_ways(page, address)
    page.goto(desk.project.get_absolute_url())
    complaints.expect("status of 422")  # the refusal below; browsers log every answer of 400 and above
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("Not exported: 7 lines")).to_be_visible()
    is_fine_both_ways(page, "a refused export")
    complaints.expect("status of 404")
    page.goto("/projects/999999/")
    is_fine_both_ways(page, "404")
    outside = open_page()
    outside.goto("/")
    is_fine_both_ways(outside, "sign-in")


def test_the_script_page_is_fine(cast: Cast, desk: Desk, open_page: Opener) -> None:
    page = open_page(cast.editor)
    for script in desk.project.scripts.all():
        page.goto(script.get_absolute_url())
        expect(page.locator("#inspector [data-inspects]")).to_be_attached()
        is_fine_both_ways(page, script.title, f"script-{script.position}")
    page.goto(desk.script.get_absolute_url())
    for line, state in zip(desk.lines, STATES, strict=True):
        row = page.locator(f"#line-{line.pk}")
        expect(row.locator(".mark").locator("use")).to_have_attribute("href", f"#m-{state}")
        expect(row.locator(".word")).to_contain_text(WORDS[state])
    page.locator("[data-act=edit]:visible").click()
    expect(page.get_by_label("Text of line 1")).to_be_focused()
    is_fine_both_ways(page, "a line under the pen", sheet=True)
    is_fine_in_chinese(desk, page)


def is_fine_in_chinese(desk: Desk, page: Page) -> None:
    """Whoever is on the page chooses Chinese, sees the same in it, and goes back to English."""
    choose_language(page, "zh-hans")
    page.goto(desk.script.get_absolute_url())
    expect(page.locator("#inspector [data-inspects]")).to_be_attached()
    row = page.locator(f"#line-{desk.lines[0].pk}")
    expect(row.locator(".word")).to_contain_text("就绪")
    expect(row.locator(".lane")).to_have_attribute("aria-label", "第1段")  # said by a script
    is_fine_both_ways(page, "the script page in Chinese")
    choose_language(page, "en")


def choose_language(page: Page, code: str) -> None:
    page.goto("/account/")
    page.locator("#id_language").select_option(code)
    page.locator("#language button").click()
    expect(page.locator("html")).to_have_attribute("lang", code)


def test_nothing_moves_when_states_change(cast: Cast, desk: Desk, open_page: Opener) -> None:
    page = open_page(cast.editor)
    page.goto(desk.script.get_absolute_url())
    expect(page.locator("#inspector [data-inspects]")).to_be_visible()
    page.evaluate(WATCH_SHIFTS)
    line, other = desk.lines[4], desk.lines[3]
    refusal = errors.Refused("The endpoint refused this text. " * 9, code="DataInspectionFailed")
    rendering.settle_error(claimed(Take.objects.get(paragraph=other)), refusal)
    take = running(line, cast.editor)
    expect(page.locator(f"#word-{line.pk}")).to_contain_text("Generating")
    expect(page.locator(f"#line-{other.pk} .reason")).to_be_visible()
    rendering.finish(take, request_id="looks", **rendering.store(factories.sound(1200)))
    expect(page.locator(f"#word-{line.pk}")).to_have_text("Ready")
    expect(page.locator("#progress")).to_contain_text("2 of 6 ready")
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("window.shifts") == []
    page.evaluate(
        "document.getElementById('lines').before(document.createElement('hr'), 'This moves the lines')"
    )
    page.wait_for_function("() => window.shifts.length > 0")  # so the watch above was awake


def test_a_poll_leaves_the_pen_and_the_selection_alone(cast: Cast, desk: Desk, open_page: Opener) -> None:
    page = open_page(cast.editor)
    page.goto(desk.script.get_absolute_url())
    first, last = desk.lines[0], desk.lines[4]
    page.locator(f"#line-{first.pk} .words").dblclick()
    pen = page.get_by_label("Text of line 1")
    pen.fill("Half a senten")
    factories.ready(first, by=cast.editor)
    factories.ready(last, by=cast.editor)
    expect(page.locator(f"#word-{last.pk}")).to_have_text("Ready")
    expect(pen).to_have_value("Half a senten")
    expect(pen).to_be_focused()
    pen.fill("Half a sentence.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#line-{first.pk} .words")).to_have_text("Half a sentence.")
    expect(page.locator(f"#line-{first.pk}")).to_have_class("line is-selected")
    expect(page.locator(f"#mark-{first.pk}")).to_be_focused()


def test_an_hour_without_a_mouse(cast: Cast, desk: Desk, open_page: Opener) -> None:
    for line in desk.lines[4:]:
        factories.ready(line, duration_ms=1500)
    page = open_page(cast.editor)
    page.goto(desk.script.get_absolute_url() + f"#line-{desk.lines[3].pk}")
    expect(page.locator("#inspector h2")).to_have_text("Line 4")
    page.keyboard.press("j")
    expect(page.locator(f"#mark-{desk.lines[4].pk}")).to_be_focused()
    page.keyboard.press("Shift+Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    expect(page.locator(f"#line-{desk.lines[5].pk}")).to_have_class("line is-selected is-playing")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    page.keyboard.press("r")
    expect(page.locator(f"#line-{desk.lines[5].pk}")).to_have_attribute("data-mark", "queued")
    page.keyboard.press("e")
    page.get_by_label("Text of line 6").fill("r j e ?")  # keys in a field are letters
    page.keyboard.press("Escape")
    expect(page.locator(f"#line-{desk.lines[5].pk} .words")).to_contain_text("He went.")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert Take.objects.filter(paragraph=desk.lines[5], status="queued").count() == 1
