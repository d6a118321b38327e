"""Putting takes aside and taking them back. What is aside is kept, out of sight; nothing here deletes."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from narrator.teams.models import User
from projects.actions import activity
from projects.models import ActKind, Paragraph, Script, Take, Verdict
from projects.models.reviews import Kind


class Needed(Exception):
    """The take cannot be put aside; ``str()`` says why, as a sentence."""


@transaction.atomic
def discard(take: Take, *, by: User | None) -> bool:
    """Put a take aside: it is kept out of sight, is never chosen by itself, and may be deleted one day.

    False where it is aside already. Raises ``Needed`` for a take that is chosen, approved or still being made.
    """
    version = Script.next_version(take.paragraph.script_id)
    now = Take.objects.get(pk=take.pk)
    if now.is_active:
        raise Needed(_("This take is still being made. Stop it, or wait until it is there."))
    if Paragraph.everything.filter(chosen=take).exists():
        raise Needed(_("This take is the chosen one. Choose another one first."))
    if Verdict.objects.filter(take=take, kind=Kind.APPROVED).exists():
        raise Needed(_("This take has been approved, so it is kept."))
    rows = Take.objects.filter(pk=take.pk, discarded_at=None)
    if not rows.update(discarded_at=timezone.now(), discarded_by=by):
        return False
    Paragraph.objects.filter(pk=take.paragraph_id).update(version=version)
    activity.note(ActKind.TAKES, f"discarded take {take.number}", by=by, line=take.paragraph)
    return True


@transaction.atomic
def bring_back(take: Take, *, by: User | None) -> bool:
    """Take a discarded take back among the others; False where it is there."""
    version = Script.next_version(take.paragraph.script_id)
    aside = Take.objects.filter(pk=take.pk, discarded_at__isnull=False)
    if not aside.update(discarded_at=None, discarded_by=None):
        return False
    Paragraph.objects.filter(pk=take.paragraph_id).update(version=version)
    activity.note(ActKind.TAKES, f"brought take {take.number} back", by=by, line=take.paragraph)
    return True
