"""The player: from line to line with the real pauses, over pages, at any speed, from any word, in a loop."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from projects.audio.finish import Finish
from projects.models import Notification, Paragraph, Project
from projects.models.notifications import News
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Opener, answer_held

# The decks are made by script and stand in no document: they are noted as they are made, and when they sounded.
NOTE_SOUNDS = """window.sounds = []; window.log = []; window.sought = [];
const Plain = window.Audio;
window.Audio = class extends Plain {
  constructor(...all) {
    super(...all);
    window.sounds.push(this);
    const take = () => Number(this.src.match(/takes.(\\d+)/)?.[1]);
    for (const what of ["playing", "ended", "pause"]) {
      const began = () => performance.now() - this.currentTime * 1000;
      this.addEventListener(what, () => window.log.push({ what, take: take(), began: began(), src: this.src }));
    }
  }
  get currentTime() { return super.currentTime; }
  set currentTime(at) {
    window.sought.push(at);
    super.currentTime = at;
  }
};"""
ENDED = "(count) => window.log.filter((one) => one.what === 'ended').length >= count"
HEARD = """() => {
  const one = window.sounds.find((one) => !one.paused && !one.ended);
  const take = Number(one?.src.match(/takes.(\\d+)/)?.[1]);
  return one ? { take, at: one.currentTime, rate: one.playbackRate, src: one.src } : null;
}"""
# Two sentences as long as one another, of which the second begins late: 0.1 s of silence, and a pause from 2 to 2.4 s.
ESTIMATE = """async () => {
  const { beginnings, heardIn, sentences } = await import("/static/js/moments.js");
  const text = "One two three four. One two three four.";
  const loud = (pair) => pair >= 5 && (pair < 100 || pair >= 120);
  const peaks = new Int8Array(400).map((_, at) => (loud(at >> 1) ? 40 : 0));
  return beginnings(text, sentences(text), heardIn(peaks, 4));
}"""
# The answer to what a page asked for when it was left: only when it has come can be seen that it did nothing.
POLLED = """() => {
  document.getElementById("poller").addEventListener("htmx:afterRequest", () => (window.answered = true));
  htmx.trigger("#poller", "poll");
}"""
SOUGHT = "() => window.sought.at(-1)"
PASSED = "(at) => window.sounds.some((one) => !one.paused && one.currentTime > at)"


def opened(page: Page, script_id: int) -> Page:
    page.add_init_script(NOTE_SOUNDS)
    page.goto(f"/scripts/{script_id}/")
    expect(page.locator(".line.is-selected")).to_have_count(1)
    return page


def test_lines_follow_with_their_real_pauses_and_the_selected_ones_alone(
    cast: Cast, broker: str, open_page: Opener
) -> None:
    script = factories.script(cast.team, lines=4)
    factories.all_ready(script, duration_ms=700)
    takes = [line.chosen_id for line in script.paragraphs.all()]
    first, second, *_ = script.paragraphs.all()
    Paragraph.objects.filter(pk=first.pk).update(pause_ms=0)
    Paragraph.objects.filter(pk=second.pk).update(kind="scene")
    Project.objects.update(scene_pause_ms=400)
    # Files have each take 6 dB softer and without its own 50 ms of silence at both ends; so has the player.
    Project.objects.update(finish=Finish(target_db=-30.0, keep_ms=0, gains_db={"": -6.0}).kept())
    page = opened(open_page(cast.editor, own=True), script.pk)
    page.keyboard.press("Shift+Space")
    page.wait_for_function(ENDED, arg=4)
    assert {"/heard.wav" in one["src"] for one in page.evaluate("() => window.log")} == {True}
    paused = "async () => (await import('/static/js/rows.js')).all().map((line) => line.pause)"
    usual_ms = script.project.pause_ms
    assert page.evaluate(paused) == [-100, 300, usual_ms - 100, usual_ms - 50]
    began = {
        one["take"]: one["began"] for one in page.evaluate("() => window.log") if one["what"] == "playing"
    }
    assert list(began) == takes, "each line once, in order"
    starts = list(began.values())
    pauses = [later - earlier - 700 for earlier, later in zip(starts, starts[1:], strict=False)]
    print("measured pauses, ms:", [round(pause) for pause in pauses])
    for pause, real in zip(pauses, (-100, 300, usual_ms - 100), strict=True):
        assert pause > real - 120, "no line is cut into, and no pause is swallowed"
    page.evaluate("() => (window.log.length = 0)")
    page.locator(f"#mark-{first.pk}").click(modifiers=["Control"])
    page.locator(f"#mark-{script.paragraphs.all()[2].pk}").click(modifiers=["Control"])
    expect(page.locator("#chosen [data-count]")).to_have_text("3 lines selected")
    page.locator("#chosen [data-act=hear]").click()
    page.wait_for_function(ENDED, arg=3)
    heard = [one["take"] for one in page.evaluate("() => window.log") if one["what"] == "playing"]
    assert heard == [takes[0], takes[2], takes[3]]


def test_the_sound_goes_on_from_page_to_page_and_back(
    cast: Cast, broker: str, open_page: Opener, axe: Callable[[Page], list[str]], shoot: Callable[..., object]
) -> None:
    project = factories.project(cast.team, scripts=2, lines=2)
    one, two = project.scripts.all()
    factories.all_ready(one, duration_ms=90_000)  # it sounds longer than this journey takes
    factories.all_ready(two, duration_ms=900)
    line = one.paragraphs.all()[0]
    page = opened(open_page(cast.editor, own=True), one.pk)
    page.keyboard.press("Shift+Space")
    page.wait_for_function(PASSED, arg=0.3)
    page.evaluate("() => (window.mark = 'the same document')")
    Notification.objects.create(to=cast.editor, team=cast.team, kind=News.REPLY, words="Bob answered")
    late = answer_held(page, "**/changes/**", lambda: page.evaluate(POLLED))
    for name, address in [
        ("2 Chapter 2", f"/scripts/{two.pk}/"),
        (project.title, f"/projects/{project.pk}/"),
        ("Cast", f"/projects/{project.pk}/cast/"),
        ("Narrator", "/"),
    ]:
        before = page.evaluate(HEARD)
        page.get_by_role("link", name=name, exact=name in ("Cast", "Narrator")).first.click()
        page.wait_for_url(f"**{address}")
        page.wait_for_function(PASSED, arg=before["at"])
        assert page.evaluate(HEARD)["take"] == line.chosen_id
    late()
    page.wait_for_function("() => window.answered")
    assert page.evaluate("() => window.mark") == "the same document"
    assert [entry["what"] for entry in page.evaluate("() => window.log")] == ["playing"], "never a break"
    expect(page.locator("#player")).to_be_visible()
    assert axe(page) == []
    shoot(page, "player-away-1440")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("Space")
    page.go_back()
    page.wait_for_url(f"**/projects/{project.pk}/cast/")
    page.wait_for_function(PASSED, arg=0.3)
    page.locator("#heard").click()
    page.wait_for_url(f"**/scripts/{one.pk}/#line-{line.pk}")
    expect(page.locator(f"#line-{line.pk}.is-playing.is-selected")).to_have_count(1)
    expect(page.locator("[data-inspects]")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(f"#line-{one.paragraphs.all()[1].pk}.is-selected")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("Hear from this word")
    assert page.evaluate("() => window.mark") == "the same document"


def test_from_a_word_in_a_loop_slowly_and_from_a_click(cast: Cast, broker: str, open_page: Opener) -> None:
    script = factories.script(cast.team, lines=2)
    line = script.paragraphs.first()
    assert line is not None
    factories.ready(line, duration_ms=40_000)
    page = opened(open_page(cast.viewer, own=True), script.pk)
    words = page.locator(f"#line-{line.pk} .words")
    place = words.evaluate(
        """(words) => {
          const range = new Range();
          range.setStart(words.firstChild, words.textContent.indexOf("number"));
          range.setEnd(words.firstChild, words.textContent.indexOf("number") + 1);
          const box = range.getBoundingClientRect();
          return [box.left + 1, box.top + box.height / 2];
        }"""
    )
    page.keyboard.down("Alt")
    page.mouse.click(*place)
    page.keyboard.up("Alt")
    page.wait_for_function(PASSED, arg=10)
    expect(page.locator("#notice")).to_contain_text("estimated")
    assert 16 < page.evaluate(SOUGHT) < 34, "in the second sentence of two"
    assert page.evaluate(ESTIMATE) == [0.1, 2.4, 4.0], "a sentence begins behind the pause that is nearest"
    page.locator("#speed").select_option("0.5")
    assert page.evaluate(HEARD)["rate"] == 0.5
    assert page.evaluate("() => window.sounds.every((one) => one.preservesPitch)")
    page.locator("#speed").select_option("2")
    box = page.locator("#waveform").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.click(box["x"] + box["width"] * 0.25, middle)
    page.wait_for_function("() => Math.abs(window.sought.at(-1) - 10) < 0.2")
    page.wait_for_function(PASSED, arg=9.8)
    page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.53, middle, steps=3)
    page.mouse.up()
    page.evaluate(
        """() => {
          window.turns = 0;
          const deck = window.sounds.find((one) => !one.paused);
          deck.addEventListener("seeked", () => (window.turns += deck.currentTime > 19.8 && deck.currentTime < 20.4));
        }"""
    )
    page.wait_for_function("() => window.turns >= 3")
    page.locator("#waveform").focus()
    page.keyboard.press("Escape")
    page.wait_for_function(PASSED, arg=22)
