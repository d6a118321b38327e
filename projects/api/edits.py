"""What became of a line, giving it back what it was; searching, and writing something else instead."""

from datetime import datetime
from typing import Any

from ninja import Query, Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import edits, searching
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.lines import DoneOut
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.searching import ReplaceForm, SearchForm
from projects.models import Change, Paragraph

router = Noun("lines")
MOST = 5_000


class EditOut(Schema):
    """One change of a line: by which act, and the fields that differ, before and after."""

    id: int
    kind: str
    who: str
    at: datetime
    undone_at: datetime | None
    before: dict[str, Any]
    after: dict[str, Any]

    @classmethod
    def of(cls, row: Change) -> "EditOut":
        edit = row.edit
        kept = {name: getattr(edit, name) for name in ("kind", "at", "undone_at")}
        who = str(edit.by) if edit.by else ""
        return cls(id=row.pk, **kept, who=who, before=row.before, after=row.after)


class SearchIn(Schema):
    """What is looked for; a ``pattern`` is a regular expression."""

    q: str
    case: bool = False
    whole: bool = False
    pattern: bool = False


class ReplaceIn(Sent):
    """What is looked for and what is written instead, of a pattern with its groups; in all chapters, or this one."""

    q: str
    replacement: str = ""
    case: bool = False
    whole: bool = False
    pattern: bool = False
    everywhere: bool = False


class ReplaceAgreed(ReplaceIn):
    """The replacing of lines, by their ids, each with the text_mark that the preview gave."""

    lines: dict[Id, str] = Field(min_length=1, max_length=MOST)


class MatchOut(Schema):
    """A line in which something was found, at these spans of its text; counted in characters."""

    line_id: int
    script_id: int
    text: str
    spans: list[tuple[int, int]] = Field(
        json_schema_extra={"items": {"type": "array", "items": {"type": "integer"}}}
    )
    is_locked: bool

    @classmethod
    def of(cls, one: searching.Finding, **more: Any) -> Any:
        kept = {name: getattr(one, name) for name in ("script_id", "text", "spans", "is_locked")}
        return cls(line_id=one.pk, **kept, **more)


class SearchOut(Schema):
    """In how many lines something is found, and at most 5,000 of them, in the script's order."""

    count: int
    lines: list[MatchOut]


class ReplacedOut(MatchOut):
    """What would become of a line. ``text_mark`` names its present text; what cannot be done is not ``is_possible``."""

    after: str
    text_mark: str
    is_possible: bool


class ReplacingOut(Schema):
    """In how many lines something is found, and what would become of at most 5,000 of them."""

    count: int
    lines: list[ReplacedOut]


@router.look("/lines/{line_id}/edits", Page[EditOut])
def edit_list(request: ApiRequest, line_id: Id, asked: Wanted) -> Page[EditOut]:
    """The history of a line, also of one that was deleted, the newest first."""
    line = access.paragraph(request.user, line_id, removed=True)
    return page(Change.objects.of(line), asked, EditOut.of)


@router.make("/changes/{change_id}/restore", DoneOut)
def change_restore(request: ApiRequest, change_id: Id) -> DoneOut:
    """Give a line back what it was before a change."""
    change = access.change(request.user, change_id, least=Right.EDIT)
    done = tasks.queue_act(edits.restore, change, by=request.user)
    return DoneOut(lines=[line.pk for line in done.lines])


@router.look("/scripts/{script_id}/search", SearchOut)
def script_search(request: ApiRequest, script_id: Id, asked: Query[SearchIn]) -> SearchOut:
    """Where something stands in a chapter."""
    script = access.script(request.user, script_id)
    query = forms.checked(SearchForm(forms.sent(asked.dict()))).query()
    found = searching.find(script.paragraphs.all(), query)
    return SearchOut(count=len(found), lines=[MatchOut.of(one) for one in found[:MOST]])


@router.act("/scripts/{script_id}/replace/preview", ReplacingOut)
def replace_preview(request: ApiRequest, script_id: Id, wanted: ReplaceIn) -> ReplacingOut:
    """What replacing would make of each line; nothing is changed."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    query = forms.checked(ReplaceForm(forms.sent(wanted.model_dump()))).query()
    of_all = Paragraph.objects.filter(script__project=script.project_id)
    found = searching.find(of_all if wanted.everywhere else script.paragraphs.all(), query)
    searching.preview(found[:MOST], query)
    return ReplacingOut(count=len(found), lines=[_replaced(one) for one in found[:MOST]])


def _replaced(one: searching.Finding) -> ReplacedOut:
    said = {name: getattr(one, name) for name in ("after", "text_mark", "is_possible")}
    shown: ReplacedOut = ReplacedOut.of(one, **said)
    return shown


@router.make("/scripts/{script_id}/replace", DoneOut)
def script_replace(request: ApiRequest, script_id: Id, wanted: ReplaceAgreed) -> DoneOut:
    """Replace in the lines that are named; those that changed or were locked since are left alone."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    query = forms.checked(ReplaceForm(forms.sent(wanted.model_dump(exclude={"lines"})))).query()
    done = tasks.queue_act(searching.replace, script.project, query, wanted.lines, by=request.user)
    return DoneOut(lines=[line.pk for line in done.lines])
