"""Guest links: made, looked up, taken back; and what is within one."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from narrator.teams.models import User
from projects.actions import activity
from projects.models import ActKind, GuestLink, Paragraph, Project, Script
from projects.models.guests import hash_of
from projects.models.paragraphs import ParagraphQuerySet
from projects.models.scripts import ScriptQuerySet
from projects.sentences import gettext_noop

MADE = gettext_noop("made a guest link for %(name)s")
TOOK_BACK = gettext_noop("took back the link for %(name)s")

TRIES_AN_HOUR = 10
SEEN_EACH = timedelta(minutes=1)


@transaction.atomic
def make(
    project: Project, *, name: str, days: int, by: User, script: Script | None = None, password: str = ""
) -> tuple[GuestLink, str]:
    """Make a link that opens for so many days; return it with its token, which is never to be seen again."""
    token = GuestLink.new_token()
    link = GuestLink(
        project=project,
        script=script,
        name=name,
        token_hash=hash_of(token),
        expires_at=timezone.now() + timedelta(days=days),
        created_by=by,
    )
    link.set_password(password)
    link.save(force_insert=True)
    words = MADE % {"name": link}
    activity.note(ActKind.GUESTS, words, by=by, project=project, script=script)
    return link, token


@transaction.atomic
def revoke(link: GuestLink, *, by: User | None) -> bool:
    """Close a link for good; False where it is closed already."""
    if not GuestLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        return False
    activity.note(ActKind.GUESTS, TOOK_BACK % {"name": link}, by=by, project=link.project)
    return True


def find(token: str) -> GuestLink | None:
    """The open link of this token, or None: unknown, expired and revoked ones look the same."""
    now = timezone.now()
    links = GuestLink.objects.alive(now).named(token).select_related("project", "script")
    link = links.first()
    if link is not None and (link.seen_at is None or now - link.seen_at > SEEN_EACH):
        _see(link, now)
    return link


@transaction.atomic
def _see(link: GuestLink, now: datetime) -> None:
    if GuestLink.objects.filter(pk=link.pk, seen_at=None).update(seen_at=now):
        activity.note(
            ActKind.GUESTS, gettext_noop("opened the link"), by=None, guest=link, project=link.project
        )
    else:
        GuestLink.objects.filter(pk=link.pk).update(seen_at=now)


def may_try(link: GuestLink) -> bool:
    """Count a try of the password; False where there were too many within an hour.

    Tries at the same instant may be counted as one: passwords are guessed in thousands.
    """
    key = f"guest-tries-{link.pk}"
    tries = (cache.get(key) or 0) + 1
    cache.set(key, tries, timeout=3600)
    return tries <= TRIES_AN_HOUR


def scripts(link: GuestLink) -> ScriptQuerySet:
    """The scripts that this link opens."""
    rows = Script.objects.filter(project=link.project_id)
    return rows.filter(pk=link.script_id) if link.script_id else rows


def lines(link: GuestLink) -> ParagraphQuerySet:
    """The lines that this link opens."""
    rows: ParagraphQuerySet = Paragraph.objects.filter(script__in=scripts(link))
    return rows


def pauses_ms(link: GuestLink, script: Script) -> dict[int, int]:
    """The pause behind each line of a script that a guest hears: those with a current take. One query."""
    rows = list(
        script.paragraphs.current().order_by("position").values_list("pk", "pause_ms", "kind", "character")
    )
    behind = link.project.pauses.behind(followed for _, *followed in rows)
    return dict(zip((pk for pk, *_ in rows), behind, strict=True))
