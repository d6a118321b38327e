"""What kind of file some bytes are: by their first bytes, then by the end of the file name."""

import re

from projects.sentences import gettext_noop as _

from . import archive
from .archive import Archive
from .manuscript import Unreadable

# Sentences for known kinds that are not read.
SAVE_AS = "Save it as DOCX, EPUB or plain text and try again."
REFUSED = {
    "locked": archive.PROTECTED,
    "doc": _("Old Word files are not read. Save it as DOCX, EPUB or plain text and try again."),
    "rtf": _("RTF files are not read yet. Save it as DOCX, EPUB or plain text and try again."),
    "odt": _("OpenDocument files are not read yet. Save it as DOCX, EPUB or plain text and try again."),
    "mobi": _("Kindle files are not read. Convert the book to EPUB and try again."),
    "html": _("Web pages are not read yet. Save it as DOCX, EPUB or plain text and try again."),
    "image": _("This is a picture, not a text. Choose the file that holds the words."),
    "audio": _("This is a sound file, not a text. Choose the file that holds the words."),
    "video": _("This is a video, not a text. Choose the file that holds the words."),
    "archive": _("This is an archive of files. Unpack it and choose the manuscript inside."),
    "spreadsheet": _(
        "Spreadsheets and slides are not read. Save it as DOCX, EPUB or plain text and try again."
    ),
}
SUFFIXES = {
    "epub": "epub", "md": "markdown", "markdown": "markdown", "mdown": "markdown", "mkd": "markdown",
    "docx": "docx", "docm": "docx", "doc": "doc", "pdf": "pdf", "rtf": "rtf", "odt": "odt", "fountain": "fountain",
    "spmd": "fountain", "srt": "subtitles", "vtt": "subtitles",
    "mobi": "mobi", "azw": "mobi", "azw3": "mobi", "html": "html", "htm": "html", "xhtml": "html",
    "jpg": "image", "jpeg": "image", "png": "image", "gif": "image", "webp": "image", "svg": "image", "tif": "image",
    "mp3": "audio", "wav": "audio", "flac": "audio", "ogg": "audio", "opus": "audio", "m4a": "audio",
    "m4b": "audio", "aac": "audio", "mp4": "video", "mov": "video", "mkv": "video", "zip": "archive",
    "xlsx": "spreadsheet", "pptx": "spreadsheet", "ods": "spreadsheet",
}  # fmt: skip
OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Office encrypts a DOCX by wrapping it in an old-style file that holds a stream of this name.
LOCKED_WORD = "EncryptedPackage".encode("utf-16-le")
STARTS = (
    (OLE_START, "doc"), (b"fLaC", "audio"),
    (b"ID3", "audio"), (b"OggS", "audio"), (b"\xff\xfb", "audio"), (b"\xff\xf3", "audio"),
    (b"\x89PNG\r\n", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"), (b"II*\x00", "image"),
    (b"\x1f\x8b", "archive"), (b"7z\xbc\xaf", "archive"), (b"Rar!", "archive"), (b"\x1aE\xdf\xa3", "video"),
)  # fmt: skip
HTML = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html[\s>])",
    re.I | re.S,
)
PDF_START = b"%PDF"
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
TEXTS = ("text", "markdown", "fountain", "subtitles")


def kind(data: bytes, filename: str) -> str:
    """`epub`, `docx`, `pdf`, one of `TEXTS`, or a key of `REFUSED`. Content wins over the name."""
    by_name = SUFFIXES.get(_suffix(filename), "")
    if data.startswith(ZIP_STARTS):
        return _zip_kind(data, by_name)
    if data.startswith((PDF_START, b"{\\rtf")):
        return "pdf" if data.startswith(PDF_START) else "rtf"
    # A text may begin with "GIF8" or "ID3"; the binary files that do have zeros near the start.
    if b"\x00" in data[:4000] and (known := _binary_kind(data)):
        return known
    return "html" if HTML.match(data[:4000]) else by_name or "text"


def _binary_kind(data: bytes) -> str:
    if data[:4] == b"RIFF":
        return "image" if data[8:12] == b"WEBP" else "audio"
    if data[4:8] == b"ftyp":
        return "audio" if data[8:11] in (b"M4A", b"M4B") else "video"
    if data[60:68] == b"BOOKMOBI":
        return "mobi"
    if data.startswith(OLE_START) and LOCKED_WORD in data:
        return "locked"
    return next((name for start, name in STARTS if data.startswith(start)), "")


def _suffix(filename: str) -> str:
    name = filename.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def _zip_kind(data: bytes, by_name: str) -> str:
    """An unreadable ZIP counts as what its name says, so that the reader of that format explains the damage."""
    try:
        members = Archive(data)
        if members.find("META-INF/container.xml"):
            return "epub"
        for member, name in (("word/document.xml", "docx"), ("xl/workbook.xml", "spreadsheet")):
            if members.find(member):
                return name
        mimetype = members.read("mimetype")[:100] if members.find("mimetype") else b""
    except Unreadable:
        return by_name if by_name not in ("", *TEXTS) else _zip_start_kind(data)
    if b"epub" in mimetype:
        return "epub"
    if b"opendocument.text" in mimetype:
        return "odt"
    return by_name if by_name not in ("", *TEXTS) else "archive"


def _zip_start_kind(data: bytes) -> str:
    return "epub" if b"application/epub+zip" in data[:200] else "archive"
