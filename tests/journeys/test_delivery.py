"""The delivery gate in a browser: the report, a fix, the export again, the report on paper."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from projects.actions import destinations, exports, finishes
from projects.audio.destinations import Asked
from projects.audio.finish import PRESETS
from projects.models import Destination, Export
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import LOOKS, Look, Opener
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
    return export


@pytest.mark.parametrize(("width", "height", "dark"), LOOKS)
def test_a_miss_is_read_put_right_and_exported_again(
    cast: Cast, done: Export, open_page: Opener, width: int, height: int, dark: bool
) -> None:
    look = Look(open_page, width, height, dark)
    page = look.open(cast.editor)
    page.goto(f"/exports/{done.pk}/")
    page.get_by_role("link", name="Report, and what can be put right").click()
    expect(page.get_by_text("2 things are not met, in 1 file as encoded.")).to_be_visible()
    look.is_fine(page, "the report")
    look.shoot(page, "delivery-report", whole=True)
    printed = on_paper(page.pdf())
    assert "Silence at the tail" in printed
    assert "3,000 to 4,000 ms" in printed
    assert "Export again" not in printed
    for fix in ("Fix: Let 3,400 ms of silence stand at the tail", "Fix: Export as MP3"):
        page.get_by_role("button", name=fix).click()
        expect(page.get_by_role("button", name=fix)).to_have_count(0)
    page.get_by_role("button", name="Export again").click()
    expect(page.get_by_role("heading", name="The Time Machine")).to_be_visible()
    assert Export.objects.latest("pk").format == "mp3"
