"""Captions, transcripts and labels of the files of an export, or of a chapter as it stands; and the cue sheet."""

from collections.abc import Iterator, Sequence

from projects.actions import spoken
from projects.actions.offered import Kind
from projects.actions.spoken import File
from projects.audio import tags
from projects.captions import labels, subtitles, transcripts
from projects.captions.breaking import WIDTH, captions
from projects.captions.lines import Chapter
from projects.models import Paragraph, Take
from projects.sentences import gettext_noop as _

LABEL_CHARACTERS = 80


KINDS = {
    "srt": Kind("SRT", _("captions for video editors and players"), "srt", "application/x-subrip"),
    "vtt": Kind("WebVTT", _("captions for the web and podcast apps, with who speaks"), "vtt", "text/vtt"),
    "txt": Kind(_("Plain transcript"), _("the text under its titles"), "txt", "text/plain"),
    "json": Kind(
        _("Timed transcript"), _("JSON of the podcast namespace, by sentence"), "json", "application/json"
    ),
    "words": Kind(
        _("Words with times"), _("the same by word, all of it estimated"), "words.json", "application/json"
    ),
    "labels": Kind(
        _("Audacity labels"),
        _("a region for each line, to import as a label track"),
        "labels.txt",
        "text/plain",
    ),
    "cues": Kind(_("Cue sheet"), _("CSV: each line with speaker, take, place and status"), "csv", "text/csv"),
}
CUES = (
    *("file", "chapter", "line", "speaker", "text", "take", "start_sample", "end_sample", "rate_hz"),
    *("start", "end", "status"),
)
STATUS = {
    "pickup": "pickup wanted",
    "stale": "changed since",
    "queued": "another take waits",
    "running": "another take is made",
    "failed": "another take failed",
}


def texts(files: Sequence[File], title: str, kind: str, *, width: int = WIDTH) -> list[tuple[str, str]]:
    """The text of these files as this kind, each with its name: one for each file, a plain transcript of them all."""
    ending = KINDS[kind].ending
    if kind == "txt":
        chapters = [_chapter(one) for file in files for one in file.chapters]
        return [(f"{tags.file_stem(title, 'narration')}.{ending}", transcripts.plain(title, chapters))]
    return [(f"{file.name}.{ending}", _text(file, kind, width)) for file in files]


def _text(file: File, kind: str, width: int) -> str:
    if kind == "srt":
        return subtitles.srt(captions(file.spoken, width))
    if kind == "vtt":
        return subtitles.vtt(captions(file.spoken, width))
    if kind == "labels":
        return labels.audacity(_labels(file))
    return transcripts.by_word(file.spoken) if kind == "words" else transcripts.by_sentence(file.spoken)


def _chapter(chapter: spoken.Chapter) -> Chapter:
    return Chapter(chapter.title, tuple(line.spoken for line in chapter.lines))


def _labels(file: File) -> Iterator[tuple[float, float, str]]:
    for chapter in file.chapters:
        at = chapter.start / file.rate_hz
        yield at, at, chapter.title
        for line in chapter.lines:
            name = f"{line.spoken.speaker}: " if line.spoken.speaker else ""
            text = f"{line.number} {name}{line.spoken.text}"
            yield line.start / file.rate_hz, line.end / file.rate_hz, text[:LABEL_CHARACTERS]


def cues(files: Sequence[File]) -> Iterator[tuple[object, ...]]:
    """The rows of the cue sheet, under CUES. Where a line has another take now, its status says so."""
    ids = [line.take_id for file in files for line in file.lines]
    takes = Take.objects.only("number", "voice", "source", "paragraph").in_bulk(ids)
    lines = Paragraph.objects.with_marks().in_bulk({take.paragraph_id for take in takes.values()})
    for file in files:
        for chapter in file.chapters:
            for line in chapter.lines:
                take = takes.get(line.take_id)
                now = lines.get(take.paragraph_id) if take else None
                yield (
                    *(file.name, chapter.title, line.number),
                    line.spoken.speaker or (take.speaker if take else ""),
                    *(" ".join(line.spoken.text.split()), take.number if take else ""),
                    *(line.start, line.end, file.rate_hz),
                    *(_clock(line.start, file.rate_hz), _clock(line.end, file.rate_hz)),
                    _status(line.take_id, now),
                )


def _status(take_id: int, now: Paragraph | None) -> str:
    if now is None:
        return "deleted since"
    if now.chosen_id != take_id:
        return "another take since"
    return STATUS.get(now.marked, now.marked)


def _clock(sample: int, rate_hz: int) -> str:
    ms = round(1000 * sample / rate_hz)
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
