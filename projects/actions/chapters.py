"""Where each chapter of an export begins, as a file for players and programs that want it beside the sound."""

from projects.actions.offered import Kind
from projects.audio import chapters, tags
from projects.audio.chapters import Chapter
from projects.models import Export
from projects.sentences import gettext_noop as _

KINDS = {
    "podcast": Kind(
        _("Podcast chapters"),
        _("JSON of the podcast namespace"),
        "chapters.json",
        "application/json+chapters",
    ),
    "podlove": Kind(
        _("Podlove chapters"), _("JSON for Podlove's player"), "podlove.json", "application/json"
    ),
    "ffmetadata": Kind(
        _("FFmpeg metadata"), _("titles and chapters, for another file"), "ffmetadata.txt", "text/plain"
    ),
}


def text(export: Export, kind: str) -> tuple[str, str]:
    """The file's name and what is in it. Only of one file: where each chapter is one, there is nothing to say."""
    found = [Chapter(mark["title"], mark["start_ms"], mark["end_ms"]) for mark in export.marks]
    name = f"{tags.file_stem(export.title, 'narration')}.{KINDS[kind].ending}"
    if kind == "podlove":
        return name, chapters.podlove(found)
    written = chapters.podcast if kind == "podcast" else chapters.ffmetadata
    return name, written(found, title=export.title, author=export.author)
