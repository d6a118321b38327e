"""Lexicons of teams and projects: their entries, what a change would come to, making it, taking it back."""

from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpResponseBase
from ninja import File, Form, Schema
from ninja.files import UploadedFile
from pydantic import Field

from narrator import media
from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import lexicon_samples, lexicons
from projects.actions.lexicons import Change, Scope
from projects.api import files, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.money import CostOut
from projects.api.pages import Id, Page, Wanted, page
from projects.api.problems import Problem, invalid
from projects.api.sent import Sent
from projects.forms.lexicons import EntryForm, ExpansionsForm, LexiconFileForm
from projects.models import LexiconChange, LexiconEntry
from projects.models.lexicons import SAID

router = Noun("cast")
PROJECT, TEAM = "/projects/{project_id}/lexicon", "/teams/{team_id}/lexicon"


class EntryIn(Sent):
    """What is written and what is said instead. ``kind`` is word or pattern, ``case`` keep, any or exact.

    With the ``id`` of an entry that is there it is changed. A blank language is any.
    """

    id: Id | None = None
    written: str
    spoken: str
    kind: str = "word"
    case: str = "keep"
    language: str = ""


class ChangeIn(Sent):
    """What is to become of a lexicon, all of it or nothing."""

    entries: list[EntryIn] = Field(
        [], max_length=lexicons.ENTRIES_AT_MOST, description="Come, or are said differently."
    )
    remove: list[Id] = Field([], max_length=lexicons.ENTRIES_AT_MOST, description="Entries that go.")
    expansions: list[str] | None = Field(
        None,
        description="Of a project: what is spoken in full: years, currency, units, numbers, roman, abbreviations.",
    )


class Agreed(ChangeIn):
    """A change that is made."""

    agreed: int | None = Field(
        None, description="How many lines it reaches, as a refusal or the preview has said."
    )


class EntryOut(Schema):
    """One entry; without a project it is the team's. ``is_slow``: its pattern took too long, so it says nothing."""

    id: int
    project_id: int | None
    written: str
    spoken: str
    kind: str
    case: str
    language: str
    is_slow: bool
    edited_at: datetime

    @classmethod
    def of(cls, row: LexiconEntry) -> "EntryOut":
        return cls(
            id=row.pk,
            project_id=row.project_id,
            **row.said,
            edited_at=row.edited_at,
            is_slow=bool(row.slow),
        )


class HeardOut(Schema):
    """A line that would be spoken differently, and how."""

    line_id: int
    project_id: int
    spoken: str


class PreviewOut(Schema):
    """What a change would come to. ``locked`` lines would hear it, too, but stay as they are.

    ``cost`` is for generating the ``finished`` ones of its ``lines`` again.
    """

    lines: int
    finished: int
    locked: int
    cost: CostOut
    examples: list[HeardOut]

    @classmethod
    def of(cls, seen: lexicons.Preview) -> "PreviewOut":
        examples = [
            HeardOut(line_id=one.pk, project_id=one.project_id, spoken=one.spoken.text) for one in seen.shown
        ]
        impact = seen.impact
        figures = {"lines": impact.lines, "finished": impact.finished, "locked": seen.locked}
        return cls(**figures, cost=CostOut.of(impact.estimate), examples=examples)


class ChangedOut(Schema):
    """What an entry said before and says after a change, each null where there is no such entry."""

    before: dict[str, str] | None
    after: dict[str, str] | None


class LexiconChangeOut(Schema):
    """One change, in words, and entry by entry. ``finished`` lines had a take when it was made."""

    id: int
    project_id: int | None
    words: str
    entries: list[ChangedOut]
    finished: int
    who: str
    at: datetime
    undone_at: datetime | None

    @classmethod
    def of(cls, row: LexiconChange) -> "LexiconChangeOut":
        return cls(
            id=row.pk,
            project_id=row.project_id,
            words=row.words,
            entries=[ChangedOut(before=before, after=after) for before, after in row.rows],
            finished=len(row.lines),
            who=str(row.created_by) if row.created_by else "",
            at=row.created_at,
            undone_at=row.undone_at,
        )


class LexiconUndoneOut(Schema):
    """The change that taking one back is itself, null where somebody did already; so many entries had changed since."""

    change: LexiconChangeOut | None
    kept: int


class HearingOut(Schema):
    """A line as a change would have it spoken. Its sound: the address of samples in this lexicon, with this name."""

    name: str
    line_id: int
    spoken: str


class ImportIn(Sent):
    """Beside a CSV or PLS file: ``agreed`` as for any change."""

    agreed: int | None = None


class Spend(Sent):
    """The price that was agreed to."""

    agreed_micro: int = Field(ge=0, description="What generating them costs, as a refusal has said.")


class AskedOut(Schema):
    """How many lines wait to be generated now."""

    lines: int


def _project(request: ApiRequest, project_id: int, least: Right = Right.EDIT) -> Scope:
    project = access.project(request.user, project_id, least=least)
    return Scope(project.team, project)


def _team(request: ApiRequest, team_id: int, least: Right = Right.EDIT) -> Scope:
    return Scope(access.team(request.user, team_id, least=least))


@router.look(PROJECT, Page[EntryOut])
def lexicon_project(request: ApiRequest, project_id: Id, asked: Wanted) -> Page[EntryOut]:
    """A project's own entries. Its lines hear those of the team behind them, too."""
    return page(_project(request, project_id, Right.SEE).entries, asked, EntryOut.of, by="pk")


@router.look(TEAM, Page[EntryOut])
def lexicon_team(request: ApiRequest, team_id: Id, asked: Wanted) -> Page[EntryOut]:
    """The entries that all projects of a team hear."""
    return page(_team(request, team_id, Right.SEE).entries, asked, EntryOut.of, by="pk")


@router.act(f"{PROJECT}/preview", PreviewOut)
def lexicon_project_preview(request: ApiRequest, project_id: Id, wanted: ChangeIn) -> PreviewOut:
    """What a change of a project's lexicon would come to; nothing is changed."""
    return PreviewOut.of(lexicons.preview(_change(_project(request, project_id), wanted)))


@router.act(f"{TEAM}/preview", PreviewOut)
def lexicon_team_preview(request: ApiRequest, team_id: Id, wanted: ChangeIn) -> PreviewOut:
    """What a change of a team's lexicon would come to; nothing is changed."""
    return PreviewOut.of(lexicons.preview(_change(_team(request, team_id), wanted)))


@router.make(f"{PROJECT}/changes", LexiconChangeOut)
def lexicon_project_change(request: ApiRequest, project_id: Id, wanted: Agreed) -> LexiconChangeOut:
    """Change a project's lexicon. What lines hear is refused until ``agreed`` says how many."""
    change = _change(_project(request, project_id), wanted)
    return _made(request, change, _words(change), wanted.agreed)


@router.make(f"{TEAM}/changes", LexiconChangeOut)
def lexicon_team_change(request: ApiRequest, team_id: Id, wanted: Agreed) -> LexiconChangeOut:
    """Change a team's lexicon; ``agreed`` as for a project's, over all projects of the team."""
    change = _change(_team(request, team_id), wanted)
    return _made(request, change, _words(change), wanted.agreed)


@router.make(f"{PROJECT}/import", LexiconChangeOut)
def lexicon_project_import(
    request: ApiRequest, project_id: Id, said: Form[ImportIn], file: File[UploadedFile]
) -> LexiconChangeOut:
    """Import a CSV or PLS file into a project's lexicon."""
    return _imported(request, _project(request, project_id), file, said.agreed)


@router.make(f"{TEAM}/import", LexiconChangeOut)
def lexicon_team_import(
    request: ApiRequest, team_id: Id, said: Form[ImportIn], file: File[UploadedFile]
) -> LexiconChangeOut:
    """Import a CSV or PLS file into a team's lexicon."""
    return _imported(request, _team(request, team_id), file, said.agreed)


@router.look(f"{PROJECT}/changes", Page[LexiconChangeOut])
def lexicon_project_change_list(request: ApiRequest, project_id: Id, asked: Wanted) -> Page[LexiconChangeOut]:
    """What was changed of a project's lexicon, the newest first."""
    rows = _project(request, project_id, Right.SEE).changes.select_related("created_by")
    return page(rows, asked, LexiconChangeOut.of)


@router.look(f"{TEAM}/changes", Page[LexiconChangeOut])
def lexicon_team_change_list(request: ApiRequest, team_id: Id, asked: Wanted) -> Page[LexiconChangeOut]:
    """What was changed of a team's lexicon, the newest first."""
    rows = _team(request, team_id, Right.SEE).changes.select_related("created_by")
    return page(rows, asked, LexiconChangeOut.of)


@router.act("/lexicon-changes/{lexicon_change_id}/undo", LexiconUndoneOut)
def lexicon_undo(request: ApiRequest, lexicon_change_id: Id) -> LexiconUndoneOut:
    """Take a change back, but for entries that changed since. What somebody took back already stays so."""
    row, by = access.lexicon_change(request.user, lexicon_change_id), request.user
    undo = partial(lexicons.undo, row, by=by)
    undone = tasks.queue_changes(Scope(row.team, row.project).projects, undo, by=by)
    if undone is None:
        return LexiconUndoneOut(change=None, kept=0)
    return LexiconUndoneOut(change=LexiconChangeOut.of(undone[0]), kept=undone[1])


@router.make("/lexicon-changes/{lexicon_change_id}/render", AskedOut)
def lexicon_render(request: ApiRequest, lexicon_change_id: Id, said: Spend) -> AskedOut:
    """Generate just the finished lines that a change made stale, at the price that was agreed to."""
    row = access.lexicon_change(request.user, lexicon_change_id)
    _, expected = lexicons.left(row)
    if said.agreed_micro != expected.amount_micro:
        detail = f"This would be {expected}. Send agreed_micro: {expected.amount_micro} to do it."
        raise Problem(409, "costs", detail, cost=CostOut.of(expected).dict())
    return AskedOut(lines=len(tasks.queue_changed(row, by=request.user)))


@router.make(f"{PROJECT}/samples", HearingOut, is_heavy=True)
def lexicon_project_sample(request: ApiRequest, project_id: Id, wanted: ChangeIn) -> HearingOut:
    """Have the shortest line that a change of a project's lexicon reaches spoken as it would be: a call, and paid."""
    return _sample(request, _change(_project(request, project_id), wanted))


@router.make(f"{TEAM}/samples", HearingOut, is_heavy=True)
def lexicon_team_sample(request: ApiRequest, team_id: Id, wanted: ChangeIn) -> HearingOut:
    """The same for a change of a team's lexicon."""
    return _sample(request, _change(_team(request, team_id), wanted))


@router.look(f"{TEAM}/samples/{{name}}", None, openapi_extra=files.of("audio/wav"))
def lexicon_sample(request: ApiRequest, team_id: Id, name: str) -> HttpResponseBase:
    """The sound of a sample, of the team's lexicon or of one of its projects'."""
    team = access.team(request.user, team_id, least=Right.EDIT)
    if not name.isalnum():
        raise Http404
    return media.serve(request, lexicon_samples.place(team.pk, name), content_type="audio/wav")


def _change(scope: Scope, wanted: ChangeIn) -> Change:
    """The change that is wanted, each entry through the form that the page has."""
    named = {one.id for one in wanted.entries if one.id} | set(wanted.remove)
    there = {row.pk: row for row in scope.entries.filter(pk__in=named)}
    if missing := named - there.keys():
        raise Problem(422, "invalid", f"No entry of this lexicon has the id {min(missing)}.")
    put = [_entry(n, one, there.get(one.id or 0)) for n, one in enumerate(wanted.entries)]
    drop = [there[pk] for pk in dict.fromkeys(wanted.remove)]
    return Change(scope, put, drop, _expansions(scope, wanted.expansions))


def _entry(n: int, wanted: EntryIn, row: LexiconEntry | None) -> LexiconEntry:
    form = EntryForm(wanted.model_dump(exclude={"id"}), instance=row or LexiconEntry())
    names = {name: f"entries.{n}.{name}" for name in SAID}
    return forms.checked(form, names).save(commit=False)


def _expansions(scope: Scope, kinds: list[str] | None) -> tuple[str, ...] | None:
    if kinds is None:
        return None
    if scope.project is None:
        raise Problem(422, "invalid", "What is spoken in full is said of a project, not of a team.")
    form = forms.checked(ExpansionsForm(forms.sent({"kinds": kinds})), {"kinds": "expansions"})
    return form.chosen()


def _words(change: Change) -> str:
    """What is kept as the words of a change."""
    if len(change.put) == 1 and not change.drop and change.expansions is None:
        return f"“{change.put[0].written}” is said “{change.put[0].spoken}”"
    parts: list[str] = []
    if change.put:
        parts.append(f"put {len(change.put)}")
    if change.drop:
        parts.append(f"removed {len(change.drop)}")
    if change.expansions is not None:
        parts.append(f"spoken in full: {', '.join(change.expansions) or 'nothing'}")
    return f"Entries: {', '.join(parts)}" if parts else "Nothing"


def _made(request: ApiRequest, change: Change, words: str, agreed: int | None) -> LexiconChangeOut:
    """Make a change where no line hears it, or where just so many were agreed to."""
    seen = lexicons.preview(change)
    if seen.impact.lines and agreed != seen.impact.lines:
        detail = f"{seen.impact.words} {seen.impact.price} Send agreed: {seen.impact.lines} to do it."
        raise Problem(409, "reaches_lines", detail, preview=PreviewOut.of(seen).dict())
    make = partial(lexicons.make, change, words, by=request.user)
    return LexiconChangeOut.of(tasks.queue_changes(change.scope.projects, make, by=request.user))


def _imported(request: ApiRequest, scope: Scope, file: Any, agreed: int | None) -> LexiconChangeOut:
    form = LexiconFileForm({}, forms.sent({"file": file}))
    if not form.is_valid():
        raise invalid(form)
    put, _ = lexicons.entries_of(form.cleaned_data["rows"].rows, scope)
    return _made(request, Change(scope, put), f"Imported {len(put)} entries", agreed)


def _sample(request: ApiRequest, change: Change) -> HearingOut:
    heard = lexicons.preview(change).sample
    if heard is None:
        raise Problem(409, "no_line", "No line would be spoken differently, so there is nothing to hear.")
    name = lexicon_samples.speak(change, heard, by=request.user)
    return HearingOut(name=name, line_id=heard.pk, spoken=heard.spoken.text)
