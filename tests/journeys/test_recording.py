"""An own take: spoken into the browser's microphone, or handed in as a file, beside the line it is of."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from projects.models import Take
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener, is_fine_both_ways
from tests.journeys.waiting import until

# The browser's own sham microphone is silent on a busy machine: what it hears comes too late and is thrown away. It is
# asked for, and a tone of the page's is heard in its place.
TONE = """
const microphone = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (microphone) navigator.mediaDevices.getUserMedia = async (wanted) => {
  (await microphone(wanted)).getTracks().forEach((track) => track.stop());
  const context = new AudioContext();
  const tone = context.createOscillator();
  const heard = context.createMediaStreamDestination();
  tone.connect(heard);
  tone.start();
  return heard.stream;
};"""


def test_a_line_is_recorded_in_the_browser_and_heard(cast: Cast, open_page: Opener) -> None:
    script = factories.script(cast.team, lines=2)
    line = script.paragraphs.all()[0]
    factories.ready(line)
    page = open_page(cast.editor, own=True)
    page.add_init_script(TONE)
    page.goto(f"/scripts/{script.pk}/#line-{line.pk}")
    page.get_by_role("button", name="Record", exact=True).click()
    keep = page.get_by_role("button", name=re.compile(r"Keep 0:(0[2-9]|[1-5]\d)"))
    expect(keep).to_be_visible()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_hidden()
    is_fine_both_ways(page, "the page of the line", "recording", sheet=True)
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()
    assert Take.objects.count() == 1, "what was discarded is not kept"
    page.get_by_role("button", name="Record", exact=True).click()
    expect(keep).to_be_visible()
    keep.click()
    expect(page.locator("#inspector .takes")).to_contain_text("Recorded")
    take = Take.objects.get(number=2)
    assert take.source == "recorded"
    assert take.duration_ms is not None
    assert take.duration_ms > 0  # two seconds or more, of which a busy machine loses some
    assert take.peak_dbfs is not None, "the microphone was heard"
    expect(page.locator(f"#line-{line.pk}")).to_have_attribute("data-take", str(take.pk))


def test_a_file_is_handed_in_and_a_wrong_one_refused_in_place(
    cast: Cast,
    open_page: Opener,
    axe: Callable[[Page], list[str]],
    shoot: Callable[..., object],
    complaints: Complaints,
    shared: Path,
) -> None:
    script = factories.script(cast.team, lines=2)
    page = open_page(cast.editor)
    page.goto(f"/scripts/{script.pk}/")
    folder = shared / "manuscripts" / "audio"
    complaints.expect("status of 422")
    page.get_by_label("Own file").set_input_files(folder / "broken_text-renamed.mp3")
    expect(page.get_by_role("alert").filter(has_text="no sound file that can be read")).to_be_visible()
    assert axe(page) == []
    shoot(page, "recording-refused")
    page.get_by_label("Own file").set_input_files(folder / "broken_truncated.wav")
    expect(page.get_by_text("ends earlier than it says. The 0.9 s of sound")).to_be_visible()
    page.get_by_label("Own file").set_input_files(folder / "jfk_44k1-stereo.flac")
    until(lambda: Take.objects.filter(duration_ms=11_000, source="uploaded").exists(), what="the take")
    expect(page.locator("#inspector .takes")).to_contain_text("0:11")
