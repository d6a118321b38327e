"""The styles of a Word file: which of them are headings, captions or contents, whatever the writer calls them."""

import re
from dataclasses import dataclass, field, replace

from lxml import etree

from .manuscript import Kind
from .markup import name

HEADING = re.compile(r"heading ([1-9])\Z")
ROLES = {"title": "title", "subtitle": "subtitle", "toc heading": "contents", "table of figures": "contents"}
KINDS = {"caption": Kind.CAPTION, "footnote text": Kind.NOTE, "endnote text": Kind.NOTE}
VERSE = re.compile(r"\b(?:verse|poem|poetry|lyrics?|stanza)\b")
OFF = frozenset(("0", "false", "off", "none"))
BODY_LEVEL = 9
MAX_ANCESTORS = 12


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph is set. `level` is that of a heading, from 1; `role` is title, subtitle or contents.

    `level` -1: nothing is said about it here, so what the style is based on decides.
    """

    level: int = -1
    role: str = ""
    kind: Kind = Kind.PROSE
    centred: bool = False
    bold: bool = False
    new_page: bool = False

    @property
    def heading_level(self) -> int:
        return max(0, self.level)


@dataclass
class Styles:
    """Every paragraph style by its id, with what it takes over from the style it is based on."""

    looks: dict[str, Look] = field(default_factory=dict)
    default: Look = Look()
    language: str = ""

    def look(self, style_id: str) -> Look:
        return self.looks.get(style_id, self.default)


def child(element: etree._Element | None, tag: str) -> etree._Element | None:
    """The first child with this tag, in whichever of Word's namespaces."""
    if element is None:
        return None
    return next((one for one in element if name(one) == tag), None)


def value(element: etree._Element | None) -> str:
    """The `val` of a property; "" if the property is not there."""
    return "" if element is None else attribute(element, "val")


def attribute(element: etree._Element, wanted: str) -> str:
    for key, content in element.attrib.items():
        if str(key).rsplit("}", 1)[-1] == wanted:
            return str(content)
    return ""


def is_on(properties: etree._Element | None, tag: str) -> bool | None:
    """A switch such as bold; None where the properties do not mention it."""
    found = child(properties, tag)
    return None if found is None else attribute(found, "val").lower() not in OFF


def read(root: etree._Element | None) -> Styles:
    """The styles of the part `styles.xml`; plain ones where it is missing."""
    styles = Styles()
    if root is None:
        return styles
    defined = {attribute(style, "styleId"): style for style in root if name(style) == "style"}
    for style_id, style in defined.items():
        if attribute(style, "type") in ("paragraph", ""):
            styles.looks[style_id] = _inherited(style_id, defined)
            if attribute(style, "default") in ("1", "true"):
                styles.default = styles.looks[style_id]
    languages = (attribute(one, "val") for one in root.iter() if name(one) == "lang")
    styles.language = next((language for language in languages if language), "")
    return styles


def _inherited(style_id: str, defined: dict[str, etree._Element]) -> Look:
    chain: list[etree._Element] = []
    while style_id in defined and len(chain) < MAX_ANCESTORS:
        chain.append(defined[style_id])
        style_id = value(child(defined[style_id], "basedon"))
    look = Look()
    for style in reversed(chain):
        look = over(
            _named(look, value(child(style, "name")).lower()), child(style, "ppr"), child(style, "rpr")
        )
    return look


def _named(look: Look, style_name: str) -> Look:
    """What a style's name says: Word keeps the English names in the file, whatever language it shows."""
    heading = HEADING.match(style_name)
    if heading:
        return replace(look, level=int(heading[1]))
    if style_name in ROLES or style_name.startswith("toc "):
        return replace(look, role=ROLES.get(style_name, "contents"), level=0)
    if VERSE.search(style_name):
        return replace(look, kind=Kind.VERSE)
    return replace(look, kind=KINDS.get(style_name, look.kind))


def over(look: Look, paragraph: etree._Element | None, run: etree._Element | None) -> Look:
    """A look with the properties of a style or of one paragraph laid over it."""
    outline = value(child(paragraph, "outlinelvl"))
    if outline.isdigit() and look.role != "contents":
        look = replace(look, level=int(outline) + 1 if int(outline) < BODY_LEVEL else 0)
    placed = value(child(paragraph, "jc"))
    bold, new_page = is_on(run, "b"), is_on(paragraph, "pagebreakbefore")
    return replace(
        look,
        centred=placed == "center" if placed else look.centred,
        bold=look.bold if bold is None else bold,
        new_page=look.new_page if new_page is None else new_page,
    )
