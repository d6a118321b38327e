"""What people say of what they heard: verdicts and comments."""

from datetime import datetime

from ninja import Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access
from projects.actions import reviews
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.lines import VerdictOut
from projects.api.pages import LARGEST, Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.reviews import CommentForm, VerdictForm
from projects.models import Comment

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
