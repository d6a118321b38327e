"""Verdicts, comments, and who hears what. A verdict is bound to what was heard: see models/reviews.py."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from narrator import direct
from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import User
from projects.actions import activity, lineups, notifications
from projects.models import ActKind, Assignment, Comment, GuestLink, Paragraph, Project, Script, Verdict
from projects.models.notifications import News
from projects.models.paragraphs import ParagraphQuerySet, Stage
from projects.models.reviews import Kind
from projects.models.scripts import ScriptQuerySet
from projects.sentences import gettext_noop

# No line has such a position.
BEFORE_ALL = -1

PICKUP_OF_YOURS = gettext_noop("%(name)s wants a pickup of a line that you had made")
WANTS_PICKUP = gettext_noop("%(name)s wants a pickup")
APPROVED = gettext_noop("%(name)s approved a line")
NAMES_YOU = gettext_noop("%(name)s names you in a comment")
COMMENTED_TOO = gettext_noop("%(name)s commented on a line on which you did")
COMMENTED = gettext_noop("%(name)s commented")
OPENED = gettext_noop("opened a comment again: “%(comment)s”")
OPENED_YOURS = gettext_noop("%(name)s opened your comment again")
RESOLVED = gettext_noop("resolved a comment: “%(comment)s”")
RESOLVED_YOURS = gettext_noop("%(name)s resolved your comment")
GAVE = gettext_noop("gave this chapter to %(name)s")
GAVE_YOU = gettext_noop("%(name)s gave you %(title)s to hear")
TOOK = gettext_noop("took this chapter from %(name)s")

MENTION = re.compile(r"(?<!\w)@(\w+)")


class NotHeard(Exception):
    """The verdict is not on what the line sounds like now; the message is a sentence for the reviewer."""


@transaction.atomic
def judge(
    line: Paragraph,
    *,
    take_id: int,
    kind: str,
    trim_count: int | None = None,
    reason: str = "",
    by: User | None,
    guest: GuestLink | None = None,
) -> Verdict:
    """Approve the line's take, or ask for a pickup, with the reason. The same verdict twice is one.

    Raises NotHeard where another take is chosen by now, it was trimmed since (``trim_count`` says what was heard, None
    that it is as it is now), or the text or direction has changed since it was spoken.
    """
    counted, asked = Script.counting_up(line.script_id), Paragraph.asking(line.pk)
    direct.together(counted, asked)
    now = asked.first()
    if now is None or now.removed or now.chosen is None or now.chosen.pk != take_id:
        raise NotHeard(_("Another take was chosen meanwhile. Hear that one, then decide."))
    if trim_count not in (None, now.chosen.trim_count):
        raise NotHeard(_("This take was trimmed meanwhile. Hear it again, then decide."))
    if now.is_stale:
        raise NotHeard(
            _("The text or direction changed since this take was spoken. It has to be generated first.")
        )
    standing = now.standing
    said = (kind, reason, by, guest)
    if standing is not None and (standing.kind, standing.reason, standing.by, standing.guest) == said:
        return standing
    verdict = Verdict(
        paragraph=now,
        project_id=now.script.project_id,
        team_id=now.script.project.team_id,
        take_id=take_id,
        digest=now.digest,
        audio_sha256=now.chosen.audio_sha256,
        kind=Kind(kind),
        reason=reason,
        by=by,
        guest=guest,
    )
    direct.insert(verdict)
    direct.update(Paragraph, {"pk": now.pk}, verdict=verdict, version=Script.version_of(counted))
    _tell_of(verdict, now)
    return verdict


def _tell_of(verdict: Verdict, line: Paragraph) -> None:
    """Tell who had the take made that it is wanted again, and who invited a guest what that one thinks."""
    makers, hosts = [], [verdict.guest.created_by] if verdict.guest else []
    if verdict.kind == Kind.PICKUP:
        makers = [line.chosen.created_by or line.script.project.created_by] if line.chosen else []
        words = PICKUP_OF_YOURS % {"name": verdict.who}
        notifications.tell(News.PICKUP, makers, words, by=verdict.by, quote=verdict.reason, line=line)
    did = WANTS_PICKUP if verdict.kind == Kind.PICKUP else APPROVED
    others = [host for host in hosts if host not in makers]
    notifications.tell(News.GUEST, others, did % {"name": verdict.who}, quote=verdict.reason, line=line)


@transaction.atomic
def comment(
    line: Paragraph,
    *,
    text: str,
    by: User | None,
    guest: GuestLink | None = None,
    words: str = "",
    take_id: int | None = None,
    at_ms: int | None = None,
) -> Comment:
    """Write a comment; who of the team is named in it with @Name is mentioned."""
    version = Script.next_version(line.script_id)
    row = Comment.objects.create(
        paragraph=line,
        project_id=line.script.project_id,
        team_id=line.script.project.team_id,
        take_id=take_id,
        at_ms=at_ms,
        words=words[:200],
        text=text,
        by=by,
        guest=guest,
    )
    named = _mentioned(text, line.script.project)
    row.mentions.set(named)
    Paragraph.objects.filter(pk=line.pk).update(version=version)
    _tell_of_comment(row, named)
    return row


def moment(line: Paragraph, at_ms: int | None) -> dict[str, Any]:
    """What ``comment`` is to be told of a moment that somebody named: it is one of the chosen take, if there is one."""
    if at_ms is None or line.chosen_id is None:
        return {}
    return {"take_id": line.chosen_id, "at_ms": at_ms}


def _tell_of_comment(row: Comment, named: list[User]) -> None:
    """Tell whom it names, then who else has commented on the line, then who invited the guest; each of one thing."""
    line, quote = row.paragraph, row.text
    talking = set(User.objects.filter(pk__in=line.comments.exclude(by=None).values("by"))) - set(named)
    hosts = {row.guest.created_by} - talking - set(named) if row.guest else set()
    for kind, people, did in (
        (News.MENTION, named, NAMES_YOU),
        (News.REPLY, talking, COMMENTED_TOO),
        (News.GUEST, hosts, COMMENTED),
    ):
        notifications.tell(kind, people, did % {"name": row.who}, by=row.by, quote=quote, line=line)


def _mentioned(text: str, project: Project) -> list[User]:
    """The members whose first name, or the part of the address before the @ sign, is named with an @ before it."""
    names = {name.lower() for name in MENTION.findall(text)}
    if not names:
        return []
    return [
        user for user in User.objects.filter(teams=project.team_id) if user.get_short_name().lower() in names
    ]


@transaction.atomic
def resolve(row: Comment, *, by: User, again: bool = False) -> bool:
    """Say that a comment is dealt with, or (``again``) that it is open after all; False where it is so already."""
    version = Script.next_version(row.paragraph.script_id)
    rows = Comment.objects.filter(pk=row.pk, resolved_at__isnull=not again)
    when = None if again else timezone.now()
    if not rows.update(resolved_at=when, resolved_by=None if again else by):
        return False
    Paragraph.objects.filter(pk=row.paragraph_id).update(version=version)
    did, told = (OPENED, OPENED_YOURS) if again else (RESOLVED, RESOLVED_YOURS)
    activity.note(ActKind.COMMENTS, did % {"comment": row}, by=by, line=row.paragraph)
    told = told % {"name": by}
    notifications.tell(News.REPLY, [row.by], told, by=by, quote=row.text, line=row.paragraph)
    return True


@transaction.atomic
def assign(script: Script, reviewers: Iterable[User], *, by: User) -> None:
    """Let exactly these people hear the script. Who has it already keeps it as it was."""
    Script.objects.select_for_update().get(pk=script.pk)  # so that each change is told once
    wanted = {user.pk: user for user in reviewers}
    had = {row.reviewer_id: row.reviewer for row in script.assignments.select_related("reviewer")}
    script.assignments.exclude(reviewer__in=wanted).delete()
    fresh = [Assignment(script=script, reviewer=user, by=by) for pk, user in wanted.items() if pk not in had]
    Assignment.objects.bulk_create(fresh)
    for one in fresh:
        activity.note(ActKind.ASSIGNMENTS, GAVE % {"name": one.reviewer}, by=by, script=script)
    given = [one.reviewer for one in fresh]
    notifications.tell(News.ASSIGNMENT, given, GAVE_YOU % {"name": by, "title": script}, by=by, script=script)
    for pk in had.keys() - wanted.keys():
        activity.note(ActKind.ASSIGNMENTS, TOOK % {"name": had[pk]}, by=by, script=script)


@dataclass(frozen=True)
class Progress:
    """How far a reviewer is: of her chapters, ``heard`` of ``total`` lines that can be heard; what she said herself."""

    person: User
    scripts: int
    heard: int
    total: int
    approved: int
    pickups: int


def asking(project_id: int) -> tuple[Asked, Asked]:
    """What is to be asked for ``hearers``, and for ``progress``."""
    return _assigned().asking(project=project_id), _said().asking(project=project_id)


def hearers(project: Project, asked: Asked | None = None) -> dict[int, list[User]]:
    """Who hears each script of a project, by the script's id. One query, unless it was ``asked`` with others."""
    found: dict[int, list[User]] = {}
    for one in (asked or asking(project.pk)[0]).objects():
        found.setdefault(one.script_id, []).append(one.reviewer)
    return found


@cache
def _assigned() -> Prepared:
    """Blank: project."""
    rows = Assignment.objects.filter(script__project=Blank(Script, "project"))
    return Prepared(rows.select_related("reviewer"))


def progress(
    project: Project,
    scripts: Iterable[Script],
    hearers: Mapping[int, list[User]],
    asked: Asked | None = None,
) -> list[Progress]:
    """How far each reviewer of a project is, by name. ``scripts`` are from with_verdicts, heard by these people.

    Two queries, one where the other was ``asked`` with others. A line counts as heard whoever has heard it: nobody
    has to hear it twice.
    """
    said = {(person, kind): n for person, kind, n in (asked or asking(project.pk)[1]).rows}
    given: dict[int, list[Script]] = {}
    for script in scripts:
        for person in hearers.get(script.pk, []):
            given.setdefault(person.pk, []).append(script)
    people = User.objects.filter(pk__in={*given, *(person for person, _ in said)}).order_by("name", "email")
    return [_progress(person, given.get(person.pk, []), said) for person in people]


@cache
def _said() -> Prepared:
    """Blank: project."""
    lines: ParagraphQuerySet = Paragraph.objects.filter(script__project=Blank(Script, "project"))
    return Prepared(lines.verdicts_by_person())


def _progress(person: User, mine: list[Script], said: dict[tuple[int | None, str], int]) -> Progress:
    heard = sum(script.approved_count + script.pickup_count for script in mine)
    return Progress(
        person,
        scripts=len(mine),
        heard=heard,
        total=heard + sum(script.to_hear_count for script in mine),
        approved=said.get((person.pk, Kind.APPROVED), 0),
        pickups=said.get((person.pk, Kind.PICKUP), 0),
    )


def given_to(user: User) -> ScriptQuerySet:
    """The scripts that a person is to hear, of teams they are still in, from with_verdicts."""
    mine = Script.objects.filter(assignments__reviewer=user, project__team__members=user)
    # Counted apart: the joins above would count each line once for every row they find.
    return Script.objects.filter(pk__in=mine.values("pk")).with_verdicts()


def to_hear(script: Script) -> ParagraphQuerySet:
    """The lines of a script that have a current take on which no verdict stands, in order."""
    lines: ParagraphQuerySet = (
        Paragraph.objects.filter(script=script).current().unjudged().order_by("position")
    )
    return lines


def next_to_hear(script: Script, *, after: Paragraph | None = None) -> Paragraph | None:
    """The first line of a script that is to be heard, behind ``after``, else from its start. One query of its own."""
    place = after.position if after else BEFORE_ALL
    ready = Stage.READY.value
    waiting = [(line.position, pk) for pk, line in lineups.of(script).lines.items() if line.stage == ready]
    first = min([one for one in waiting if one[0] > place] or waiting, default=None)
    return _heard().first(pk=first[1]) if first else None


@cache
def _heard() -> Prepared:
    lines = Paragraph.objects.filter(pk=Blank(Paragraph, "pk"))
    return Prepared(lines.select_related("chosen").defer("chosen__peaks"))
