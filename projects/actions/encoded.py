"""Encoding chosen takes before anybody asks for a file, so that an export only copies (docs/adr/0014).

Where the packets are kept, and how much of the disk they may take. All of it can be lost without harm.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import F

from projects.actions import resting, sounds, treatments
from projects.audio import book as books
from projects.audio import formats, packing, room_tone
from projects.audio.assembly import BrokenTake
from projects.audio.codecs import Codec
from projects.audio.finish import Finish
from projects.audio.formats import FORMATS
from projects.audio.packet_cache import PacketCache
from projects.audio.treatment import UNTREATED, Treatment
from projects.models import Export, Paragraph, Project, Script, Take

# A gigabyte is 25 hours as M4B, 12 hours as MP3.
LIMIT_BYTES = 20 * 10**9
DISK_SHARE = 10
RECENT_EXPORTS = 3
# For each thousand lines: to look what a script has to be encoded reads them all. What comes meanwhile, and an export
# that does not wait for it, is encoded by the export.
REST_S = 2.0
# What a chosen take need not be read with where only its file is wanted.
UNHEARD = ("chosen__peaks", "chosen__sound__cells", "chosen__sound__quiet")
# What is read of a line that is encoded ahead: there are thousands, and again whenever one of them changed.
HEARD = (
    "pause_ms",
    "kind",
    "character",
    "chosen__audio_sha256",
    *(f"chosen__{name}" for name in treatments.FROM),
)


_rests_until: dict[int, float] = {}
"""Scripts that were looked at a moment ago, by their ids."""


def cache() -> PacketCache:
    """The packets of this machine: at most 20 GB, and at most a tenth of the disk."""
    folder = settings.DATA_DIR / "packets"
    try:
        disk_bytes = shutil.disk_usage(settings.DATA_DIR).total
    except OSError:
        disk_bytes = 0
    return PacketCache(folder, min(LIMIT_BYTES, disk_bytes // DISK_SHARE))


def line(
    sha256: str, frames: int, pause_ms: int, treatment: Treatment = UNTREATED, overlap: int = 0
) -> books.Line:
    """A take's sound as a book takes it, ``frames`` being heard of it.

    Its hash and what is done to it are the name under which its packets are found again.
    """
    name = sounds.name_of(sha256)
    return books.Line(
        lambda: cast(BinaryIO, default_storage.open(name, "rb")),
        frames,
        pause_ms,
        key=sha256,
        treatment=treatment,
        overlap=overlap,
    )


def treated(take: Take, pause_ms: int, finish: Finish, following: Take | None = None) -> books.Line:
    """A take as the files of its project have it, before the one that follows; read both with their ``sound``."""
    how = treatments.of(take, finish)
    frames = take.frames - how.head - how.tail
    then = treatments.frames(following, finish) if following else None
    overlap = finish.overlap(pause_ms, frames, then)
    return line(take.audio_sha256, frames, pause_ms, how, overlap)


def in_a_row(takes: Sequence[Take], pauses_ms: Sequence[int], finish: Finish) -> list[books.Line]:
    """These takes, one after the other, each with the pause behind it."""
    heard = zip_longest(takes, takes[1:])
    return [
        treated(take, pause_ms, finish, following)
        for (take, following), pause_ms in zip(heard, pauses_ms, strict=True)
    ]


def tone(finish: Finish) -> books.Line | None:
    """The room tone that was settled for a project's files."""
    wanted = (finish.tone or finish.tone_in_pauses) and finish.tone_sha256
    return line(finish.tone_sha256, room_tone.FRAMES, 0) if wanted else None


def encode(*, stop: Callable[[], bool]) -> None:
    """Encode what is chosen and not encoded yet, script by script, until ``stop`` says so.

    A script that changes meanwhile is looked at again, a long one when it has rested. Twice is harmless.
    """
    kept = cache()
    for script in Script.objects.to_encode().select_related("project"):
        if time.monotonic() < _rests_until.get(script.pk, 0):
            continue
        lines = _lines(script)
        if not _encode(script, lines, kept, stop=stop):
            return
        Script.objects.filter(pk=script.pk).update(encoded_version=script.version)
        _rests_until[script.pk] = time.monotonic() + resting.rest_s(len(lines), REST_S)


def _encode(
    script: Script, lines: Sequence[books.Line], kept: PacketCache, *, stop: Callable[[], bool]
) -> bool:
    """Encode one script's chosen takes; False where it was stopped before the end."""
    book = books.Book("", "", "", (books.Chapter(script.title, tuple(lines)),))
    for codec in _codecs(script.project):
        try:
            packing.warm(book, codec, kept, stop=stop)
        except BrokenTake:
            return True  # whoever exports is told; there is nothing to do for it here
        if stop():
            return False
    return True


def _lines(script: Script) -> list[books.Line]:
    project, finish = script.project, script.project.finishing
    chosen = Paragraph.objects.filter(script=script, chosen__digest=F("digest")).order_by("position")
    rows = list(chosen.select_related("chosen__sound").only(*HEARD))
    pauses_ms = project.pauses.behind(row.followed for row in rows)
    return in_a_row([row.chosen for row in rows], pauses_ms, finish)


def _codecs(project: Project) -> set[Codec]:
    """What this project was exported as lately; before its first export, what most choose."""
    recent = Export.objects.filter(project=project).values_list("format", flat=True)[:RECENT_EXPORTS]
    kinds = [FORMATS[formats.of_sound(name)] for name in recent] or [FORMATS["m4b"]]
    return {kind.codec for kind in kinds if kind.codec}
