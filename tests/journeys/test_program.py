"""A person makes a token, and the example of docs/api.md narrates a manuscript with it, to the audiobook."""

import subprocess
import sys
from pathlib import Path

import av
from playwright.sync_api import expect

from projects.models import ApiToken, Project
from tests.cast import Cast
from tests.house.tree import ROOT
from tests.journeys.pages import Opener, axe, is_fine, shoot
from tests.journeys.test_accounts import prove_it, sign_in
from tests.journeys.worker import Studio

BOOK = (
    "# The lamp\n\nThe lamp was lit.\n\nNobody came to the door.\n\n# The rain\n\nAt nine the rain began.\n"
)


def test_a_program_narrates_a_file_with_a_token_from_the_page(
    cast: Cast, open_page: Opener, studio_workers: Studio, live_server: object, tmp_path: Path
) -> None:
    page = open_page(width=390, height=844, dark=True)
    sign_in(page, cast.editor)
    page.goto("/account/tokens/")
    page.get_by_role("link", name="Make a token").click()
    prove_it(page)
    is_fine(page, axe, "the form of a token")
    shoot(page, "token-new-390-dark", whole=True)
    page.get_by_label("What it is for").fill("The example")
    for noun in ("Projects,", "Generating", "Exports"):
        page.get_by_label(noun).select_option("write")
    page.get_by_label("Lines:").select_option("read")
    page.get_by_role("button", name="Make the token").click()
    secret = page.get_by_label("The token").input_value()
    is_fine(page, axe, "a token that was made")
    shoot(page, "token-made-390-dark")
    (tmp_path / "night.md").write_text(BOOK)
    url = live_server.url  # type: ignore[attr-defined]
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "examples" / "narrate.py", url, "night.md", "Neil", "night.m4b"],
        cwd=tmp_path,
        env={"NARRATOR_TOKEN": secret},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with av.open(tmp_path / "night.m4b") as book:
        assert len(book.chapters()) == 2
    assert Project.objects.get().scripts.count() == 2
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto("/account/tokens/")
    is_fine(page, axe, "the list of tokens")
    shoot(page, "token-list-1440-light")
    page.get_by_role("button", name="Revoke The example").click()
    expect(page.get_by_text("Whatever uses it is refused from now on")).to_be_visible()
    assert ApiToken.objects.get().revoked_at
