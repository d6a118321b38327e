"""Small files for the tests of the manuscript engine, built on the spot."""

import io
import zipfile
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "manuscripts"
CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PROSE = (
    "The road went down to the river, and nobody had walked it since the spring. "
    "She stopped at the bridge and looked back at the house for a long time."
)


def page(body: str, *, title: str = "", doctype: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{doctype}<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{title}</title></head><body>{body}</body></html>'
    )


def ncx(points: str) -> str:
    return f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>'


def point(title: str, src: str, inner: str = "") -> str:
    return f'<navPoint><navLabel><text>{title}</text></navLabel><content src="{src}"/>{inner}</navPoint>'


def epub(
    pages: dict[str, str],
    *,
    toc: str = "",
    nav: str = "",
    guide: str = "",
    metadata: str = "",
    manifest: str = "",
    extra: dict[str, bytes | str] | None = None,
) -> bytes:
    """An EPUB of some pages; `toc` is the inside of an NCX, `nav` the body of a nav document."""
    items = "".join(
        f'<item id="p{at}" href="{name}" media-type="application/xhtml+xml"/>'
        for at, name in enumerate(pages)
    )
    spine = "".join(f'<itemref idref="p{at}"/>' for at in range(len(pages)))
    items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>' if toc else ""
    items += (
        '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>' if nav else ""
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="2.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A Book</dc:title>'
        "<dc:creator>A Writer</dc:creator>"
        f"<dc:language>en-GB</dc:language>{metadata}</metadata><manifest>{items}{manifest}</manifest>"
        f'<spine toc="ncx">{spine}</spine><guide>{guide}</guide></package>'
    )
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        book.writestr("META-INF/container.xml", CONTAINER)
        book.writestr("OEBPS/book.opf", package)
        for name, text in pages.items():
            book.writestr(f"OEBPS/{name}", text)
        if toc:
            book.writestr("OEBPS/toc.ncx", ncx(toc))
        if nav:
            book.writestr("OEBPS/nav.xhtml", page(nav))
        for name, content in (extra or {}).items():
            book.writestr(name, content)
    return stored.getvalue()
