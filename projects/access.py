"""May this person touch this row? Each function fetches one; a stranger gets 404, too few rights 403."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db.models import BigAutoField, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from narrator.direct import Blank, Prepared, Question, together
from narrator.teams import access
from narrator.teams.models import Role, Team, User
from narrator.teams.rights import Right
from projects.models import (
    ApiToken,
    Archive,
    CastChange,
    Change,
    Character,
    Comment,
    Destination,
    Export,
    Feed,
    GuestLink,
    LexiconChange,
    LexiconEntry,
    Manuscript,
    Paragraph,
    PickupRecording,
    Project,
    Return,
    Revision,
    Run,
    Script,
    Take,
    TeamEndpoint,
)


def _by_key(rows: QuerySet[Any], team: str) -> Prepared:
    """Rows with the role of who asks in their team: for what nearly every request begins with, so it is built once."""
    mine = rows.annotate(role_of_user=access.role_in(team))
    return Prepared(mine.filter(pk=Blank(rows.model, "pk")))


def _found(rows: Prepared, pk: int, user: User, beside: Sequence[Question] = ()) -> tuple[Any, str | None]:
    """The row with this key, and the person's role in its team. One roundtrip, with what is asked beside."""
    asked = rows.asking(pk=_key(pk), user=user.pk)
    together(asked, *beside)
    row = asked.first()
    if row is None:
        raise Http404
    return row, row.role_of_user


def _key(asked: int) -> int:
    """What an address names, where the database could have it."""
    if asked > BigAutoField.MAX_BIGINT:
        raise Http404
    return asked


@cache
def _projects() -> Prepared:
    return _by_key(Project.objects.select_related("team__endpoint"), "team")


def project(
    user: User, project_id: int, *, least: Right | Role = Right.SEE, beside: Sequence[Question] = ()
) -> Project:
    """A project; ``beside`` as of ``script``."""
    row, role = _found(_projects(), project_id, user, beside)
    access.check_role(user, row.team_id, role, least)
    return row


@cache
def _scripts() -> Prepared:
    return _by_key(Script.objects.select_related("project__team__endpoint"), "project__team")


def script(
    user: User, script_id: int, *, least: Right | Role = Right.SEE, beside: Sequence[Question] = ()
) -> Script:
    """A script. ``beside``: what is asked after it in the same roundtrip, to be read by who may see the script."""
    row, role = _found(_scripts(), script_id, user, beside)
    access.check_role(user, row.project.team_id, role, least)
    return row


def character(user: User, character_id: int, *, least: Right | Role = Right.SEE) -> Character:
    row = get_object_or_404(Character.objects.select_related("project"), pk=character_id)
    access.check(user, row.project.team_id, least)
    return row


def cast_change(user: User, change_id: int) -> CastChange:
    row = get_object_or_404(CastChange.objects.select_related("project"), pk=change_id)
    access.check(user, row.project.team_id, Right.EDIT)
    return row


@cache
def _paragraphs() -> Prepared:
    return _by_key(Paragraph.everything.with_project(), "script__project__team")


def paragraph(
    user: User,
    paragraph_id: int,
    *,
    least: Right | Role = Right.SEE,
    removed: bool = False,
    beside: Sequence[Question] = (),
) -> Paragraph:
    """One line, as ``Paragraph.whole`` has it; with ``removed`` also a deleted one. ``beside`` as of a script."""
    row, role = _found(_paragraphs(), paragraph_id, user, beside)
    if row.removed and not removed:
        raise Http404
    access.check_role(user, row.script.project.team_id, role, least)
    return row


def archive(user: User, archive_id: int) -> Archive:
    """An archive, for those who may write one of the project, or import into the team."""
    rows = Archive.objects.select_related("project", "created_by")
    row = get_object_or_404(rows, pk=archive_id)
    access.check(user, row.team_id, Right.EXPORT)
    return row


def change(user: User, change_id: int, *, least: Right | Role = Right.SEE) -> Change:
    row = get_object_or_404(Change.objects.select_related("paragraph__script__project"), pk=change_id)
    access.check(user, row.paragraph.script.project.team_id, least)
    return row


@cache
def _takes() -> Prepared:
    return _by_key(Take.objects.select_related("paragraph__script__project", "whole"), "team")


def take(user: User, take_id: int, *, least: Right | Role = Right.SEE) -> Take:
    row, role = _found(_takes(), take_id, user)
    access.check_role(user, row.team_id, role, least)
    return row


def comment(user: User, comment_id: int, *, least: Right | Role = Right.REVIEW) -> Comment:
    row = get_object_or_404(Comment.objects.select_related("paragraph__script__project"), pk=comment_id)
    access.check(user, row.paragraph.script.project.team_id, least)
    return row


def guest_link(user: User, link_id: int) -> GuestLink:
    row = get_object_or_404(GuestLink.objects.select_related("project"), pk=link_id)
    access.check(user, row.project.team_id, Right.GUESTS)
    return row


def feed(user: User, feed_id: int) -> Feed:
    row = get_object_or_404(Feed.objects.select_related("project"), pk=feed_id)
    access.check(user, row.project.team_id, Right.GUESTS)
    return row


def pickup(user: User, pickup_id: int) -> PickupRecording:
    row = get_object_or_404(PickupRecording.objects.select_related("project", "sound"), pk=pickup_id)
    access.check(user, row.project.team_id, Right.EDIT)
    return row


def returned(user: User, return_id: int) -> Return:
    rows = Return.objects.select_related("project", "sound", "export")
    row = get_object_or_404(rows.defer("export__plan", "export__timeline"), pk=return_id)
    access.check(user, row.project.team_id, Role.EDITOR)
    return row


def run(user: User, run_id: int, *, least: Right | Role = Right.SEE) -> Run:
    row = get_object_or_404(Run, pk=run_id)
    access.check(user, row.team_id, least)
    return row


def lexicon_entry(user: User, entry_id: int) -> LexiconEntry:
    row = get_object_or_404(LexiconEntry.objects.select_related("team", "project"), pk=entry_id)
    access.check(user, row.team_id, Right.EDIT)
    return row


def lexicon_change(user: User, change_id: int) -> LexiconChange:
    row = get_object_or_404(LexiconChange.objects.select_related("team", "project"), pk=change_id)
    access.check(user, row.team_id, Right.EDIT)
    return row


def team(user: User, team_id: int, *, least: Right | Role = Right.SEE) -> Team:
    row = get_object_or_404(Team, pk=team_id)
    access.check(user, row.pk, least)
    return row


def token(user: User, token_id: int) -> ApiToken:
    """A token of this very person: nobody else's is hers to see."""
    return get_object_or_404(ApiToken, pk=token_id, user=user)


def endpoint(user: User, team_id: int) -> TeamEndpoint:
    """The endpoint that a team has of its own, for those who may set it."""
    access.check(user, team_id, Right.CONNECT)
    return get_object_or_404(TeamEndpoint.objects.select_related("team"), pk=team_id)


def export(user: User, export_id: int, *, least: Right | Role = Right.SEE) -> Export:
    row = get_object_or_404(Export.objects.select_related("project"), pk=export_id)
    access.check(user, row.project.team_id, least)
    return row


def destination(user: User, destination_id: int) -> Destination:
    row = get_object_or_404(Destination.objects.select_related("team"), pk=destination_id)
    access.check(user, row.team_id, Right.EXPORT)
    return row


def manuscript(user: User, manuscript_id: int) -> Manuscript:
    row = get_object_or_404(Manuscript.objects.select_related("project", "revision"), pk=manuscript_id)
    access.check(user, row.team_id, Right.EDIT)
    return row


def revision(user: User, revision_id: int) -> Revision:
    rows = Revision.objects.select_related("project__team", "manuscript", "edit__by").defer(
        "manuscript__base"
    )
    row = get_object_or_404(rows, pk=revision_id)
    access.check(user, row.project.team_id, Right.EDIT)
    return row


def may_edit(user: User, row: Project) -> bool:
    """Whether to offer the buttons that change this project; the views check again."""
    return access.allows(access.role_checked(user, row.team_id), Right.EDIT)


def may_review(user: User, row: Project) -> bool:
    """Whether to offer the buttons of a reviewer; the views check again."""
    return access.allows(access.role_checked(user, row.team_id), Right.REVIEW)


def may_connect(user: User, row: Project) -> bool:
    """Whether this person decides which endpoint speaks for the project's team."""
    return access.allows(access.role_checked(user, row.team_id), Right.CONNECT)


def may_set_cap(user: User, row: Project) -> bool:
    """Whether this person decides what may be spent for the project."""
    return access.allows(access.role_checked(user, row.team_id), Right.MONEY)
