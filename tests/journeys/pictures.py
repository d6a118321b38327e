"""The pictures of docs/: taken by the journeys that stand on those pages anyway, where NARRATOR_PICTURES is set.

Without it nothing is written, so that a run of the tests leaves the tree as it was.
"""

import base64
import os
from pathlib import Path

from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
QUALITY = 82

IN_DOCS = {
    "cast-1440-light": "cast",
    "delivery-report-1440-light": "delivery",
    "guest-390": "guest",
    "lexicon-question-1440-light": "lexicon",
    "members-1440-light": "members",
    "money-finish-1440-light": "finish",
    "money-usage-1440-light": "usage",
    "project-page": "project",
    "queue-page-1440-light": "queue",
    "review-board-1440-light": "review-board",
    "script-page": "script-page",
    "time-machine-preview": "preview",
}
"""What a journey photographs, and what that is called in docs/pictures."""


def are_wanted() -> bool:
    return bool(os.environ.get("NARRATOR_PICTURES"))


def keep(page: Page, name: str) -> None:
    """Write what the page shows into docs/pictures, if it is one of these."""
    if name not in IN_DOCS:
        return
    page.evaluate("window.scrollTo(0, 0)")
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    session.detach()
    path_of(IN_DOCS[name]).write_bytes(base64.b64decode(taken["data"]))


def path_of(name: str) -> Path:
    """Return where the picture of this name in docs stands."""
    return FOLDER / f"{name}.webp"
