"""A take under a person's hand: trimmed by handle, key and number, heard among its neighbours, put aside, locked."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from projects.actions import claims, takes
from projects.audio.trim import Trim
from projects.models import Paragraph, Take
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener
from tests.journeys.test_player import opened

Look = Callable[..., object]
# How long the sound is that has this in its address, once it plays.
SOUNDS = """(part) => {
  const one = window.sounds.find((one) => !one.paused && one.currentTime > 0.2 && one.src.includes(part));
  return one ? one.duration : 0;
}"""


def alternatives(line: Paragraph) -> list[Take]:
    """Three finished takes to choose from."""
    made = takes.alternatives(line.script, line, by=None)
    for take in made:
        claimed = claims.claim(worker="test", among=Take.objects.filter(pk=take.pk))
        assert claimed is not None
        factories.finished(claimed, duration_ms=4000 + 200 * take.number)
    return made


def test_a_take_is_trimmed_heard_in_its_place_discarded_and_locked(
    cast: Cast,
    broker: str,
    open_page: Opener,
    complaints: Complaints,
    axe: Callable[[Page], list[str]],
    shoot: Look,
) -> None:
    script = factories.script(cast.team, lines=3)
    factories.all_ready(script, duration_ms=4000)
    line = script.paragraphs.all()[1]
    (fourth, *_) = reversed(alternatives(line))
    take = Take.objects.get(pk=line.chosen_id)
    page = opened(open_page(cast.editor, own=True), script.pk)
    page.locator(f"#mark-{line.pk}").focus()
    page.locator(f"#line-{line.pk} .words").click()
    expect(page.locator("#inspector h2")).to_have_text("Line 2")
    expect(page.locator(".take.is-alternative")).to_have_count(3)
    page.keyboard.press("t")
    head = page.get_by_role("slider", name="Cut from the head")
    expect(head).to_be_focused()
    for _ in range(2):
        page.keyboard.press("PageUp")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Cut head, ms")).to_have_value("210")
    tail = page.get_by_role("slider", name="Cut from the tail")
    box, wave = tail.bounding_box(), page.locator("[data-trim-wave]").bounding_box()
    assert box is not None
    assert wave is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(wave["x"] + wave["width"] * 0.75, box["y"] + 40, steps=4)
    page.mouse.up()
    tail_ms = int(page.get_by_label("Cut tail, ms").input_value())
    assert 900 < tail_ms < 1100, "a quarter of four seconds"
    page.get_by_label("Fade in, ms").fill("150")
    page.get_by_role("slider", name="Fade out").press("PageUp")
    page.get_by_label("Gain, dB").fill("-3")
    assert axe(page) == []
    shoot(page, "trim-1440")
    page.get_by_role("button", name="Hear", exact=True).click()
    page.wait_for_function(SOUNDS, arg=f"/takes/{take.pk}/trimmed.wav?head_ms=210")
    complaints.expect(r"status of (422|409)")
    page.get_by_label("Gain, dB").fill("24")
    page.get_by_role("button", name="Keep the trim").click()
    expect(page.locator("#trimming .error")).to_contain_text("That gain would clip")
    page.get_by_label("Gain, dB").fill("-3")
    page.get_by_role("button", name="Keep the trim").click()
    expect(page.locator(f"#take-{take.pk}")).to_contain_text("trimmed")
    take.refresh_from_db()
    assert take.trim == Trim(210, tail_ms, 150, 100, -3.0)
    expect(page.locator(f"#line-{line.pk}")).to_have_attribute("data-v", "1")
    page.keyboard.press("s")
    seam_s = page.wait_for_function(SOUNDS, arg=f"/takes/{take.pk}/seam.wav?v=1").json_value()
    assert abs(seam_s - (3 + (4000 - 210 - tail_ms) / 1000 + 3)) < 0.01
    expect(page.locator("#waveform")).to_have_attribute("aria-valuemax", f"{seam_s:.1f}")
    page.get_by_role("button", name=f"Discard take {fourth.number}").click()
    expect(page.locator("summary", has_text="discarded")).to_contain_text("1")
    page.keyboard.press("l")
    expect(page.locator(f"#line-{line.pk}[data-locked]")).to_have_count(1)
    expect(page.locator("#inspector .locked")).to_contain_text("Locked by Edgar")
    expect(page.locator(f"#line-{line.pk} [data-act=edit]")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.locator("#notice")).to_contain_text("is locked by Edgar. Unlock first")
    page.wait_for_function("() => !document.querySelector('#inspector').inert")
    assert axe(page) == []
    shoot(page, "locked-1440")
    page.keyboard.press("l")
    expect(page.locator(f"#line-{line.pk}[data-locked]")).to_have_count(0)


def test_alternatives_and_the_trim_on_a_phone_in_the_dark(
    cast: Cast, broker: str, open_page: Opener, axe: Callable[[Page], list[str]], shoot: Look
) -> None:
    script = factories.script(cast.team, lines=2)
    factories.all_ready(script, duration_ms=4000)
    line = script.paragraphs.all()[0]
    alternatives(line)
    page = open_page(cast.editor, width=390, height=844, dark=True)
    page.goto(f"/scripts/{script.pk}/")
    expect(page.locator(".line.is-selected")).to_have_count(1)
    page.get_by_role("button", name="Line", exact=True).click()
    expect(page.locator(".take.is-alternative")).to_have_count(3)
    page.locator("[data-chosen]").scroll_into_view_if_needed()
    assert axe(page) == []
    shoot(page, "alternatives-390-dark")
    page.get_by_role("button", name="Trim take 1").click()
    expect(page.locator("[data-trim-wave]")).to_be_visible()
    page.get_by_label("Fade in, ms").fill("400")
    assert axe(page) == []
    shoot(page, "trim-390-dark")
