"""Word files for the tests and the bench, written by hand: zip and XML, nothing else."""

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>{based}</w:style>'
    for style_id, name, based in (
        ("berschrift1", "heading 1", ""),
        ("berschrift2", "heading 2", ""),
        ("Chapter", "My chapter", '<w:basedOn w:val="berschrift1"/>'),
        ("Titel", "Title", ""),
        ("Untertitel", "Subtitle", ""),
        ("Verzeichnis1", "toc 1", ""),
        ("Beschriftung", "caption", ""),
        ("Gedicht", "Verse", ""),
    )
)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(text: str = "", *, style: str = "", properties: str = "", inside: str = "") -> str:
    """A paragraph of plain text, or of the runs given as `inside`."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{inside or (run(text) if text else '')}</w:p>"


def docx(*body: str, parts: Mapping[str, str | bytes] | None = None, core: str = "") -> bytes:
    """A DOCX of some paragraphs. `parts` are further members by name, `core` the inside of the properties."""
    stored = io.BytesIO()
    document = f'<?xml version="1.0"?><w:document {W}><w:body>{"".join(body)}</w:body></w:document>'
    properties = f'<c:p xmlns:c="c" xmlns:dc="http://purl.org/dc/elements/1.1/">{core}</c:p>'
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in {
            "_rels/.rels": RELATIONS,
            "word/document.xml": document,
            "word/styles.xml": f"<w:styles {W}>{STYLES}</w:styles>",
            "docProps/core.xml": properties,
            **(parts or {}),
        }.items():
            book.writestr(name, content)
    return stored.getvalue()
