"""The browser's modules: what belongs to a page is taken up when the page begins, which one document may see often."""

import re

from tests.house.tree import ROOT

# They hold what stays with the document (the player goes along), or belong to pages that nobody comes to while
# something is heard: those of guests and of sign-in are loaded as ever.
HOLD = {"player.js", "waveform.js", "guest.js", "passkey.js"}
AT_IMPORT = re.compile(
    r"^(?:(?:const|let) .*=|for \(.* of|if \().*document\.(?:getElementById|querySelector)", re.M
)


def test_modules_take_up_elements_in_begins_and_not_when_they_are_read() -> None:
    modules = {path.name: path.read_text() for path in (ROOT / "static" / "js").glob("*.js")}
    assert len(modules) > 20, "the modules were not found"
    binding = {name for name, text in modules.items() if AT_IMPORT.search(_without_arrows(text))}
    assert binding <= HOLD, "use begins() of page.js: travel.js brings other pages into the same document"
    assert "player.js" in binding, "the pattern finds nothing any more"


def _without_arrows(text: str) -> str:
    """What a function does when it is called is no matter."""
    return "\n".join(line for line in text.splitlines() if "=>" not in line)
