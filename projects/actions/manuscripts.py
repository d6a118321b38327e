"""From a file that somebody hands in to a project with scripts and paragraphs."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from narrator import direct
from narrator.teams.models import Team, User
from projects.actions import cast, covers, estimates, paragraphs
from projects.actions.estimates import Estimate
from projects.audio import cover
from projects.manuscript import reading
from projects.manuscript.arrangement import Arrangement, Section
from projects.manuscript.manuscript import Chapter, Kind, Passage
from projects.manuscript.manuscript import Manuscript as Reading
from projects.models import LexiconEntry, Manuscript, Paragraph, Price, Project, Script
from projects.models.characters import NAME_CHARACTERS
from projects.models.paragraphs import STEP, LineKind
from projects.speech import instructions

# The silence that a scene break is heard as.
# So many manuscripts each process holds as they were read: a novel is about 5 MB then.
REMEMBERED = 2
# What BCP 47 calls the ten languages of the endpoint; any other language is sent as Auto.
ENDPOINT_LANGUAGE = {
    "zh": "Chinese",
    "en": "English",
    "de": "German",
    "it": "Italian",
    "pt": "Portuguese",
    "es": "Spanish",
    "ja": "Japanese",
    "ko": "Korean",
    "fr": "French",
    "ru": "Russian",
}


def endpoint_language(tag: str) -> str:
    """Return the endpoint's name for a BCP 47 tag such as ``en-GB``, or ``Auto``."""
    return ENDPOINT_LANGUAGE.get(tag.split("-")[0].lower(), "Auto")


def keep(data: bytes, filename: str, *, team: Team, by: User | None) -> tuple[Manuscript, Reading]:
    """Read a manuscript and keep its file, not yet part of any project.

    Raises ``manuscript.Unreadable`` with a sentence for the person; nothing is kept then.
    """
    read = reading.read_bytes(data, filename)
    sha256 = hashlib.sha256(data).hexdigest()
    row = Manuscript(team=team, filename=Path(filename).name[:200], sha256=sha256, created_by=by)
    row.file.save(f"{sha256[:32]}{Path(filename).suffix[:10].lower()}", ContentFile(data), save=False)
    row.save()
    return row, read


def read(manuscript: Manuscript) -> Reading:
    """What a kept manuscript says. The last ones are remembered: a preview asks at every tick."""
    return _read(manuscript.file.name, manuscript.filename, manuscript.sha256)


@lru_cache(maxsize=REMEMBERED)
def _read(place: str, filename: str, sha256: str) -> Reading:
    with default_storage.open(place, "rb") as file:
        return reading.read_bytes(file.read(), filename)


@dataclass(frozen=True)
class Offer:
    """A chapter as the preview shows it: where it starts, its first words, and what speaking it would cost."""

    section: Section
    first: str
    lines: int
    expected: Estimate


def suggested(manuscript: Manuscript, read: Reading) -> dict[str, str]:
    """What a project of this manuscript is called, whose it is and in which language, as the manuscript says."""
    return {
        "title": read.title or manuscript.filename.rsplit(".", 1)[0],
        "author": read.author,
        "language": endpoint_language(read.language),
    }


def arrangement(manuscript: Manuscript, read: Reading) -> Arrangement:
    """How far a person has come with the preview; at first, the manuscript's own chapters."""
    return Arrangement.from_json(manuscript.plan, read)


def arrange(manuscript: Manuscript, plan: Arrangement, fields: Mapping[str, str]) -> None:
    """Keep the state of a preview: the arrangement, and the project's fields as they stand in the form."""
    kept = {**plan.as_json(), "fields": dict(fields)}
    Manuscript.objects.filter(pk=manuscript.pk, project=None).update(plan=kept)


def offers(plan: Arrangement, read: Reading, *, language: str, team_id: int) -> tuple[list[Offer], Estimate]:
    """Each chapter of a plan with what it would cost and how long it would sound, and the sum of the ticked ones.

    ``language`` is the endpoint's name of it. Two queries.
    """
    price, lexicon = Price.of(team_id), LexiconEntry.objects.of_team(team_id)
    found = []
    for section, chapter in zip(plan.sections, plan.chapters(read), strict=True):
        texts = [passage.text for passage in chapter.passages if passage.kind is not Kind.BREAK]
        spoken = [lexicon.say(text, language).text for text in texts]
        expected = estimates.of_texts(spoken, language, price)
        found.append(Offer(section, texts[0] if texts else "", len(texts), expected))
    return found, estimates.together((one.expected for one in found if one.section.ticked), price)


@transaction.atomic
def make_project(
    manuscript: Manuscript,
    read: Reading,
    *,
    plan: Arrangement,
    by: User | None,
    with_cast: bool = False,
    **fields: object,
) -> Project:
    """Make a project of the ticked chapters of a plan, where anything in them is spoken.

    ``fields`` are the project's own; ``with_cast`` makes a character of each speaker that the manuscript names.
    A manuscript that already is a project makes no second one: that project is returned.
    """
    locked = Manuscript.objects.select_for_update().get(pk=manuscript.pk)
    if locked.project is not None:
        return locked.project
    project = Project.objects.create(team=manuscript.team, created_by=by, **fields)
    _keep_cover(project, read.cover)
    chapters = [titled(chapter, n) for n, chapter in enumerate(spoken(plan, read), start=1)]
    add_scripts(project, chapters)
    if with_cast:
        found = Paragraph.objects.filter(script__project=project).exclude(speaker="").order_by("pk")
        names = list(dict.fromkeys(found.values_list("speaker", flat=True)))
        if names:
            cast.decide(project, names, each_new=True, by=by)
    kept = {**locked.plan, **plan.as_json()}
    Manuscript.objects.filter(pk=manuscript.pk).update(project=project, plan=kept, base=as_base(chapters))
    return project


def spoken(plan: Arrangement, read: Reading) -> list[Chapter]:
    """The ticked chapters of a plan in which anything is spoken."""
    return [
        chapter
        for chapter in plan.chapters(read)
        if chapter.ticked and any(passage.kind is not Kind.BREAK for passage in chapter.passages)
    ]


def as_base(chapters: Iterable[Chapter]) -> dict[str, Any]:
    """What is made of a manuscript, as its row keeps it for the next version: chapters by title and lines."""
    return {"chapters": [[one.title, [text_of(said) for said, _ in passages_of(one)]] for one in chapters]}


def _keep_cover(project: Project, data: bytes) -> None:
    """Give the project the manuscript's cover where a finished file can carry it: a whole JPEG or PNG."""
    try:
        cover.check(data)
    except cover.BadCover:
        return
    project.cover = covers.keep(data)
    project.save(update_fields=["cover"])


def titled(chapter: Chapter, number: int) -> Chapter:
    """The chapter with a title, whatever it has: where the manuscript gives none, its number."""
    return replace(chapter, title=(chapter.title or f"Chapter {number}")[:300])


def add_script(project: Project, chapter: Chapter) -> Script:
    """Append one script to a project; see ``add_scripts``."""
    return add_scripts(project, [chapter])[0]


def add_scripts(project: Project, chapters: Sequence[Chapter]) -> list[Script]:
    """Append scripts to a project, with a line for each passage; a scene break ends a scene with the one before it.

    A novel of 10,000 lines takes about a second of CPU, most of it for their digests and for the database.
    """
    start = project.scripts.count() + 1
    scripts = Script.objects.bulk_create(
        Script(project=project, position=position, title=titled(chapter, position).title)
        for position, chapter in enumerate(chapters, start=start)
    )
    lines: list[Paragraph] = []
    for script, chapter in zip(scripts, chapters, strict=True):
        made = lines_of(chapter)
        for number, line in enumerate(made, start=1):
            line.script_id, line.position = script.pk, number * STEP
        lines += made
    paragraphs.refresh(lines, project)
    direct.insert_many(lines)
    return scripts


def lines_of(chapter: Chapter) -> list[Paragraph]:
    """What a chapter says, as lines of no script yet."""
    return [line_of(passage, kind) for passage, kind in passages_of(chapter)]


def passages_of(chapter: Chapter) -> list[tuple[Passage, LineKind]]:
    """What a chapter says, with what each is in it: a scene break makes the passage before it the end of a scene."""
    found: list[tuple[Passage, LineKind]] = []
    for passage in chapter.passages:
        if passage.kind is not Kind.BREAK:
            found.append((passage, LineKind.TITLE if passage.kind is Kind.HEADING else LineKind.LINE))
        elif found:
            found[-1] = (found[-1][0], LineKind.SCENE_END)
    return found


def text_of(passage: Passage) -> str:
    """What a line says that is made of a passage: a speech goes without its label."""
    return passage.text if passage.speaker else passage.whole


def line_of(passage: Passage, kind: LineKind) -> Paragraph:
    """A line of no script yet; how the manuscript says it is spoken directs it, where the endpoint takes that."""
    return Paragraph(
        text=text_of(passage),
        instructions="" if instructions.fault(passage.manner) else passage.manner,
        speaker=passage.speaker[:NAME_CHARACTERS],
        speaker_sure=round(100 * passage.confidence),
        is_labelled=bool(passage.speaker),
        kind=kind,
    )


def forget_unused() -> int:
    """Remove manuscripts of two days ago that are neither a project nor a revision that waits; return how many."""
    before = timezone.now() - timedelta(days=2)
    unused = Q(revision=None, created_at__lt=before) | Q(revision__discarded_at__lt=before)
    old = Manuscript.objects.filter(unused, project=None)
    for manuscript in old:
        forget(manuscript)
    return len(old)


def forget(manuscript: Manuscript) -> None:
    """Remove a manuscript, and its file where no other one has the same."""
    if not Manuscript.objects.filter(file=manuscript.file.name).exclude(pk=manuscript.pk).exists():
        manuscript.file.delete(save=False)
    manuscript.delete()
