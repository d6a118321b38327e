"""The EPUB's package: what is in it, in which order it is read, and what is said of it."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from projects.readalong import names, pages
from projects.readalong.edition import Edition
from projects.readalong.xml import document, readable

OPF = "http://www.idpf.org/2007/opf"
DC = "http://purl.org/dc/elements/1.1/"
CONTAINER = b"""<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
SUMMARY = "The whole text is read aloud, and each sentence is marked while it is heard."
# What readers' shops and libraries show of it, by the words of schema.org.
ACCESSIBILITY = (
    *(("accessMode", "textual"), ("accessMode", "auditory")),
    *(("accessModeSufficient", "textual"), ("accessModeSufficient", "auditory")),
    ("accessModeSufficient", "textual,auditory"),
    *(("accessibilityFeature", "synchronizedAudioText"), ("accessibilityFeature", "tableOfContents")),
    *(("accessibilityFeature", "structuralNavigation"), ("accessibilityFeature", "readingOrder")),
    ("accessibilityFeature", "displayTransformability"),
    ("accessibilityHazard", "none"),
    ("accessibilitySummary", SUMMARY),
)
_COVERS = {"image/jpeg": "cover.jpg", "image/png": "cover.png"}


def entries(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Everything of the EPUB but its first entry (`names.MIMETYPE`) and the sound, under its name in the ZIP."""
    yield "META-INF/container.xml", CONTAINER
    yield f"{names.FOLDER}/{names.PACKAGE}", package(edition)
    yield f"{names.FOLDER}/{names.NAV}", pages.nav(edition)
    yield f"{names.FOLDER}/{names.STYLE}", pages.STYLE.encode()
    if edition.cover:
        yield f"{names.FOLDER}/{_COVERS[edition.cover_type]}", edition.cover
    for number in range(1, len(edition.chapters) + 1):
        yield f"{names.FOLDER}/{names.text(number)}", pages.chapter(edition, number)
        yield f"{names.FOLDER}/{names.overlay(number)}", pages.overlay(edition, number)


def package(edition: Edition) -> bytes:
    o = ElementMaker(namespace=OPF, nsmap={None: OPF, "dc": DC})
    numbers = range(1, len(edition.chapters) + 1)
    root = o.package(
        {
            "version": "3.0",
            "unique-identifier": "id",
            "{http://www.w3.org/XML/1998/namespace}lang": edition.language,
        }
    )
    root.append(_metadata(o, edition))
    manifest = [
        o.item({"id": "nav", "href": names.NAV, "media-type": "application/xhtml+xml", "properties": "nav"}),
        o.item({"id": "style", "href": names.STYLE, "media-type": "text/css"}),
    ]
    if edition.cover:
        about = {"href": _COVERS[edition.cover_type], "media-type": edition.cover_type}
        manifest.append(o.item({"id": "cover", **about, "properties": "cover-image"}))
    for number, chapter in zip(numbers, edition.chapters, strict=True):
        text = {"href": names.text(number), "media-type": "application/xhtml+xml"}
        overlay = {"href": names.overlay(number), "media-type": "application/smil+xml"}
        sound = {"href": chapter.audio, "media-type": chapter.media_type}
        manifest.append(o.item({"id": f"text-{number}", **text, "media-overlay": f"overlay-{number}"}))
        manifest.append(o.item({"id": f"overlay-{number}", **overlay}))
        manifest.append(o.item({"id": f"sound-{number}", **sound}))
    root.append(o.manifest(*manifest))
    root.append(o.spine(*(o.itemref({"idref": f"text-{number}"}) for number in numbers)))
    return document(root)


def _metadata(o: Any, edition: Edition) -> etree._Element:
    d = ElementMaker(namespace=DC)
    made = o.metadata(
        d.identifier({"id": "id"}, edition.identifier),
        d.title(readable(edition.title)),
        d.language(edition.language),
    )
    for name, role, tag in ((edition.author, "aut", d.creator), (edition.narrator, "nrt", d.contributor)):
        if name:
            made.append(tag({"id": role}, readable(name)))
            made.append(o.meta({"refines": f"#{role}", "property": "role", "scheme": "marc:relators"}, role))
    if edition.note:
        made.append(d.description(readable(edition.note)))
    modified = edition.modified.astimezone(UTC)
    made.append(o.meta({"property": "dcterms:modified"}, f"{modified:%Y-%m-%dT%H:%M:%SZ}"))
    made.append(o.meta({"property": "media:duration"}, names.clock(edition.duration_ms)))
    for number, chapter in enumerate(edition.chapters, 1):
        about = {"property": "media:duration", "refines": f"#overlay-{number}"}
        made.append(o.meta(about, names.clock(chapter.duration_ms)))
    if edition.narrator:
        made.append(o.meta({"property": "media:narrator"}, readable(edition.narrator)))
    made.append(o.meta({"property": "media:active-class"}, names.ACTIVE))
    made.append(o.meta({"property": "media:playback-active-class"}, names.PLAYING))
    made.extend(o.meta({"property": f"schema:{name}"}, value) for name, value in ACCESSIBILITY)
    return made
