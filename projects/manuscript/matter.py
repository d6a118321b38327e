"""Front and back matter: which parts of a book are offered unticked, by their title or their EPUB type.

A part has a short name for the preview ("Title page", "Licence"); an empty name means: read it aloud.
"""

import re
from collections.abc import Iterable

TITLES = {
    "Cover": "cover|umschlag|couverture|portada|封面|表紙",
    "Title page": "title ?page|half ?title(?: page)?|titelseite|page de titre|titre|扉",
    "Copyright": "copyright(?: page| notice| information)?|uncopyright|imprint|impressum|legal notice"
    "|rights|版权页?|奥付",
    "Colophon": "colophon|kolophon|底本",
    "Licence": "(?:the )?(?:full )?(?:project gutenberg.*)?licen[sc]e|lizenz|licence",
    "Contents": "(?:table of )?contents|inhalt(?:sverzeichnis)?|table des mati[eè]res|sommaire|[ií]ndice|indice"
    "|inhoud|目次|目录|目錄|차례|目 次",
    "Illustrations": "illustrations",
    "Cast list": "dramatis person(?:ae|æ)|persons (?:of the play|represented)|cast(?: of characters| list)?"
    "|characters in the play|personen|personnages|登場人物|人物表",
    "Notes": "(?:end|foot)notes?|notes|anmerkungen|fu[ßs]+noten|endnoten|notas|注释|注釋|注|脚注",
    "Index": r"(?:\w+ (?:and \w+ )?)?index|register|stichwortverzeichnis|索引",
    "Bibliography": "(?:selected )?bibliography|references|works cited|further reading|literatur(?:verzeichnis)?"
    "|bibliographie|bibliograf[ií]a|参考文献|參考文獻",
    "Acknowledgements": "acknowledge?ments|danksagung(?:en)?|remerciements|agradecimientos|致谢|謝辞",
    "About the author": "(?:about|also by) the authors?|über den autor|über die autorin|作者简介",
    "Advertisements": "advertisements?|also by .+|other books by .+|books by .+|by the same author|praise for .+"
    "|newsletter|about the publisher|(?:an )?excerpt from .+",
    "Transcriber's note": "transcriber['’]?s?['’]? notes?|note by the transcriber",
}
UNTICKED = {part: re.compile(pattern + r"\Z", re.IGNORECASE) for part, pattern in TITLES.items()}
NARRATED = re.compile(
    r"(?:preface|foreword|introduction|introductory|prologue|proem|prelude|epilogue|afterword|postscript|postlude"
    r"|interlude|intermezzo|conclusion|appendix|appendices"
    r"|(?:an? )?(?:author|editor|translator)['’]?s['’]? (?:note|preface)"
    r"|author['’]s foreword|note to the reader|to the reader|a note on the text|finale|coda|dedication|epigraph"
    r"|einleitung|einführung|vorwort|vorbemerkung|prolog|epilog|nachwort|anhang|zwischenspiel|schluss|widmung"
    r"|préface|avant-propos|prologue|épilogue|introduction|postface|annexe|dédicace"
    r"|prólogo|epílogo|prefacio|introducción|introdução|conclusión|prefazione|introduzione|prologo|epilogo|conclusione"
    r"|voorwoord|nawoord|inleiding"
    r"|序|序言|序文|前言|自序|代序|引言|引子|楔子|尾[声聲]|后记|後[记記]|跋|序章|終章|终章|番外篇?"
    r"|プロローグ|エピローグ|はじめに|おわりに|まえがき|あとがき|머리말|프롤로그|에필로그)\Z",
    re.IGNORECASE,
)
# "HISTORICAL NOTES.", "EDITOR'S PREFACE": a section word with a few words in front, or an appendix with its letter.
NARRATED_LONG = re.compile(
    r"(?:(?:[A-Z'’]+ ){1,3}(?:NOTES?|PREFACE|INTRODUCTION|EPILOGUE|PROLOGUE|APPENDIX)"
    r"|(?:Appendix|APPENDIX|Anhang|Annexe) (?:[A-Z]|[IVX]+|\d{1,2})(?:[.:].{0,60})?)\Z"
)
TYPES = {
    "cover": "Cover", "titlepage": "Title page", "title-page": "Title page", "halftitlepage": "Title page",
    "halftitle": "Title page", "copyright-page": "Copyright", "imprint": "Copyright", "imprimatur": "Copyright",
    "colophon": "Colophon", "toc": "Contents", "loi": "Illustrations", "lot": "Contents", "loa": "Contents",
    "endnotes": "Notes", "footnotes": "Notes", "rearnotes": "Notes", "notes": "Notes", "index": "Index",
    "bibliography": "Bibliography", "glossary": "Glossary", "acknowledgments": "Acknowledgements",
    "acknowledgements": "Acknowledgements", "contributors": "About the author", "other-credits": "Copyright",
    "errata": "Notes", "seriespage": "Advertisements", "landmarks": "Contents", "page-list": "Contents",
}  # fmt: skip
NARRATED_TYPES = frozenset(
    [
        "chapter",
        "part",
        "prologue",
        "preface",
        "foreword",
        "introduction",
        "preamble",
        "epilogue",
        "afterword",
        "conclusion",
        "appendix",
        "dedication",
        "epigraph",
        "volume",
        "subchapter",
        "division",
        "text",
    ]
)
# Pages that hold nothing but notes.
NOTES = "Notes"
BESIDE = frozenset((NOTES,))
SURROUNDINGS = {"frontmatter": "Front matter", "backmatter": "Back matter"}


def _bare(title: str) -> str:
    return title.strip().strip(".:—–-*_[]【】()（） \u3000").strip()


def part_of_title(title: str) -> str:
    """Why a section with this title is offered unticked, or ""."""
    bare = _bare(title)
    return next((part for part, pattern in UNTICKED.items() if pattern.match(bare)), "")


def is_narrated(title: str) -> bool:
    """True for the title of a section that stands beside the chapters: a preface, an epilogue."""
    bare = _bare(title)
    return bool(NARRATED.match(bare) or NARRATED_LONG.match(bare))


def part_of_types(types: Iterable[str]) -> str:
    """Why a section with these EPUB types (its own and those around it) is offered unticked, or ""."""
    names = set(types)
    named = [TYPES[name] for name in sorted(names) if name in TYPES]
    if named:
        return named[0]
    if names & NARRATED_TYPES:
        return ""
    return next((part for name, part in SURROUNDINGS.items() if name in names), "")
