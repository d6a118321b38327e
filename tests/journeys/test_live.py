"""Hearing a line while it is being made: endpoint, worker, Valkey, web server, the browser's own audio clock."""

import base64
import re
import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from django.core.files.storage import default_storage
from playwright.sync_api import Page, expect

from projects.actions import live, paragraphs
from projects.audio import wav
from projects.models import Paragraph, Take, TakeStatus
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener
from tests.journeys.waiting import until
from tests.journeys.worker import Studio

TEXT = "“It is coming now,” she said, and all of them listened to the rain on the roof of the long house."
# What the page plays, as the browser's audio gets it, and when.
WATCH = """() => {
  window.played = [];
  window.stops = 0;
  const begin = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (at) {
    const pcm = Int16Array.from(this.buffer.getChannelData(0), (value) => Math.round(value * 32768));
    window.played.push({ at, pcm, then: this.context.currentTime });
    return begin.call(this, at);
  };
  const end = AudioBufferSourceNode.prototype.stop;
  AudioBufferSourceNode.prototype.stop = function () {
    window.stops += 1;
    return end.call(this);
  };
}"""


# As text: a list of half a million numbers takes seconds on its way out of the page.
SAMPLES = """() => played.map(({ pcm }) => {
  const bytes = new Uint8Array(pcm.buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text);
})"""


@dataclass
class Desk:
    """A page whose one long line is selected, and the line."""

    page: Page
    line: Paragraph
    studio: Studio

    def generate(self) -> None:
        """Press R and wait until the row shows it."""
        self.page.keyboard.press("r")
        expect(self.page.locator(f"#line-{self.line.pk}")).to_have_attribute("data-live", re.compile(r"\d+"))

    @property
    def take(self) -> Take:
        return Take.objects.filter(paragraph=self.line).latest("number")

    def played(self) -> list[dict[str, float]]:
        """What was given to the browser's audio so far, without the samples."""
        return self.page.evaluate(
            "() => played.map(({ at, then, pcm }) => ({ at, then, s: pcm.length / 24000 }))"
        )

    def samples(self) -> np.ndarray:
        chunks = [base64.b64decode(chunk) for chunk in self.page.evaluate(SAMPLES)]
        return np.frombuffer(b"".join(chunks), dtype="<i2")


@pytest.fixture
def desk(cast: Cast, studio_workers: Studio, open_page: Opener) -> Desk:
    script = factories.script(cast.team, lines=2)
    line = script.paragraphs.all()[0]
    line.text = TEXT
    paragraphs.edit(line, project=script.project, by=cast.editor)
    page = open_page(cast.editor)
    page.goto(f"/scripts/{script.pk}/#line-{line.pk}")
    page.evaluate(WATCH)
    expect(page.locator("#inspector h2")).to_have_text("Line 1")
    return Desk(page, line, studio_workers)


def sound_of(take: Take) -> np.ndarray:
    with default_storage.open(take.audio) as file:
        return wav.open_frames(file).read(take.frames)


def ready(desk: Desk) -> Take:
    until(lambda: desk.take.status == TakeStatus.READY, what="the take")
    return desk.take


def test_a_line_is_heard_from_its_first_chunk_and_goes_over_to_its_take(desk: Desk) -> None:
    standin = desk.studio.standin
    standin.settings.change({"latency_s": 3.0, "chunk_gap_s": 2.0})  # longer than a machine stands still
    page, row = desk.page, desk.page.locator(f"#line-{desk.line.pk}")
    desk.generate()
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    expect(row).not_to_have_class("line is-selected is-playing")  # nothing sounds yet
    page.wait_for_function("() => played.length > 0")
    assert desk.take.status == TakeStatus.RUNNING
    expect(row).to_have_class("line is-selected is-playing")
    assert len(standin.calls) == 1
    standin.settings.change({"chunk_gap_s": 0.4})
    take = ready(desk)
    expect(row).to_have_attribute("data-take", str(take.pk), timeout=60_000)
    expect(page.locator("#waveform")).to_have_attribute("aria-valuemax", f"{take.duration_ms / 1000:.1f}")  # type: ignore[operator]
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play", timeout=60_000)
    assert np.array_equal(desk.samples(), sound_of(take))
    chunks = desk.played()
    assert len(chunks) > 4
    for one, following in pairwise(chunks):
        end_s = one["at"] + one["s"]
        # What comes in time joins without a seam; on a busy machine a chunk may come late, and then it waits a little.
        if following["then"] < end_s - 0.05:
            assert following["at"] == pytest.approx(end_s, abs=1e-6)
        else:
            assert following["at"] >= end_s - 1e-6
    assert page.evaluate("stops") == 0
    expect(row).to_have_class("line is-selected")
    page.keyboard.press("Space")  # and now it is a take like any other
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    expect(page.locator("#clock-now")).not_to_have_text("0:00")
    assert len(desk.played()) == len(chunks)


def test_space_holds_it_and_lets_it_go_on(desk: Desk) -> None:
    desk.studio.standin.settings.change({"chunk_gap_s": 2.0})
    page = desk.page
    desk.generate()
    page.locator("[data-act=live]:visible").click()
    page.wait_for_function("() => played.length > 0")
    desk.studio.standin.settings.change({"chunk_gap_s": 0.4})
    page.wait_for_function("() => played.length > 2")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    expect(page.locator(".is-playing")).to_have_count(0)
    take = ready(desk)
    held_at = page.locator("#clock-now").inner_text()
    expect(page.locator(f"#line-{desk.line.pk}")).to_have_attribute("data-take", str(take.pk), timeout=60_000)
    expect(page.locator("#clock-now")).to_have_text(held_at)
    page.keyboard.press("Space")
    expect(page.locator(".is-playing")).to_have_count(1)
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play", timeout=60_000)
    assert np.array_equal(desk.samples(), sound_of(take))


def test_a_stream_that_breaks_off_is_heard_again_from_its_beginning(desk: Desk) -> None:
    standin = desk.studio.standin
    standin.settings.change({"latency_s": 3.0, "chunk_gap_s": 0.02})
    standin.fail("sse-cut-before-stop")
    desk.generate()
    desk.page.keyboard.press("Space")
    expect(desk.page.locator("#play")).to_have_attribute("aria-label", "Pause")
    standin.settings.change({"latency_s": 0.5})
    desk.page.wait_for_function("() => played.length > 0")
    expect(desk.page.locator("#notice")).to_contain_text("starts from its beginning", timeout=60_000)
    take = ready(desk)
    expect(desk.page.locator("#play")).to_have_attribute("aria-label", "Play", timeout=60_000)
    heard = desk.samples()
    assert len(heard) > take.frames
    assert np.array_equal(heard[-take.frames :], sound_of(take))


def test_nothing_sounds_that_nobody_asked_for(desk: Desk) -> None:
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.studio.standin.settings.change({"latency_s": 1.5})
    desk.generate()
    take = ready(desk)
    expect(desk.page.locator(f"#line-{desk.line.pk}")).to_have_attribute(
        "data-take", str(take.pk), timeout=60_000
    )
    assert desk.played() == []
    assert [url for url in asked if "/live" in url] == []


def test_who_goes_elsewhere_before_the_first_sound_hears_none(desk: Desk) -> None:
    desk.studio.standin.settings.change({"latency_s": 4.0})
    desk.generate()
    desk.page.keyboard.press("Space")
    expect(desk.page.locator("#play")).to_have_attribute("aria-label", "Pause")
    desk.page.keyboard.press("j")
    expect(desk.page.locator("#play")).to_have_attribute("aria-label", "Play")
    ready(desk)
    expect(desk.page.locator(f"#line-{desk.line.pk}")).to_have_attribute("data-mark", "ready", timeout=60_000)
    assert desk.played() == []


def test_a_refused_line_ends_the_listening_with_a_sentence(desk: Desk) -> None:
    desk.studio.standin.settings.change({"latency_s": 3.0})
    desk.studio.standin.fail("ali:400:DataInspectionFailed")
    desk.generate()
    desk.page.keyboard.press("Space")
    expect(desk.page.locator("#notice")).to_have_text("This take could not be made. Its line says why.")
    expect(desk.page.locator("#play")).to_have_attribute("aria-label", "Play")


def test_without_live_sound_the_finished_take_is_played(
    desk: Desk, complaints: Complaints, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints.expect("503")
    monkeypatch.setattr(live, "_alone_until", 0.0)
    desk.studio.standin.settings.change({"latency_s": 1.0})
    desk.generate()
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"  # type: ignore[attr-defined]
    desk.page.keyboard.press("Space")
    ready(desk)
    expect(desk.page.locator("#clock-now")).not_to_have_text("0:00")
    expect(desk.page.locator(".is-playing")).to_have_count(1)
    assert desk.played() == []


def test_another_line_pressed_to_play_ends_the_listening(desk: Desk, cast: Cast) -> None:
    other = desk.line.script.paragraphs.all()[1]
    factories.ready(other, duration_ms=2500)
    expect(desk.page.locator(f"#line-{other.pk}")).to_have_attribute("data-mark", "ready", timeout=60_000)
    desk.studio.standin.settings.change({"chunk_gap_s": 0.6})
    desk.generate()
    desk.page.keyboard.press("Space")
    desk.page.wait_for_function("() => played.length > 1")
    began = time.monotonic()
    desk.page.locator(f"#mark-{other.pk}").click()
    expect(desk.page.locator(f"#line-{other.pk}")).to_have_class("line is-selected is-playing")
    heard = len(desk.played())
    expect(desk.page.locator("#play")).to_have_attribute("aria-label", "Play", timeout=60_000)
    assert time.monotonic() - began > 2
    assert len(desk.played()) <= heard + 1
