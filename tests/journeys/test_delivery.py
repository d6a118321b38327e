"""The delivery gate in a browser: the report, a fix, the export again, the report on paper."""

from dataclasses import replace

import numpy as np
import pytest
from django.core.files.storage import default_storage
from playwright.sync_api import Page, expect

from projects.actions import destinations, exports, finishes
from projects.audio import wav
from projects.audio.destinations import Asked
from projects.audio.finish import PRESETS
from projects.models import Destination, Export
from tests import factories
from tests.audio import sounds
from tests.cast import Cast
from tests.journeys.pages import Opener, is_fine_both_ways
from tests.journeys.test_pickups import on_paper


@pytest.fixture
def done(cast: Cast) -> Export:
    """An export that misses two rules of the team's own destination."""
    project = factories.project(cast.team, lines=2, title="The Time Machine")
    factories.all_ready(project.scripts.get(), duration_ms=600)
    asked = [Asked("tail_ms", 3000, 4000), Asked("ending", among=("mp3",)), Asked("duration_ms", most=9000)]
    place = destinations.save(cast.team, Destination(name="Our publisher"), asked, by=cast.editor)
    finishes.save(project, replace(PRESETS["none"], preset=place.preset), by=cast.editor)
    export = exports.request(project, project.scripts.all(), format="wav", by=cast.editor)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    exports.assemble(claimed)
    return Export.objects.get(pk=export.pk)


def _take_back(page: Page, done: Export) -> None:
    """The file comes back with its second line softer, is heard, and becomes a take."""
    with default_storage.open(done.file) as file:
        samples = np.array(wav.open_frames(file).read(10**9))
    start = done.timeline["chapters"][0]["lines"][1]["start"]
    samples[start:] //= 2
    page.goto(f"/exports/{done.pk}/")
    page.get_by_role("link", name="Take edited audio back in").click()
    is_fine_both_ways(page, "handing in")
    sent = {"name": "edited.wav", "mimeType": "audio/wav", "buffer": sounds.wav_bytes(samples)}
    page.locator("#id_file").set_input_files(sent)  # type: ignore[arg-type]
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("1 of 2 lines is not as it was")).to_be_visible()
    page.wait_for_load_state()
    is_fine_both_ways(page, "what was edited", "return-confirm", whole=True)
    page.get_by_role("button", name="Hear line 2").click()
    page.wait_for_function("() => document.getElementById('sound').currentTime > 1")
    page.get_by_role("button", name="File as takes").click()
    expect(page.get_by_text("1 take filed and chosen.")).to_be_visible()


def test_a_miss_is_read_put_right_and_exported_again(cast: Cast, done: Export, open_page: Opener) -> None:
    page = open_page(cast.editor)
    page.goto(f"/exports/{done.pk}/")
    page.get_by_role("link", name="Report, and what can be put right").click()
    expect(page.get_by_text("2 things are not met, in 1 file as encoded.")).to_be_visible()
    is_fine_both_ways(page, "the report", "delivery-report", whole=True)
    printed = on_paper(page.pdf())
    assert "Silence at the tail" in printed
    assert "3,000 to 4,000 ms" in printed
    assert "Export again" not in printed
    for fix in ("Fix: Let 3,400 ms of silence stand at the tail", "Fix: Export as MP3"):
        page.get_by_role("button", name=fix).click()
        expect(page.get_by_role("button", name=fix)).to_have_count(0)
    for address in ("/archives/new/", f"/teams/{cast.team.pk}/destinations/new/"):
        page.goto(address)
        is_fine_both_ways(page, address)
    _take_back(page, done)
    page.goto(f"/exports/{done.pk}/delivery/")
    page.get_by_role("button", name="Export again").click()
    expect(page.get_by_role("heading", name="The Time Machine")).to_be_visible()
    assert Export.objects.latest("pk").format == "mp3"
