"""What people say of what they heard: verdicts and comments."""

from datetime import datetime
from typing import Any, Self

from ninja import Schema
from pydantic import Field

from narrator.teams import access as teams
from narrator.teams.models import User
from narrator.teams.rights import Right
from projects import access
from projects.actions import reviews
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.lines import LineOut, VerdictOut
from projects.api.pages import LARGEST, Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.reviews import AssignForm, CommentForm, VerdictForm
from projects.models import Comment, Paragraph, Script

router = Noun("reviews")


class VerdictIn(Sent):
    """A word on the take that was heard: approved, or pickup with its reason."""

    kind: str
    take_id: int = Field(ge=1, le=LARGEST)
    trim_count: int | None = Field(
        None, description="What was heard of it, where it may be trimmed meanwhile."
    )
    reason: str = ""


class CommentIn(Sent):
    """A remark on a line, on some words of it, or on a moment of its chosen take. @Name mentions a member."""

    text: str
    words: str = ""
    at_ms: int | None = Field(None, ge=0, le=2**31 - 1)


class CommentOut(Schema):
    """A comment as it stands."""

    id: int
    line_id: int
    take_id: int | None
    at_ms: int | None
    words: str
    text: str
    who: str
    at: datetime
    resolved_at: datetime | None

    @classmethod
    def of(cls, row: Comment) -> "CommentOut":
        kept = ("id", "take_id", "at_ms", "words", "text", "who", "at", "resolved_at")
        return cls(**{name: getattr(row, name) for name in kept}, line_id=row.paragraph_id)


class ReviewerOut(Schema):
    """A person who is to hear a chapter."""

    id: int
    name: str


class ToHearOut(Schema):
    """How far the review of a chapter is. To hear are lines with a current take on which no verdict stands."""

    script_id: int
    project_id: int
    title: str
    line_count: int
    approved_count: int
    pickup_count: int
    to_hear_count: int

    @classmethod
    def of(cls, row: Script, **more: Any) -> Self:
        """Show a script from ``with_verdicts``."""
        counts = ("line_count", "approved_count", "pickup_count", "to_hear_count")
        kept = {name: getattr(row, name) for name in ("project_id", "title", *counts)}
        return cls(script_id=row.pk, **kept, **more)


class BoardedOut(ToHearOut):
    """A chapter on the board, with who is to hear it."""

    reviewers: list[ReviewerOut]


class ProgressOut(Schema):
    """How far a reviewer is: of her chapters ``heard`` of ``total`` lines; what she said herself."""

    person: ReviewerOut
    scripts: int
    heard: int
    total: int
    approved: int
    pickups: int


class BoardOut(Schema):
    """The review of a project: its chapters, and its reviewers."""

    scripts: list[BoardedOut]
    reviewers: list[ProgressOut]


class MineOut(Schema):
    """What waits for the person behind the token: chapters to hear, and open comments that name her."""

    scripts: list[ToHearOut]
    mentions: list[CommentOut]


class Assigned(Sent):
    """Who is to hear a chapter: exactly these members of the team."""

    reviewers: list[Id] = Field(max_length=100)


def _person(user: User) -> ReviewerOut:
    return ReviewerOut(id=user.pk, name=str(user))


@router.look("/review", MineOut)
def review_list(request: ApiRequest) -> MineOut:
    """What waits for the person behind the token: her chapters, and at most 100 open comments that name her."""
    scripts = reviews.given_to(request.user).order_by("project", "position")
    named = Comment.objects.open().mentioning(request.user).select_related("by", "guest")
    mentions = [CommentOut.of(row) for row in named.order_by("-pk")[:100]]
    return MineOut(scripts=[ToHearOut.of(row) for row in scripts], mentions=mentions)


@router.look("/projects/{project_id}/review", BoardOut)
def review_board(request: ApiRequest, project_id: Id) -> BoardOut:
    """How far the review of each chapter of a project is, and who hears it."""
    project = access.project(request.user, project_id)
    scripts, hearers = list(project.scripts.with_verdicts()), reviews.hearers(project)
    return BoardOut(
        scripts=[_boarded(row, hearers) for row in scripts],
        reviewers=[
            ProgressOut(**{**vars(one), "person": _person(one.person)})
            for one in reviews.progress(project, scripts, hearers)
        ],
    )


def _boarded(row: Script, hearers: dict[int, list[User]]) -> BoardedOut:
    return BoardedOut.of(row, reviewers=[_person(user) for user in hearers.get(row.pk, [])])


@router.act("/scripts/{script_id}/reviewers", BoardedOut, method="PUT")
def script_assign(request: ApiRequest, script_id: Id, said: Assigned) -> BoardedOut:
    """Say who is to hear a chapter. Who has it already keeps it as it was."""
    script = access.script(request.user, script_id, least=Right.ASSIGN)
    members = teams.members(script.project.team_id, Right.REVIEW)
    form = forms.checked(AssignForm(forms.sent({"reviewers": said.reviewers}), members=members))
    reviews.assign(script, form.cleaned_data["reviewers"], by=request.user)
    return _boarded(Script.objects.with_verdicts().get(pk=script.pk), reviews.hearers(script.project))


@router.look("/scripts/{script_id}/review", Page[LineOut])
def script_review(request: ApiRequest, script_id: Id, asked: Wanted) -> Page[LineOut]:
    """The lines of a chapter that wait for somebody to hear them, in their order."""
    script = access.script(request.user, script_id, least=Right.REVIEW)
    lines = Paragraph.objects.with_takes().filter(pk__in=reviews.to_hear(script).order_by().values("pk"))
    return page(lines, asked, LineOut.of, by="position")


@router.make("/lines/{line_id}/verdicts", VerdictOut)
def verdict_new(request: ApiRequest, line_id: Id, said: VerdictIn) -> VerdictOut:
    """Approve what was heard of a line, or ask for a pickup. The same verdict twice is one."""
    line = access.paragraph(request.user, line_id, least=Right.REVIEW)
    form = forms.checked(VerdictForm({**said.model_dump(), "take": said.take_id}), {"take": "take_id"})
    data = form.cleaned_data
    row = reviews.judge(line, take_id=data.pop("take"), **data, by=request.user)
    return VerdictOut(kind=row.kind, reason=row.reason, who=row.who, at=row.at)


@router.look("/lines/{line_id}/comments", Page[CommentOut])
def comment_list(request: ApiRequest, line_id: Id, asked: Wanted) -> Page[CommentOut]:
    """The comments on a line, the oldest first."""
    line = access.paragraph(request.user, line_id)
    return page(line.comments.select_related("by", "guest"), asked, CommentOut.of, by="pk")


@router.make("/lines/{line_id}/comments", CommentOut)
def comment_new(request: ApiRequest, line_id: Id, said: CommentIn) -> CommentOut:
    """Write a comment."""
    line = access.paragraph(request.user, line_id, least=Right.REVIEW)
    data = forms.checked(CommentForm(said.model_dump())).cleaned_data
    moment = reviews.moment(line, data["at_ms"])
    return CommentOut.of(
        reviews.comment(line, text=data["text"], words=data["words"], by=request.user, **moment)
    )


@router.act("/comments/{comment_id}/resolve", CommentOut)
def comment_resolve(request: ApiRequest, comment_id: Id) -> CommentOut:
    """Say that a comment is dealt with."""
    return _resolved(request, comment_id, again=False)


@router.act("/comments/{comment_id}/reopen", CommentOut)
def comment_reopen(request: ApiRequest, comment_id: Id) -> CommentOut:
    """Say that a comment is open after all."""
    return _resolved(request, comment_id, again=True)


def _resolved(request: ApiRequest, comment_id: int, *, again: bool) -> CommentOut:
    row = access.comment(request.user, comment_id)
    reviews.resolve(row, by=request.user, again=again)
    return CommentOut.of(Comment.objects.select_related("by", "guest").get(pk=row.pk))
