"""The round trip of pickups in a browser: the sheet, one recording back, each piece heard, all filed."""

import contextlib
from collections.abc import Callable

import pypdfium2
from playwright.sync_api import Page, expect

from projects.actions import checks, reviews
from projects.models import Take
from tests import factories
from tests.audio import sounds
from tests.audio.test_splitting import spoken
from tests.cast import Cast
from tests.journeys.pages import Opener


def on_paper(pdf: bytes) -> str:
    """The words of a printed page, in one line."""
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_a_sheet_goes_out_and_one_recording_comes_back(
    cast: Cast, open_page: Opener, axe: Callable[[Page], list[str]], shoot: Callable[..., object]
) -> None:
    script = factories.script(cast.team, lines=3)
    factories.all_ready(script)
    lines = list(script.paragraphs.all())
    for line, reason in zip(lines, ("Too fast", "“Siobhán” is Shi-vawn", "Softer, please"), strict=True):
        assert line.chosen_id is not None
        reviews.judge(line, take_id=line.chosen_id, kind="pickup", reason=reason, by=cast.reviewer)
    lengths = [checks.expected_ms(line.text, "English") for line in lines]
    recording = sounds.wav_bytes(spoken(lengths[0], 250, *lengths[1:]))
    phone = open_page(cast.editor, width=390, height=844, dark=True)
    phone.goto(f"/projects/{script.project_id}/pickups/")
    assert axe(phone) == []
    shoot(phone, "pickups-sheet-390", whole=True)
    expect(phone.get_by_role("button", name="Print or save as PDF")).to_be_visible()
    printed = on_paper(phone.pdf())
    assert [line.text in printed for line in lines] == [True] * 3
    assert "Hand in" not in printed
    page = open_page(cast.editor)
    page.goto(f"/projects/{script.project_id}/review/")
    page.get_by_role("link", name="Pickups").click()
    page.locator("#id_file").set_input_files(
        {"name": "pickups.wav", "mimeType": "audio/wav", "buffer": recording}
    )
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", name="Which piece is which line")).to_be_visible()
    expect(page.get_by_label("Pieces of line 2")).to_have_value("2-3")
    assert axe(page) == []
    page.get_by_role("button", name="Hear what line 2 gets").click()
    page.wait_for_function("() => document.getElementById('sound').currentTime > 1")
    shoot(page, "pickups-confirm-1440", whole=True)
    page.get_by_label("Pieces of line 3").select_option("Leave out")
    page.get_by_role("button", name="File as takes").click()
    expect(page.get_by_text("2 takes filed and chosen.")).to_be_visible()
    expect(page.get_by_text("1 line to be spoken again")).to_be_visible()
    assert Take.objects.filter(source="uploaded").count() == 2
