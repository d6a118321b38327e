"""Edits of lines, and the digest of what they say."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from narrator.teams.models import User
from projects.models import Paragraph, Project, Script, Take, TakeStatus


def refresh(lines: Iterable[Paragraph], project: Project) -> list[Paragraph]:
    """Set ``digest`` of these lines of one project to that of what would be sent now; return those it changed of.

    Saves nothing. Wherever a line's text or direction, or what it inherits, changes, this is to be called.
    """
    changed = []
    for line in lines:
        digest = line.line(project).digest
        if digest != line.digest:
            line.digest = digest
            changed.append(line)
    return changed


@transaction.atomic
def edit(paragraph: Paragraph, *, project: Project, by: User | None) -> bool:
    """Save a line whose fields a form has changed; return whether a take now waits for a text it no longer has.

    The line's takes stay. Where one of them speaks exactly the new text and direction (an edit taken back,
    say), it is chosen again; otherwise the chosen take becomes stale.
    """
    paragraph.version = Script.next_version(paragraph.script_id)
    refresh([paragraph], project)
    paragraph.edited_by, paragraph.edited_at = by, timezone.now()
    fitting = Take.objects.filter(paragraph=paragraph).speaking(paragraph.digest).first()
    if paragraph.is_stale and fitting is not None:
        paragraph.chosen = fitting
    fields = ["text", "voice", "language", "instructions", "pause_ms"]
    paragraph.save(update_fields=[*fields, "version", "digest", "edited_by", "edited_at", "chosen"])
    latest = paragraph.latest
    return latest is not None and latest.status == TakeStatus.QUEUED and latest.digest != paragraph.digest
