"""The read-along of a project: an EPUB of its written text and the sound of its chapters, sentence by sentence."""

from collections.abc import Iterator

from projects.actions import plans, spoken
from projects.actions.spoken import File
from projects.audio import cover as covers
from projects.audio.book import Book
from projects.audio.formats import FORMATS
from projects.audio.parcel import Enclosed, Wrapping
from projects.captions import moments
from projects.models import Export
from projects.readalong import names, package
from projects.readalong.edition import Chapter, Edition, Paragraph, Sentence

SOUND = FORMATS["m4a"]


def wrapping(export: Export, book: Book) -> Wrapping:
    """What makes an EPUB of the chapters' sound; its pages are written when their times are known."""

    def rest(inside: list[Enclosed]) -> Iterator[tuple[str, bytes]]:
        return package.entries(edition(export, book, inside))

    return Wrapping(names.MIMETYPE, lambda number: f"{names.FOLDER}/{_sound(number)}", rest)


def edition(export: Export, book: Book, inside: list[Enclosed]) -> Edition:
    """The book as a read-along. Each export is an edition of its own."""
    export.timeline = plans.timeline(export, inside)
    files = spoken.of_export(export)
    language = next((file.language for file in files if file.lines), "en")
    cover = covers.check(book.cover) if book.cover else None
    return Edition(
        identifier=f"urn:uuid:{export.claim_token}",
        title=book.title,
        author=book.author,
        narrator=book.narrator,
        language=language,
        modified=export.created_at,
        chapters=tuple(
            _chapter(number, file, enclosed, language)
            for number, (file, enclosed) in enumerate(zip(files, inside, strict=True), 1)
        ),
        cover=cover.data if cover else b"",
        cover_type=cover.mime if cover else "",
        note=book.comment,
    )


def _sound(number: int) -> str:
    return f"audio/{number:03}.{SOUND.ending}"


def _chapter(number: int, file: File, enclosed: Enclosed, language: str) -> Chapter:
    paragraphs = tuple(
        Paragraph(
            tuple(Sentence(one.text, one.start_ms) for one in moments.sentences(line.spoken)),
            line.language if line.language != language else "",
        )
        for line in file.lines
    )
    duration_ms = enclosed.written.duration_ms
    return Chapter(file.chapters[0].title, paragraphs, _sound(number), SOUND.media_type, duration_ms)
