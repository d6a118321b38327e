"""Where everything stands in the EPUB, and how times are written in it."""

MIMETYPE = ("mimetype", b"application/epub+zip")
"""The first entry of the ZIP, not packed."""
FOLDER = "EPUB"
STYLE = "style.css"
NAV = "nav.xhtml"
PACKAGE = "package.opf"
ACTIVE, PLAYING = "-epub-media-overlay-active", "-epub-media-overlay-playing"


def text(number: int) -> str:
    return f"text/chapter-{number:03}.xhtml"


def overlay(number: int) -> str:
    return f"overlays/chapter-{number:03}.smil"


def sentence(paragraph: int, sentence: int) -> str:
    return f"{place(paragraph)}-{sentence}"


def place(paragraph: int) -> str:
    return f"p{paragraph}"


def clock(ms: int) -> str:
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
