"""A new version of a project's manuscript: handed in, looked through, decided, taken over, taken back."""

from datetime import datetime
from typing import Any, Literal

from django.utils.datastructures import MultiValueDict
from ninja import File, Form, Schema
from ninja.files import UploadedFile
from pydantic import Field

from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import revising, revisions
from projects.actions.differences import Difference, Renamed
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.money import CostOut
from projects.api.pages import Id, Page, Wanted, page, part
from projects.api.problems import Problem
from projects.api.sent import Sent
from projects.forms import HandedInForm
from projects.models import Revision

router = Noun("projects")

Kind = Literal["conflict", "changed", "added", "removed", "moved"]
Choice = Literal["theirs", "mine"]


class RevisionIn(Sent):
    """A new version: a file beside this, or its text."""

    text: str | None = None


class RenamedOut(Schema):
    """A chapter that the author gave another title; ``choice`` is what would be done."""

    mark: str
    script_id: int
    title: str
    choice: str

    @classmethod
    def of(cls, one: Renamed) -> "RenamedOut":
        return cls(mark=one.mark, script_id=one.script.pk, title=one.title, choice=one.choice)


class RevisionOut(Schema):
    """A new version of a manuscript. ``state``: waiting, applied or discarded."""

    id: int
    project_id: int
    filename: str
    state: str
    created_at: datetime
    applied_at: datetime | None

    @classmethod
    def of(cls, row: Revision) -> "RevisionOut":
        state = "applied" if row.edit_id else "discarded" if row.discarded_at else "waiting"
        kept = ("project_id", "created_at", "applied_at")
        values = {name: getattr(row, name) for name in kept}
        return cls(id=row.pk, **values, filename=row.manuscript.filename, state=state)


class ReviewOut(RevisionOut):
    """What taking a version over would do now. ``seen`` names exactly that, ``cost`` is for its new words.

    ``differences`` counts them by kind; ``undecided`` of them wait for a person's word.
    """

    kept: int
    differences: dict[Kind, int]
    undecided: int
    renamed: list[RenamedOut]
    new_chapters: list[str]
    gone_chapters: list[int]
    is_reordered: bool
    is_same: bool
    seen: str
    cost: CostOut


class DifferenceOut(Schema):
    """One thing that the author did. ``choice``: whose text it would have, "" where a person has to say so.

    ``old`` is ours, ``new`` the author's; ``was``, of a conflict, is what both changed.
    """

    mark: str
    kind: Kind
    choice: str
    chapter: str
    number: int | None
    old: str
    new: str
    was: str
    is_approved: bool
    is_locked: bool

    @classmethod
    def of(cls, one: Difference) -> "DifferenceOut":
        names = set(cls.model_fields) - {"kind"}
        values: dict[str, Any] = {name: getattr(one, name) for name in names}
        return cls(**values | {"kind": one.state.value})


class DecisionIn(Sent):
    """Whose text differences are to have: those with these marks, or all ``of`` a kind."""

    choice: Choice
    marks: list[str] = Field([], max_length=20_000)
    of: Kind | Literal["all"] | None = None


class Seen(Sent):
    """What was seen of a version: another state of things by now is refused."""

    seen: str = Field(max_length=40)


@router.make("/projects/{project_id}/revisions", RevisionOut, is_heavy=True)
def revision_new(
    request: ApiRequest, project_id: Id, handed: Form[RevisionIn], file: File[UploadedFile | None] = None
) -> RevisionOut:
    """Hand in a new version of a project's manuscript. The same file again is the revision that waits already."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    data = forms.sent({"text": handed.text})
    form = forms.checked(HandedInForm(data, MultiValueDict({"file": [file]} if file else {})))
    content, filename = form.manuscript()
    return RevisionOut.of(revisions.start(project, content, filename, by=request.user))


@router.look("/projects/{project_id}/revisions", Page[RevisionOut])
def revision_list(request: ApiRequest, project_id: Id, asked: Wanted) -> Page[RevisionOut]:
    """The new versions that were handed in for a project, the newest first."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    rows = project.revisions.select_related("manuscript").defer("choices", "chapters", "manuscript__base")
    return page(rows, asked, RevisionOut.of)


@router.look("/revisions/{revision_id}", ReviewOut | RevisionOut)
def revision_detail(request: ApiRequest, revision_id: Id) -> RevisionOut:
    """A new version; while it waits with what taking it over would do."""
    row = access.revision(request.user, revision_id)
    return RevisionOut.of(row) if row.edit_id or row.discarded_at else _shown(revisions.review(row))


@router.look("/revisions/{revision_id}/differences", Page[DifferenceOut])
def difference_list(request: ApiRequest, revision_id: Id, asked: Wanted) -> Page[DifferenceOut]:
    """What the author changed, in reading order; nothing of a version that waits no more."""
    row = access.revision(request.user, revision_id)
    waits = not (row.edit_id or row.discarded_at)
    return part(revisions.review(row).differences if waits else [], asked, DifferenceOut.of)


@router.act("/revisions/{revision_id}/decide", ReviewOut)
def revision_decide(request: ApiRequest, revision_id: Id, said: DecisionIn) -> ReviewOut:
    """Say whose text differences are to have."""
    row = _waiting(request, revision_id)
    review = revisions.review(row)
    known = {one.mark for one in review.differences} | {one.mark for one in review.renamed}
    if foreign := set(said.marks) - known:
        raise Problem(409, "changed_since", f"There is no difference {min(foreign)} any more. Look again.")
    of_kind = [one.mark for one in review.differences if said.of in ("all", one.state.value)]
    revisions.decide(row, dict.fromkeys([*said.marks, *of_kind], said.choice))
    return _shown(revisions.review(row))


@router.make("/revisions/{revision_id}/apply", RevisionOut)
def revision_apply(request: ApiRequest, revision_id: Id, said: Seen) -> RevisionOut:
    """Take a version over as it was decided; ``seen`` as its review says."""
    row = access.revision(request.user, revision_id)
    tasks.queue_act(revising.apply, row, seen=said.seen, by=request.user)
    return RevisionOut.of(access.revision(request.user, revision_id))


@router.act("/revisions/{revision_id}/undo", RevisionOut)
def revision_undo(request: ApiRequest, revision_id: Id) -> RevisionOut:
    """Take a version back: the project is as it was before."""
    row = access.revision(request.user, revision_id)
    tasks.queue_act(revising.take_back, row, by=request.user)
    return RevisionOut.of(access.revision(request.user, revision_id))


@router.act("/revisions/{revision_id}/discard", RevisionOut)
def revision_discard(request: ApiRequest, revision_id: Id) -> RevisionOut:
    """Forget a version that was not taken over."""
    revisions.discard(access.revision(request.user, revision_id), by=request.user)
    return RevisionOut.of(access.revision(request.user, revision_id))


def _waiting(request: ApiRequest, revision_id: int) -> Revision:
    row = access.revision(request.user, revision_id)
    if row.edit_id or row.discarded_at:
        raise Problem(
            409, "gone", "This version was taken over or discarded. There is nothing to decide any more."
        )
    return row


def _shown(review: revisions.Review) -> ReviewOut:
    counts: dict[Any, int] = {state.value: count for state, count in review.counts.items()}
    said = ("undecided", "new_chapters", "is_reordered", "is_same", "seen")
    return ReviewOut(
        **RevisionOut.of(review.revision).dict(),
        kept=counts.pop("kept"),
        differences=counts,
        renamed=[RenamedOut.of(one) for one in review.renamed],
        gone_chapters=[script.pk for script in review.gone_chapters],
        cost=CostOut.of(review.expected),
        **{name: getattr(review, name) for name in said},
    )
